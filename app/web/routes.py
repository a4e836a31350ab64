"""The addresses of pages: each has sisters, where the same page is JSON or CSV."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_type_hints

from flask import Blueprint, Response, current_app, request, url_for
from flask.sansio.app import App

from app.model.page import ReleasePage
from app.web.parameters import Parameter, read_parameters
from app.web.responses import csv_response, html_response, json_response, release_response

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


def page_route(
    blueprint: Blueprint,
    rule: str,
    parameters: tuple[Parameter, ...] = (),
    *,
    html: bool = True,
    table: bool = False,
) -> Callable[[View], View]:
    """Show a page as `html` at `rule`, as JSON at `rule`.json, and a `table` as CSV at `rule`.csv.

    The view is called with the open release, what the page says about it, the arguments in the
    address, and the parameters after the question mark by name; the template is named after the
    view.
    """
    stem = "/index" if rule == "/" else rule

    def register(view: View) -> View:
        name = view.__name__

        def answer(render: Callable[[ReleasePage], Response]) -> Callable[..., Response]:
            return lambda **arguments: release_response(
                lambda opened, site: render(
                    view(opened, site, **arguments, **read_parameters(parameters, request.args))
                )
            )

        if html:
            as_html = answer(lambda page: html_response(f"{name}.html", page))
            blueprint.add_url_rule(rule, name, as_html)
        blueprint.add_url_rule(f"{stem}.json", name + JSON_SUFFIX, answer(json_response))
        if table:
            blueprint.add_url_rule(f"{stem}.csv", name + CSV_SUFFIX, answer(csv_response))
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


def here_url() -> str:
    """Return the address of this page, without what follows the question mark."""
    assert request.endpoint is not None
    return url_for(request.endpoint, **(request.view_args or {}))


def sister_url(suffix: str) -> str:
    """Return the address at which this page is in another form: `_json` or `_csv`."""
    path = url_for(f"{request.endpoint}{suffix}", **(request.view_args or {}))
    query = request.query_string.decode("ascii", "replace")
    return f"{path}?{query}" if query else path
