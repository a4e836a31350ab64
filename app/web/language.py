"""Which language an address speaks: `/de/users/7` German, `/users/7` what the browser asks for.

The prefix becomes the place where the site is mounted, so that views see the address without it,
and `url_for` writes it. What is the same in every language, such as JSON and files, has none.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import Flask, has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app.languages import ENGLISH, NAMES, Speech, speaking, speech

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

_PREFIX = re.compile(rf"/({'|'.join(NAMES)})(?=/|\Z)")
_SAME_IN_ALL = re.compile(
    r"/(?:static|figures|offline|sitemap)/.|.*\.(?:json|csv)\Z"
    r"|/(?:sw\.js|healthz|robots\.txt|sitemap\.xml|favicon\.ico)\Z",
    re.DOTALL,
)
_KEPT_ADDRESSES = 2000  # a page writes dozens, most of them again and again
_KEPT = "!$&'()*+,/:;=@"  # in the path of an address, as browsers do


class Site(Flask):
    """A Flask app whose addresses begin with the page's language, where the page's own does."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._written = lru_cache(maxsize=_KEPT_ADDRESSES)(self._write)

    def url_for(self, endpoint: str, **values: Any) -> str:
        """Write an address, without a prefix where it is the same in every language."""
        if endpoint.startswith(".") or not has_request_context():
            return self._write(endpoint, tuple(values.items()))
        return self._written(endpoint, tuple(values.items()), request.root_path)

    def _write(self, endpoint: str, values: tuple[tuple[str, Any], ...], _root: str = "") -> str:
        address = super().url_for(endpoint, **dict(values))
        prefix = speech().prefix
        bare = address.removeprefix(prefix)
        return bare if prefix and _SAME_IN_ALL.match(bare.partition("?")[0]) else address


def speak_as_asked(app: Wsgi) -> Wsgi:
    """Let `app` answer in the language that the address names, else in the browser's."""

    def call(variables: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = variables.get("PATH_INFO", "")
        found = _PREFIX.match(path)
        if found and not _SAME_IN_ALL.match(path[found.end() :]):
            variables["SCRIPT_NAME"] = variables.get("SCRIPT_NAME", "") + found[0]
            variables["PATH_INFO"] = path[found.end() :] or "/"
            how = Speech(found[1], found[0])
        elif _SAME_IN_ALL.match(path):
            how = Speech()
        else:
            how = Speech(wanted(variables.get("HTTP_ACCEPT_LANGUAGE", "")), negotiated=True)
        with speaking(how):
            return app(variables, start_response)

    return call


@lru_cache(maxsize=256)
def wanted(accepted: str) -> str:
    """Return the language for a browser that sends this as Accept-Language.

    >>> wanted("de-AT,de;q=0.9,en;q=0.8"), wanted("ja, fr;q=0.5"), wanted("en-GB,de;q=0.9")
    ('de', 'fr', 'en')
    """
    for tag, quality in parse_accept_header(accepted, LanguageAccept):  # the best first
        language = tag.partition("-")[0].lower()
        if quality > 0 and language in NAMES:
            return language
    return ENGLISH


def this_page_in(language: str) -> str:
    """Write the address of this page in another language; "" is that of the browser."""
    query = request.query_string.decode("ascii", "replace")
    path = f"/{language}" * bool(language) + quote(request.path, safe=_KEPT)
    return f"{path}?{query}" if query else path
