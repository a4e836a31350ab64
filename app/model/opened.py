"""An open release: what pages look up in it again and again, made ready once."""

import math
import re
from functools import cached_property, lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.languages import gettext, shown
from app.model.dates import iso_day
from app.model.film_index import FilmIndex
from app.model.loved import Loved, loved_by_everyone
from app.model.scale import RatingScale
from app.model.taste import Everyone
from app.model.title_index import TitleIndex, fold_words, without_articles
from processing.errors import ReleaseError, ReleaseFormatError, ReportError
from processing.ids import Id, Ids, is_text
from processing.release import NO_DAY, Affinity, FoldingModel, Release, UserRecord
from processing.report import Report, report_from_json

_WHOLE = re.compile(r"-?[0-9]+")
SET_KEY_LETTERS = 6
FEW_VOTES = 10
LEAST_LOVERS = 20  # viewers behind a share that is shown
KEPT_MOVIES = 4_000
MOST_SAMPLED = 400
N_POPULAR = 12
N_EXAMPLES = 2
SHORT_TITLE = 16  # letters: two of them stand in a search field on a phone
GOLDEN = 0.618034  # steps of this share of all users come soon into every file of records


class PageNotFoundError(LookupError):
    """What an address names is not in the release; the text is shown to the visitor."""


class Movie(msgspec.Struct, frozen=True, kw_only=True):
    """A movie, and what everyone together thinks of it (`mean` is None without votes)."""

    movie_id: Id
    title: str
    year: int | None
    genres: tuple[str, ...]
    mean: float | None
    votes: int

    @property
    def few_votes(self) -> bool:
        """Whether too few have rated it for the mean to say much."""
        return 0 < self.votes < FEW_VOTES


class OwnRating(msgspec.Struct, frozen=True, kw_only=True):
    """A rating that the user gave; `day` is an ISO date, None where the data has no dates."""

    movie_id: Id
    title: str
    year: int | None
    rating: float
    day: str | None


