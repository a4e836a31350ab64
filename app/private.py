"""Keeps what visitors rated out of logs and error reports: addresses of their lists carry it."""

import re
from collections.abc import Callable, Iterable
from typing import Any

# Where ratings stand in an address; and how a token begins, wherever else one was pasted.
_RATINGS = re.compile(r"(/list/)[^/?#\s]+|([?&](?:with|a|b)=)[^&#\s]+|(?:\b|(?<=%..))eJ[\w-]{30,}")

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def without_ratings(text: str) -> str:
    """A text in which no address carries ratings any more.

    >>> without_ratings("GET /list/eJyLV.json?sort=gap"), without_ratings("/rate?skip=5&with=W")
    ('GET /list/***?sort=gap', '/rate?skip=5&with=***')
    """
    return _RATINGS.sub(lambda found: f"{found[1] or found[2] or ''}***", text)


def has_ratings(address: str) -> bool:
    """Whether an address carries ratings."""
    return _RATINGS.search(address) is not None


def keep_out_of_access_log(app: Wsgi) -> Wsgi:
    """Let gunicorn's access log, which reads RAW_URI when the answer is sent, see no ratings."""

    def call(variables: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "RAW_URI" in variables:
            variables["RAW_URI"] = without_ratings(variables["RAW_URI"])
        return app(variables, start_response)

    return call
