"""Films: the real ones of `films.csv`, and the invented ones of larger sets."""

import csv
from importlib.resources import files
from typing import NamedTuple

import numpy as np


class FilmTitle(NamedTuple):
    """What is written about a film."""

    year: int
    title: str
    genres: tuple[str, ...]


def real_films() -> list[FilmTitle]:
    """The real films, by year."""
    text = files("processing.simulation").joinpath("films.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [
        FilmTitle(int(row["year"]), row["title"], tuple(row["genres"].split("|"))) for row in rows
    ]


def draw_titles(n_movies: int, rng: np.random.Generator) -> list[FilmTitle]:
    """Real films in random order; then placeholders with the year and genres of some real film."""
    films = real_films()
    titles = [films[k] for k in rng.permutation(len(films))[:n_movies]]
    models = rng.integers(len(films), size=max(0, n_movies - len(films)))
    return titles + [
        FilmTitle(films[model].year, f"Film {number:05d}", films[model].genres)
        for number, model in enumerate(models, start=len(films) + 1)
    ]