class OpenedRelease:
    """A release, its report, its titles, and what everyone together gave its movies.

    Parameters
    ----------
    release
        An open release; user records are read from its store when a page needs one.

    Raises
    ------
    ReleaseFormatError
        If its report is not one that the site reads.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        self.manifest = release.manifest
        self.release_id = release.manifest.release_id
        self.set_key = release.manifest.source.sha256[:SET_KEY_LETTERS]
        low, high, step = release.manifest.scale
        self.scale = RatingScale(low=low, high=high, step=step)
        self.report = _read_report(release)
        votes = release.stats["n_ratings"]
        self.titles = TitleIndex(release.titles, release.years, votes.tolist())
        self.popular: list[int] = np.argsort(-votes, kind="stable")[:N_POPULAR].tolist()
        self.movie = lru_cache(maxsize=KEPT_MOVIES)(self._movie)
        self._unreadable: int | None = None
        self._n_tried = 0

    def _movie(self, index: int) -> Movie:
        """Return a movie by its index."""
        votes, mean = self.release.stats[index].item()
        return Movie(
            movie_id=self.release.movie_id(index),
            title=self.release.titles[index],
            year=self.release.years[index],
            genres=tuple(self.release.genres[index]),
            mean=None if math.isnan(mean) else mean,
            votes=votes,
        )

    def movie_index(self, movie_id: Id) -> int:
        """Return a movie's index.

        Raises
        ------
        PageNotFoundError
            If the release does not know it.
        """
        index = self.release.find_movie(movie_id)
        if index is None:
            raise PageNotFoundError(
                _no_number(movie_id, self.release.movie_ids)
                or gettext("There is no movie %(id)s here. Search for it by its title.")
                % {"id": shown(movie_id)}
            )
        return index

    def user_id(self, user: Id) -> Id:
        """Return a user's id as the release has it: an address makes a text of every number.

        Raises
        ------
        PageNotFoundError
            If the release does not know the user.
        """
        return self.release.user_id(self._user_index(user))

    def record(self, user: Id) -> UserRecord:
        """Read a user's record from the store.

        Raises
        ------
        PageNotFoundError
            If the release does not know the user.
        """
        return self._read(self._user_index(user))

    def _user_index(self, user: Id) -> int:
        index = self.release.find_user(user)
        if index is None:
            raise PageNotFoundError(
                _no_number(user, self.release.user_ids)
                or _no_such_user(user, self.release.user_ids)
            )
        return index

    @property
    def lists_readable(self) -> bool:
        """Whether the record that was read last, of this or that user, could be read."""
        return self._unreadable is None

    def try_record(self) -> None:
        """Read a user's record: the one that could not be read, or each time another's.

        Raises
        ------
        ReleaseError
            If it cannot be read.
        """
        n_users = len(self.release.user_ids)
        self._n_tried += 1
        index = self._unreadable
        self._read(int(self._n_tried * GOLDEN * n_users) % n_users if index is None else index)

    def _read(self, index: int) -> UserRecord:
        try:
            record = self.release.user_record(index)
        except ReleaseError:
            self._unreadable = index
            raise
        if self._unreadable == index:
            self._unreadable = None
        return record

    def own_ratings(
        self, record: UserRecord, start: int = 0, stop: int | None = None
    ) -> tuple[OwnRating, ...]:
        """Return a slice of a user's ratings: latest first, then highest, then by movie."""
        history: NDArray[np.void] = record.history
        order = np.lexsort((history["movie"], -history["rating"], -history["day"].astype(np.int64)))
        return tuple(
            self.own_rating(index, rating, None if day == NO_DAY else day)
            for index, rating, day in history[order[start:stop]].tolist()
        )

    def own_rating(self, index: int, rating: float, day: int | None = None) -> OwnRating:
        """Return a rating of the movie of an index."""
        return OwnRating(
            movie_id=self.release.movie_id(index),
            title=self.release.titles[index],
            year=self.release.years[index],
            rating=rating,
            day=iso_day(day),
        )

    @cached_property
    def examples(self) -> tuple[str, ...]:
        """Titles of well known movies to search for, short ones where there are any."""
        titles = [self.release.titles[index] for index in self.popular]
        return tuple(sorted(titles, key=lambda title: len(title) > SHORT_TITLE)[:N_EXAMPLES])

    @cached_property
    def everyone(self) -> Everyone:
        """What everyone's ratings say, for comparisons."""
        release, manifest = self.release, self.manifest
        names = tuple(sorted({genre for genres in release.genres for genre in genres}))
        places = {name: place for place, name in enumerate(names)}
        genres = np.zeros((len(release.genres), len(names)), bool)
        for index, of_movie in enumerate(release.genres):
            genres[index, [places[genre] for genre in of_movie]] = True
        counts = release.histograms.sum(axis=0, dtype=np.int64)
        return Everyone(
            means=release.stats["mean"].astype(np.float64),
            votes=release.stats["n_ratings"].astype(np.int64),
            years=np.array([year or 0 for year in release.years], np.int64),
            genre_names=names,
            genres=genres,
            shares=counts / max(1, counts.sum()),
            levels=np.array(manifest.histogram_levels, np.float64),
            binned=self.scale.is_binned,
            span=self.scale.high - self.scale.low,
            global_mean=manifest.global_mean,
        )

    @cached_property
    def sampled(self) -> NDArray[np.int64]:
        """Some of the movies that more than a few rated, by index: what stands behind a chart."""
        (known,) = np.nonzero(self.release.stats["n_ratings"] >= FEW_VOTES)
        return known[:: 1 + len(known) // MOST_SAMPLED]

    @cached_property
    def loved(self) -> Loved:
        """How much everyone loves each movie."""
        everyone = self.everyone
        return loved_by_everyone(
            self.release.histograms, everyone.levels, everyone.means, everyone.global_mean
        )

    @cached_property
    def title_places(self) -> NDArray[np.float64]:
        """The place of each movie where all are in order of their titles, (n_movies,)."""
        titles = [" ".join(without_articles(fold_words(each))) for each in self.release.titles]
        places = np.empty(len(titles))
        places[sorted(range(len(titles)), key=lambda index: titles[index])] = range(len(titles))
        return places

    @cached_property
    def folding(self) -> FoldingModel:
        """What makes lists of a few ratings."""
        release = self.release
        return FoldingModel(
            release.fold_in, self.manifest.global_mean, release.movie_biases, release.movie_factors
        )

    @cached_property
    def affinity(self) -> Affinity:
        """What orders lists that are made of a few ratings."""
        release = self.release
        ends = (self.scale.low, self.scale.high)
        return Affinity(release.affinity, release.weights, ends, release.stats["n_ratings"])

    @cached_property
    def films(self) -> FilmIndex:
        """What finds films of other sets of data."""
        release = self.release
        return FilmIndex(release.movie_ids.tolist(), release.titles, release.years)

    def typical_error(self, n_ratings: int, votes: int) -> float | None:
        """Return how far predictions are off typically, in stars; None where it is not measured.

        `n_ratings` counts what the user rated, `votes` who rated the movie.
        """
        errors = self.report.error_table
        return errors.typical(n_ratings, votes) if errors else None

    def clipped(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return scores within the scale."""
        return np.clip(scores, self.scale.low, self.scale.high)


def _no_such_user(user: Id, ids: Ids) -> str:
    if is_text(ids):
        return gettext("There is no viewer “%(id)s” here.") % {"id": shown(user)}
    text = gettext("There is no viewer %(id)s. Numbers run from %(first)s to %(last)s.")
    return text % {"id": shown(user), "first": ids.min(), "last": ids.max()}


def _no_number(any_id: Id, ids: Ids) -> str:
    """What is wrong with an id that is no whole number where all ids are, else nothing."""
    if is_text(ids) or _WHOLE.fullmatch(str(any_id)):
        return ""
    text = gettext("“%(id)s” is not a whole number, as ids are here. Search for movies by title.")
    return text % {"id": shown(any_id)}


def _read_report(release: Release) -> Report:
    where = f"report.json of release {release.manifest.release_id}"
    try:
        return report_from_json(release.report, where)
    except ReportError as error:
        raise ReleaseFormatError(str(error)) from error
