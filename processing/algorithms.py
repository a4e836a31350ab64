"""Surprise's algorithms on our kernels: the same names and parameters, many times faster.

    from surprise import Dataset
    from surprise.model_selection import cross_validate
    from processing.algorithms import SVDpp

    cross_validate(SVDpp(n_factors=50), Dataset.load_builtin("ml-1m"), n_jobs=1)

Each is a subclass of Surprise's class and takes its parameters, and `exact`. Exact algorithms make
Surprise's updates in Surprise's order with its random numbers, in float64, and predict what
Surprise predicts for the same `random_state`; the others use float32 and all cores, and predict as
well. What is learned may be replaced or changed in place, and methods overridden, as in Surprise's.
"""

from collections.abc import Iterable
from operator import index
from typing import Any, TypeAlias

import numpy as np
import surprise
from numpy.typing import NDArray
from surprise.utils import get_rng

from processing.kernels.arrays import Biases
from processing.kernels.predict import LinearArrays, Wanted, add_neighbours, linear_scores
from processing.kernels.sgd_fast import whole_user_factors
from processing.models import numba_engine
from processing.models.matrix import RatingMatrix
from processing.models.neighbours import MEASURES, Measure, similarities
from processing.models.numba_engine import SgdOptions
from processing.models.numba_threads import kernels
from processing.models.surprise_engine import is_up_to_date, matrix_of_trainset

PARAMETERS = ("bu", "bi", "pu", "qi", "yj")
BASELINES = ("als", "sgd")
NOBODY = np.empty(0, np.int64)

# Float64 (n,), and int32 (n,): how many neighbours were found for each, -1 where nobody looked.
Estimates: TypeAlias = tuple[NDArray[np.float64], NDArray[np.int32] | None]


