"""Addresses for visitors whom nobody has seen before: rate a few movies, get a list."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.languages import gettext, shown
from app.model.choice import Choice
from app.model.device import DevicePage, MinePage, device_page, mine_page
from app.model.opened import OpenedRelease
from app.model.page import SiteInfo
from app.model.rate import RatePage, rate_page
from app.model.visitor import VisitorPage, visitor_page
from app.web.parameters import LIST, QUERY, SKIP, WITH, BadParameterError
from app.web.responses import current
from app.web.routes import page_route
from app.web.tokens import make_token, read_token
from processing.ids import Id, parse_id

visitors_blueprint = Blueprint("visitors", __name__)

_FIELD = "movie-"


@page_route(visitors_blueprint, "/rate", (QUERY, WITH, SKIP))
def rate(opened: OpenedRelease, site: SiteInfo, **given: Any) -> RatePage:
    """Movies to rate: those that tell most about a taste, or those that were searched for."""
    ratings = read_token(given["with"]) if given["with"] else {}
    return rate_page(opened, site, ratings, given["q"], given["skip"])


@visitors_blueprint.post("/rate")
def take_ratings() -> ResponseReturnValue:
    """Where the form of ratings leads: on to the list, or to more movies to rate."""
    before = request.form.get("with", "")
    ratings = (read_token(before) if before else {}) | _ratings_of_form()
    kept = {movie_id: rating for movie_id, rating in ratings.items() if rating is not None}
    if not kept:
        raise BadParameterError(gettext("Rate at least one movie first."))
    _refuse_beyond_scale(kept)
    token = make_token(kept)
    if request.form.get("then") == "more":
        skip = SKIP.read(request.form.get("skip", ""))
        address = f"{url_for('visitors.rate')}?{urlencode({'skip': skip, 'with': token})}"
    else:
        address = url_for("visitors.visitor", token=token)
    return redirect(address, 303)


@page_route(visitors_blueprint, "/list/<token>", LIST, table=True)
def visitor(opened: OpenedRelease, site: SiteInfo, token: str, **choice: Any) -> VisitorPage:
    """A visitor's list, from the ratings in the address."""
    return visitor_page(opened, site, token, read_token(token), Choice.of(choice))


@page_route(visitors_blueprint, "/list", LIST)
def linked(opened: OpenedRelease, site: SiteInfo, **choice: Any) -> MinePage:
    """The list that the browser makes of a link too long for a server: it stands after the #."""
    return mine_page(opened, site, gettext("A list made from ratings"), Choice.of(choice))


@page_route(visitors_blueprint, "/mine", LIST)
def mine(opened: OpenedRelease, site: SiteInfo, **choice: Any) -> MinePage:
    """The list that the browser makes of the ratings on this device, with or without a network."""
    return mine_page(opened, site, gettext("Your list on this device"), Choice.of(choice))


@page_route(visitors_blueprint, "/you")
def you(_: OpenedRelease, site: SiteInfo) -> DevicePage:
    """What a visitor rated, saved or put aside on this device."""
    return device_page(site, gettext("Your movies"))


@visitors_blueprint.get("/saved")
def saved() -> ResponseReturnValue:
    """Where what was saved was, before it lay with what was rated."""
    return redirect(url_for("visitors.you"), 308)


def _ratings_of_form() -> dict[Id, float | None]:
    """Read the form's fields, one per movie; an empty one takes a rating back."""
    release = current().opened().release
    found: dict[Id, float | None] = {}
    for name, text in request.form.items():
        if not name.startswith(_FIELD):
            continue
        written = name.removeprefix(_FIELD)
        index = release.find_movie(written)
        movie_id = parse_id(written) if index is None else release.movie_id(index)
        try:
            stars = float(text) if text.strip() else None
        except ValueError:
            movie_id = None
        if movie_id is None:
            raise BadParameterError(
                gettext("%(name)s=“%(text)s” is not a rating; expected movie-ID=STARS.")
                % {"name": shown(name), "text": shown(text)}
            )
        found[movie_id] = stars
    return found


def _refuse_beyond_scale(ratings: dict[Id, float]) -> None:
    scale = current().opened().scale
    for movie_id, rating in ratings.items():
        if not scale.low <= rating <= scale.high:
            raise BadParameterError(
                gettext(
                    "%(rating)s stars for movie %(id)s are beyond the scale; expected %(low)s to "
                    "%(high)s."
                )
                % {
                    "rating": scale.rating_text(rating),
                    "id": shown(movie_id),
                    "low": scale.rating_text(scale.low),
                    "high": scale.rating_text(scale.high),
                }
            )
