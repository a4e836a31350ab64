"""What a page says of addresses: its own right one, its neighbours, and who may index it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from flask import Flask, Response, current_app, request, url_for

from app.model.page import Page, ReleasePage
from app.web.parameters import PAIR, PER_LIST_PAGE

JSON_SUFFIX = "_json"
CSV_SUFFIX = "_csv"
_OF_WHAT = tuple(each.name for each in PAIR)
_UNLISTED = re.compile(r"/(?:card/)?(?:list|mine|you|both|saved|search|suggest|surprise)(?![^/.])")


def init_links(app: Flask, site_url: str) -> None:
    """Give templates what this module knows; `site_url` is empty where nobody says it."""
    app.config["SITE_URL"] = site_url
    app.jinja_env.globals["site_url"] = site_url
    app.jinja_env.globals["canonical_url"] = canonical_url
    app.jinja_env.globals["is_unlisted"] = is_unlisted
    app.jinja_env.globals["json_url"] = lambda: sister_url(JSON_SUFFIX)
    app.jinja_env.globals["csv_url"] = lambda: sister_url(CSV_SUFFIX)
    app.jinja_env.globals["here_url"] = here_url
    app.jinja_env.globals["kept_urls"] = kept_urls
    app.jinja_env.globals["carried"] = carried


def is_unlisted(path: str | None = None) -> bool:
    """Tell whether search engines must not keep what is at this address: it is somebody's own."""
    return bool(_UNLISTED.match(request.path if path is None else path))


def carried() -> dict[str, str]:
    """Return what of the query says what this page is of, not how it shows it."""
    return {name: request.args[name] for name in _OF_WHAT if name in request.args}


def here_url(query: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the address of this page, with another query for how it shows what it is of."""
    assert request.endpoint is not None
    path = url_for(request.endpoint, **(request.view_args or {}))
    whole = carried() | dict(query)
    return f"{path}?{urlencode(whole)}" if whole else path


def kept_urls() -> list[str]:
    """Return what a device keeps of this list: its page, all that is on it, and its three orders.

    The browser arranges them while there is no connection: `app/static/kept.js`.
    """
    whole = f"?per_page={PER_LIST_PAGE.maximum}"
    document = url_for(f"{request.endpoint}{JSON_SUFFIX}", **(request.view_args or {}))
    here = here_url()
    orders = [f"{here}{whole}{known}" for known in ("", "&known=well", "&known=less")]
    return [here, document + whole, *orders]


def sister_url(suffix: str) -> str:
    """Return the address at which this page is in another form: `_json` or `_csv`."""
    path = url_for(f"{request.endpoint}{suffix}", **(request.view_args or {}))
    query = request.query_string.decode("ascii", "replace")
    return f"{path}?{query}" if query else path


def canonical_url(page: Page) -> str | None:
    """Return the one address of what a page shows, whole; None where the site knows no host."""
    path, site_url = _canonical_path(page), current_app.config["SITE_URL"]
    return f"{site_url}{path}" if path and site_url else None


def add_links(response: Response, page: Page) -> Response:
    """Say in the header Link what the page's address is, and the addresses of its neighbours.

    Twins, views, and other spellings name the right address; JSON names the pages around it.
    """
    canonical = _canonical_path(page)
    if canonical and canonical != request.script_root + request.full_path.rstrip("?"):
        response.headers.add("Link", _link(canonical, "canonical"))
    if response.mimetype == "application/json":
        for relation, number in _neighbours(page):
            query = {**request.args.to_dict(), "page": f"{number}"}
            response.headers.add("Link", _link(here_url(query), relation))
    return response


def _link(path: str, relation: str) -> str:
    return f'<{current_app.config["SITE_URL"]}{path}>; rel="{relation}"'


def _canonical_path(page: Page) -> str | None:
    """The address of the page as HTML, without what follows the question mark."""
    if not isinstance(page, ReleasePage) or is_unlisted():
        return None
    endpoint = (request.endpoint or "").removesuffix(JSON_SUFFIX).removesuffix(CSV_SUFFIX)
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, **(request.view_args or {}))


def _neighbours(page: Page) -> list[tuple[str, int]]:
    n_pages, number = getattr(page, "n_pages", None), getattr(page, "page", None)
    if n_pages is None or number is None:
        return []
    around = (("prev", number - 1), ("next", number + 1))
    return [(relation, other) for relation, other in around if 1 <= other <= n_pages]
