"""Addresses of what the browser keeps: titles to search, and factors to fold ratings in with."""

import msgspec
from flask import Blueprint, Response, json

from app.model.device import FoldInFile, TitlesFile, device_factors, fold_in_file, titles_file
from app.web.responses import release_response

offline_blueprint = Blueprint("offline", __name__)


@offline_blueprint.get("/offline/titles.json")
def titles() -> Response:
    """The titles as columns."""
    return release_response(lambda opened, _: _json(titles_file(opened)))


@offline_blueprint.get("/offline/fold-in.json")
def fold_in() -> Response:
    """The prior of folding in, and how the factors are scaled."""
    return release_response(lambda opened, _: _json(fold_in_file(opened)))


@offline_blueprint.get("/offline/factors.bin")
def factors() -> Response:
    """Biases and factors of the movies: 16-bit integers, column by column."""
    return release_response(
        lambda opened, _: Response(
            device_factors(opened).values.tobytes(), mimetype="application/octet-stream"
        )
    )


def _json(file: TitlesFile | FoldInFile) -> Response:
    document = msgspec.to_builtins(file)
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text, mimetype="application/json")
