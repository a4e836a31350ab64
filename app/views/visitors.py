"""Addresses for visitors whom nobody has seen before: rate a few movies, get a list."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.languages import gettext, shown
from app.model.both import BothPage, both_page
from app.model.choice import Choice
from app.model.device import DevicePage, MinePage, device_page, mine_page
from app.model.from_ratings import TOP_N
from app.model.opened import OpenedRelease
from app.model.page import SiteInfo, site_info
from app.model.rate import RatePage, rate_page
from app.model.shared import KnownRatings, known_ratings, shared_ratings
from app.model.visitor import VisitorPage, visitor_page
from app.web.parameters import LIST, PAIR, QUERY, SKIP, WITH, BadParameterError
from app.web.responses import current, html_response
from app.web.routes import page_route
from app.web.tokens import LONGEST_TOKEN, make_token, read_token, token_in

visitors_blueprint = Blueprint("visitors", __name__)

_FIELD = "movie-"


@page_route(visitors_blueprint, "/rate", (QUERY, WITH, SKIP))
def rate(opened: OpenedRelease, site: SiteInfo, **given: Any) -> RatePage:
    """Movies to rate: those that tell most about a taste, or those that were searched for."""
    token = given["with"] or ""
    return rate_page(opened, site, token, _known(opened, token), given["q"], given["skip"])


@visitors_blueprint.post("/rate")
def take_ratings() -> ResponseReturnValue:
    """Where the form of ratings leads: on to the list, or to more movies to rate.

    What is too long for a link is answered at once.
    """
    opened = current().opened()
    known = _known(opened, request.form.get("with", ""))
    stars = known.stars | _ratings_of_form(opened)
    kept = {index: rating for index, rating in stars.items() if rating is not None}
    if not kept and not known.missing:
        raise BadParameterError(gettext("Rate at least one movie first."))
    shared = shared_ratings(opened, kept, known.missing)
    token = make_token(shared)
    skip = SKIP.read(request.form.get("skip", ""))
    more = request.form.get("then") == "more"
    if len(token) > LONGEST_TOKEN:
        return _at_once(opened, token, int(skip or 0) if more else None)
    if more:
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


@page_route(visitors_blueprint, "/both", (*PAIR, *LIST), table=True)
def both(opened: OpenedRelease, site: SiteInfo, **given: Any) -> BothPage:
    """One list for two people, from the ratings of two links; empty until both are given."""
    tokens = tuple(token for token in (given.pop("a"), given.pop("b")) if token)
    links = tuple((token, read_token(token)) for token in tokens)
    return both_page(opened, site, links, Choice.of(given))


@visitors_blueprint.post("/both")
def pair() -> ResponseReturnValue:
    """Where the form of two links leads: on to the list, or back to the link that is missing.

    What is too long for an address is answered at once.
    """
    tokens = {name: token_in(request.form.get(name, "")) for name in ("a", "b")}
    given = {name: token for name, token in tokens.items() if token}
    links = tuple((token, read_token(token)) for token in given.values())
    if sum(map(len, given.values())) > LONGEST_TOKEN:
        opened = current().opened()
        site = site_info(opened, current().problem)
        page = both_page(opened, site, links, Choice(per_page=TOP_N))
        response = html_response("long_both.html", page)
        response.cache_control.no_store = True
        return response
    return redirect(f"{url_for('visitors.both')}?{urlencode(given)}", 303)


def _known(opened: OpenedRelease, token: str) -> KnownRatings:
    return known_ratings(opened, read_token(token)) if token else KnownRatings(stars={})


def _at_once(opened: OpenedRelease, token: str, skip: int | None) -> Response:
    """Answer with the list itself, or with the movies to rate from `skip` on."""
    site = site_info(opened, current().problem)
    if skip is None:
        listed = visitor_page(opened, site, token, read_token(token), Choice(per_page=TOP_N))
        response = html_response("long_list.html", listed)
    else:
        asked = rate_page(opened, site, token, _known(opened, token), "", skip)
        response = html_response("long_rate.html", asked)
    response.cache_control.no_store = True
    return response


def _ratings_of_form(opened: OpenedRelease) -> dict[int, float | None]:
    """Read the form's fields, one per movie; an empty one takes a rating back."""
    if request.form.get("set", opened.set_key) != opened.set_key:
        raise BadParameterError(
            gettext(
                "The site shows other data than when this page was opened, so its numbers are of "
                "other movies. Reload the page, and rate them there."
            )
        )
    found: dict[int, float | None] = {}
    for name, text in request.form.items():
        if not name.startswith(_FIELD):
            continue
        index = opened.release.find_movie(name.removeprefix(_FIELD))
        try:
            stars = float(text) if text.strip() else None
        except ValueError:
            index = None
        if index is None:
            raise BadParameterError(
                gettext(
                    "%(name)s=“%(text)s” is not a rating of a movie here; expected movie-ID=STARS."
                )
                % {"name": shown(name), "text": shown(text)}
            )
        _refuse_beyond_scale(opened, name, stars)
        found[index] = stars
    return found


def _refuse_beyond_scale(opened: OpenedRelease, name: str, stars: float | None) -> None:
    scale = opened.scale
    if stars is not None and not scale.low <= stars <= scale.high:
        raise BadParameterError(
            gettext("%(name)s=%(rating)s is beyond the scale; expected %(low)s to %(high)s.")
            % {
                "name": shown(name),
                "rating": scale.rating_text(stars),
                "low": scale.rating_text(scale.low),
                "high": scale.rating_text(scale.high),
            }
        )
