"""The chart of a list as the browser draws it against the one of the site, letter by letter."""

from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pytest
from flask import get_template_attribute

from app.languages import ENGLISH, NAMES, Speech, speaking
from app.model.chart import Around, Point, make_chart
from app.model.choice import Choice
from app.model.scale import RatingScale
from tests.app.scripts import SCALES, chart_of, chart_texts_of, films, run_scripts

DRAW = """({ RatingScale, chipsOf, drawChart }, { texts, scale, charts }) => {
  const ours = new RatingScale(scale);
  const pairsOf = (pairs) => pairs.map(([mean, stars]) => [mean ?? NaN, stars]);
  return charts.map(({ rows, around, choice, undo }) => {
    const inside = rows.filter(({ chosen }) => chosen).map(({ movie }) => movie);
    const chips = chipsOf(texts, choice, ours, (name) => undo[name]);
    const [others, given] = [around.others, around.given].map(pairsOf);
    return drawChart(texts, { rows, inside, others, given }, ours, chips);
  });
}"""
N_CHARTS = 24


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("ends", SCALES)
def test_chart_when_of_any_points_then_letter_by_letter_that_of_the_site(ends, language, app):
    low, high, step = map(float, ends)
    scale = RatingScale(low=low, high=high, step=step)
    rng = np.random.default_rng(7)
    lists = [_points(rng, n, scale) for n in (1, 2, 50, *rng.integers(1, 51, N_CHARTS))]
    arounds = [_around(rng, 40 * (n % 12), scale) for n in range(len(lists))]
    choices = [_choice(n, scale) for n in range(len(lists))]
    prefix = "" if language == ENGLISH else f"/{language}"
    with app.test_request_context("/mine"), speaking(Speech(language, prefix)):
        macro = get_template_attribute("_chart.html", "chart")
        pages = [
            SimpleNamespace(
                site=SimpleNamespace(scale=scale),
                chart=make_chart(points, low, high, around),
                choice=choice,
                whom=None,
            )
            for points, around, choice in zip(lists, arounds, choices, strict=True)
        ]
        expected = [chart_of(macro(page)) for page in pages]
    texts = chart_texts_of(app.test_client().get(f"{prefix}/mine").text)
    charts = [
        {
            "rows": [_row(point) for point in points],
            "around": {name: _sent(pairs) for name, pairs in vars(around).items()},
            "choice": asdict(choice),
            "undo": {name: f"/mine{_query(choice, name)}" for name in ("score", "mean")},
        }
        for points, around, choice in zip(lists, arounds, choices, strict=True)
    ]
    given = {"texts": texts, "scale": ends, "charts": charts}
    found = run_scripts(["draw.js", "scale.js"], DRAW, given, language)
    lines = [chart_of(each).splitlines() for each in found]
    for drawn, wanted in zip(lines, expected, strict=True):
        assert drawn == wanted.splitlines()
    assert any('class="names"' in each and "…</text>" in each for each in expected)


def test_chart_when_nothing_that_is_listed_has_a_mean_then_none(app):
    texts = chart_texts_of(app.test_client().get("/mine").text)
    movie = {"movie_id": 1, "title": "A", "year": None, "genres": [], "votes": 0, "mean": None}
    chart = {
        "rows": [{"rank": 1, "unclipped": 3.0, "chosen": True, "movie": movie}],
        "around": {"others": [], "given": []},
        "choice": asdict(Choice()),
        "undo": {},
    }
    given = {"texts": texts, "scale": (1, 5, 1), "charts": [chart]}
    assert run_scripts(["draw.js", "scale.js"], DRAW, given) == [""]


def _points(rng, n, scale):
    """Movies of a list, some beyond the scale's ends, some with the same place."""
    span = scale.high - scale.low
    titles = films()
    return tuple(
        Point(
            rank=rank,
            movie_id=rank if rank % 2 else f"tt/{rank}",
            title=titles[int(rng.integers(len(titles)))][0],
            year=None if rank % 5 == 0 else 1900 + rank,
            score=float(scale.low + span * rng.integers(20, 90) / 80),
            mean=float(np.float32(scale.low + span * rng.beta(5, 3))),
            votes=int(rng.integers(1, 13) ** (rank % 4)),
            chosen=rank % 3 > 0,
        )
        for rank in range(1, n + 1)
    )


def _around(rng, n, scale):
    """Pairs around a list, some outside its frame, some without a mean."""
    pairs = rng.uniform(scale.low, scale.high, (2 * n, 2))
    pairs[::7, 0] = np.nan
    return Around(others=pairs[:n], given=pairs[n:])


def _sent(pairs):
    return [[None if np.isnan(mean) else mean, stars] for mean, stars in pairs.tolist()]


def _choice(n, scale):
    bound = float(scale.low + (scale.high - scale.low) * 0.3)
    bounds = (
        {},
        {"score_from": bound},
        {"mean_to": bound, "sort": "gap"},
        {"score_from": bound, "score_to": scale.high, "mean_from": scale.low},
    )
    return Choice(**bounds[n % 4])


def _query(choice, name):
    rest = (choice.any_score() if name == "score" else choice.any_mean()).query()
    return "?" + "&".join(f"{key}={value}" for key, value in rest.items()) if rest else ""


def _row(point):
    names = ("movie_id", "title", "year", "votes", "mean")
    movie = {name: getattr(point, name) for name in names} | {"genres": []}
    return {"rank": point.rank, "movie": movie, "unclipped": point.score, "chosen": point.chosen}
