"""Finds a film of another set of data, or of another release, by its title and year."""

import re
from collections.abc import Sequence

from app.model.title_index import fold_words, without_articles
from processing.ids import Id

CUT_LETTERS = 24  # of a title in a link
_PLACEHOLDER = re.compile(r"(Movie|Film) \S+")  # of movies whose title nobody knows


class FilmIndex:
    """The movies of a release by title, cut as links cut it, and year.

    Parameters
    ----------
    movie_ids, titles, years
        One entry per movie.
    """

    def __init__(
        self, movie_ids: Sequence[Id], titles: Sequence[str], years: Sequence[int | None]
    ) -> None:
        self._ids = movie_ids
        self._places: dict[tuple[str, int | None], list[int]] = {}
        for index, title in enumerate(titles):
            self._places.setdefault((_plain(title), years[index]), []).append(index)

    def find(self, title: str, year: int | None, movie_id: Id | None) -> int | None:
        """Return the index of a film, None where none or several have this title and year.

        Of several, and of movies that are called by their number alone, it is the one that has
        the film's id too.
        """
        places = self._places.get((_plain(title), year), [])
        if len(places) == 1 and not _PLACEHOLDER.fullmatch(title):
            return places[0]
        return next((place for place in places if self._ids[place] == movie_id), None)


def _plain(title: str) -> str:
    return " ".join(without_articles(fold_words(title[:CUT_LETTERS])))
