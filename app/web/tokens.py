"""Ratings as a part of an address: there is no more of them anywhere.

A token is base64url of zlib of compact JSON, `[set, [low, high, step], [[id, stars, title, year],
…]]`, by id, and what has none at the end. zlib's checksum tells whether it is whole, so that no
secret is needed, and links last. The browser writes and reads the same: `app/static/links.js`.
"""

import base64
import binascii
import re
import zlib
from typing import Annotated

import msgspec

from app.languages import gettext
from app.model.film_index import CUT_LETTERS
from app.model.opened import PageNotFoundError
from app.model.scale import RatingScale
from app.model.shared import SharedRating, SharedRatings
from processing.ids import MAX_ID

LONGEST_TOKEN = 6000  # of gunicorn's and Heroku's 8 kB for a request's first line
_MOST_BYTES = 500_000  # of JSON: a short token can unpack to a very long one
_IN_ADDRESS = re.compile(r"(?:/list/|#|^)([\w-]+)(?:\?.*)?$")
_Id = Annotated[int, msgspec.Meta(ge=-MAX_ID, le=MAX_ID)] | str | None
_Star = Annotated[float, msgspec.Meta(ge=-3.5e38, le=3.5e38)]  # as releases hold them
_Title = Annotated[str, msgspec.Meta(max_length=CUT_LETTERS)]
_Year = Annotated[int, msgspec.Meta(ge=-9999, le=9999)] | None
_Form = tuple[str, tuple[_Star, _Star, _Star], list[tuple[_Id, _Star, _Title, _Year]]]


def make_token(shared: SharedRatings) -> str:
    """Write ratings as a part of an address: the same ratings, the same text."""
    scale = shared.scale
    rows = [
        [each.movie_id, _short(each.rating), each.title[:CUT_LETTERS], each.year]
        for each in sorted(shared.ratings, key=_order)
    ]
    document = [
        shared.set_key,
        [_short(each) for each in (scale.low, scale.high, scale.step)],
        rows,
    ]
    return (
        base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(document))).decode().rstrip("=")
    )


def read_token(token: str) -> SharedRatings:
    """Read the ratings of a link back.

    Raises
    ------
    PageNotFoundError
        If the link is not whole, or holds something else.
    """
    shared = _read(token)
    if shared is None:
        raise PageNotFoundError(
            gettext(
                "This link to a list is cut off or changed. Copy it again, whole, or ask for it "
                "again."
            )
        )
    return shared


def token_in(text: str) -> str:
    """Return the token of a pasted address, or of a token that stands alone; "" if none is there.

    >>> token_in(" https://films.example/list/eJxy-_?sort=gap"), token_in("/list#eJ")
    ('eJxy-_', 'eJ')
    """
    found = _IN_ADDRESS.search(text.strip())
    return found[1] if found else ""


def _read(token: str) -> SharedRatings | None:
    try:
        packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(packed, _MOST_BYTES)
        set_key, (low, high, step), rows = msgspec.json.decode(text, type=_Form)
    except (binascii.Error, zlib.error, msgspec.DecodeError, UnicodeError, ValueError):
        return None
    spelled = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    whole = unpacking.eof and not unpacking.unused_data and spelled == token
    fits = low < high and step >= 0 and all(low <= rating <= high for _, rating, _, _ in rows)
    if not (whole and fits and rows):
        return None
    ratings = tuple(
        SharedRating(movie_id=movie_id, title=title, year=year, rating=rating)
        for movie_id, rating, title, year in rows
    )
    scale = RatingScale(low=low, high=high, step=step)
    return SharedRatings(set_key=set_key, scale=scale, ratings=ratings)


def _short(number: float) -> float:
    """The number as JavaScript writes it: 5, not 5.0."""
    return int(number) if number == int(number) else number


def _order(rated: SharedRating) -> tuple[int, int, bytes, bytes, int]:
    """By id, numbers first, then texts by UTF-16, as JavaScript has them; then what has none."""
    number, text = 0, ""
    if isinstance(rated.movie_id, str):
        text = rated.movie_id
    elif rated.movie_id is not None:
        number = rated.movie_id
    kind = (int, str, type(None)).index(type(rated.movie_id))
    title = rated.title[:CUT_LETTERS]
    return kind, number, text.encode("utf-16-be"), title.encode("utf-16-be"), rated.year or 0
