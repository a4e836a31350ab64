"""The pictures of shared pages: drawn when they are asked for, and kept while there is room."""

from collections.abc import Callable

from flask import Blueprint, Response, current_app

from app.markup.languages import gettext, ngettext
from app.markup.sharing import share, votes_text, words_title
from app.model.choice import Choice
from app.model.listing import ListPage
from app.model.movie import movie_page
from app.model.opened import OpenedRelease
from app.model.page import SiteInfo
from app.model.user import user_page
from app.model.visitor import visitor_page
from app.web.responses import release_response
from app.web.tokens import read_token

cards_blueprint = Blueprint("cards", __name__)

Draw = Callable[[OpenedRelease, SiteInfo], bytes]


@cards_blueprint.get("/card/<any(home, how, rate, report):name>.png")
def words(name: str) -> Response:
    """The card of a page of words: its title, beside the movies that most have rated."""

    def draw(opened: OpenedRelease, site: SiteInfo) -> bytes:
        from app.cards.cards import words_card

        popular = [opened.movie(index) for index in opened.popular]
        return words_card(words_title(name), popular, _site_name())

    return _card(draw)


@cards_blueprint.get("/card/movies/<id:movie_id>.png")
def movie(movie_id: str) -> Response:
    """The card of a movie."""

    def draw(opened: OpenedRelease, site: SiteInfo) -> bytes:
        from app.cards.cards import movie_card

        found = movie_page(opened, site, movie_id, None).movie
        return movie_card(found, site.scale, votes_text(found), _site_name())

    return _card(draw)


@cards_blueprint.get("/card/users/<id:user_id>.png")
def user(user_id: str) -> Response:
    """The card of a user's list."""
    return _card(lambda opened, site: _list(user_page(opened, site, user_id, Choice())))


@cards_blueprint.get("/card/list/<token>.png")
def visitor(token: str) -> Response:
    """The card of a visitor's list."""
    return _card(
        lambda opened, site: _list(visitor_page(opened, site, token, read_token(token), Choice()))
    )


def _list(page: ListPage) -> bytes:
    from app.cards.cards import MOST_MOVIES, list_card

    movies = [pick.movie for pick in page.recommendations]
    n = min(len(movies), MOST_MOVIES)
    told = ngettext("The first movie of the list", "The first %(n)s movies of the list", n)
    return list_card(share(page).title, told % {"n": n}, movies, _site_name())


def _card(draw: Draw) -> Response:
    kept = current_app.extensions["cards"]
    return release_response(
        lambda opened, site: Response(draw(opened, site), mimetype="image/png"), kept
    )


def _site_name() -> str:
    return gettext("Movie recommendations")
