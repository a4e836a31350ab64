"""The catalogues: compiled as they are, and with the placeholders of the texts."""

import json
from gettext import GNUTranslations

import pytest

from app.languages import Speech, gettext, ngettext, number_text, speaking
from tests.translations import (
    DOMAINS,
    LANGUAGES,
    compiled_path,
    other_placeholders,
    read,
    script_texts,
)

CATALOGUES = [(language, domain) for language in LANGUAGES for domain in DOMAINS]
AGAIN = "Run python -m tests.translations, and translate what it says is missing."


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_the_server_when_compiled_then_those_of_the_catalogue(language):
    with compiled_path(language, "messages").open("rb") as file:
        texts = GNUTranslations(file)
    for each in read(language, "messages"):
        if each.id and not each.pluralizable and each.string:
            assert texts.gettext(each.id) == each.string, AGAIN
        elif each.pluralizable and all(each.string):
            found = (texts.ngettext(*each.id, 1), texts.ngettext(*each.id, 2))
            assert found == each.string, AGAIN


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_scripts_when_compiled_then_those_of_the_catalogue(language):
    found = compiled_path(language, "scripts").read_text(encoding="utf-8")
    assert json.loads(found) == json.loads(script_texts(read(language, "scripts"))), AGAIN


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_translation_when_read_then_has_the_placeholders_of_its_text(language, domain):
    assert [
        each.id for each in read(language, domain) if each.id and other_placeholders(each)
    ] == []


def test_text_when_no_page_is_being_made_then_english():
    assert gettext("from %(year)s") == "from %(year)s"
    assert [ngettext("one", "more", n) for n in (0, 1, 2)] == ["more", "one", "more"]
    assert number_text("-1,682.5") == "−1,682.5"


def test_number_when_written_then_with_the_marks_of_the_language():
    found = {}
    for language in LANGUAGES:
        with speaking(Speech(language)):
            found[language] = number_text("-1,682.5")
    assert found == {"de": "−1.682,5", "fr": "−1\u202f682,5"}
