"""Turns page objects into responses: HTML, JSON or CSV at sister addresses, with caching."""

import csv
import hashlib
import inspect
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

import msgspec
from flask import Blueprint, Response, current_app, json, render_template, request, url_for
from flask.sansio.app import App

from app.model.current import CurrentRelease
from app.model.opened import OpenedRelease
from app.model.page import Page, ReleasePage, SiteInfo, TablePage, site_info
from app.web.headers import FinishedResponse, finish, takes_gzip
from app.web.page_cache import KeptPage, PageCache
from app.web.parameters import Parameter, read_parameters

MAX_AGE_S = 60
JSON_SUFFIX = "_json"
CSV_SUFFIX = "_csv"

View = Callable[..., ReleasePage]


@dataclass(frozen=True, kw_only=True)
class Route:
    """A page's address without its ending, what it is, and which parameters it takes."""

    name: str
    stem: str
    summary: str
    page: type[ReleasePage]
    parameters: tuple[Parameter, ...]
    table: bool


def routes() -> list[Route]:
    """Return the pages of the app that answers this request."""
    return _routes_of(current_app)


def _routes_of(app: App) -> list[Route]:
    found: list[Route] = app.extensions.setdefault("routes", [])
    return found


def current() -> CurrentRelease:
    """Return the current release of the app that answers this request."""
    found: CurrentRelease = current_app.extensions["current"]
    return found


def page_cache() -> PageCache:
    """Return the pages that the app that answers this request sent recently."""
    found: PageCache = current_app.extensions["pages"]
    return found


def page_route(
    blueprint: Blueprint,
    rule: str,
    parameters: tuple[Parameter, ...] = (),
    *,
    html: bool = True,
    table: bool = False,
) -> Callable[[View], View]:
    """Show a page as `html` at `rule`, as JSON at `rule`.json, and a `table` as CSV at `rule`.csv.

    The view is called with the open release, what the page says about it, the arguments in
    the address, and the parameters after the question mark by name; the template is
    named after the view.
    """
    stem = "/index" if rule == "/" else rule

    def register(view: View) -> View:
        name = view.__name__

        def respond(render: Callable[[ReleasePage], Response], arguments: Any) -> Response:
            return release_response(
                lambda opened, site: render(
                    view(opened, site, **arguments, **read_parameters(parameters, request.args))
                )
            )

        def as_html(**arguments: Any) -> Response:
            return respond(lambda page: html_response(f"{name}.html", page), arguments)

        def as_json(**arguments: Any) -> Response:
            return respond(json_response, arguments)

        def as_csv(**arguments: Any) -> Response:
            return respond(csv_response, arguments)

        if html:
            blueprint.add_url_rule(rule, name, as_html)
        blueprint.add_url_rule(f"{stem}.json", name + JSON_SUFFIX, as_json)
        if table:
            blueprint.add_url_rule(f"{stem}.csv", name + CSV_SUFFIX, as_csv)
        route = Route(
            name=name,
            stem=stem,
            summary=inspect.cleandoc(view.__doc__ or ""),
            page=get_type_hints(view)["return"],
            parameters=parameters,
            table=table,
        )
        blueprint.record(lambda state: _routes_of(state.app).append(route))
        return view

    return register


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
    csv.writer(text, lineterminator="\n").writerows((page.columns, *page.rows))
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{page.file_name}.csv"'
    return response


def sister_url(suffix: str) -> str:
    """Return the address at which this page is in another form: `_json` or `_csv`."""
    path = url_for(f"{request.endpoint}{suffix}", **(request.view_args or {}))
    query = request.query_string.decode("ascii", "replace")
    return f"{path}?{query}" if query else path


def release_response(make: Callable[[OpenedRelease, SiteInfo], Response]) -> Response:
    """Answer with what `make` makes of the open release, or with what it sent the last time.

    The address and the release are all that it may depend on.
    """
    opened, problem = current().opened(), current().problem
    wants_gzip = takes_gzip(request.headers.get("Accept-Encoding", ""))
    key = (opened.release_id, problem, request.full_path, wants_gzip)
    kept = page_cache().find(key)
    etag = kept.etag if kept else _etag(opened.release_id, problem)
    if "If-None-Match" in request.headers and _is_known(etag):
        return _dated(Response(status=304), etag, opened.release_id)
    if kept:
        return FinishedResponse(kept.body, headers=list(kept.headers))
    response = make(opened, site_info(opened, problem))
    response = finish(_dated(response, etag, opened.release_id))
    headers = tuple(response.headers.items())
    body = response.get_data()
    page_cache().keep(key, KeptPage(body=body, headers=headers, etag=etag))
    return FinishedResponse(body, headers=list(headers))


def _is_known(etag: str) -> bool:
    known = request.if_none_match
    return known.contains_weak(etag) and not known.star_tag


def _dated(response: Response, etag: str, release_id: str) -> Response:
    """Say what the response depends on, and for how long it may be shown without asking."""
    response.set_etag(etag, weak=True)
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE_S
    response.headers["X-Release-Id"] = release_id
    return response


def _etag(release_id: str, problem: str | None) -> str:
    """Name what a page depends on: the release, the site's own files and the address."""
    version = current_app.config["CODE_VERSION"]
    parts = (release_id, problem or "", version, request.full_path)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
