"""The addresses of a release: its users, its movies, its report, and the ways in."""

import mimetypes
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.model.catalogue import Browse, MoviesPage, movies_page, surprise
from app.model.choice import Choice
from app.model.home import HomePage, home_page
from app.model.how import HowPage, how_page
from app.model.movie import MoviePage, movie_page
from app.model.opened import OpenedRelease
from app.model.page import SiteInfo
from app.model.report import ReportPage, report_page
from app.model.search import SearchPage, SuggestPage, search_page, suggest_page
from app.model.user import RatingsPage, UserPage, ratings_page, user_page
from app.model.users import UsersPage, users_page
from app.web.parameters import (
    LIST,
    MOVIES,
    PAGE,
    QUERY,
    SURPRISE,
    USER,
    USERS_PER_PAGE,
    read_parameters,
)
from app.web.responses import current
from app.web.routes import page_route

site_blueprint = Blueprint("site", __name__)


@page_route(site_blueprint, "/")
def home(opened: OpenedRelease, site: SiteInfo) -> HomePage:
    """The ways in, and what this release is."""
    return home_page(opened, site)


@page_route(site_blueprint, "/users", (USERS_PER_PAGE, PAGE), html=False)
def users(opened: OpenedRelease, site: SiteInfo, per_page: int, page: int) -> UsersPage:
    """The ids of all users, a page at a time."""
    return users_page(opened, site, page, per_page)


@page_route(site_blueprint, "/users/<id:user_id>", LIST, table=True)
def user(opened: OpenedRelease, site: SiteInfo, user_id: str, **choice: Any) -> UserPage:
    """A user's recommendations, why each is there, their taste, and their latest ratings."""
    return user_page(opened, site, user_id, Choice.of(choice))


@page_route(site_blueprint, "/users/<id:user_id>/ratings", (PAGE,), table=True)
def ratings(opened: OpenedRelease, site: SiteInfo, user_id: str, page: int) -> RatingsPage:
    """Everything that a user rated, a hundred at a time."""
    return ratings_page(opened, site, user_id, page)


@page_route(site_blueprint, "/movies", MOVIES, table=True)
def movies(opened: OpenedRelease, site: SiteInfo, **browse: Any) -> MoviesPage:
    """The whole catalogue to browse, or a genre or years of it."""
    return movies_page(opened, site, Browse.of(browse))


@site_blueprint.get("/surprise")
def surprise_me() -> ResponseReturnValue:
    """Where chance leads: to one of the best loved movies, of a genre or of years if asked."""
    browse = Browse.of(read_parameters(SURPRISE, request.args))
    response = redirect(url_for("site.movie", movie_id=surprise(current().opened(), browse)))
    response.cache_control.no_store = True
    return response


@page_route(site_blueprint, "/movies/<id:movie_id>", (USER,))
def movie(opened: OpenedRelease, site: SiteInfo, movie_id: str, user: str | None) -> MoviePage:
    """What everyone gave a movie, who loves it, what is like it, and what a user would give it."""
    return movie_page(opened, site, movie_id, user)


@page_route(site_blueprint, "/search", (QUERY, PAGE, USER))
def search(
    opened: OpenedRelease, site: SiteInfo, q: str, page: int, user: str | None
) -> SearchPage:
    """Movies by title, users by id."""
    return search_page(opened, site, q, page, user)


@page_route(site_blueprint, "/suggest", (QUERY,), html=False)
def suggest(opened: OpenedRelease, site: SiteInfo, q: str) -> SuggestPage:
    """What a query may mean while it is being typed."""
    return suggest_page(opened, site, q)


@page_route(site_blueprint, "/report")
def report(opened: OpenedRelease, site: SiteInfo) -> ReportPage:
    """How well the models predict."""
    return report_page(opened, site)


@page_route(site_blueprint, "/how")
def how(opened: OpenedRelease, site: SiteInfo) -> HowPage:
    """How this works, and what it cannot know."""
    return how_page(opened, site)


@site_blueprint.get("/users")
def find_user() -> ResponseReturnValue:
    """Where the home page's form leads: to the user whose id was entered."""
    text = request.args.get("id", "").strip()
    if not text:
        return redirect(url_for("site.home"))
    return redirect(url_for("site.user", user_id=text))


@site_blueprint.get("/figures/<release_id>/<name>")
def figure(release_id: str, name: str) -> Response:
    """A figure of the report."""
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(current().figure(release_id, name), mimetype=content_type)
    response.cache_control.public = True
    response.cache_control.max_age = 31_536_000
    response.cache_control.immutable = True
    return response


@site_blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """What works, for the platform that runs the site: 503 only where nothing can be shown."""
    health = current().health()
    return health, 200 if health["release_id"] else 503, {"Cache-Control": "no-store"}
