"""What is added to every response: security headers, and compression of pages."""

import gzip
from functools import lru_cache

from flask import Flask, Response, current_app, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from app.languages import speech

_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_TWO_YEARS_S = 63_072_000
_COMPRESSED_TYPES = (
    "application/manifest+json",
    "text/javascript",
    "text/html",
    "application/json",
    "text/csv",
    "text/plain",
    "image/svg+xml",
)
_LEAST_SIZE_BYTES = 500
_GZIP_LEVEL = 1  # a tenth more bytes than level 4 for less than half of its time


class FinishedResponse(Response):
    """A response that has all its headers, and is compressed where it should be."""


def init_headers(app: Flask, *, deployed: bool) -> None:
    """Add the headers to every response of `app`; HTTPS is demanded only when deployed."""
    headers = dict(_HEADERS)
    if deployed:
        headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS_S}; includeSubDomains"
    app.extensions["headers"] = headers

    @app.after_request
    def finish_others(response: Response) -> Response:
        return response if isinstance(response, FinishedResponse) else finish(response)


def finish(response: Response) -> Response:
    """Add the headers that every response has, and compress a text that is worth it."""
    response.headers.update(current_app.extensions["headers"])
    if speech().negotiated:
        response.vary.add("Accept-Language")
    if response.mimetype not in _COMPRESSED_TYPES or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    if (
        response.content_encoding is None
        and takes_gzip(request.headers.get("Accept-Encoding", ""))
        and response.status_code != 304
        and len(body := response.get_data()) >= _LEAST_SIZE_BYTES
    ):
        response.set_data(gzip.compress(body, _GZIP_LEVEL, mtime=0))
        response.content_encoding = "gzip"
    return response


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Tell whether a browser that sends this as Accept-Encoding reads gzip."""
    return bool(parse_accept_header(accepted, Accept).quality("gzip") > 0)
