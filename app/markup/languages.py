"""The texts of the site in the language of the page that is being written."""

from flask import Flask

from app.languages import NAMES, gettext, ngettext, speech

__all__ = ["gettext", "init_languages", "ngettext"]


def init_languages(app: Flask) -> None:
    """Let templates write `_("…")`, `ngettext("…", "…", n)` and `{% trans %}`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True
    )
    app.jinja_env.globals["languages"] = NAMES
    app.jinja_env.globals["speech"] = speech
