"""What lists repeat by the hundred, as markup: stars, tiles, points, bars and their rows.

Functions, not macros: a list of twenty movies has three thousand of these values, which a template
takes three times as long to write. The browser writes the same rows: `app/static/markup.js`.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from flask import Flask
from markupsafe import Markup, escape

from app.languages import N_, gettext, ngettext
from app.markup.filters import count, initials, plural, tile_class
from app.model.addresses import movie_url
from app.model.chart import FRAME, Chart, Place
from app.model.opened import Movie
from app.model.recommendation import Recommendation
from app.model.scale import RatingScale
from processing.ids import Id

_KEPT_TILES = 4096
_BAR = '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
_NO_REASON_FOR_YOU = N_(
    "No one movie that you liked brings it here: all your ratings together do, and how many people "
    "have rated it."
)
_NO_REASON_FOR_THEM = N_(
    "No one movie that they liked brings it here: all their ratings together do, and how many "
    "people have rated it."
)
_ONE_REASON_FOR_YOU = N_("Because you liked %(movie)s.")
_ONE_REASON_FOR_THEM = N_("Because they liked %(movie)s.")
_SHARES_FOR_YOU = N_("Which of your ratings count most for %(movie)s")
_SHARES_FOR_THEM = N_("Which of their ratings count most for %(movie)s")
_REASONS_FOR_YOU = N_("Because you liked %(one)s and %(other)s.")
_REASONS_FOR_THEM = N_("Because they liked %(one)s and %(other)s.")
_TRACK = '<rect class="off" width="100" height="8"/>'


def init_lists(app: Flask) -> None:
    """Give templates the functions of this module."""
    functions = (
        account_table,
        account_told,
        draw_chart,
        facts,
        how_much,
        share_bar,
        share_table,
        stars,
    )
    for function in (*functions, stars, tile, votes, why):
        app.jinja_env.globals[function.__name__] = function
    app.jinja_env.globals["chart_frame"] = FRAME


def stars(value: float, scale: RatingScale) -> Markup:
    """Draw a row of stars, filled as far as the value; screen readers get the number beside it."""
    return Markup(
        f'<svg class="stars" viewBox="0 0 {scale.row_width} 20" aria-hidden="true" '
        f'focusable="false"><g clip-path="url(#star-row)"><rect class="off" '
        f'width="{scale.row_width}" height="20"/><rect class="on" '
        f'width="{scale.filled(value)}" height="20"/></g></svg>'
    )


@lru_cache(maxsize=_KEPT_TILES)
def tile(movie_id: Id, title: str, size: str = "") -> Markup:
    """Draw a movie's tile: the title on a poster's size, else its initials."""
    shown = title if size == "poster" else initials(title)
    classes = f"tile {tile_class(movie_id)} {size}".rstrip()
    return Markup(f'<span class="{classes}" aria-hidden="true"><span>{escape(shown)}</span></span>')


def facts(movie: Movie) -> Markup:
    """Write a movie's year and genres, as far as they are known."""
    known = ([str(movie.year)] if movie.year else []) + [
        escape(gettext(genre)) for genre in movie.genres
    ]
    return Markup('<span class="dot"> · </span>'.join(known))


def how_much(pick: Recommendation, scale: RatingScale, usual_error: str | None) -> Markup:
    """Write the stars predicted, what everyone gave, and the difference.

    How far such predictions are off is told where it is not what the list says once, above it.
    """
    error = ""
    if pick.error is not None and (text := scale.score_text(pick.error)) != usual_error:
        error = (
            f' <span class="quiet num"><span class="unseen">, {gettext("give or take")} </span>'
            f'<span aria-hidden="true">±</span>{text}</span>'
        )
    of_all = gettext("predicted, of %(high)s") % {"high": scale.rating_text(scale.high)}
    return Markup(
        f'<p class="score">{stars(pick.score, scale)} '
        f'<b class="num">{scale.predicted_text(pick.unclipped)}</b>'
        f'<span class="unseen"> {of_all}</span>{error}</p>\n'
        f'<p class="meta">{_crowd(pick.movie, scale)}</p>{_gap(pick, scale)}'
    )


