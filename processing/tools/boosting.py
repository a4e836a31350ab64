"""XGBoost's boosting, watched."""

from collections.abc import Callable
from typing import Any

import xgboost


class TreeCounter(xgboost.callback.TrainingCallback):
    """Calls `advance` with 1 after every tree."""

    def __init__(self, advance: Callable[[int], object]) -> None:
        self._advance = advance

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """XGBoost's hook; False lets it go on."""
        self._advance(1)
        return False
