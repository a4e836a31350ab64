"""Counts, days and rounded numbers in the browser against those of the server."""

from datetime import date, timedelta

import numpy as np
import pytest

from app.languages import ENGLISH, NAMES, Speech, speaking
from app.markup.filters import count, plural
from app.model.addresses import movie_url
from app.model.dates import day_text
from tests.app.scripts import run_scripts

DAYS = [(date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in range(365)]
COUNTS = (0, 1, 2, 21, 999, 1000, 1682, 100_480_507, -1200)
WRITE_ALL = """({ count, plural, day, movieUrl }, { counts, days, ids }) => ({
  counts: counts.map(count),
  nouns: counts.map((n) => plural(n, "vote")),
  days: days.map((iso) => day(`${iso}T12:00:00Z`)),
  urls: ids.map((id) => movieUrl({ movie_id: id })),
})"""


@pytest.mark.parametrize("language", NAMES)
def test_words_when_written_in_the_browser_then_as_the_site_writes_them(language):
    given = {"counts": COUNTS, "days": DAYS, "ids": [7, "a/b.json"]}
    found = run_scripts(["words.js"], WRITE_ALL, given, language)
    with speaking(Speech(language, "" if language == ENGLISH else f"/{language}")):
        assert found["counts"] == [count(n) for n in COUNTS]
        assert found["nouns"] == [plural(n, "vote") for n in COUNTS]
        assert found["days"] == [day_text(iso) for iso in DAYS]
        assert found["urls"] == [movie_url(each) for each in given["ids"]]


def test_fixed_when_a_number_is_halfway_or_near_then_as_python_rounds():
    halves = np.arange(-400, 401) / 8
    near = np.nextafter(halves, np.inf)
    random = np.random.default_rng(3).normal(0, 30, 500).round(3)
    values = [*halves.tolist(), *near.tolist(), *random.tolist()]
    for decimals in (0, 1, 2):
        function = f"({{ fixed }}, values) => values.map((value) => fixed(value, {decimals}))"
        found = run_scripts(["words.js"], function, values)
        assert found == [f"{value + 0.0:.{decimals}f}" for value in values]