def _gap(pick: Recommendation, scale: RatingScale) -> str:
    if pick.difference is None:
        return ""
    stars = scale.difference_text(pick.difference)
    if stars is None:
        return f'\n<p class="meta">{gettext("as everyone")}</p>'
    if pick.difference > 0:
        sign, text = "up", gettext("%(stars)s more than everyone") % {"stars": stars}
    else:
        sign, text = "down", gettext("%(stars)s less than everyone") % {"stars": stars}
    return f'\n<p class="meta difference num {sign}">{text}</p>'


def _crowd(movie: Movie, scale: RatingScale) -> str:
    if movie.mean is None:
        return gettext("no votes yet")
    return (
        f'{gettext("everyone")} <span class="num">{scale.score_text(movie.mean)}</span>'
        f'<span class="dot"> · </span>{votes(movie)}'
    )


def votes(movie: Movie) -> Markup:
    """Write how many rated a movie, and whether that is few."""
    few = f' <span class="few">{gettext("few votes")}</span>' if movie.few_votes else ""
    return Markup(f"{plural(movie.votes, 'vote')}{few}")


def why(pick: Recommendation, for_you: bool, user_query: str = "") -> Markup:
    """Write the sentence that says why a movie is listed, to whose list it is or about them."""
    named = [
        f'<a href="{movie_url(reason.movie_id)}{user_query}"><cite>'
        f"{escape(reason.title)}</cite></a>"
        for reason in pick.reasons
    ]
    if not named:
        sentence = _NO_REASON_FOR_YOU if for_you else _NO_REASON_FOR_THEM
        return Markup(gettext(sentence))
    if len(named) == 1:
        sentence = _ONE_REASON_FOR_YOU if for_you else _ONE_REASON_FOR_THEM
        return Markup(gettext(sentence) % {"movie": named[0]})
    sentence = _REASONS_FOR_YOU if for_you else _REASONS_FOR_THEM
    return Markup(gettext(sentence) % {"one": named[0], "other": named[1]})


class DrawnChart(NamedTuple):
    """A chart: other movies and ratings as paths, the points as circles and as rows of a table."""

    others: str
    given: str
    points: Markup
    rows: Markup


def draw_chart(chart: Chart, scale: RatingScale, user_query: str = "") -> DrawnChart:
    """Draw the points of a chart; each circle carries where it leads and what it says."""
    points, rows = [], []
    sentence = gettext("%(movie)s: predicted %(score)s, everyone %(mean)s from %(votes)s")
    for point, dot in zip(chart.points, chart.dots, strict=True):
        href, title = movie_url(point.movie_id) + user_query, escape(point.title)
        score, mean = scale.predicted_text(point.score), scale.score_text(point.mean)
        votes, year = count(point.votes), f" ({point.year})" if point.year else ""
        told = sentence % {
            "movie": f"{title}{year}",
            "score": score,
            "mean": mean,
            "votes": plural(point.votes, "vote"),
        }
        points.append(
            f'<circle{"" if point.chosen else " class=out"} cx="{dot.x}" '
            f'cy="{dot.y}" r="{dot.radius}" data-href="{href}" data-text="{told}"/>\n'
        )
        rows.append(
            f'<tr><th scope="row"><a href="{href}">{title}</a></th><td class="num">{score}</td>'
            f'<td class="num">{mean}</td><td class="num">{votes}</td></tr>\n'
        )
    return DrawnChart(
        others=_dots(chart.others),
        given=_dots(chart.given),
        points=Markup("".join(points)),
        rows=Markup("".join(rows)),
    )


def _dots(places: Sequence[Place]) -> str:
    """Write places as one path whose round ends are the dots."""
    return "".join([f"M{x} {y}h0" for x, y in places])


