"""The texts of the site in the language of the page that is being written."""

from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup

from app.languages import NAMES, TEXTS, gettext, ngettext, speech

__all__ = ["gettext", "init_languages", "ngettext"]


_KEPT_TEXTS = 4096  # more than there are, in all languages


def init_languages(app: Flask) -> None:
    """Let templates write `_("…")`, `ngettext("…", "…", n)` and `{% trans %}`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
    # Jinja's own do the same in twice the time, by way of the template's context.
    app.jinja_env.globals |= {"_": _told, "gettext": _told, "ngettext": _counted}
    app.jinja_env.globals["languages"] = NAMES
    app.jinja_env.globals["speech"] = speech


def _told(text: str, /, **values: Any) -> Markup:
    language = speech().language
    return _markup(text, language) % values if values else _plain(text, language)


@lru_cache(maxsize=_KEPT_TEXTS)
def _markup(text: str, language: str) -> Markup:
    return Markup(TEXTS[language].gettext(text))


@lru_cache(maxsize=_KEPT_TEXTS)
def _plain(text: str, language: str) -> Markup:
    """A text without values; its percent signs are written twice, as in all texts of templates."""
    return _markup(text, language) % {}


def _counted(one: str, more: str, n: int, /, **values: Any) -> Markup:
    return Markup(ngettext(one, more, n)) % ({"num": n} | values)
