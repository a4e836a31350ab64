"""A row of a list as the browser writes it against the one of the site, letter by letter."""

import msgspec
import numpy as np
import pytest

from app.languages import ENGLISH, NAMES, Speech, speaking
from app.markup.filters import initials, tile_class
from app.markup.picks import rows
from app.model.account import account_of_ratings
from app.model.listing import usual_error
from app.model.opened import Movie
from app.model.recommendation import Reason, Recommendation
from app.model.scale import RatingScale
from tests.app.scripts import SCALES, films, rows_of, run_scripts

IDS = (1, 7, 64_082, 193_609, 2**31, 2**40 + 3)
WRITE_ALL = """({ RatingScale, pickItem, usualError }, { scale, picks }) => {
  const ours = new RatingScale(scale);
  return picks.map((pick) => pickItem(pick, ours, usualError(picks, ours)));
}"""


def test_initials_when_of_any_title_then_as_the_site_has_them():
    titles = [title for title, _, _ in films()]
    function = "({ initials }, titles) => titles.map(initials)"
    found = run_scripts(["markup.js"], function, titles)
    wrong = [
        row for row in zip(titles, found, map(initials, titles), strict=True) if len({*row[1:]}) > 1
    ]
    assert wrong == []


def test_tile_when_of_any_movie_then_coloured_as_the_site_colours_it():
    found = run_scripts(["markup.js"], "({ tileClass }, ids) => ids.map(tileClass)", IDS)
    assert found == [tile_class(movie_id) for movie_id in IDS]


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("ends", SCALES)
def test_row_when_of_any_movie_then_letter_by_letter_that_of_the_site(ends, language, app):
    prefix = "" if language == ENGLISH else f"/{language}"
    with speaking(Speech(language, prefix)):
        picks = _picks(ends)
    given = {"scale": ends, "picks": [_as_json(pick) for pick in picks]}
    found = run_scripts(["markup.js", "scale.js"], WRITE_ALL, given, language)
    low, high, step = ends
    scale = RatingScale(low=low, high=high, step=step)
    with app.test_request_context(), speaking(Speech(language, prefix)):
        expected = rows_of(rows(picks, scale, True, usual_error(picks, scale)))
    assert len(found) > 400
    assert found == expected


def _picks(ends):
    """Recommendations of all films, with few and many votes, reasons and none, on a scale."""
    low, high, step = ends
    rng = np.random.default_rng(9)
    movies = [
        Movie(
            movie_id=1 + 37 * index,
            title=title,
            year=year,
            genres=genres,
            mean=None if index % 40 == 7 else float(np.float32(rng.uniform(low, high))),
            votes=0 if index % 40 == 7 else int(rng.integers(1, 13) ** (1 + index % 3)),
        )
        for index, (title, year, genres) in enumerate(films())
    ]
    levels = np.arange(low, high + step / 2, step).tolist()
    picks = []
    for index, movie in enumerate(movies):
        room = (high - low) / 8
        score = (
            levels[index % len(levels)] if index % 5 == 0 else rng.uniform(low - room, high + room)
        )
        error = 0.3 if index % 3 else rng.uniform(0, (high - low) / 3)
        reasons = [
            Reason(
                movie_id=other.movie_id,
                title=other.title,
                rating=levels[int(rng.integers(len(levels)))],
                share=0.25,
            )
            for other in movies[index // 2 : index // 2 + index % 3]
        ]
        picks.append(
            Recommendation(
                rank=index + 1,
                movie=movie,
                score=min(max(float(score), low), high),
                unclipped=float(score),
                difference=None if movie.mean is None else float(score) - movie.mean,
                error=float(error),
                reasons=tuple(reasons),
                account=account_of_ratings(
                    [other.title for other in movies[:index]],
                    rng.normal(0, (high - low) / 9, index).tolist(),
                    (float(rng.uniform(low, high)), min(max(float(score), low), high)),
                    RatingScale(low=low, high=high, step=step),
                ),
                alike=None,
            )
        )
    return picks


def _as_json(pick):
    """A recommendation as the browser has it."""
    movie = {
        name: getattr(pick.movie, name)
        for name in ("movie_id", "title", "year", "genres", "votes", "mean")
    }
    reasons = [
        {name: getattr(reason, name) for name in ("movie_id", "title", "rating", "share")}
        for reason in pick.reasons
    ]
    return {
        "rank": pick.rank,
        "movie": movie,
        "score": pick.score,
        "unclipped": pick.unclipped,
        "error": pick.error,
        "reasons": reasons,
        "account": msgspec.to_builtins(pick.account),
    }
