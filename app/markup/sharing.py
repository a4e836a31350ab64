"""What a shared page says of itself: to people as a card, to programs as linked data."""

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from flask import Flask, url_for

from app.markup.filters import count
from app.markup.languages import gettext, ngettext
from app.model.how import HowPage
from app.model.listing import ListPage
from app.model.movie import MoviePage
from app.model.opened import Movie
from app.model.page import Page
from app.model.rate import RatePage
from app.model.report import ReportPage
from app.model.user import RatingsPage, UserPage
from app.model.visitor import VisitorPage

HOME, HOW, RATE, REPORT = "home", "how", "rate", "report"
_N_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Share:
    """A title, a sentence, and the address of a picture with the words that stand for it."""

    title: str
    description: str
    picture: str
    alt: str


def init_sharing(app: Flask) -> None:
    """Give templates `share(page)` and `linked_data(page)`."""
    app.jinja_env.globals["share"] = share
    app.jinja_env.globals["linked_data"] = linked_data


@singledispatch
def share(page: Page) -> Share:
    """Return what a page says of itself where its address is shared."""
    told = gettext(
        "Movies that each viewer would rate highest, predicted from ratings, and the reasons why."
    )
    picture = url_for("cards.words", name=HOME)
    return Share(title=page.title, description=told, picture=picture, alt=words_title(HOME))


@share.register
def _(page: MoviePage) -> Share:
    movie = page.movie
    if movie.mean is None:
        told = gettext("Nobody has rated it yet.")
    else:
        told = gettext(
            "%(mean)s of %(high)s stars %(votes)s: who loves it, when it was rated, and what is "
            "rated alike."
        ) % {
            "mean": page.site.scale.score_text(movie.mean),
            "high": page.site.scale.rating_text(page.site.scale.high),
            "votes": votes_text(movie),
        }
    return Share(
        title=_named(movie),
        description=told,
        picture=url_for("cards.movie", movie_id=movie.movie_id),
        alt=f"{_named(movie)}. {told}",
    )


@share.register
def _(page: UserPage) -> Share:
    title = gettext("Recommended for user %(user_id)s") % {"user_id": page.user_id}
    return _list(page, title, url_for("cards.user", user_id=page.user_id))


@share.register
def _(page: VisitorPage) -> Share:
    n = len(page.given)
    title = ngettext("A list made from %(n)s rating", "A list made from %(n)s ratings", n)
    return _list(page, title % {"n": count(n)}, url_for("cards.visitor", token=page.token))


@share.register
def _(page: RatingsPage) -> Share:
    title = gettext("What user %(user_id)s rated") % {"user_id": page.user_id}
    n = page.n_ratings
    told = ngettext("%(n)s movie, with its stars.", "%(n)s movies, with their stars.", n)
    return Share(
        title=title,
        description=told % {"n": count(n)},
        picture=url_for("cards.user", user_id=page.user_id),
        alt=title,
    )


@share.register
def _(page: ReportPage) -> Share:
    return _words(REPORT, page.found or gettext("How far predictions are off, model by model."))


@share.register
def _(page: HowPage) -> Share:
    return _words(HOW, gettext("What a predicted star means, and what cannot be known."))


@share.register
def _(page: RatePage) -> Share:
    return _words(RATE, gettext("Five ratings give you a list; ten give you a good one."))


def words_title(name: str) -> str:
    """Return what the card of a page of words says.

    Raises
    ------
    LookupError
        If there is no such card.
    """
    titles = {
        HOME: gettext("Every viewer has a next favourite movie."),
        HOW: gettext("How this works"),
        RATE: gettext("Rate a few movies, get your list"),
        REPORT: gettext("How good are the predictions?"),
    }
    return titles[name]


def votes_text(movie: Movie) -> str:
    """Write of how many ratings a movie's mean is."""
    text = ngettext("from %(n)s vote", "from %(n)s votes", movie.votes)
    return text % {"n": count(movie.votes)}


def linked_data(page: MoviePage, site_url: str) -> dict[str, Any]:
    """Return a movie as search engines read it; simulated votes are not told to them.

    Its addresses are there where the site knows its own, `site_url`.
    """
    movie, scale = page.movie, page.site.scale
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Movie",
        "name": movie.title,
    }
    if site_url:
        told["url"] = site_url + url_for("site.movie", movie_id=movie.movie_id)
        told["image"] = site_url + url_for("cards.movie", movie_id=movie.movie_id)
    if movie.year:
        told["datePublished"] = str(movie.year)
    if movie.genres:
        told["genre"] = list(movie.genres)
    if movie.mean is not None and not page.site.simulated:
        told["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(movie.mean, 2),
            "ratingCount": movie.votes,
            "bestRating": scale.high,
            "worstRating": scale.low,
        }
    return told


def _named(movie: Movie) -> str:
    return f"{movie.title} ({movie.year})" if movie.year else movie.title


def _list(page: ListPage, title: str, picture: str) -> Share:
    firsts = ", ".join(_named(pick.movie) for pick in page.recommendations[:_N_NAMED])
    told = gettext("First: %(titles)s.") % {"titles": firsts} if firsts else page.title
    return Share(title=title, description=told, picture=picture, alt=f"{title}. {told}")


def _words(name: str, told: str) -> Share:
    title = words_title(name)
    picture = url_for("cards.words", name=name)
    return Share(title=title, description=told, picture=picture, alt=title)
