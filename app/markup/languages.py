"""The texts of the site in the language of the page that is being written."""

from flask import Flask


def init_languages(app: Flask) -> None:
    """Let templates write `_("…")`, `ngettext("…", "…", n)` and `{% trans %}`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True
    )


def gettext(text: str) -> str:
    """Return a text in the page's language."""
    return text


def ngettext(one: str, more: str, n: int) -> str:
    """Return a text that depends on a count in the page's language."""
    return one if n == 1 else more
