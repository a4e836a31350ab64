"""KNNBaseline: what similar users gave the movie, or what the user gave similar movies.

Model:   score[u, i] = b_ui + Σ_v sim(u, v) (r_vi - b_vi) / Σ_v sim(u, v)      user-based
         score[u, i] = b_ui + Σ_j sim(i, j) (r_uj - b_uj) / Σ_j sim(i, j)      movie-based
         over the k most similar raters v of i (movies j of u), of which those with positive
         similarity count; b_ui = mean + b_u + b_i.
Unknown: a user or movie that was not in the ratings is scored b_ui, its unknown biases 0.
Source:  Koren (2010), "Factor in the neighbors", section 2.2, eq. 3; as Surprise's KNNBaseline.
Differs: of more than `neighbours.FLOAT_LIMIT` users (movies) the fast engine keeps similarities in
         steps of 1 / 32,767. Of more than `neighbours.DENSE_LIMIT` it knows only the nearest of
         each; few of these may have rated i (been rated by u), and so `DAMPING` is added to the
         denominator.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.kernels.arrays import Biases, Cells, Csr, Neighbours
from processing.kernels.csr import counting_order
from processing.kernels.neighbours import Opinions, opinions_of_columns, opinions_of_rows
from processing.kernels.predict import Wanted, add_neighbours
from processing.models import surprise_engine
from processing.models.base import Engine, Model
from processing.models.linear import scatter
from processing.models.matrix import compact
from processing.models.neighbours import (
    BASELINE,
    MEASURES,
    N_SIMILAR_MOVIES,
    N_SIMILAR_USERS,
    Measure,
    all_similarities,
    baseline_of,
    exact_triangle,
    fits_whole,
    nearest,
    packed,
    triangle_of,
    unpacked,
)
from processing.models.numba_engine import fit_baseline_als
from processing.tools.validation import check_choice, check_positive

ARRAYS_HELD = {"msd": 3, "cosine": 5, "pearson": 7, "pearson_baseline": 5}  # by Surprise
NO_SUPPORTS_OF_LISTS = np.empty((0, 0), np.int32)
DAMPING = 1.0
QUARTERS = 4.0  # of a star: ratings in whole quarters up to 63 are saved in a byte


@dataclass(frozen=True, kw_only=True)
class KNNBaselineSettings:
    """Settings of KNNBaseline, with Surprise's names and defaults.

    Attributes
    ----------
    user_based
        Whether what similar users gave the movie counts, rather than what the user gave similar
        movies.
    similarity
        The measure of similarity, one of Surprise's.
    k
        Neighbours that count at most, 1 or more.
    min_k
        Neighbours that must be there, or else the baseline alone is predicted; 1 or more.
    min_support
        Movies (users) that two users (movies) must have in common to be similar, 1 or more.
    shrinkage
        Of `pearson_baseline`: similarities shrink as if this many ratings in common said 0; 0 or
        more.
    """

    user_based: bool = True
    similarity: Literal["msd", "cosine", "pearson", "pearson_baseline"] = "msd"
    k: int = 40
    min_k: int = 1
    min_support: int = 1
    shrinkage: float = 100.0

    def __post_init__(self) -> None:
        check_choice("similarity", self.similarity, tuple(MEASURES))
        check_positive(k=self.k, min_k=self.min_k, min_support=self.min_support)


class AllSimilar(NamedTuple):
    """The similarities of all users (movies) x, and the ratings by movie (user) y.

    `sims`: over the x that had ratings, as `add_neighbours` takes them: int16 (n, n), in units of
    1 / 32,767, or float32 from the fast engine and float64 from the others, their triangle
    (Surprise's own as it is). `place`: int32 (n_x,), the row of each x in `sims`, -1 where it has
    none. `row_biases`: of each row. `indices` are rows.
    """

    mean: NDArray[np.float64]
    x_biases: NDArray[np.float64]
    y_biases: NDArray[np.float64]
    row_biases: NDArray[np.float64]
    sims: NDArray[Any]
    place: NDArray[np.int32]
    indptr: NDArray[np.int64]
    indices: NDArray[Any]
    values: NDArray[np.float32]


class Nearest(NamedTuple):
    """The nearest users (movies) of each, best first, and the ratings by user.

    `near`: int32 (n_x, k), -1 beyond the last; `sims`: float32 likewise.
    """

    mean: NDArray[np.float64]
    x_biases: NDArray[np.float64]
    y_biases: NDArray[np.float64]
    near: NDArray[np.int32]
    sims: NDArray[np.float32]
    indptr: NDArray[np.int64]
    indices: NDArray[Any]
    values: NDArray[np.float32]


class KNNBaseline(Model[KNNBaselineSettings, AllSimilar | Nearest]):
    """Neighbourhood model around the baseline."""

    kind: ClassVar[str] = "knn_baseline"
    learns_in_units: ClassVar[bool] = False
    Settings: ClassVar[type[KNNBaselineSettings]] = KNNBaselineSettings

    @classmethod
    def memory_need(
        cls, settings: KNNBaselineSettings, ratings: Ratings, engine: Engine
    ) -> tuple[int, str]:
        side = ratings.by_user if settings.user_based else ratings.by_movie
        n, n_rows = int(np.count_nonzero(side.counts)), len(side.counts)
        who = f"{n:,} × {n:,} {'users' if settings.user_based else 'movies'}"
        both_ways = f"{ratings.n_ratings:,} ratings both ways"
        if engine == "surprise":
            held = ARRAYS_HELD[settings.similarity]
            words = (
                f"{held} arrays of {who} at {8 * n * n / 1e9:,.3g} GB each, and "
                f"Surprise's trainset of {ratings.n_ratings:,} ratings"
            )
            return held * 8 * n * n + surprise_engine.trainset_bytes(ratings), words
        if engine == "exact":
            return 4 * n * n + 80 * ratings.n_ratings, f"similarities of {who}, and {both_ways}"
        if not fits_whole(n_rows):
            k = N_SIMILAR_USERS if settings.user_based else N_SIMILAR_MOVIES
            words = f"{k} neighbours of each of {who.split(' × ')[1]}, and {both_ways}"
            return (16 * k + 600) * n_rows + 36 * ratings.n_ratings, words
        words = f"similarities of {who}, and {both_ways}"
        return 5 * n_rows * n_rows + 36 * ratings.n_ratings, words

    def _fit(self, ratings: Ratings, random_state: int) -> None:
        if self.engine != "fast":
            self.arrays_ = self._fit_compact(ratings)
        elif fits_whole(self._switch(ratings.n_users, ratings.n_movies)[0]):
            self.arrays_ = self._fit_all(ratings)
        else:
            self.arrays_ = self._fit_nearest(ratings)

    def _fit_all(self, ratings: Ratings) -> AllSimilar:
        """Similarities in the triangle's order: most lookups are of those with many ratings."""
        triangle = all_similarities(ratings, self.settings.user_based, self._measure())
        sims = _readable(triangle.sims, len(triangle.order))
        return self._all_similar(ratings, self._biases(ratings), sims, triangle.order)

    def _fit_nearest(self, ratings: Ratings) -> Nearest:
        near = nearest(ratings, self.settings.user_based, self._measure())
        biases = self._biases(ratings)
        return Nearest(
            mean=np.asarray(biases.mean),
            x_biases=biases.rows,
            y_biases=biases.columns,
            near=near.ids,
            sims=near.similarities,
            indptr=ratings.by_user.indptr,
            indices=ratings.by_user.indices,
            values=ratings.by_user.values,
        )

    def _fit_compact(self, ratings: Ratings) -> AllSimilar:
        matrix, places = compact(ratings)
        if self.engine == "exact":
            bu, bi = fit_baseline_als(matrix, *BASELINE)[:2]
            sides = self._switch(matrix.by_user, matrix.by_movie)
            biases = Biases(matrix.mean, *self._switch(bu, bi))
            triangle = exact_triangle(*sides, self._measure(), biases)
            sims, order = _readable(triangle.sims, len(triangle.order)), triangle.order
        else:
            learned = surprise_engine.fitted(self._surprise(), matrix, ratings.scale)
            bu, bi, sims = (np.asarray(a) for a in (learned.bu, learned.bi, learned.sim))
            order = np.arange(len(sims))
        of_users = scatter(bu, places.users, ratings.n_users)
        of_movies = scatter(bi, places.movies, ratings.n_movies)
        biases = Biases(matrix.mean, *self._switch(of_users, of_movies))
        seen, _ = self._switch(places.users, places.movies)
        return self._all_similar(ratings, biases, sims, seen[order])

    def _biases(self, ratings: Ratings) -> Biases:
        biases = baseline_of(ratings)
        return biases if self.settings.user_based else biases.transposed()

    def _all_similar(
        self, ratings: Ratings, biases: Biases, sims: NDArray[Any], seen: NDArray[Any]
    ) -> AllSimilar:
        """`seen`: the x of each row of `sims`."""
        mean, x_biases, y_biases = biases
        _, by_y = self._switch(ratings.by_user, ratings.by_movie)
        place = np.full(len(x_biases), -1, np.int32)
        place[seen] = np.arange(len(seen), dtype=np.int32)
        return AllSimilar(
            mean=np.asarray(mean),
            x_biases=x_biases,
            y_biases=y_biases,
            row_biases=x_biases[seen],
            sims=sims,
            place=place,
            indptr=by_y.indptr,
            indices=_narrow(place, len(seen))[by_y.indices],
            values=by_y.values,
        )

    def _surprise(self) -> Any:
        settings = self.settings
        options = {
            "name": settings.similarity,
            "user_based": settings.user_based,
            "min_support": settings.min_support,
            "shrinkage": settings.shrinkage,
        }
        return surprise_engine.algorithm(
            "KNNBaseline", k=settings.k, min_k=settings.min_k, sim_options=options
        )

    def _measure(self) -> Measure:
        settings = self.settings
        return Measure(
            name=settings.similarity,
            min_support=settings.min_support,
            shrinkage=settings.shrinkage,
        )

    def contribution_group(self) -> str:
        return "similar_users" if self.settings.user_based else "similar_movies"

    def _switch(self, of_users: Any, of_movies: Any) -> tuple[Any, Any]:
        """What belongs to x, whose similarities are taken, and what belongs to y."""
        return (of_users, of_movies) if self.settings.user_based else (of_movies, of_users)

    def _scores(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        days: NDArray[np.int32] | None,
    ) -> NDArray[np.float64]:
        a = self.arrays_
        xs, ys = self._switch(users, movies)
        scores: NDArray[np.float64] = a.mean + a.x_biases[xs] + a.y_biases[ys]
        if isinstance(a, Nearest):
            return self._add_nearest(a, users, movies, scores)
        _, by_x = counting_order(xs, len(a.x_biases))
        biases = Biases(float(a.mean), a.row_biases, a.y_biases)
        by_y = Csr(a.indptr, a.indices, a.values)
        wanted = Wanted(by_x, a.place[xs], ys, scores)
        add_neighbours(biases, a.sims, by_y, wanted, self.settings.k, self.settings.min_k)
        return scores

    def _add_nearest(
        self,
        a: Nearest,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        scores: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        _, by_user = counting_order(users, len(a.indptr) - 1)
        cells = Cells(users[by_user], movies[by_user])
        sums = np.empty((len(users), 3))
        opinions = Opinions(self.settings.k, sums, np.empty((len(users), 0), np.float32))
        near = Neighbours(a.near, a.sims, NO_SUPPORTS_OF_LISTS)
        ratings = Csr(a.indptr, a.indices, a.values)
        if self.settings.user_based:
            opinions_of_rows(near, ratings, a.x_biases, len(a.y_biases), cells, opinions)
        else:
            opinions_of_columns(near, ratings, a.x_biases, cells, opinions)
        counts, totals, deviations = sums.T
        y_biases = a.y_biases[self._switch(*cells)[1]]
        terms = (deviations - totals * (a.mean + y_biases)) / (totals + DAMPING)
        scores[by_user] += np.where(counts >= self.settings.min_k, terms, 0)
        return scores

    def _state(self) -> dict[str, NDArray[Any]]:
        state = self.arrays_._asdict()
        quarters = (state["values"] * np.float32(QUARTERS)).clip(0, 255).astype(np.uint8)
        if (quarters / np.float32(QUARTERS) == state["values"]).all():
            state["values"] = quarters
        if isinstance(self.arrays_, AllSimilar):
            sims = self.arrays_.sims
            in_triangle = len(sims) < len(self.arrays_.row_biases)
            state["sims"] = sims[0] if in_triangle else packed(sims)
        else:
            state["indices"] = _narrow(state["indices"], self._n_movies())
        return state

    def _restore(self, state: dict[str, NDArray[Any]]) -> None:
        if state["values"].dtype == np.uint8:
            state["values"] = state["values"] / np.float32(QUARTERS)
        if "near" in state:
            self.arrays_ = Nearest(**state)
            return
        arrays = AllSimilar(**state)
        self.arrays_ = arrays._replace(sims=_readable(arrays.sims, len(arrays.row_biases)))

    def _n_movies(self) -> int:
        return len(self._switch(self.arrays_.x_biases, self.arrays_.y_biases)[1])


def _narrow(indices: NDArray[np.int32], n: int) -> NDArray[Any]:
    """Indices below `n` (or -1, which nobody looks up) in the fewest bytes that hold them."""
    return indices.astype(np.min_scalar_type(max(0, n - 1)))


def _readable(triangle: NDArray[Any], n: int) -> NDArray[Any]:
    """The triangle of `n` rows' similarities as predictions read it.

    A square takes twice the memory, but a row of it lies in one place: with many rows that counts.
    """
    if triangle.dtype != np.int16 and n > 1:
        return triangle.reshape(1, -1)
    return unpacked(triangle_of(triangle, np.arange(n)))
