"""Surprise's algorithms on our kernels: the same names and parameters, many times faster.

    from surprise import Dataset
    from surprise.model_selection import cross_validate
    from processing.algorithms import SVDpp

    cross_validate(SVDpp(n_factors=50), Dataset.load_builtin("ml-1m"), n_jobs=1)

Each is a subclass of Surprise's class and takes its parameters, and `exact`. Exact algorithms make
Surprise's updates in Surprise's order with its random numbers, in float64, and predict what
Surprise predicts for the same `random_state`; the others use float32 and all cores, and predict as
well. A trainset in which a user rated an item twice is refused.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np
import surprise
from numpy.typing import NDArray
from surprise.utils import get_rng

from processing.errors import ModelError
from processing.kernels.arrays import Biases, Csr
from processing.kernels.predict import LinearArrays, Wanted, add_neighbours, linear_scores
from processing.kernels.sgd_fast import whole_user_factors
from processing.models import numba_engine
from processing.models.matrix import RatingMatrix, transposed
from processing.models.neighbours import Measure, similarities
from processing.models.numba_engine import SgdOptions

PARAMETERS = ("bu", "bi", "pu", "qi", "yj")


class _Fast(surprise.AlgoBase):
    """What our versions share: the trainset as arrays, and predictions in bulk."""

    bu: Any  # None before the fit
    bi: Any

    def __init__(self, *args: Any, exact: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exact = exact

    def fit(self, trainset: surprise.Trainset) -> Any:
        """Learn from a trainset, as Surprise's method of this name."""
        self._matrix = matrix_of_trainset(trainset, self.exact, self._ascending())
        return super().fit(trainset)

    def _ascending(self) -> bool:
        """Whether kernels want the ratings of each user ascending, rather than as they came."""
        return not self.exact

    def compute_baselines(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Biases of users and items, by the method that `bsl_options` names."""
        if self.bu is not None:
            return self.bu, self.bi
        options = self.bsl_options
        method = options.get("method", "als")
        if method not in ("als", "sgd"):
            raise ValueError(f"bsl_options has method {method!r}; expected 'als' or 'sgd'.")
        if method == "als":
            learned = numba_engine.fit_baseline_als(
                self._matrix,
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
            learned = numba_engine.fit_svd(
                self._matrix, self._matrix.mean, steps, np.random.RandomState(0), self.exact
            )
        self.bu, self.bi = learned.bu, learned.bi
        return self.bu, self.bi

    def test(self, testset: Iterable[tuple[Any, Any, float]], verbose: bool = False) -> Any:
        """Predictions of (raw user id, raw item id, rating) triples, all at once."""
        triples = list(testset)
        train = self.trainset
        users = _inner(train._raw2inner_id_users, (triple[0] for triple in triples), len(triples))
        items = _inner(train._raw2inner_id_items, (triple[1] for triple in triples), len(triples))
        estimates = self._estimates(users, items).clip(*train.rating_scale)
        predictions = [
            surprise.Prediction(uid, iid, r_ui, estimate, {"was_impossible": False})
            for (uid, iid, r_ui), estimate in zip(triples, estimates.tolist(), strict=True)
        ]
        if verbose:
            for prediction in predictions:
                print(prediction)  # noqa: T201  as Surprise's own, asked for by the caller
        return predictions

    def _estimates(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.float64]:
        """Estimates of pairs of inner ids, not clipped; -1 is an unknown user or item."""
        raise NotImplementedError

    def _linear(
        self,
        users: NDArray[np.int32],
        items: NDArray[np.int32],
        factors: tuple[NDArray[Any], NDArray[Any]],
    ) -> NDArray[np.float64]:
        """Mean + biases + product of factors; an unknown user or item has zeros."""
        bu, bi, pu, qi = (_with_zero(array) for array in (self.bu, self.bi, *factors))
        out = np.empty(len(users), np.float64)
        arrays = LinearArrays(float(self.trainset.global_mean), bu, bi, pu, qi)
        linear_scores(arrays, users, items, out)
        return out


class BaselineOnly(_Fast, surprise.BaselineOnly):
    """`surprise.BaselineOnly`: mean and biases (Koren 2010, section 2.1)."""

    def _estimates(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.float64]:
        no_factors = np.zeros((len(self.bu), 0)), np.zeros((len(self.bi), 0))
        return self._linear(users, items, no_factors)


class SVD(_Fast, surprise.SVD):
    """`surprise.SVD`: biased matrix factorisation (Koren, Bell and Volinsky 2009, eq. 5)."""

    def sgd(self, trainset: surprise.Trainset) -> None:
        """Learn `bu`, `bi`, `pu`, `qi`."""
        mean = self._matrix.mean if self.biased else 0.0
        learned = numba_engine.fit_svd(
            self._matrix, mean, _options(self, 4), get_rng(self.random_state), self.exact
        )
        self.bu, self.bi, self.pu, self.qi, _ = learned

    def test(self, testset: Iterable[tuple[Any, Any, float]], verbose: bool = False) -> Any:
        """Predictions of triples; without biases one by one, since unknown ids are impossible."""
        if not self.biased:
            return surprise.SVD.test(self, testset, verbose)
        return super().test(testset, verbose)

    def _estimates(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.float64]:
        return self._linear(users, items, (self.pu, self.qi))


class SVDpp(_Fast, surprise.SVDpp):
    """`surprise.SVDpp`: factors and implicit factors (Koren 2008, eq. 15).

    `whole_pu` (n_users, n_factors) is each user's p_u + |I_u|^(-1/2) Σ y_j.
    """

    def sgd(self, trainset: surprise.Trainset) -> None:
        """Learn `bu`, `bi`, `pu`, `qi`, `yj`."""
        learned = numba_engine.fit_svdpp(
            self._matrix, _options(self, 5), get_rng(self.random_state), self.exact
        )
        self.bu, self.bi, self.pu, self.qi, self.yj = learned
        self.whole_pu = self.pu.copy()
        whole_user_factors(self._matrix.by_user, self.whole_pu, self.yj)

    def estimate(self, u: Any, i: Any) -> float:
        """Estimate of a pair of inner ids, not clipped."""
        user = u if self.trainset.knows_user(u) else -1
        item = i if self.trainset.knows_item(i) else -1
        pair = np.array([[user], [item]], np.int32)
        return float(self._estimates(*pair)[0])

    def _estimates(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.float64]:
        return self._linear(users, items, (self.whole_pu, self.qi))


class KNNBaseline(_Fast, surprise.KNNBaseline):
    """`surprise.KNNBaseline`: neighbours around the baseline (Koren 2010, eq. 3)."""

    def _ascending(self) -> bool:
        return False  # of equally similar neighbours the one seen first counts

    def compute_similarities(self) -> NDArray[Any]:
        """Similarities of all users or items, (n, n), by the measure that `sim_options` names."""
        options = self.sim_options
        measure = Measure(
            name=options.get("name", "msd").lower(),
            min_support=options.get("min_support", 1),
            shrinkage=options.get("shrinkage", 100),
        )
        x_side, y_side = self.switch(self._matrix.by_user, self._matrix.by_movie)
        biases = Biases(self._matrix.mean, *self.switch(*self.compute_baselines()))
        return similarities(x_side, y_side, measure, biases, self.exact)

    def _estimates(self, users: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.float64]:
        out = self._linear(users, items, (np.zeros((len(self.bu), 0)), np.zeros((len(self.bi), 0))))
        xs, ys = self.switch(users, items)
        known = np.flatnonzero((xs >= 0) & (ys >= 0))
        order = known[np.argsort(xs[known], kind="stable")]
        raters, _ = self.switch(self._matrix.by_movie, self._matrix.by_user)
        biases = Biases(self._matrix.mean, self.bx, self.by)
        add_neighbours(biases, self.sim, raters, Wanted(order, xs, ys, out), self.k, self.min_k)
        return out


def matrix_of_trainset(trainset: surprise.Trainset, exact: bool, ascending: bool) -> RatingMatrix:
    """A trainset's ratings by inner user and item, float64 where exact, else float32.

    They are `ascending` within each user and item, or in the trainset's own order.

    Raises
    ------
    ModelError
        If a user rated an item twice.
    """
    by_user = _sparse(trainset.ur, trainset.n_users, exact)
    order = np.lexsort((by_user.indices, by_user.rows()))
    ordered = Csr(by_user.indptr, by_user.indices[order], by_user.values[order])
    twice = (np.diff(ordered.indices) == 0) & (np.diff(ordered.rows()) == 0)
    if twice.any():
        at = int(np.flatnonzero(twice)[0])
        user, item = int(ordered.rows()[at]), int(ordered.indices[at])
        raise ModelError(
            f"User {trainset.to_raw_uid(user)!r} rated item {trainset.to_raw_iid(item)!r} twice. "
            "Expected one rating a pair; keep the one that counts."
        )
    mean = float(trainset.global_mean)
    if ascending:
        by_item = transposed(ordered, trainset.n_items)
        return RatingMatrix(by_user=ordered, by_movie=by_item, mean=mean)
    by_item = _sparse(trainset.ir, trainset.n_items, exact)
    return RatingMatrix(by_user=by_user, by_movie=by_item, mean=mean)


def _sparse(lists: dict[int, list[tuple[int, float]]], n: int, exact: bool) -> Csr:
    counts = np.fromiter((len(lists[row]) for row in range(n)), np.int64, n)
    indptr = np.concatenate(([0], np.cumsum(counts)))
    flat = chain.from_iterable(chain.from_iterable(lists[row] for row in range(n)))
    pairs = np.fromiter(flat, np.float64, 2 * int(indptr[-1])).reshape(-1, 2)
    values = pairs[:, 1].astype(np.float64 if exact else np.float32)
    return Csr(indptr, pairs[:, 0].astype(np.int32), values)


def _inner(known: dict[Any, int], raw_ids: Iterable[Any], n: int) -> NDArray[np.int32]:
    return np.fromiter((known.get(raw_id, -1) for raw_id in raw_ids), np.int32, n)


def _with_zero(array: NDArray[Any]) -> NDArray[Any]:
    """The array and a row of zeros, which index -1 finds."""
    return np.concatenate((array, np.zeros((1, *array.shape[1:]), array.dtype)))


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
