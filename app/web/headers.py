"""What is added to every response: security headers, who may read it, and compression."""

import gzip
from functools import lru_cache

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from app.languages import speech
from app.private import has_ratings
from app.web.links import is_unlisted

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
_OF_RATINGS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
_TWO_YEARS_S = 63_072_000
_HEALTH = "/healthz"  # the platform asks for it without the router, over plain HTTP
_OPEN_TYPES = ("application/json", "text/csv")
_FOR_ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, X-Release-Id",
}
_FOR_PREFLIGHT = {
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Max-Age": "86400",
}
_COMPRESSED_TYPES = (
    "application/manifest+json",
    "application/xml",
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
    if deployed:
        app.before_request(_go_on_by_https)

    @app.after_request
    def finish_others(response: Response) -> Response:
        if not isinstance(response, FinishedResponse):
            response = finish(response)
        if deployed and request.is_secure:  # over HTTP browsers pass over it
            value = f"max-age={_TWO_YEARS_S}; includeSubDomains"
            response.headers["Strict-Transport-Security"] = value
        return response


def _go_on_by_https() -> ResponseReturnValue | None:
    """Send those whom the router says to have come by HTTP to the same address by HTTPS."""
    came_by_http = "X-Forwarded-Proto" in request.headers and not request.is_secure
    if not came_by_http or request.path == _HEALTH:
        return None
    return redirect(request.url.replace("http", "https", 1), 308)


def finish(response: Response) -> Response:
    """Add the headers that every response has, and compress a text that is worth it."""
    response.headers.update(_HEADERS)
    if speech().negotiated:
        response.vary.add("Accept-Language")
    if is_unlisted():
        response.headers["X-Robots-Tag"] = "noindex"
    if has_ratings(request.full_path):
        response.headers.update(_OF_RATINGS)
    _open_to_others(response)
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


def _open_to_others(response: Response) -> None:
    """Let scripts of any other origin read JSON and CSV, and ask beforehand whether they may."""
    is_preflight = request.method == "OPTIONS" and request.path.endswith((".json", ".csv"))
    if is_preflight or response.mimetype in _OPEN_TYPES:
        response.headers.update(_FOR_ANY_ORIGIN)
    if is_preflight:
        response.headers.update(_FOR_PREFLIGHT)


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Tell whether a browser that sends this as Accept-Encoding reads gzip."""
    return bool(parse_accept_header(accepted, Accept).quality("gzip") > 0)
