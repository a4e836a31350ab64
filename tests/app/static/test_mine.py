"""The list that the browser makes against the one of the site: its order, its rows, its file."""

import base64
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from tests.app import sample
from tests.app.scripts import SCALES, films, rows_of, run_scripts

LIST = """({ makeModel, picksOf, pickItem, tableOf, RatingScale }, given) => {
  const { titles, about, factors, ratings } = given;
  const scale = new RatingScale(about.scale);
  const { buffer } = Uint8Array.from(Buffer.from(factors, "base64"));
  const picks = picksOf(titles, makeModel(about, buffer), scale, ratings);
  return { rows: picks.map((pick) => pickItem(pick, scale)), table: tableOf(picks) };
}"""
SCRIPTS = ["fold-in.js", "markup.js", "mine.js", "scale.js"]


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
    pages = [client.get(f"{address}?page={page}").text for page in range(1, 6)]
    expected = [row for page in pages for row in rows_of(page)]
    assert len(expected) == 50
    found = run_scripts(
        SCRIPTS,
        LIST,
        {
            "titles": client.get("/offline/titles.json").json,
            "about": client.get("/offline/fold-in.json").json,
            "factors": base64.b64encode(client.get("/offline/factors.bin").data).decode(),
            "ratings": ratings,
        },
    )
    assert found["rows"] == expected
    assert found["table"] == client.get(f"{address}.csv").text


def _in_16_bits(contents):
    """Give a release biases and factors that the device has as exactly as the site."""

    def rounded(columns):
        return (np.rint(columns / np.abs(columns).max(axis=0) * 32_767) / 2**14).astype(np.float32)

    biases, factors = contents.movie_biases, contents.movie_factors
    return replace(contents, movie_biases=rounded(biases), movie_factors=rounded(factors))
