"""The chart of a list, as markup: its points, what stands around them, names, and its table.

The browser draws the same: `app/static/draw.js`.
"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from flask import Flask
from markupsafe import Markup, escape

from app.languages import gettext
from app.markup.filters import count, plural
from app.model.addresses import movie_url
from app.model.chart import BOTTOM, FRAME, LEFT, RIGHT, TOP, Chart, Place
from app.model.scale import RatingScale


def init_charts(app: Flask) -> None:
    """Give templates the functions of this module."""
    app.jinja_env.globals["draw_chart"] = draw_chart
    app.jinja_env.globals["chart_frame"] = FRAME


class DrawnChart(NamedTuple):
    """A chart: axes, other movies and ratings as paths, points as circles and rows, names."""

    ticks: Markup
    others: str
    given: str
    points: Markup
    names: Markup
    rows: Markup


def draw_chart(chart: Chart, scale: RatingScale, user_query: str = "") -> DrawnChart:
    """Draw the points of a chart; each circle carries where it leads and what it says."""
    points, rows = [], []
    sentence = gettext("%(movie)s: predicted %(score)s, everyone %(mean)s from %(votes)s")
    for point, dot in zip(chart.points, chart.dots, strict=True):
        href, title = movie_url(point.movie_id) + user_query, escape(point.title)
        score, mean = scale.predicted_text(point.score), scale.score_text(point.mean)
        told = sentence % {
            "movie": f"{title} ({point.year})" if point.year else title,
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
            f'<td class="num">{mean}</td><td class="num">{count(point.votes)}</td></tr>\n'
        )
    return DrawnChart(
        ticks=_ticks(chart, scale),
        others=_dots(chart.others),
        given=_dots(chart.given),
        points=Markup("".join(points)),
        names=_names(chart),
        rows=Markup("".join(rows)),
    )


def _ticks(chart: Chart, scale: RatingScale) -> Markup:
    """Write the marks of both axes, and their lines across the frame."""
    drawn = []
    for value, x, y in chart.ticks:
        text = scale.tick_text(value)
        drawn.append(
            f'<path d="M{x} {TOP}V{BOTTOM}M{LEFT} {y}H{RIGHT}"/>'
            f'<text x="{x}" y="{BOTTOM + 36}">{text}</text>'
            f'<text class="end" x="{LEFT - 8}" y="{round(y + 5, 1)}">{text}</text>\n'
        )
    return Markup("".join(drawn))


def _names(chart: Chart) -> Markup:
    """Write the names of points, and lines to those that are apart from theirs."""
    drawn = []
    for label in chart.labels:
        x, y, dot = round(label.x, 1), round(label.y, 1), label.dot
        line = f'<path d="M{round(dot.x, 1)} {round(dot.y, 1)}L{x} {y}"/>' if label.apart else ""
        end = ' class="end"' if label.to_left else ""
        drawn.append(
            f'{line}<text{end} x="{x}" y="{round(label.y + 5, 1)}">{escape(label.text)}</text>\n'
        )
    return Markup("".join(drawn))


def _dots(places: Sequence[Place]) -> str:
    """Write places as one path whose round ends are the dots."""
    return "M%d %dh0" * len(places) % tuple(chain.from_iterable(places))
