"""What visitors see when a page cannot be shown: why, and what to do, as HTML or JSON."""

import logging
from urllib.parse import quote, urlsplit, urlunsplit

from flask import Flask, Response, current_app, redirect, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from app.languages import N_, gettext, number_text, shown
from app.model.current import NoReleaseError
from app.model.opened import PageNotFoundError
from app.model.page import ErrorPage
from app.private import without_ratings
from app.web.parameters import BadParameterError
from app.web.responses import current, html_response, json_response
from processing.errors import ReleaseError

logger = logging.getLogger(__name__)

_TITLES = {
    400: N_("Not valid"),
    404: N_("Not found"),
    405: N_("Not allowed here"),
    500: N_("Something went wrong"),
    503: N_("Not available right now"),
}


def init_errors(app: Flask) -> None:
    """Answer every error with a page of our own."""
    app.register_error_handler(PageNotFoundError, _not_found)
    app.register_error_handler(BadParameterError, _bad_parameter)
    app.register_error_handler(NoReleaseError, _no_release)
    app.register_error_handler(ReleaseError, _store_failed)
    app.register_error_handler(HTTPException, _http_error)


def _not_found(error: PageNotFoundError) -> Response:
    return _error_response(404, str(error), gettext("Check the address, or search for a title."))


def _bad_parameter(error: BadParameterError) -> Response:
    return _error_response(
        400, str(error), gettext("Correct the address, or go back and choose again.")
    )


def _no_release(error: NoReleaseError) -> Response:
    logger.error("Answered 503, there is no release: %s", error)
    response = _error_response(
        503,
        gettext("There are no recommendations to show, because no release can be read."),
        gettext(
            "If this site is yours: %(problem)s The site looks again every %(seconds)s seconds and "
            "needs no restart."
        )
        % {"problem": error, "seconds": number_text(f"{current().check_every_s:g}")},
    )
    response.retry_after = round(current().check_every_s) or 1
    return response


def _store_failed(error: ReleaseError) -> Response:
    logger.error("Answered 503 at %s: %s", without_ratings(request.path), error)
    response = _error_response(
        503,
        gettext("This page needs the store of recommendations, which does not answer."),
        gettext(
            "Titles, movies and the report can still be shown. Try this page again in a minute."
        ),
    )
    response.retry_after = 60
    return response


def _http_error(error: HTTPException) -> Response:
    if isinstance(error, RequestRedirect):  # to the right spelling, on this site
        where = urlsplit(error.new_url)
        return current_app.make_response(
            redirect(urlunsplit(("", "", where.path, where.query, "")), error.code)
        )
    if error.response is not None:  # a response that was made on purpose
        return current_app.make_response(error.get_response())
    status = error.code or 500
    if status == 404:
        if without_slash := _without_slash():
            return current_app.make_response(redirect(without_slash, 308))
        return _error_response(
            404,
            gettext("There is no page at %(path)s.") % {"path": shown(request.path)},
            gettext("Check the address, or search for a title."),
        )
    if status >= 500:
        return _error_response(
            status,
            gettext("The site failed to make this page."),
            gettext("The error is logged. Try again later."),
        )
    response = _error_response(
        status, error.description or error.name, gettext("Go back to the home page.")
    )
    if isinstance(error, MethodNotAllowed):
        response.allow.update(error.valid_methods or ())
    return response


def _without_slash() -> str | None:
    """The address of this request without the slash at its end, if there is a page."""
    path = "/" + request.path.strip("/")
    pages = current_app.url_map.bind("")
    if not request.path.endswith("/") or not pages.test(path, "GET"):
        return None
    query = request.query_string.decode("ascii", "replace")
    return urlunsplit(("", "", quote(request.script_root + path), query, ""))


def _error_response(status: int, what: str, advice: str) -> Response:
    page = ErrorPage(
        title=gettext(_TITLES.get(status, N_("Not accepted"))),
        site=current().site(),
        status=status,
        what=what,
        advice=advice,
    )
    if request.path.endswith((".json", ".csv")):
        response = json_response(page, status)
    else:
        response = html_response("error.html", page, status)
    response.cache_control.no_store = True
    return response
