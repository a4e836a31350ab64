"""Addresses of what the browser keeps: titles to search, and what makes a list of ratings."""

import msgspec
from flask import Blueprint, Response, json

from app.model.device import (
    FoldInFile,
    RankingFile,
    TitlesFile,
    device_factors,
    fold_in_file,
    ranking_bytes,
    ranking_file,
    titles_file,
)
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
    return release_response(lambda opened, _: _binary(device_factors(opened).values.tobytes()))


@offline_blueprint.get("/offline/ranking.json")
def ranking() -> Response:
    """What orders lists, but for the weights."""
    return release_response(lambda opened, _: _json(ranking_file(opened)))


@offline_blueprint.get("/offline/ranking.bin")
def weights() -> Response:
    """The weights that order lists, and which movies are near to each other."""
    return release_response(lambda opened, _: _binary(ranking_bytes(opened.release.weights)))


def _binary(data: bytes) -> Response:
    return Response(data, mimetype="application/octet-stream")


def _json(file: TitlesFile | FoldInFile | RankingFile) -> Response:
    document = msgspec.to_builtins(file)
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text, mimetype="application/json")
