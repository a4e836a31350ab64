"""A person's ratings and taste as rows of markup; `app.markup.lists` says why by functions."""

from collections.abc import Sequence

from flask import Flask
from markupsafe import Markup, escape

from app.languages import gettext
from app.markup.filters import count
from app.markup.lists import safe_url, star_row, tile
from app.model.dates import day_text
from app.model.opened import OwnRating
from app.model.scale import RatingScale
from app.model.taste import Opinion, TasteGroup, TasteLevel


def init_own_ratings(app: Flask) -> None:
    """Give templates the functions of this module."""
    for function in (group_rows, level_rows, opinion_rows, own_rows):
        app.jinja_env.globals[function.__name__] = function


def own_rows(ratings: Sequence[OwnRating], scale: RatingScale, user_query: str = "") -> Markup:
    """Write ratings as items of a list; their links go on with the user of `user_query`."""
    query = escape(user_query)
    return Markup("".join([_own_row(own, scale, query) for own in ratings]))


def _own_row(own: OwnRating, scale: RatingScale, user_query: str) -> str:
    year = f' <span class="quiet num">{own.year}</span>' if own.year else ""
    when = ""
    if own.day:
        when = f'<span class="dot"> · </span><time datetime="{own.day}">{day_text(own.day)}</time>'
    address = safe_url(own.movie_id) + user_query
    return (
        f"<li>{tile(own.movie_id, own.title, 'small')}\n"
        f'<div><a href="{address}">{escape(own.title)}</a>{year}\n'
        f'<p class="meta">{star_row(own.rating, scale)} '
        f'<span class="num">{scale.rating_text(own.rating)}</span>{when}</p></div></li>\n'
    )


def group_rows(groups: Sequence[TasteGroup], scale: RatingScale) -> Markup:
    """Write decades or genres as rows: two dots on the scale, two means, how many were rated."""
    return Markup(
        "".join(
            f'<tr><th scope="row">{escape(gettext(group.label))}</th><td><svg viewBox="0 0 100 12" '
            f'aria-hidden="true"><path d="M0 6H100"/><circle class="all" '
            f'cx="{scale.percent(group.everyone)}" cy="6" r="4"/><circle class="on" '
            f'cx="{scale.percent(group.mean)}" cy="6" r="4"/></svg></td>'
            f'<td class="num">{scale.score_text(group.mean)}</td>'
            f'<td class="num quiet">{scale.score_text(group.everyone)}</td>'
            f'<td class="num quiet">{count(group.n)}</td></tr>\n'
            for group in groups
        )
    )


def level_rows(levels: Sequence[TasteLevel], scale: RatingScale) -> Markup:
    """Write what share of ratings has each level as rows, highest first: own and everyone's bar."""
    return Markup(
        "".join(
            f'<tr><th scope="row" class="num">{scale.level_text(level.rating)}</th><td>'
            '<svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect class="on" width="{100 * level.own:.1f}" height="8"/><rect class="all" y="10" '
            f'width="{100 * level.everyone:.1f}" height="4"/></svg></td>'
            f'<td class="num">{round(100 * level.own)} %</td>'
            f'<td class="num quiet">{round(100 * level.everyone)} %</td></tr>\n'
            for level in reversed(levels)
        )
    )


def opinion_rows(opinions: Sequence[Opinion], scale: RatingScale, person: str) -> Markup:
    """Write ratings of a person beside everyone's means as items of a list."""
    told = gettext(
        '%(person)s <b class="num">%(rating)s</b>, everyone <span class="num">%(mean)s</span>'
    )
    name = escape(person)
    rows = []
    for each in opinions:
        given = {
            "person": name,
            "rating": scale.rating_text(each.rating),
            "mean": scale.score_text(each.mean),
        }
        rows.append(
            f'<li><a href="{safe_url(each.movie_id)}"><cite>{escape(each.title)}</cite></a> '
            f'<span class="meta">{told % given}</span></li>\n'
        )
    return Markup("".join(rows))
