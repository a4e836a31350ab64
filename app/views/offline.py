"""Addresses of what the browser keeps: titles to search, and factors to fold ratings in with."""

from typing import Any

from flask import Blueprint, Response, json

from app.model.library import Library
from app.model.pages import SiteInfo
from app.web.responses import release_response

offline_blueprint = Blueprint("offline", __name__)


@offline_blueprint.get("/offline/titles.json")
def titles() -> Response:
    """The catalogue as columns."""
    return release_response(lambda library, _: _json(library.offline.titles()))


@offline_blueprint.get("/offline/fold-in.json")
def fold_in() -> Response:
    """The prior of folding in, and how the factors are scaled."""
    return release_response(lambda library, _: _json(library.offline.fold_in()))


@offline_blueprint.get("/offline/factors.bin")
def factors() -> Response:
    """Biases and factors of the movies: 16-bit integers, column by column."""

    def make(library: Library, _: SiteInfo) -> Response:
        body = library.offline.factors.values.tobytes()
        return Response(body, mimetype="application/octet-stream")

    return release_response(make)


def _json(document: dict[str, Any]) -> Response:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text, mimetype="application/json")
