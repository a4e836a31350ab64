"""The list that the browser makes against the one of the site: its order, rows, file and chart."""

import base64
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from tests.app import sample
from tests.app.scripts import SCALES, chart_of, chart_texts_of, films, rows_of, run_scripts

LIST = """(scripts, given) => {
  const { arrange, choiceOf, makeModel, makeRanking, picksOf, pickItem, tableOf } = scripts;
  const { aroundOf, drawChart, usualError, RatingScale } = scripts;
  const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64")).buffer;
  const scale = new RatingScale(given.prior.scale);
  const model = makeModel(given.prior, bytes(given.factors));
  const ranking = makeRanking(given.ranking, bytes(given.weights));
  const data = { titles: given.titles, model, ranking };
  const choice = choiceOf(given.search);
  const picks = arrange(choice, picksOf(data, given.ratings, choice));
  const usual = usualError(picks, scale);
  const inside = picks.map(({ movie }) => movie);
  const drawn = { rows: picks, inside, ...aroundOf(data, given.ratings) };
  const chart = drawChart(given.texts, drawn, scale, "");
  return { chart, rows: picks.map((pick) => pickItem(pick, scale, usual)), table: tableOf(picks) };
}"""
SCRIPTS = ["choice.js", "draw.js", "fold-in.js", "markup.js", "mine.js", "ranking.js", "scale.js"]


@pytest.mark.parametrize("scale", SCALES)
def test_list_when_made_in_the_browser_then_letter_by_letter_that_of_the_site(
    scale, site_of, monkeypatch
):
    contents = sample._contents
    monkeypatch.setattr(sample, "FILMS", films())
    monkeypatch.setattr(sample, "_contents", lambda about: _in_16_bits(contents(about)))
    low, high, step = scale
    client = site_of(
        scale=(float(low), float(high), float(step)),
        global_mean=(low + high) / 2,
        source=msgspec.structs.replace(sample.SOURCE, n_movies=len(sample.FILMS)),
    )
    rng = np.random.default_rng(2)
    rated = rng.choice(np.arange(1, len(sample.FILMS)), 12, replace=False).tolist()
    ratings = {
        movie: float(low + step * rng.integers(0, (high - low) / step + 1)) for movie in rated
    }
    form = {f"movie-{movie}": f"{rating:g}" for movie, rating in ratings.items()}
    address = client.post("/rate", data=form).headers["Location"]
    kept = {
        "titles": client.get("/offline/titles.json").json,
        "prior": client.get("/offline/fold-in.json").json,
        "factors": _text(client, "/offline/factors.bin"),
        "ranking": client.get("/offline/ranking.json").json,
        "weights": _text(client, "/offline/ranking.bin"),
        "ratings": ratings,
        "texts": chart_texts_of(client.get("/mine").text),
    }
    lists = []
    for known in ("", "well", "less"):
        pages = [client.get(f"{address}?known={known}&page={page}").text for page in range(1, 6)]
        expected = [row for page in pages for row in rows_of(page)]
        assert len(expected) == 50
        found = run_scripts(SCRIPTS, LIST, kept | {"search": f"?known={known}"})
        assert found["rows"] == expected
        assert chart_of(found["chart"]) == chart_of(pages[0])
        assert found["table"] == client.get(f"{address}.csv?known={known}").text
        lists.append([row.partition('data-title="')[2].partition('"')[0] for row in expected])
    assert sorted(lists[0]) == sorted(lists[1]) == sorted(lists[2])
    assert lists[0] != lists[1] != lists[2] != lists[0]


def _text(client, path):
    return base64.b64encode(client.get(path).data).decode()


def _in_16_bits(contents):
    """Give a release biases and factors that the device has as exactly as the site."""

    def rounded(columns):
        return (np.rint(columns / np.abs(columns).max(axis=0) * 32_767) / 2**14).astype(np.float32)

    biases, factors = contents.movie_biases, contents.movie_factors
    return replace(contents, movie_biases=rounded(biases), movie_factors=rounded(factors))
