"""Turns page objects into responses: as HTML, JSON or CSV, each made once for a release."""

import csv
import hashlib
import io
import re
from collections.abc import Callable
from typing import Any

import msgspec
from flask import Response, current_app, json, render_template, request

from app.languages import speech
from app.model.current import CurrentRelease
from app.model.opened import OpenedRelease
from app.model.page import Page, SiteInfo, TablePage, site_info
from app.private import has_ratings
from app.web.headers import FinishedResponse, finish, takes_gzip
from app.web.page_cache import KeptPage, PageCache

MAX_AGE_S = 60
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")  # in the name of a file


def current() -> CurrentRelease:
    """Return the current release of the app that answers this request."""
    found: CurrentRelease = current_app.extensions["current"]
    return found


def page_cache() -> PageCache:
    """Return the pages that the app that answers this request sent recently."""
    found: PageCache = current_app.extensions["pages"]
    return found


def html_response(template: str, page: Page, status: int = 200) -> Response:
    """Render a page with its template."""
    return Response(render_template(template, page=page), status, mimetype="text/html")


def page_document(page: Page) -> dict[str, Any]:
    """Return what a page says as plain values."""
    document: dict[str, Any] = msgspec.to_builtins(page)
    for name in page.not_in_json:
        del document[name]
    return document


def json_response(page: Page, status: int = 200) -> Response:
    """Write a page as JSON."""
    text = json.dumps(page_document(page), ensure_ascii=False, allow_nan=False, sort_keys=False)
    return Response(text + "\n", status, mimetype="application/json")


def csv_response(page: Page) -> Response:
    """Write a page's table as CSV, with a header."""
    assert isinstance(page, TablePage)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows((page.columns, *page.csv_rows()))
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{_UNSAFE.sub("_", page.file_name)}.csv"'
    )
    return response


def release_response(
    make: Callable[[OpenedRelease, SiteInfo], Response], cache: PageCache | None = None
) -> Response:
    """Answer with what `make` makes of the open release, or with what it sent the last time.

    The address, the language and the release are all that it may depend on. It is kept with the
    pages, or in a cache of its own; but an answer to an address with ratings is not kept, here or
    on its way.
    """
    cache = page_cache() if cache is None else cache
    opened, problem = current().opened(), current().problem
    wants_gzip = takes_gzip(request.headers.get("Accept-Encoding", ""))
    key = (opened.release_id, problem, _address(), wants_gzip)
    private = has_ratings(request.full_path)
    kept = None if private else cache.find(key)
    etag = kept.etag if kept else _etag(opened.release_id, problem)
    if "If-None-Match" in request.headers and _is_known(etag):
        return _dated(Response(status=304), etag, opened.release_id, private)
    if kept:
        return FinishedResponse(kept.body, headers=list(kept.headers))
    response = make(opened, site_info(opened, problem))
    response = finish(_dated(response, etag, opened.release_id, private))
    headers = tuple(response.headers.items())
    body = response.get_data()
    if not private:
        cache.keep(key, KeptPage(body=body, headers=headers, etag=etag))
    return FinishedResponse(body, headers=list(headers))


def _is_known(etag: str) -> bool:
    known = request.if_none_match
    return known.contains_weak(etag) and not known.star_tag


def _dated(response: Response, etag: str, release_id: str, private: bool) -> Response:
    """Say what the response depends on, and for how long it may be shown without asking."""
    response.set_etag(etag, weak=True)
    if private:
        response.cache_control.private = True
    else:
        response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE_S
    response.headers["X-Release-Id"] = release_id
    return response


def _etag(release_id: str, problem: str | None) -> str:
    """Name what a page depends on: the release, the site's own files, address and language."""
    version = current_app.config["CODE_VERSION"]
    parts = (release_id, problem or "", version, _address())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def _address() -> str:
    """The address that was asked for, with the language that is spoken there."""
    language, prefix, _ = speech()
    return f"{language} {prefix}{request.full_path}"
