"""Lists, scores, reasons and similar movies as DataFrames, of a model and of a release alike."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from processing.errors import ConfigError
from processing.frames.columns import date_column, id_column, places_of
from processing.ids import Id, Ids
from processing.release import NO_MOVIE, UserRecord, top_dtype
from processing.release.schema import HISTORY_DTYPE

logger = logging.getLogger(__name__)

Some = Id | Iterable[Id]
Records = list[tuple[int, UserRecord]]  # each after its user's index


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """Whom and what lists are about.

    `user_ids`, `movie_ids`: ascending. `titles` has an entry per movie, `similar` a row
    (SIMILAR_DTYPE), best first. `user_errors`: ERRORS_DTYPE (n_users,). Lists hold up to `top_n`
    movies with `n_reasons` each; a score is `start` plus its contributions, one of each group.
    """

    user_ids: Ids
    movie_ids: Ids
    titles: list[str]
    similar: NDArray[np.void]
    user_errors: NDArray[np.void]
    top_n: int
    n_reasons: int
    start: float
    groups: tuple[str, ...]


class _Rows(NamedTuple):
    """Recommendations, or ratings, of some records: which record, of which user, and the row."""

    records: NDArray[np.int64]
    users: NDArray[np.int64]
    rows: NDArray[np.void]


class Lists(ABC):
    """Lists of users, and what stands behind them.

    Users (movies) are one id, several, or None for all. An unknown one is an UnknownIdError.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._titles = np.array([*known.titles, ""], object)

    @property
    @abstractmethod
    def movies(self) -> pd.DataFrame:
        """Every movie: movie_id, title, year, genres joined by "|", n_ratings, their mean (missing
        where nobody rated), and n_4, how many ratings of 4 there are, and so on.
        """

    @property
    def users(self) -> pd.DataFrame:
        """Every user: user_id, and how far off predictions of their n_tested held-out ratings were,
        in stars: rmse, mae.
        """
        errors = self._known.user_errors
        columns = {"n_tested": errors["n"], "rmse": errors["rmse"], "mae": errors["mae"]}
        return pd.DataFrame({"user_id": id_column(self._known.user_ids), **columns})

    def top(self, users: Some | None = None, *, n: int = 10) -> pd.DataFrame:
        """The first movies of lists: user_id, rank, movie_id, title, score (predicted stars), order
        (the higher, the likelier to be watched and liked), reasons (titles of liked movies).
        """
        _check(n, self._known.top_n, "a list holds")
        top = self._of(self._records(users), "top", n)
        told = self._told(top.rows["reasons"]["movie"])
        return self._listed(top).assign(order=top.rows["order"], reasons=told)

    def scores(self, users: Some | None = None) -> pd.DataFrame:
        """Whole lists with each score's account: user_id, rank, movie_id, title, score, start, and
        what each group of features adds, in stars; start and groups add up to the score.
        """
        top = self._of(self._records(users), "top")
        parts = top.rows["contributions"].astype(np.float32)
        groups = {group: parts[:, k] for k, group in enumerate(self._known.groups)}
        return self._listed(top).assign(start=np.float32(self._known.start), **groups)

    def reasons(self, users: Some | None = None, movie: Id | None = None) -> pd.DataFrame:
        """Why movies, or this one, are listed: user_id, movie_id, title, a movie that the user
        liked (reason_id, reason, rating), and its share, 0 to 1, of all that speaks for the movie.
        """
        records = self._records(users)
        top = self._of(records, "top")
        named = top.rows["reasons"]["movie"] != NO_MOVIE
        if movie is not None:
            (place,) = places_of(self._known.movie_ids, movie, "movie", "`.movies`")
            named &= (top.rows["movie"] == place)[:, np.newaxis]
        at, nth = np.nonzero(named)
        reasons = top.rows["reasons"][at, nth]
        return pd.DataFrame(
            {
                "user_id": self._user_column(top.users[at]),
                **self._movie_columns(top.rows["movie"][at]),
                "reason_id": id_column(self._known.movie_ids[reasons["movie"]]),
                "reason": self._titles[reasons["movie"]],
                "rating": self._given(records, top.records[at], reasons["movie"]),
                "share": reasons["share"],
            }
        )

    def similar(self, movies: Some | None = None, *, n: int = 10) -> pd.DataFrame:
        """The most similar movies, best first: movie_id, rank, similar_id, title, similarity (-1 to
        1), support (how many users rated both).
        """
        known = self._known
        _check(n, known.similar.shape[1], "each movie has")
        places = np.arange(len(known.movie_ids))
        if movies is not None:
            places = places_of(known.movie_ids, movies, "movie", "`.movies`")
        near = known.similar[places, :n]
        at, nth = np.nonzero(near["movie"] != NO_MOVIE)
        found = near[at, nth]
        return pd.DataFrame(
            {
                "movie_id": id_column(known.movie_ids[places[at]]),
                "rank": nth + 1,
                "similar_id": id_column(known.movie_ids[found["movie"]]),
                "title": self._titles[found["movie"]],
                "similarity": found["similarity"],
                "support": found["support"],
            }
        )

    def ratings(self, users: Some | None = None) -> pd.DataFrame:
        """What users rated: user_id, movie_id, title, rating, date (missing where unknown)."""
        history = self._of(self._records(users), "history")
        return pd.DataFrame(
            {
                "user_id": self._user_column(history.users),
                **self._movie_columns(history.rows["movie"]),
                "rating": history.rows["rating"],
                "date": date_column(history.rows["day"]),
            }
        )

    @abstractmethod
    def _read(self, users: NDArray[np.int64] | None) -> Records:
        """Records of users by their indices, in this order; everyone's without any."""

    def _records(self, users: Some | None) -> Records:
        if users is None:
            return self._read(None)
        return self._read(places_of(self._known.user_ids, users, "user", "`.users`"))

    def _of(self, records: Records, part: str, n: int | None = None) -> _Rows:
        """The recommendations ("top"), at most `n` of each record, or the ratings ("history")."""
        parts = [getattr(record, part)[:n] for _, record in records]
        places = np.repeat(np.arange(len(parts)), [len(each) for each in parts])
        users = np.array([user for user, _ in records], np.int64)
        if not parts:
            top = top_dtype(self._known.n_reasons, len(self._known.groups))
            parts = [np.empty(0, top if part == "top" else HISTORY_DTYPE)]
        return _Rows(places, users[places], np.concatenate(parts))

    def _listed(self, top: _Rows) -> pd.DataFrame:
        starts = np.searchsorted(top.records, top.records)
        return pd.DataFrame(
            {
                "user_id": self._user_column(top.users),
                "rank": np.arange(len(starts)) - starts + 1,
                **self._movie_columns(top.rows["movie"]),
                "score": top.rows["score"],
            }
        )

    def _user_column(self, users: NDArray[Any]) -> Any:
        return id_column(self._known.user_ids[users])

    def _movie_columns(self, movies: NDArray[Any]) -> dict[str, Any]:
        return {
            "movie_id": id_column(self._known.movie_ids[movies]),
            "title": self._titles[movies],
        }

    def _told(self, reasons: NDArray[np.int32]) -> Any:
        """Titles of each row's reasons, (n, n_reasons), with semicolons between them."""
        told = self._titles[reasons[:, 0]]
        later = np.where(self._titles == "", "", "; " + self._titles)
        for nth in range(1, reasons.shape[1]):
            told = told + later[reasons[:, nth]]
        return told

    def _given(
        self, records: Records, at: NDArray[np.int64], movies: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """What the user of each record gave movies that are among their ratings."""
        history = self._of(records, "history")
        n_movies = len(self._known.movie_ids)
        keys = history.records * n_movies + history.rows["movie"]
        given: NDArray[np.float32] = history.rows["rating"][
            np.searchsorted(keys, at * n_movies + movies)
        ]
        return given


def _check(n: int, most: int, what: str) -> None:
    if n < 1:
        raise ConfigError(f"n is {n!r}; expected how many of each list, 1 or more.")
    if n > most:
        logger.warning("%d are asked for; %s %d by the profile.", n, what, most)