class _Fast(surprise.AlgoBase):
    """What our versions share: the trainset as arrays, and predictions in bulk."""

    exact: bool = False
    bu: Any  # None before the fit
    bi: Any
    _matrix: RatingMatrix | None = None
    _matrix_of: Any = None  # the trainset that the matrix was made of

    def __init__(self, *args: Any, exact: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exact = exact

    def fit(self, trainset: surprise.Trainset) -> Any:
        """Learn from a trainset, as Surprise's method of this name."""
        self._matrix = None
        return super().fit(trainset)

    def compute_baselines(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Biases of users and items, by the method that `bsl_options` names.

        Surprise refuses an unknown method.
        """
        options = self.bsl_options
        method = options.get("method", "als")
        if self.bu is not None or method not in BASELINES:
            return super().compute_baselines()  # type: ignore[no-any-return]
        matrix = self._ratings()
        if method == "als":
            with kernels():
                learned = numba_engine.fit_baseline_als(
                    matrix,
                    options.get("n_epochs", 10),
                    options.get("reg_u", 15),
                    options.get("reg_i", 10),
                )
        else:
            steps = SgdOptions(
                n_factors=0,
                n_epochs=options.get("n_epochs", 20),
                init_mean=0.0,
                init_std_dev=0.0,
                rates=(options.get("learning_rate", 0.005),) * 4,
                regs=(options.get("reg", 0.02),) * 4,
            )
            rng = np.random.RandomState(0)
            with kernels():
                learned = numba_engine.fit_svd(matrix, matrix.mean, steps, rng, self.exact)
        self.bu, self.bi = learned.bu, learned.bi
        return self.bu, self.bi

    def test(self, testset: Iterable[tuple[Any, Any, float]], verbose: bool = False) -> Any:
        """Predictions of (raw user id, raw item id, rating) triples.

        All at once; one by one where `estimate` or `predict` is overridden.
        """
        if not self._predicts_as_we_do():
            return super().test(testset, verbose)
        triples = list(testset)
        train = self.trainset
        known_users, known_items = train._raw2inner_id_users, train._raw2inner_id_items
        users = np.array([known_users.get(uid, -1) for uid, _, _ in triples], np.int32)
        items = np.array([known_items.get(iid, -1) for _, iid, _ in triples], np.int32)
        estimates, found = self._estimates(users, items)
        clipped = _clipped(estimates, *train.rating_scale).tolist()
        predictions = [
            tuple.__new__(surprise.Prediction, (uid, iid, r_ui, estimate, details))
            for (uid, iid, r_ui), estimate, details in zip(
                triples, clipped, _details(len(triples), found), strict=True
            )
        ]
        for n in self._impossible(users, items).tolist():
            predictions[n] = self.predict(*triples[n])
        if verbose:
            for prediction in predictions:
                print(prediction)  # noqa: T201  as Surprise's own, asked for by the caller
        return predictions

    def _predicts_as_we_do(self) -> bool:
        own = type(self)
        if "estimate" in vars(self) or "predict" in vars(self):
            return False
        return own.estimate in OWN_ESTIMATES and own.predict is OWN_PREDICT

    def _estimates(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> Estimates:
        """Estimates of pairs of inner ids, of which -1 is unknown; not clipped."""
        raise NotImplementedError

    def _impossible(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.intp]:
        """Places of the pairs whose prediction is impossible."""
        return np.empty(0, np.intp)

    def _ratings(
        self, users: NDArray[Any] | None = None, items: NDArray[Any] = NOBODY
    ) -> RatingMatrix:
        """The trainset as arrays, made anew where it is another one or rows of it have grown.

        `users`, `items`: whose rows matter; all users' unless they are named.
        """
        train, matrix = self.trainset, self._matrix
        users = np.arange(train.n_users) if users is None else users
        if (
            matrix is None
            or self._matrix_of is not train
            or not is_up_to_date(matrix.by_user, train.ur, users)
            or not is_up_to_date(matrix.by_movie, train.ir, items)
        ):
            matrix = matrix_of_trainset(train, self.exact, self._ascending())
            self._matrix, self._matrix_of = matrix, train
        return matrix

    def _ascending(self) -> bool:
        """Whether kernels want the ratings of each user ascending, rather than as they came."""
        return not self.exact


class BaselineOnly(_Fast, surprise.BaselineOnly):
    """`surprise.BaselineOnly`: mean and biases (Koren 2010, section 2.1)."""

    def _estimates(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> Estimates:
        return _baselines(self, users, items), None


class SVD(_Fast, surprise.SVD):
    """`surprise.SVD`: biased matrix factorisation (Koren, Bell and Volinsky 2009, eq. 5)."""

    def sgd(self, trainset: surprise.Trainset) -> None:
        """Learn `bu`, `bi`, `pu`, `qi`."""
        matrix = self._ratings()
        mean = matrix.mean if self.biased else 0.0
        with kernels():
            learned = numba_engine.fit_svd(
                matrix, mean, _options(self, 4), get_rng(self.random_state), self.exact
            )
        self.bu, self.bi, self.pu, self.qi, _ = learned

    def _estimates(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> Estimates:
        mean, bu, bi = self.trainset.global_mean, self.bu, self.bi
        if not self.biased:
            mean, bu, bi = 0.0, np.zeros(len(self.pu)), np.zeros(len(self.qi))
        arrays = LinearArrays(mean, bu, bi, self.pu, self.qi)
        return _linear(arrays, users, items), None

    def _impossible(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.intp]:
        if self.biased:
            return super()._impossible(users, items)
        return np.flatnonzero((users < 0) | (items < 0))


class SVDpp(_Fast, surprise.SVDpp):
    """`surprise.SVDpp`: factors and implicit factors (Koren 2008, eq. 15)."""

    def sgd(self, trainset: surprise.Trainset) -> None:
        """Learn `bu`, `bi`, `pu`, `qi`, `yj`."""
        matrix = self._ratings()
        with kernels():
            learned = numba_engine.fit_svdpp(
                matrix, _options(self, 5), get_rng(self.random_state), self.exact
            )
        self.bu, self.bi, self.pu, self.qi, self.yj = learned

    def estimate(self, u: Any, i: Any) -> float:
        """Estimate of a pair of inner ids, not clipped."""
        train = self.trainset
        knows_user, knows_item = train.knows_user(u), train.knows_item(i)
        biases = (self.bu[u] if knows_user else 0.0) + (self.bi[i] if knows_item else 0.0)
        dot = 0.0
        if knows_user and knows_item:
            rated = self._rated(u)
            implicit = np.asarray(self.yj)[rated].sum(axis=0) / np.sqrt(max(len(rated), 1))
            dot = np.dot(self.qi[i], self.pu[u] + implicit)
        return float(train.global_mean + biases + dot)

    def _rated(self, u: int) -> NDArray[Any]:
        """Inner ids of the items that a user rated."""
        now = self.trainset.ur[u]
        if self._matrix is not None and self._matrix_of is self.trainset:
            by_user = self._matrix.by_user
            first, last = by_user.indptr[u : u + 2] if u < by_user.n_rows else (0, 0)
            if last - first == len(now):
                return by_user.indices[first:last]
        return np.fromiter((item for item, _ in now), np.int32, len(now))

    def _estimates(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> Estimates:
        rows = _distinct(users)
        matrix = self._ratings(rows)
        by_user = matrix.by_user
        _check_rows(users, self.bu, self.pu)
        _check_n_rows(matrix.by_movie.n_rows, self.yj)
        places = np.full(by_user.n_rows + 1, -1, np.int32)
        places[rows] = np.arange(len(rows))
        whole, yj = _floats(np.asarray(self.pu)[rows], self.yj)
        _check_factors(whole, yj)
        with kernels():
            whole_user_factors(by_user.take(rows), whole, yj)
        bu = np.asarray(self.bu)[rows]
        arrays = LinearArrays(self.trainset.global_mean, bu, self.bi, whole, self.qi)
        return _linear(arrays, places[users], items), None


class KNNBaseline(_Fast, surprise.KNNBaseline):
    """`surprise.KNNBaseline`: neighbours around the baseline (Koren 2010, eq. 3)."""

    def _ascending(self) -> bool:
        return False  # of equally similar neighbours the one seen first counts

    def compute_similarities(self) -> NDArray[Any]:
        """Similarities of all users or items, (n, n), by the measure that `sim_options` names.

        Surprise refuses an unknown measure.
        """
        options = self.sim_options
        name = options.get("name", "msd").lower()
        if name not in MEASURES:
            return super().compute_similarities()  # type: ignore[no-any-return]
        measure = Measure(
            name=name,
            min_support=options.get("min_support", 1),
            shrinkage=options.get("shrinkage", 100),
        )
        matrix = self._ratings()
        x_side, y_side = self.switch(matrix.by_user, matrix.by_movie)
        biases = Biases(matrix.mean, *self.switch(*self.compute_baselines()))
        with kernels():
            return similarities(x_side, y_side, measure, biases, self.exact)

    def _estimates(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> Estimates:
        out = _baselines(self, users, items)
        xs, ys = self.switch(users, items)
        rows = _distinct(ys)
        matrix = self._ratings(*((NOBODY, rows) if ys is items else (rows, NOBODY)))
        raters, of_x = self.switch(matrix.by_movie, matrix.by_user)
        (sims,), (x_biases, y_biases) = _floats(self.sim), _floats(self.bx, self.by)
        _check_n_rows(of_x.n_rows, sims, sims.T, x_biases)
        _check_rows(ys, y_biases)
        known = np.flatnonzero((xs >= 0) & (ys >= 0))
        order = known[np.argsort(xs[known], kind="stable")]
        k = max(0, min(index(self.k), int(raters.counts.max(initial=0))))
        found = np.full(len(users), -1, np.int32)
        biases = Biases(float(self.trainset.global_mean), x_biases, y_biases)
        with kernels():
            wanted = Wanted(order, xs, ys, out, found)
            add_neighbours(biases, sims, raters, wanted, k, self.min_k)
        return out, found


OWN_ESTIMATES = {own.estimate for own in (BaselineOnly, SVD, SVDpp, KNNBaseline)}
OWN_PREDICT = surprise.AlgoBase.predict


def _distinct(ids: NDArray[np.int32]) -> NDArray[np.int64]:
    """The known ones of inner ids, each once, ascending."""
    return np.flatnonzero(np.bincount(ids[ids >= 0]))


def _floats(*arrays: Any) -> list[NDArray[Any]]:
    """The arrays as kernels take them, which is as they are unless somebody has written others."""
    given = [np.asarray(array) for array in arrays]
    small = all(array.dtype == np.float32 for array in given if array.size)
    return [np.require(array, np.float32 if small else np.float64, ["C", "W"]) for array in given]


def _check_rows(ids: NDArray[np.int32], *arrays: Any) -> None:
    _check_n_rows(int(ids.max(initial=-1)) + 1, *arrays)


def _check_n_rows(n: int, *arrays: Any) -> None:
    for array in arrays:
        if len(array) < n:
            raise IndexError(
                f"An array of what was learned has {len(array)} rows. Expected {n} or more, one "
                "for each user (item) of the trainset; fit again, or add rows."
            )


def _check_factors(of_users: NDArray[Any], of_items: NDArray[Any]) -> None:
    if of_users.shape[1] != of_items.shape[1]:
        raise ValueError(
            f"Users have {of_users.shape[1]} factors and items {of_items.shape[1]}; "
            "expected as many of each."
        )


def _linear(
    arrays: LinearArrays, users: NDArray[np.int32], items: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Mean + biases + product of factors; an unknown user or item has none."""
    bu, bi, pu, qi = _floats(*arrays[1:])
    _check_rows(users, bu, pu)
    _check_rows(items, bi, qi)
    _check_factors(pu, qi)
    out = np.empty(len(users), np.float64)
    with kernels():
        linear_scores(LinearArrays(float(arrays.mean), bu, bi, pu, qi), users, items, out)
    return out


def _baselines(
    algorithm: Any, users: NDArray[np.int32], items: NDArray[np.int32]
) -> NDArray[np.float64]:
    bu, bi = algorithm.bu, algorithm.bi
    no_factors = np.empty((len(bu), 0)), np.empty((len(bi), 0))
    arrays = LinearArrays(algorithm.trainset.global_mean, bu, bi, *no_factors)
    return _linear(arrays, users, items)


def _clipped(estimates: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """The estimates on the scale; one that is NaN becomes the highest, as in Surprise."""
    below = np.where(estimates < high, estimates, high)
    return np.where(below > low, below, low)


def _details(n: int, found: NDArray[np.int32] | None) -> list[dict[str, Any]]:
    if found is None:
        return [{"was_impossible": False} for _ in range(n)]
    return [
        {"was_impossible": False} if k < 0 else {"actual_k": k, "was_impossible": False}
        for k in found.tolist()
    ]


def _options(algorithm: Any, n_parameters: int) -> SgdOptions:
    """What Surprise's constructor has stored; without biases their learning rate is zero."""
    names = PARAMETERS[:n_parameters]
    rates = [float(getattr(algorithm, f"lr_{name}")) for name in names]
    if not getattr(algorithm, "biased", True):
        rates[:2] = 0.0, 0.0
    return SgdOptions(
        n_factors=algorithm.n_factors,
        n_epochs=algorithm.n_epochs,
        init_mean=algorithm.init_mean,
        init_std_dev=algorithm.init_std_dev,
        rates=tuple(rates),
        regs=tuple(float(getattr(algorithm, f"reg_{name}")) for name in names),
    )
