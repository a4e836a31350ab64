"""What pages repeat of movies, as markup: stars, tiles, years and genres, votes.

The browser writes the same: `app/static/markup.js`.
"""

from collections.abc import Iterable
from functools import lru_cache

from flask import Flask
from markupsafe import Markup, escape

from app.languages import gettext
from app.markup.filters import initials, plural, tile_class
from app.model.addresses import movie_url
from app.model.opened import Movie
from app.model.scale import RatingScale
from processing.ids import Id

_KEPT_TILES = 4096


def init_lists(app: Flask) -> None:
    """Give templates the functions of this module."""
    for function in (facts, found_rows, stars, tile, votes):
        app.jinja_env.globals[function.__name__] = function


def stars(value: float, scale: RatingScale) -> Markup:
    """Draw a row of stars, filled as far as the value; screen readers get the number beside it."""
    return Markup(star_row(value, scale))


def star_row(value: float, scale: RatingScale) -> str:
    """Draw the same as a plain text, for functions that write more of a page."""
    width = scale.row_width
    return (
        f'<svg class="stars" viewBox="0 0 {width} 20" aria-hidden="true" '
        f'focusable="false"><g clip-path="url(#star-row)"><rect class="off" '
        f'width="{width}" height="20"/><rect class="on" '
        f'width="{scale.filled(value)}" height="20"/></g></svg>'
    )


@lru_cache(maxsize=_KEPT_TILES)
def tile(movie_id: Id, title: str, size: str = "") -> Markup:
    """Draw a movie's tile: the title on a poster's size, else its initials."""
    shown = title if size == "poster" else initials(title)
    classes = f"tile {tile_class(movie_id)} {size}".rstrip()
    return Markup(f'<span class="{classes}" aria-hidden="true"><span>{escape(shown)}</span></span>')


def safe_url(movie_id: Id) -> str:
    """Write a movie's address so that it can stand in an attribute: that of a number always can."""
    address = movie_url(movie_id)
    return address if isinstance(movie_id, int) else escape(address)


def facts(movie: Movie) -> Markup:
    """Write a movie's year and genres, as far as they are known."""
    known = [str(movie.year)] if movie.year else []
    known += [escape(gettext(genre)) for genre in movie.genres]
    return Markup('<span class="dot"> · </span>'.join(known))


def votes(movie: Movie) -> Markup:
    """Write how many rated a movie, and whether that is few."""
    few = f' <span class="few">{gettext("few votes")}</span>' if movie.few_votes else ""
    return Markup(f"{plural(movie.votes, 'vote')}{few}")


def found_rows(movies: Iterable[Movie], scale: RatingScale, user_query: str = "") -> Markup:
    """Write the movies that a search found as items of a list.

    Their links go on with the user of `user_query`, such as "?user=7".
    """
    query = escape(user_query)
    return Markup("".join([_found_row(movie, scale, query) for movie in movies]))


def _found_row(movie: Movie, scale: RatingScale, query: str) -> str:
    title = escape(movie.title)
    told = gettext("no votes")
    if movie.mean is not None:
        told = (
            f'{star_row(movie.mean, scale)} <span class="num">{scale.score_text(movie.mean)}</span>'
            f'<span class="dot"> · </span>{votes(movie)}'
        )
    return (
        f'<li data-movie="{escape(movie.movie_id)}" data-title="{title}" '
        f'data-year="{movie.year or ""}">{tile(movie.movie_id, movie.title, "small")}\n'
        f'<div><a href="{safe_url(movie.movie_id)}{query}">{title}</a>\n'
        f'<p class="meta">{facts(movie)}</p>\n<p class="meta">{told}</p></div></li>\n'
    )
