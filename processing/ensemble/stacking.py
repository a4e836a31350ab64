"""The ensemble: XGBoost over the predictions of the base models and hand-made features.

Model:   score = blend + trees(member scores, their spread, features)
         blend = mean + Σ_m w_m (score_m - mean), w by ridge regression; the trees are fitted on
         what the blend leaves (as XGBoost's base margin).
Source:  Friedman (2001), "Greedy function approximation", for the trees; Koren (2009), "The BellKor
         solution", section VII, for stacking by gradient boosted trees on held-out predictions.
Differs: the blend below the trees is ours: trees alone cannot extrapolate along a member's score.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
import xgboost
from numpy.typing import NDArray

from processing.data.rows import Scale
from processing.ensemble import features
from processing.errors import ConfigError, ModelError

STOP_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class EnsembleSettings:
    """Settings of the ensemble, with XGBoost's names where they are XGBoost's.

    Boosting stops when a random tenth of the stack rows has not got better for `patience` trees.
    `ridge` is the blend's penalty, in rows' worth of evidence.
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

    def __post_init__(self) -> None:
        for name in ("n_estimators", "max_depth", "learning_rate", "patience"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"{name} is {getattr(self, name)!r}; expected a number above 0.")


class Ensemble:
    """The stacked model.

    Rows are described by member scores (float32 (n, n_members), columns in the order of `members`)
    and hand-made features (float32 (n, len(features.NAMES))).

    Attributes
    ----------
    weights_
        float64 (n_members,), the blend's weights.
    mean_
        Mean rating of the stack rows.
    booster_
        The fitted trees.
    """

    def __init__(self, settings: EnsembleSettings, members: tuple[str, ...], scale: Scale) -> None:
        self.settings = settings
        self.members = members
        self.scale = scale

    @property
    def columns(self) -> list[str]:
        """Names of the trees' inputs."""
        return [*self.members, "spread", *features.NAMES]

    def fit(
        self,
        member_scores: NDArray[np.float32],
        made: NDArray[np.float32],
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
        centred = member_scores.astype(np.float64) - self.mean_
        gram = centred.T @ centred + self.settings.ridge * np.eye(len(self.members))
        self.weights_ = np.linalg.solve(gram, centred.T @ (ratings - self.mean_))
        stop = _stop_rows(len(ratings), random_state)
        parts: list[xgboost.QuantileDMatrix] = []
        for part in (~stop, stop):
            parts.append(
                xgboost.QuantileDMatrix(
                    self._matrix(member_scores[part], made[part]),
                    label=ratings[part],
                    base_margin=self._blend(member_scores[part]),
                    feature_names=self.columns,
                    ref=parts[0] if parts else None,
                )
            )
        fitted = xgboost.train(
            self._parameters(random_state),
            parts[0],
            num_boost_round=self.settings.n_estimators,
            evals=[(parts[1], "stop")],
            early_stopping_rounds=self.settings.patience,
            verbose_eval=False,
        )
        self.booster_ = fitted[: fitted.best_iteration + 1]
        return self

    def predict(
        self, member_scores: NDArray[np.float32], made: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Scores in stars, clipped to the scale, float32 (n,)."""
        scores = self.booster_.inplace_predict(
            self._matrix(member_scores, made),
            base_margin=self._blend(member_scores),
            validate_features=False,
        )
        return np.clip(scores, self.scale.low, self.scale.high).astype(np.float32)

    def save(self, directory: Path) -> None:
        """Write the trees (XGBoost's UBJSON) and the rest (JSON) into a folder."""
        directory.mkdir(parents=True, exist_ok=True)
        self.booster_.save_model(directory / "trees.ubj")
        about = {
            "settings": asdict(self.settings),
            "members": self.members,
            "scale": asdict(self.scale),
            "mean": self.mean_,
            "weights": self.weights_.tolist(),
        }
        (directory / "ensemble.json").write_text(json.dumps(about, indent=1))

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote."""
        about = json.loads((directory / "ensemble.json").read_text())
        ensemble = cls(
            EnsembleSettings(**about["settings"]),
            tuple(about["members"]),
            Scale(**about["scale"]),
        )
        ensemble.mean_ = about["mean"]
        ensemble.weights_ = np.array(about["weights"])
        ensemble.booster_ = xgboost.Booster(model_file=directory / "trees.ubj")
        return ensemble

    def _blend(self, member_scores: NDArray[np.float32]) -> NDArray[np.float32]:
        centred = member_scores.astype(np.float64) - self.mean_
        return (self.mean_ + centred @ self.weights_).astype(np.float32)

    def _matrix(
        self, member_scores: NDArray[np.float32], made: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        spread = member_scores.std(axis=1, keepdims=True)
        return np.hstack((member_scores, spread, made))

    def _parameters(self, random_state: int) -> dict[str, object]:
        taken = ("max_depth", "learning_rate", "min_child_weight", "subsample")
        taken += ("colsample_bytree", "reg_lambda")
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
