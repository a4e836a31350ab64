"""How an id stands in an address: quoted, so that any text can. The twin: `address` in words.js.

What an address would take for its own is quoted twice: `/`, `%`, and the dot of an id that ends
like a sister page, or in a dot, which browsers would take for a step up.
"""

import re
from urllib.parse import quote, unquote

from app.languages import speech
from processing.ids import Id

_OWN = re.compile(r"[%/]|\.(?=(?:json|csv)?\Z)")
_KEPT = "!*'()"  # as browsers do


def address_of(any_id: Id) -> str:
    """Write an id as one part of an address."""
    if isinstance(any_id, int):
        return str(any_id)
    return quote(_OWN.sub(lambda found: f"%{ord(found[0]):x}", any_id), safe=_KEPT)


def id_in(part: str) -> str:
    """Read the id in a part of an address that the server has unquoted once."""
    return unquote(part)


def movie_url(movie_id: Id) -> str:
    """Write a movie's address, as `url_for` does in twenty times the time: lists have hundreds."""
    return f"{speech().prefix}/movies/{address_of(movie_id)}"
