"""What is kept on a device about films: stars and marks, and how stars go to another scale."""

import pytest

from tests.app.scripts import run_scripts

DEVICE = """
const kept = {};
globalThis.localStorage = {
  getItem: (key) => kept[key] ?? null,
  setItem: (key, text) => { kept[key] = text; },
};
globalThis.addEventListener = () => {};
globalThis.dispatchEvent = () => {};
const visit = (set, scale) => { globalThis.document = { body: { dataset: { set, scale } } }; };
"""
ALIEN = {"movie_id": 1, "title": "Alien", "year": 1979}


def on_device(script, given=None):
    """Run a script that has a device, `visit` to a set of data, and what `films.js` exports."""
    return run_scripts(["films.js"], f"(films, given) => {{ {DEVICE} {script} }}", given)


def test_films_when_rated_saved_and_taken_back_then_only_what_is_left_is_kept():
    found = on_device(
        """visit("aaaaaa", "1 5 1");
        films.mark(given, "saved");
        const saved = films.marked("saved").map(({ title }) => title);
        films.rate(given, 4);
        const rated = [films.ratings(), films.marked("saved")];
        films.rate(given, null);
        return [saved, rated, films.allFilms()];""",
        ALIEN,
    )
    assert found == [["Alien"], [{"1": 4}, []], []]


def test_films_when_another_set_has_the_same_id_then_nothing_is_rated_there():
    found = on_device(
        """visit("aaaaaa", "1 5 1");
        films.rate(given, 4);
        visit("bbbbbb", "1 5 1");
        const elsewhere = films.elsewhere().map(({ title }) => title);
        return [films.ratings(), films.filmOf(1) ?? null, elsewhere];""",
        ALIEN,
    )
    assert found == [{}, None, ["Alien"]]


@pytest.mark.parametrize(
    ("scale", "stars"),
    [("1 5 1", 4), ("0.5 5 0.5", 4), ("1 10 1", 8), ("0 100 1", 75), ("1 3 0", 2.5)],
)
def test_stars_when_a_set_has_another_scale_then_as_far_up_on_it(scale, stars):
    found = on_device(
        """visit("aaaaaa", "1 5 1");
        films.rate(given[0], 4);
        visit("aaaaaa", given[1]);
        return films.ratings();""",
        [ALIEN, scale],
    )
    assert found == {"1": stars}
