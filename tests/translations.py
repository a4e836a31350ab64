"""The catalogues of the site's texts: `python -m tests.translations` brings them up to date.

It looks for texts in templates, Python and scripts, adds the new ones to the catalogues in
`app/translations` without a translation, takes out those that are gone, and compiles all:
`messages.po` to `messages.mo`, which the server reads, and `scripts.po` to
`app/static/texts-LANGUAGE.json`, which a page in that language loads. It ends with what is missing.
"""

import ast
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.languages import ENGLISH, NAMES, TRANSLATIONS
from processing.report.words import FIGURE_TEXTS, PROTOCOL_TEXTS


def python_texts(file, keywords, comment_tags, options):
    """Find the texts of a Python file, inside f-strings too, where Babel's own finds none."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in keywords:
            values = [each.value for each in node.args if isinstance(each, ast.Constant)]
            if texts := tuple(value for value in values if isinstance(value, str)):
                yield node.lineno, node.func.id, texts if len(texts) > 1 else texts[0], []


ROOT = Path(__file__).parents[1]
LANGUAGES = tuple(language for language in NAMES if language != ENGLISH)
DOMAINS = {
    "messages": (
        [("app/**.py", python_texts), ("app/templates/**.html", "jinja2.ext:babel_extract")],
        {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)},
    ),
    "scripts": ([("app/static/**.js", "javascript")], {"t": None, "tn": (1, 2)}),
}
_OPTIONS = {
    "app/templates/**.html": {"silent": "false", "newstyle_gettext": "true"},
    "app/static/**.js": {"parse_template_string": "true"},
}
# Texts of releases that pages show: what the page on how the site works takes from the report, and
# MovieLens's genres. Other texts of a data set are shown as they are.
GENRES = (
    "Action|Adventure|Animation|Children|Children's|Comedy|Crime|Documentary|Drama|Fantasy|"
    "Film-Noir|Horror|IMAX|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western"
).split("|")
OF_REPORTS = (
    *PROTOCOL_TEXTS.values(),
    *(FIGURE_TEXTS[name] for name in ("error-by-model", "calibration")),
)
_HEADER = "# Texts of the site; python -m tests.translations brings this up to date."
_DAY = datetime(2026, 11, 28, tzinfo=UTC)
_PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")


def extract(domain: str) -> Catalog:
    """Return the texts that stand in the site's files, without translations."""
    methods, keywords = DOMAINS[domain]
    found = _catalogue(None)
    rows = extract_from_dir(ROOT, methods, _OPTIONS, keywords, directory_filter=_is_ours)
    for name, line, text, _, _ in sorted(rows, key=lambda row: (row[0], row[1])):
        found.add(text, locations=[(name, line)])
    for text in OF_REPORTS if domain == "messages" else ():
        found.add(text, locations=[("processing/report/words.py", 0)])
    for text in GENRES:
        found.add(text, locations=[("processing/simulation/films.csv", 0)])
    return found


def po_path(language: str, domain: str) -> Path:
    """Return where a language's catalogue is."""
    return TRANSLATIONS / language / "LC_MESSAGES" / f"{domain}.po"


def read(language: str, domain: str) -> Catalog:
    """Return a language's catalogue as it is."""
    path = po_path(language, domain)
    if not path.exists():
        return _catalogue(language)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return a catalogue compiled for the server."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def script_texts(catalogue: Catalog) -> str:
    """Return a catalogue compiled for scripts: a text, or one for one and one for more."""
    texts = {
        (each.id[0] if each.pluralizable else each.id): each.string
        for each in catalogue
        if each.id and is_translated(each)
    }
    return json.dumps(dict(sorted(texts.items())), ensure_ascii=False, indent=0) + "\n"


def compiled_path(language: str, domain: str) -> Path:
    """Return where a compiled catalogue is."""
    if domain == "scripts":
        return ROOT / "app" / "static" / f"texts-{language}.json"
    return po_path(language, domain).with_suffix(".mo")


def compiled(catalogue: Catalog, domain: str) -> bytes:
    """Return a catalogue as those who use it read it."""
    return script_texts(catalogue).encode() if domain == "scripts" else mo_bytes(catalogue)


def is_translated(message: Message) -> bool:
    """Tell whether a text has a translation that somebody vouches for."""
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(forms) and not message.fuzzy


def other_placeholders(message: Message) -> bool:
    """Tell whether a translation has other placeholders than its text."""
    wanted = _placeholders(message.id if isinstance(message.id, str) else message.id[1])
    last = message.string[-1] if isinstance(message.string, (tuple, list)) else message.string
    return bool(last) and _placeholders(last) != wanted


def problems(template: Catalog, catalogue: Catalog) -> list[str]:
    """Say what is wrong with a catalogue: missing, unused, or not the same as the text says."""
    wanted = {each.id for each in template if each.id}
    have = {each.id: each for each in catalogue if each.id}
    return [
        *(f"missing: {text!r}" for text in wanted if text not in have),
        *(f"not used: {text!r}" for text in have if text not in wanted),
        *(f"not translated: {text!r}" for text, each in have.items() if not is_translated(each)),
        *(f"other placeholders: {t!r}" for t, each in have.items() if other_placeholders(each)),
    ]


def update(language: str, domain: str, template: Catalog) -> list[str]:
    """Bring a catalogue up to date, compile it, and return what is wrong with it."""
    catalogue = read(language, domain)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.revision_date = _DAY
    path = po_path(language, domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, include_lineno=False)
    compiled_path(language, domain).write_bytes(compiled(read(language, domain), domain))
    return problems(template, catalogue)


def _catalogue(language: str | None) -> Catalog:
    made = Catalog(
        locale=language,
        header_comment=_HEADER,
        project="Movie recommendations",
        version="1",
        msgid_bugs_address="see the repository",
        last_translator="see the repository",
        language_team="see the repository",
        creation_date=_DAY,
        fuzzy=False,
    )
    if language == "fr":  # CLDR has a third form, for millions of, which nobody needs here
        made.mime_headers = [("Plural-Forms", "nplurals=2; plural=(n > 1);")]
    return made


def _placeholders(text: str) -> list[str]:
    return sorted(set(_PLACEHOLDERS.findall(text)))


def _is_ours(folder: str) -> bool:
    return "__pycache__" not in folder and (folder == str(ROOT) or f"{ROOT}/app" in folder)


if __name__ == "__main__":
    for domain in DOMAINS:
        template = extract(domain)
        for language in LANGUAGES:
            found = update(language, domain, template)
            print(f"{language} {domain}: {len(template)} texts, {len(found)} problems")  # noqa: T201
            print("\n".join(found))  # noqa: T201