def account_table(pick: Recommendation, scale: RatingScale) -> Markup:
    """Write an account as a table, each bar beginning where the one before it ends."""
    assert pick.account is not None
    caption = gettext("What adds up to the stars predicted for %(movie)s")
    movie = f"<cite>{escape(pick.movie.title)}</cite>"
    rows = []
    for step in pick.account.steps:
        sign = "up" if step.part.stars > 0 else "down"
        rows.append(
            f'<tr><th scope="row">{escape(step.part.label)}</th><td>{_BAR}{_TRACK}'
            f'<rect class="{sign}" x="{step.left}" width="{step.width}" height="8"/></svg></td>'
            f'<td class="num {sign}">{scale.part_text(step.part.stars)}</td></tr>\n'
        )
    return Markup(
        f'<table class="bars account">\n<caption>{caption % {"movie": movie}}</caption>\n'
        f"{_head(gettext('Part'), gettext('Stars'))}<tbody>\n"
        f'<tr><th scope="row">{pick.account.start_label}</th><td></td>'
        f'<td class="num">{scale.exact_text(pick.account.start)}</td></tr>\n'
        f"{''.join(rows)}</tbody>\n"
        f'<tfoot><tr><th scope="row">{gettext("Predicted")}</th><td></td>'
        f'<td class="num">{scale.exact_text(pick.account.score)}</td></tr></tfoot>\n</table>'
    )


def share_table(pick: Recommendation, for_you: bool) -> Markup:
    """Write what each movie that was liked adds to a recommendation's being listed as a table."""
    caption = _SHARES_FOR_YOU if for_you else _SHARES_FOR_THEM
    movie = f"<cite>{escape(pick.movie.title)}</cite>"
    rows = [
        f'<tr><th scope="row">{escape(reason.title)}</th><td>{share_bar(reason.share)}</td>'
        f'<td class="num">{reason.percent} %</td></tr>\n'
        for reason in pick.reasons
    ]
    return Markup(
        f'<table class="bars">\n<caption>{gettext(caption) % {"movie": movie}}</caption>\n'
        f"{_head(gettext('Movie'), gettext('Share'))}<tbody>\n{''.join(rows)}</tbody>\n</table>"
    )


def account_told(pick: Recommendation, scale: RatingScale, for_you: bool) -> Markup:
    """Write what stands behind a recommendation as sentences."""
    assert pick.account is not None
    told: list[str] = []
    for each in () if for_you else pick.account.evidence:
        sentence = gettext(
            "%(percent)s %% of the %(n)s viewers who love %(title)s and rated this love it too."
        )
        title = f"<cite>{escape(each.title)}</cite>"
        told.append(sentence % {"percent": each.percent, "n": count(each.n), "title": title})
    if pick.alike:
        sentence = ngettext(
            "One of the viewers most like them rated it %(stars)s.",
            "%(n)s of the viewers most like them rated it %(stars)s on average.",
            pick.alike.n,
        )
        mean = scale.score_text(pick.alike.mean)
        told.append(sentence % {"n": count(pick.alike.n), "stars": mean})
    if pick.error is not None:
        sentence = gettext("Predictions like this one are typically off by about %(stars)s stars.")
        told.append(sentence % {"stars": scale.score_text(pick.error)})
    return Markup("".join(f'<p class="told">{sentence}</p>\n' for sentence in told))


def _head(first: str, last: str) -> str:
    columns = "".join(f'<th scope="col">{name}</th>' for name in (first, gettext("Bar"), last))
    return f'<thead class="unseen"><tr>{columns}</tr></thead>\n'


def share_bar(share: float) -> Markup:
    """Draw a bar that is filled as far as a share, 0 to 1."""
    return Markup(f'{_BAR}{_TRACK}<rect class="on" width="{100 * share:.1f}" height="8"/></svg>')
