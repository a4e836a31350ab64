"""The ranker: a conditional logit over ranking models and stars, and XGBoost's trees on top.

Model:   order[u, i] = w · z_ui + trees(columns of u, i)
         trees by LambdaMART on NDCG, which begin at the logit's margin and end where the NDCG@10 of
         people set aside gets no better; there may be none
Source:  Burges (2010), "From RankNet to LambdaRank to LambdaMART: an overview", as XGBoost's
         `rank:ndcg` has it; McFadden (1974) for the logit (`processing.ranking.logit`).
Differs: ranking models but the first are held back (`RESTRAINT`), since they repeat much of it. The
         logit below the trees is ours: it needs few people to learn from, trees need many.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
import xgboost
from numpy.typing import NDArray

from processing.errors import ConfigError, ModelError
from processing.ranking.logit import Logit, fit_logit
from processing.tools.boosting import TreeCounter
from processing.tools.fitted import load_fitted, save_fitted
from processing.tools.progress import counting
from processing.tools.validation import check_positive

KIND = "ranker"
TREES = "trees.ubj"
STOP_SHARE = 0.15
TOP = 10
RESTRAINT = 0.1  # best of 0 to 1 on the stacks of MovieLens 1M, `random` and `last`; not of `time`
PAIRS = 15  # each of the first so many, with all others: XGBoost's advice for a top ten


@dataclass(frozen=True, kw_only=True)
class RankerSettings:
    """Settings of the ranker's trees, with XGBoost's names where they are XGBoost's.

    Attributes
    ----------
    n_candidates
        Movies per user that the first ranking model proposes; each other proposes a quarter as
        many. 1 or more.
    n_estimators
        Trees at most, 0 or more.
    max_depth, learning_rate, min_child_weight, subsample, colsample_bytree
        As of the ensemble.
    patience
        Trees after which boosting stops if the NDCG of people set aside has not risen, 1 or more.
    most_users
        People that it learns from at most, 1 or more.
    """

    n_candidates: int = 80
    n_estimators: int = 400
    max_depth: int = 4
    learning_rate: float = 0.05
    min_child_weight: float = 20.0
    subsample: float = 0.8
    colsample_bytree: float = 0.5
    patience: int = 50
    most_users: int = 10_000

    def __post_init__(self) -> None:
        names = ("n_candidates", "max_depth", "learning_rate", "patience", "most_users")
        check_positive(**{name: getattr(self, name) for name in names})
        if self.n_estimators < 0:
            raise ConfigError(f"n_estimators is {self.n_estimators!r}; expected 0 or more.")


class Ranker:
    """Orders candidates.

    Attributes
    ----------
    logit_
        The conditional logit.
    n_trees_
        Trees on top of it.
    booster_
        The trees; None where there are none.
    """

    logit_: Logit
    n_trees_: int
    booster_: xgboost.Booster | None

    def __init__(
        self,
        settings: RankerSettings,
        columns: list[str],
        plain: list[str],
        held_back: Sequence[str] = (),
    ) -> None:
        """`columns`: their names, in order; `plain`: those that the logit weighs, and `held_back`
        among these.
        """
        self.settings = settings
        self.columns = columns
        self.plain = plain
        self.held_back = list(held_back)

    def fit(
        self,
        columns: NDArray[np.float32],
        indptr: NDArray[np.int64],
        liked: NDArray[np.bool_],
        random_state: int,
    ) -> Self:
        """Learn from people with a like among their candidates.

        `columns`: float32 (n_pairs, n_columns). `indptr`: int64 (n_people + 1,), where each one's
        pairs begin. `liked`: bool (n_pairs,).

        Raises
        ------
        ModelError
            If nobody likes any candidate.
        """
        kept = np.add.reduceat(liked, indptr[:-1], dtype=np.int64) > 0
        if not kept.any():
            raise ModelError("Nobody likes any of the candidates that the ranker is to learn from.")
        pairs = np.repeat(kept, np.diff(indptr))
        sizes = np.diff(indptr)[kept]
        columns, liked = columns[pairs], liked[pairs]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        self.logit_ = fit_logit(columns[:, self._plain()], starts, liked, self._restraint())
        self.booster_, self.n_trees_ = None, 0
        stop = np.random.default_rng(random_state).random(len(sizes)) < STOP_SHARE
        if stop.any() and not stop.all() and self.settings.n_estimators:
            self._boost(columns, sizes, liked, stop, random_state)
        return self

    def predict(self, columns: NDArray[np.float32]) -> NDArray[np.float32]:
        """What orders each candidate, float32 (n_pairs,); to be compared within a user."""
        margins = self.logit_.margins(columns[:, self._plain()])
        if self.booster_ is None:
            return margins
        found = self.booster_.inplace_predict(
            columns,
            iteration_range=(0, self.n_trees_),
            predict_type="margin",
            base_margin=margins,
            validate_features=False,
        )
        return np.asarray(found, np.float32)

    def weights(self) -> dict[str, float]:
        """The logit's weights by column, for a standard deviation each."""
        return dict(zip(self.plain, self.logit_.weights.tolist(), strict=True))

    def save(self, directory: Path) -> None:
        """Write logit (npz), trees (XGBoost's UBJSON) and the rest (JSON) into a folder."""
        about = {
            "kind": KIND,
            "settings": asdict(self.settings),
            "columns": self.columns,
            "plain": self.plain,
            "held_back": self.held_back,
            "n_trees": self.n_trees_,
        }
        save_fitted(directory, self.logit_._asdict(), about)
        if self.booster_ is not None:
            self.booster_.save_model(directory / TREES)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote."""
        arrays, about = load_fitted(directory, KIND)
        ranker = cls(
            RankerSettings(**about["settings"]),
            about["columns"],
            about["plain"],
            about["held_back"],
        )
        ranker.logit_, ranker.n_trees_ = Logit(**arrays), about["n_trees"]
        ranker.booster_ = None
        if ranker.n_trees_:
            ranker.booster_ = xgboost.Booster(model_file=directory / TREES)
        return ranker

    def _restraint(self) -> NDArray[np.float64]:
        return np.array([RESTRAINT if name in self.held_back else 0.0 for name in self.plain])

    def _plain(self) -> list[int]:
        return [self.columns.index(name) for name in self.plain]

    def _boost(
        self,
        columns: NDArray[np.float32],
        sizes: NDArray[np.int64],
        liked: NDArray[np.bool_],
        stop: NDArray[np.bool_],
        random_state: int,
    ) -> None:
        """Grow trees on the margins of the logit, as long as they help those of `stop`."""
        margins = self.logit_.margins(columns[:, self._plain()])
        pairs = np.repeat(stop, sizes)

        def matrix(rows: NDArray[np.bool_], people: NDArray[np.bool_]) -> xgboost.DMatrix:
            made = xgboost.DMatrix(
                columns[rows],
                label=liked[rows].astype(np.float32),
                base_margin=margins[rows],
                feature_names=self.columns,
            )
            made.set_group(sizes[people])
            return made

        learn, check = matrix(~pairs, ~stop), matrix(pairs, stop)
        settings = self.settings
        parameters = {
            "objective": "rank:ndcg",
            "lambdarank_pair_method": "topk",
            "lambdarank_num_pair_per_sample": PAIRS,
            "eval_metric": f"ndcg@{TOP}",
            "tree_method": "hist",
            "max_depth": settings.max_depth,
            "learning_rate": settings.learning_rate,
            "min_child_weight": settings.min_child_weight,
            "subsample": settings.subsample,
            "colsample_bytree": settings.colsample_bytree,
            "seed": random_state,
        }
        with counting(settings.n_estimators, "ranker", "tree") as advance:
            self.booster_ = xgboost.train(
                parameters,
                learn,
                settings.n_estimators,
                evals=[(check, "stop")],
                verbose_eval=False,
                callbacks=[
                    xgboost.callback.EarlyStopping(rounds=settings.patience, maximize=True),
                    TreeCounter(advance),
                ],
            )
        alone = xgboost.Booster(parameters, [check]).eval(check)  # the logit's, without any tree
        if not self.booster_.best_score > float(alone.rpartition(":")[2]):
            self.booster_ = None
            return
        self.n_trees_ = int(self.booster_.best_iteration) + 1
