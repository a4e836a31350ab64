"""Links that carry a visitor's ratings: signed, so that what a link says was said by this site.

Nothing about visitors is kept on the server; a link holds all there is.
"""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from app.model.opened import PageNotFoundError
from app.model.visitor import MOST_RATED
from app.web.parameters import BadParameterError
from processing.ids import Id

_SALT = "ratings of a visitor, 1"


def make_token(ratings: Mapping[Id, float]) -> str:
    """Write ratings, by movie id, as the part of an address: the same ratings, the same text.

    Raises
    ------
    BadParameterError
        If they are too many for an address.
    """
    if len(ratings) > MOST_RATED:
        raise BadParameterError(
            f"{len(ratings)} movies are rated; a link holds at most {MOST_RATED}. Leave some out."
        )
    token = _serializer().dumps([[each, ratings[each]] for each in sorted(ratings, key=_order)])
    return token if isinstance(token, str) else token.decode()


def read_token(token: str) -> dict[Id, float]:
    """Read the ratings of a link back.

    Raises
    ------
    PageNotFoundError
        If this site did not make the link as it is.
    """
    try:
        pairs: Any = _serializer().loads(token)
    except BadData:
        pairs = None
    ratings = None if pairs is None else {each: float(rating) for each, rating in pairs}
    if ratings is None or make_token(ratings) != token:  # base64 has several spellings
        raise PageNotFoundError(
            "This link to a list is not one that this site made: it is cut off or changed, or the "
            "site's secret key has changed since. Rate a few movies anew."
        )
    return ratings


def _order(movie_id: Id) -> tuple[bool, Id]:
    return isinstance(movie_id, str), movie_id


def _serializer() -> URLSafeSerializer:
    key = current_app.secret_key
    assert key is not None
    return URLSafeSerializer(key, salt=_SALT)
