"""The description of the site's JSON and CSV as OpenAPI 3.1."""

import re
from typing import Any

from flask import current_app, json

from app.model.page import ErrorPage
from app.web.parameters import LARGEST, Parameter
from app.web.routes import Route, routes
from app.web.schemas import Schema, Schemas

_ARGUMENT = re.compile(r"<(?:(\w+)[^:>]*:)?(\w+)>")
_ERRORS = {
    "400": "A parameter is not valid; the text says which, and what was expected.",
    "404": "There is no such thing in the release; the text says what.",
    "503": "No release, or no record of it, can be read at the moment.",
}
_DATA = {
    "/offline/titles.json": "The catalogue as columns, for searching without a network.",
    "/offline/fold-in.json": "The prior of folding in, for lists without a network.",
    "/offline/ranking.json": "What orders lists, for lists without a network.",
}
_HEALTH: Schema = {
    "type": "object",
    "properties": {
        "status": {"enum": ["ok", "stale", "degraded", "unavailable"]},
        "release_id": {"type": ["string", "null"]},
        "problem": {"type": ["string", "null"]},
    },
    "required": ["status", "release_id", "problem"],
}


def openapi_text() -> str:
    """Return the description as JSON; its version is that of the site's code."""
    return json.dumps(_document(), ensure_ascii=False, sort_keys=False)


def _document() -> dict[str, Any]:
    schemas = Schemas()
    error = schemas.of(ErrorPage)
    paths: dict[str, Any] = {}
    for route in routes():
        paths[_path(f"{route.stem}.json")] = {"get": _page(route, schemas, error)}
        if route.table:
            paths[_path(f"{route.stem}.csv")] = {"get": _table(route, error)}
    paths |= {path: {"get": _data(text, error)} for path, text in _DATA.items()}
    paths["/healthz"] = {"get": _health()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Movie recommendations",
            "version": current_app.config["CODE_VERSION"],
            "description": "What the pages show, as JSON at their sister addresses.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas.components},
    }


def _page(route: Route, schemas: Schemas, error: Schema) -> dict[str, Any]:
    return {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": _parameters(route),
        "responses": _responses("application/json", schemas.of(route.page), error),
    }


def _table(route: Route, error: Schema) -> dict[str, Any]:
    return {
        "operationId": f"{route.name}_csv",
        "summary": f"{route.summary} As CSV, with a header.",
        "parameters": _parameters(route),
        "responses": _responses("text/csv", {"type": "string"}, error),
    }


def _data(summary: str, error: Schema) -> dict[str, Any]:
    responses = _responses("application/json", {"type": "object"}, error)
    return {"summary": summary, "responses": responses}


def _health() -> dict[str, Any]:
    answer = {"description": "What works.", "content": _content(_HEALTH)}
    summary = "What works, for the platform that runs the site: 503 where nothing can be shown."
    return {"summary": summary, "responses": {"200": answer, "503": answer}}


def _responses(media: str, schema: Schema, error: Schema) -> dict[str, Any]:
    failures = {
        status: {"description": text, "content": _content(error)}
        for status, text in _ERRORS.items()
    }
    found = {"description": "Found.", "content": {media: {"schema": schema}}}
    return {"200": found, **failures}


def _content(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _path(rule: str) -> str:
    return _ARGUMENT.sub(r"{\2}", rule)


def _parameters(route: Route) -> list[dict[str, Any]]:
    arguments = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
        }
        for _, name in _ARGUMENT.findall(route.stem)
    ]
    return arguments + [
        {
            "name": each.name,
            "in": "query",
            "description": each.description,
            "schema": _parameter(each),
        }
        for each in route.parameters
    ]


def _parameter(parameter: Parameter) -> Schema:
    if parameter.kind is str:
        schema: Schema = {"type": "string", "maxLength": parameter.longest}
        if parameter.choices:
            schema = {"enum": list(parameter.choices)}
    else:
        schema = {
            "type": "integer" if parameter.kind is int else "number",
            "minimum": -LARGEST if parameter.minimum is None else parameter.minimum,
            "maximum": LARGEST if parameter.maximum is None else parameter.maximum,
        }
    return schema if parameter.default is None else schema | {"default": parameter.default}
