"""The ensemble: XGBoost over the predictions of the base models and hand-made features.

Model:   score = blend + trees(x, spread of the member scores, other features)
         blend = mean + Σ_k w_k (x_k - mean of x_k), w by ridge regression, where x are the averages
         of user and movie and, for each member, its score less mean and averages; the trees are
         fitted on what the blend leaves (as XGBoost's base margin).
Source:  Friedman (2001), "Greedy function approximation", for the trees; Koren (2009), "The BellKor
         solution", section VII, for stacking by gradient boosted trees on held-out predictions.
Differs: the blend below the trees is ours: trees alone cannot extrapolate along a member's score.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
import xgboost
from numpy.typing import NDArray

from processing.data.rows import Scale
from processing.ensemble.features import CONTRIBUTIONS, GROUPS, names_of
from processing.errors import ModelError
from processing.tools.boosting import TreeCounter
from processing.tools.progress import counting
from processing.tools.validation import check_positive

STOP_SHARE = 0.1
N_AVERAGES = 2  # the features that come first: averages, from which members' scores are distances


@dataclass(frozen=True, kw_only=True)
class EnsembleSettings:
    """Settings of the ensemble, with XGBoost's names where they are XGBoost's.

    Attributes
    ----------
    n_estimators
        Trees at most, 1 or more.
    max_depth
        Splits between a tree's root and a leaf at most, 1 or more.
    learning_rate
        The share of what a tree has found that is added, above 0 and up to 1.
    min_child_weight
        Rows that a leaf holds at least, 0 or more.
    subsample
        Share of the rows that each tree is grown from, above 0 and up to 1.
    colsample_bytree
        Share of the columns that each tree may split on, above 0 and up to 1.
    reg_lambda
        Regularisation: a leaf counts this many more rows that say 0; 0 or more.
    patience
        Trees after which boosting stops if the RMSE of a random tenth of the rows has not fallen, 1
        or more.
    ridge
        Regularisation of the blend: the squared weights count like this many rows that are off by a
        quarter of the scale; 0 or more.
    similar_users
        Whether the trees are told what the users most similar to a user gave. Finding these takes
        longer the more users there are than anything else.
    """

    n_estimators: int = 500
    max_depth: int = 4
    learning_rate: float = 0.05
    min_child_weight: float = 20.0
    subsample: float = 0.8
    colsample_bytree: float = 0.8
    reg_lambda: float = 10.0
    patience: int = 30
    ridge: float = 100.0
    similar_users: bool = True

    def __post_init__(self) -> None:
        names = ("n_estimators", "max_depth", "learning_rate", "patience")
        check_positive(**{name: getattr(self, name) for name in names})


class Ensemble:
    """The stacked model.

    Rows are described by member scores (float32 (n, n_members), columns in the order of `members`)
    and hand-made features (float32 (n, n_features)). Both blend and trees read a member's
    score as its distance from the row's averages, mean + user_average + movie_average: so what each
    says beyond them can be distinguished, and all that is added up to a score belongs to a column.

    Attributes
    ----------
    mean_
        Mean rating of the stack rows.
    centres_, weights_
        float64 (2 + n_members,), of user_average, movie_average and the members: means over the
        stack rows, and the blend's weights.
    booster_
        The fitted trees.
    start_
        Stars that a score starts from before anything is known: `mean_` and the trees' mean.
    rounds_
        RMSE on the rows that were learned from and on those that say when to stop, after each tree.
    """

    def __init__(
        self, settings: EnsembleSettings, members: Mapping[str, str], scale: Scale
    ) -> None:
        """`members`: their names, each with the group of contributions that it belongs to."""
        self.settings = settings
        self.members = dict(members)
        self.scale = scale

    @property
    def columns(self) -> dict[str, str]:
        """Names of the trees' inputs, and the group of contributions of each."""
        names = names_of(self.settings.similar_users)
        averages, rest = names[:N_AVERAGES], names[N_AVERAGES:]
        spread = {"spread": "evidence"}
        columns = {name: GROUPS[name] for name in averages} | self.members | spread
        return columns | {name: GROUPS[name] for name in rest}

    def fit(
        self,
        member_scores: NDArray[np.float32],
        features: NDArray[np.float32],
        ratings: NDArray[np.float32],
        random_state: int,
    ) -> Self:
        """Learn from held-out rows: scores of models that had not seen their ratings."""
        if len(ratings) < 2:
            raise ModelError(
                f"The ensemble has {len(ratings)} held-out ratings to learn from; expected at "
                "least 2. Use more ratings or another protocol."
            )
        self.mean_ = float(np.mean(ratings, dtype=np.float64))
        additive = self._additive(member_scores, features).astype(np.float64)
        self.centres_: NDArray[np.float64] = additive.mean(axis=0)
        additive -= self.centres_
        ridge = self.scale.unit**2 * self.settings.ridge
        gram = additive.T @ additive + ridge * np.eye(additive.shape[1])
        moments = additive.T @ (ratings - self.mean_)
        self.weights_: NDArray[np.float64] = np.linalg.solve(gram, moments).astype(np.float64)
        del additive
        stop, unit = _stop_rows(len(ratings), random_state), np.float32(self.scale.unit)
        parts: list[xgboost.QuantileDMatrix] = []
        for part in (~stop, stop):
            matrix = self._matrix(member_scores[part], features[part])
            parts.append(
                xgboost.QuantileDMatrix(
                    matrix,
                    label=ratings[part] / unit,
                    base_margin=self._blend(matrix) / unit,
                    feature_names=list(self.columns),
                    ref=parts[0] if parts else None,
                )
            )
        rounds: dict[str, dict[str, list[float]]] = {}
        with counting(self.settings.n_estimators, "ensemble", "tree") as advance:
            fitted = xgboost.train(
                self._parameters(random_state),
                parts[0],
                num_boost_round=self.settings.n_estimators,
                evals=[(parts[0], "learn"), (parts[1], "stop")],
                early_stopping_rounds=self.settings.patience,
                evals_result=rounds,
                callbacks=[TreeCounter(advance)],
                verbose_eval=False,
            )
        self.booster_ = fitted[: fitted.best_iteration + 1]
        in_stars = [[self.scale.unit * rmse for rmse in rounds[of]["rmse"]] for of in rounds]
        self.rounds_ = list(zip(*in_stars, strict=True))
        bias = self._tree_contributions(self._matrix(member_scores[:1], features[:1]), False)[0, -1]
        self.start_ = self.mean_ + float(bias)
        return self

    def predict(
        self, member_scores: NDArray[np.float32], features: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Scores in stars, clipped to the scale, float32 (n,)."""
        matrix = self._matrix(member_scores, features)
        unit = np.float32(self.scale.unit)
        scores = unit * self.booster_.inplace_predict(
            matrix, base_margin=self._blend(matrix) / unit, validate_features=False
        )
        return np.clip(scores, self.scale.low, self.scale.high).astype(np.float32)

    def blend(
        self, member_scores: NDArray[np.float32], features: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Scores of the linear blend alone, without trees: clipped to the scale, float32 (n,)."""
        scores = self._blend(self._matrix(member_scores, features))
        return np.clip(scores, self.scale.low, self.scale.high).astype(np.float32)

    def contributions(
        self,
        member_scores: NDArray[np.float32],
        features: NDArray[np.float32],
        approximate: bool = False,
    ) -> NDArray[np.float32]:
        """What each of `CONTRIBUTIONS` adds to the scores, in stars.

        Returns float32 (n, len(CONTRIBUTIONS)); `start_` and a row's sum are its score, the last
        group being what the ends of the scale take away. The trees' part is exact: TreeSHAP
        (Lundberg, Erion and Lee 2018, "Consistent individualized feature attribution for tree
        ensembles"), or, if `approximate`, what each split on a row's way changes (Saabas), which
        sums to the same score and is quicker.
        """
        by_column = self._by_column(self._matrix(member_scores, features), approximate)
        groups = list(self.columns.values())
        out = np.zeros((len(by_column), len(CONTRIBUTIONS)), np.float32)
        for n, group in enumerate(CONTRIBUTIONS[:-1]):
            chosen = [k for k, of in enumerate(groups) if of == group]
            out[:, n] = by_column[:, chosen].sum(axis=1)
        scores = self.start_ + out.sum(axis=1)
        out[:, -1] = np.clip(scores, self.scale.low, self.scale.high) - scores
        return out

    def importance(
        self, member_scores: NDArray[np.float32], features: NDArray[np.float32]
    ) -> dict[str, float]:
        """Mean of |stars| that each column adds to the scores of these rows."""
        by_column = self._by_column(self._matrix(member_scores, features), approximate=False)
        sizes = np.abs(by_column).mean(axis=0, dtype=np.float64)
        return dict(zip(self.columns, sizes.tolist(), strict=True))

    def save(self, directory: Path) -> None:
        """Write the trees (XGBoost's UBJSON) and the rest (JSON) into a folder."""
        directory.mkdir(parents=True, exist_ok=True)
        self.booster_.save_model(directory / "trees.ubj")
        about = {
            "settings": asdict(self.settings),
            "members": self.members,
            "scale": asdict(self.scale),
            "mean": self.mean_,
            "centres": self.centres_.tolist(),
            "weights": self.weights_.tolist(),
            "start": self.start_,
            "rounds": self.rounds_,
        }
        (directory / "ensemble.json").write_text(json.dumps(about, indent=1))

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote."""
        about = json.loads((directory / "ensemble.json").read_text())
        ensemble = cls(
            EnsembleSettings(**about["settings"]), about["members"], Scale(**about["scale"])
        )
        ensemble.mean_, ensemble.start_ = about["mean"], about["start"]
        ensemble.centres_ = np.array(about["centres"])
        ensemble.weights_ = np.array(about["weights"])
        ensemble.rounds_ = [(learn, stop) for learn, stop in about["rounds"]]
        ensemble.booster_ = xgboost.Booster(model_file=directory / "trees.ubj")
        return ensemble

    def _additive(
        self, member_scores: NDArray[np.float32], features: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The averages, and the members' distances from them: float32 (n, 2 + n_members)."""
        averages = features[:, :N_AVERAGES]
        anchor = np.float32(self.mean_) + averages.sum(axis=1, keepdims=True)
        return np.hstack((averages, member_scores - anchor))

    def _matrix(
        self, member_scores: NDArray[np.float32], features: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The trees' inputs in the order of `columns`."""
        spread = member_scores.std(axis=1, keepdims=True)
        additive = self._additive(member_scores, features)
        matrix: NDArray[np.float32] = np.hstack((additive, spread, features[:, N_AVERAGES:]))
        return matrix

    def _blend(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        centred = matrix[:, : len(self.weights_)].astype(np.float64) - self.centres_
        return (self.mean_ + centred @ self.weights_).astype(np.float32)

    def _by_column(self, matrix: NDArray[np.float32], approximate: bool) -> NDArray[np.float32]:
        """What each column adds to the scores before they are clipped, float32 (n, n_columns)."""
        out = self._tree_contributions(matrix, approximate)[:, :-1]
        n = len(self.weights_)
        out[:, :n] += ((matrix[:, :n] - self.centres_) * self.weights_).astype(np.float32)
        return out

    def _tree_contributions(
        self, matrix: NDArray[np.float32], approximate: bool
    ) -> NDArray[np.float32]:
        """Stars that each column adds in the trees and, in the last column, the trees' mean."""
        found: NDArray[np.float32] = self.booster_.predict(
            xgboost.DMatrix(matrix, feature_names=list(self.columns)),
            pred_contribs=True,
            approx_contribs=approximate,
        )
        return np.float32(self.scale.unit) * found

    def _parameters(self, random_state: int) -> dict[str, object]:
        taken = ["max_depth", "learning_rate", "min_child_weight", "subsample"]
        taken += ["colsample_bytree", "reg_lambda"]
        return {name: getattr(self.settings, name) for name in taken} | {
            "objective": "reg:squarederror",
            "tree_method": "hist",
            "base_score": 0.0,
            "seed": random_state,
        }


def _stop_rows(n: int, random_state: int) -> NDArray[np.bool_]:
    """The random tenth of the rows, one at least, that says when to stop."""
    chosen = np.random.default_rng(random_state).permutation(n)[: max(1, int(STOP_SHARE * n))]
    stop = np.zeros(n, bool)
    stop[chosen] = True
    return stop
