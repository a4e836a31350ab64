"""Sends errors to Sentry when a DSN is set."""

import logging

logger = logging.getLogger(__name__)


def init_monitoring(dsn: str) -> None:
    """Start Sentry; an empty DSN means none, a bad one is logged and never stops the boot."""
    if not dsn:
        return
    import sentry_sdk  # not needed, and not loaded, where no DSN is set

    try:
        sentry_sdk.init(dsn)
    except ValueError as error:  # BadDsn and what the standard library says of broken URLs
        logger.error(
            "SENTRY_INIT is not a Sentry DSN (%s), so errors are not reported. "
            "Copy the DSN from the Sentry project's settings, or unset SENTRY_INIT.",
            error,
        )
