"""Turns page objects into responses: HTML or JSON at sister addresses, with ETag and caching."""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, json, render_template, request, url_for

from app.model.catalogue import Catalogue
from app.model.pages import Page, ReleasePage, SiteInfo

MAX_AGE_S = 60
JSON_SUFFIX = "_json"

View = Callable[..., ReleasePage]


def catalogue() -> Catalogue:
    """Return the catalogue of the app that answers this request."""
    found: Catalogue = current_app.extensions["catalogue"]
    return found


def page_route(blueprint: Blueprint, rule: str, json_rule: str) -> Callable[[View], View]:
    """Show a page as HTML at `rule` and as JSON at `json_rule`.

    The view is called with the open release's library, what the page says about the release, and
    the arguments in the address; the template is named after the view.
    """

    def register(view: View) -> View:
        name = view.__name__

        def as_html(**arguments: Any) -> Response:
            return _cached(view, arguments, lambda page: html_response(f"{name}.html", page))

        def as_json(**arguments: Any) -> Response:
            return _cached(view, arguments, json_response)

        blueprint.add_url_rule(rule, name, as_html)
        blueprint.add_url_rule(json_rule, name + JSON_SUFFIX, as_json)
        return view

    return register


def html_response(template: str, page: Page, status: int = 200) -> Response:
    """Render a page with its template."""
    return Response(render_template(template, page=page), status, mimetype="text/html")


def json_response(page: Page, status: int = 200) -> Response:
    """Write a page as JSON."""
    text = json.dumps(page.to_json(), ensure_ascii=False, allow_nan=False, sort_keys=False)
    return Response(text + "\n", status, mimetype="application/json")


def json_url() -> str:
    """Return the address at which this page is JSON."""
    path = url_for(f"{request.endpoint}{JSON_SUFFIX}", **(request.view_args or {}))
    query = request.query_string.decode("ascii", "replace")
    return f"{path}?{query}" if query else path


def _cached(
    view: View, arguments: dict[str, Any], render: Callable[[ReleasePage], Response]
) -> Response:
    library = catalogue().current()
    site = library.site(catalogue().problem)
    etag = _etag(site)
    known = request.if_none_match
    if known.contains_weak(etag) and not known.star_tag:
        response = Response(status=304)
    else:
        response = render(view(library, site, **arguments))
    response.set_etag(etag, weak=True)
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE_S
    return response


def _etag(site: SiteInfo) -> str:
    """Name what a page depends on: the release, the site's own files and the address."""
    version = current_app.config["CODE_VERSION"]
    parts = (site.release_id, site.problem or "", version, request.full_path)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
