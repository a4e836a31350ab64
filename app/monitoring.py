"""Sends errors to Sentry when a DSN is set: what failed and where, nothing about the visitor."""

import logging
from typing import Any

from app.private import without_ratings

logger = logging.getLogger(__name__)


def init_monitoring(dsn: str) -> None:
    """Start Sentry; an empty DSN means none, a bad one is logged and never stops the boot."""
    if not dsn:
        return
    import sentry_sdk  # not needed, and not loaded, where no DSN is set

    try:
        sentry_sdk.init(
            dsn,
            include_local_variables=False,
            max_request_body_size="never",
            before_send=_without_visitor,
            before_breadcrumb=_without_ratings,
        )
    except ValueError as error:  # BadDsn and what the standard library says of broken URLs
        logger.error(
            "SENTRY_INIT is not a Sentry DSN (%s), so errors are not reported. "
            "Copy the DSN from the Sentry project's settings, or unset SENTRY_INIT.",
            error,
        )


def _without_visitor(event: Any, hint: dict[str, Any]) -> Any:
    """Leave of the request its method and path, and no ratings in any text."""
    request = event.pop("request", None)
    event.pop("user", None)
    event.pop("extra", None)
    if request:
        kept = {key: request[key] for key in ("method", "url") if key in request}
        event["request"] = kept
    return _struck(event)


def _without_ratings(breadcrumb: Any, hint: dict[str, Any]) -> Any:
    return _struck(breadcrumb)


def _struck(value: Any) -> Any:
    """The same value without ratings in its texts, at any depth."""
    if isinstance(value, str):
        return without_ratings(value)
    if isinstance(value, dict):
        return {key: _struck(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_struck(each) for each in value]
    return value
