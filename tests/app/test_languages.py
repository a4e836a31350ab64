"""No page in German or French shows an English text, wherever it comes from."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Comment

from tests.app.addresses import OFFLINE, PATHS
from tests.app.html import parse
from tests.translations import DOMAINS, LANGUAGES, extract, problems, read

# A text is known in a page by its longest part between placeholders and tags.
_BETWEEN = re.compile(r"%\(\w+\)[sd]|<[^>]*>|%%")
_LEAST = 12  # letters of a part: shorter ones may be a name, or the same in two languages
_SHOWN = ("aria-label", "alt", "title", "placeholder", "aria-roledescription")
TEMPLATES = Path(__file__).parents[2] / "app" / "templates"
SCRIPTS = Path(__file__).parents[2] / "app" / "static"
_COMMENT = re.compile(r"/\*\*(?s:.*?)\*/|(?:^|\s)//.*")
# A text and its sister for more, or an error that nobody is shown.
_CALL = re.compile(r'(?:\btn?|new Error)\(\s*(?:(?:"[^"]*"|`[^`]*`),?\s*)+')
_KEYS = {"Enter", "Escape", "Home", "End", "Tab"}
_NO_TEXTS = _KEYS | {"Accept", "Content", "Vary", "Range"}
_SAME_EVERYWHERE = {"RMSE", "html", "IMDb", "TMDB"}
ERRORS = ("/nowhere", "/users/8", "/users/x", "/users/7?sort=x", "/users/7?page=99", "/movies/99")
ERRORS += ("/list/x", "/rate?skip=x", "/users/7?score_from=x", "/search?q=alien&page=9")


@pytest.mark.parametrize("domain", DOMAINS)
def test_text_when_it_stands_in_the_code_then_every_language_has_it(domain):
    template = extract(domain)
    assert len(template) > 50
    found = {language: problems(template, read(language, domain)) for language in LANGUAGES}
    told = "Run python -m tests.translations, and translate these in app/translations."
    assert found == {language: [] for language in LANGUAGES}, told


@pytest.fixture(scope="module")
def english():
    """Parts of the site's English texts, by language: those that it has no words of its own for."""
    found = {}
    for language in LANGUAGES:
        parts, own = set(), ""
        for each in read(language, "messages"):
            ids = each.id if isinstance(each.id, (list, tuple)) else (each.id,)
            own += " ".join(each.string if each.pluralizable else (each.string,)) + "\n"
            parts |= {part.strip(" .:;,") for text in ids for part in _BETWEEN.split(text)}
        found[language] = {part for part in parts if len(part) >= _LEAST and part not in own}
    return found


@pytest.mark.parametrize("path", [*PATHS, OFFLINE, *ERRORS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_when_in_another_language_then_shows_no_english_text(client, english, language, path):
    answer = client.get(f"/{language}{path}")
    page = parse(answer, answer.status_code)
    assert page.html["lang"] == language
    for data in page.select("[lang=en], cite, .name, h3 a, ul.found a"):
        data.decompose()
    shown = [text for text in page.find_all(string=True) if not isinstance(text, Comment)]
    shown += [e[name] for name in _SHOWN for e in page.find_all(attrs={name: True})]
    shown += [e["content"] for e in page.find_all("meta", content=True)]
    told = "\n".join(" ".join(text.split()) for text in shown)
    assert sorted(part for part in english[language] if part in told) == []


def _written(app, source):
    """What a template writes by itself, without what stands in `trans` and what it computes."""
    data, marked = "", False
    for _, kind, value in app.jinja_env.lex(source):
        if kind == "name" and value in ("trans", "endtrans"):
            marked = value == "trans"
        elif kind in ("data", "raw_end") and not marked:
            data += value
        elif kind in ("variable_begin", "block_begin"):
            data += " "
    return BeautifulSoup(data, "html.parser")


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_template_when_read_then_every_text_in_it_is_marked(app, path):
    page = _written(app, path.read_text(encoding="utf-8"))
    for data in page.select("[lang=en]"):
        data.decompose()
    found = [text for text in page.find_all(string=True) if not isinstance(text, Comment)]
    found += [e[name] for name in _SHOWN for e in page.find_all(attrs={name: True})]
    told = re.sub(r"\bdata-[\w-]+", "", " ".join(found))  # attributes that are a block's
    words = set(re.findall(r"[A-Za-z]{2,}", told))
    assert sorted(words - _SAME_EVERYWHERE) == []


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.js")), ids=lambda path: path.name)
def test_script_when_read_then_every_text_in_it_is_marked(path):
    script = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    unmarked = _CALL.sub("", script)
    found = {text for _, text in re.findall(r"([\"`])((?:[A-Z][a-z]+)(?: [^\"`]*)?)\1", unmarked)}
    assert sorted(found - _NO_TEXTS) == []
