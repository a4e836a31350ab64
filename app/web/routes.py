"""The addresses of pages: each has sisters, where the same page is JSON or CSV."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from flask import Blueprint, Response, current_app, request
from flask.sansio.app import App

from app.model.opened import OpenedRelease
from app.model.page import ReleasePage, SiteInfo
from app.web.links import CSV_SUFFIX, JSON_SUFFIX, add_links
from app.web.parameters import Parameter, read_parameters
from app.web.responses import csv_response, html_response, json_response, release_response

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
            def make(opened: OpenedRelease, site: SiteInfo, arguments: dict[str, Any]) -> Response:
                given = read_parameters(parameters, request.args)
                page = view(opened, site, **arguments, **given)
                return add_links(render(page), page)

            return lambda **arguments: release_response(
                lambda opened, site: make(opened, site, arguments)
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
