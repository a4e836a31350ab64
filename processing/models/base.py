"""The contract that every rating model keeps."""

import dataclasses
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.data.rows import Scale
from processing.errors import DivergedError, ModelError
from processing.tools.checkpoints import Checkpoint
from processing.tools.fitted import load_fitted, save_fitted

Engine = Literal["fast", "exact", "surprise"]
ENGINES: tuple[Engine, ...] = ("fast", "exact", "surprise")

CHECKED = 10_000  # ratings by which it is seen whether a fit converged
FAR, SLACK = 1.5, 0.2  # times the error of the mean, and quarters of the scale, that are too much

SettingsT = TypeVar("SettingsT")
ArraysT = TypeVar("ArraysT", bound=tuple[Any, ...])


class Model(ABC, Generic[SettingsT, ArraysT]):
    """A model of ratings: settings, and arrays learned by `fit`.

    Subclasses name their `kind`, their class of `Settings` (a frozen dataclass) and that of their
    `Arrays` (a NamedTuple of arrays), learn `arrays_` in `_fit`, and predict from them alone. The
    constructor only stores; a second `fit` forgets the first.

    `engine` says who does the fitting: `fast` our kernels in float32 on all cores, `exact` our
    kernels in float64 and Surprise's order of updates, `surprise` Surprise's own classes. With
    `fast`, models whose `learns_in_units` learn from the ratings as on a scale from 1 to 5, so that
    settings mean the same on any scale; with the others settings are in stars, as Surprise's are.

    Attributes
    ----------
    arrays_
        What was learned.
    scale_
        The scale of the ratings that were learned from.
    checkpoint
        Where a fit that takes hours keeps its state, and goes on from; None where it keeps none.
    """

    kind: ClassVar[str]
    Settings: ClassVar[type[Any]]
    Arrays: ClassVar[type[Any]]
    of_time: ClassVar[bool] = False  # whether it asks for the days of what it predicts
    learns_in_units: ClassVar[bool] = True  # False: what is learned goes with the scale by itself

    arrays_: ArraysT
    scale_: Scale
    checkpoint: Checkpoint | None = None

    def __init__(self, settings: SettingsT, engine: Engine = "fast") -> None:
        self.settings = settings
        self.engine = engine

    def fit(self, ratings: Ratings, random_state: int) -> Self:
        """Learn from ratings; the same ratings and `random_state` give the same arrays.

        Raises
        ------
        ModelError
            If there are no ratings.
        DivergedError
            If the model did not converge: of up to `CHECKED` of the ratings that it learned from,
            it predicts some as no number, or all far worse than their mean would.
        """
        if ratings.n_ratings == 0:
            raise ModelError(f"{self.kind} cannot be fitted on no ratings at all.")
        self.scale_ = ratings.scale
        try:
            self._fit(ratings.in_units() if self._in_units else ratings, random_state)
            found = self._errors(ratings)
        except (np.linalg.LinAlgError, FloatingPointError) as error:
            found = str(error)
        if found:
            raise DivergedError(
                f"{self.kind} did not converge with ratings from {ratings.scale}"
                f"{self._rates()}: {found}. Use milder settings, such as a lower learning rate."
            )
        return self

    def _rates(self) -> str:
        """The learning rates that were set, where there are any."""
        settings = dataclasses.asdict(self.settings)  # type: ignore[call-overload]
        rates = {name: rate for name, rate in settings.items() if name.startswith("lr") and rate}
        return "".join(f", {name} {rate:g}" for name, rate in rates.items())

    def _errors(self, ratings: Ratings) -> str | None:
        """What shows that the model diverged, by some of the ratings it learned from."""
        csr, n = ratings.by_user, ratings.n_ratings
        some = np.unique(np.linspace(0, n - 1, min(n, CHECKED)).astype(np.int64))
        users = (np.searchsorted(csr.indptr, some, side="right") - 1).astype(np.int32)
        scores = self.predict(users, csr.indices[some], csr.days[some] if ratings.dated else None)
        if not np.isfinite(scores).all():
            return "it predicts what is no number"
        values = csr.values[some].astype(np.float64)
        rmse = float(np.sqrt(np.mean((scores - values) ** 2)))
        of_mean = float(values.std())
        if rmse <= FAR * of_mean + SLACK * ratings.scale.unit:
            return None
        return f"the RMSE of what it learned from is {rmse:.3g}, that of their mean {of_mean:.3g}"

    @property
    def unit(self) -> float:
        """How many stars the learned arrays' unit is."""
        return self.scale_.unit if self._in_units else 1.0

    @property
    def _in_units(self) -> bool:
        return self.engine == "fast" and self.learns_in_units

    def predict(
        self,
        user_indices: NDArray[np.int32],
        movie_indices: NDArray[np.int32],
        days: NDArray[np.int32] | None = None,
    ) -> NDArray[np.float32]:
        """Scores of pairs in stars, clipped to the scale, float32 (n,).

        A user or movie that had no rating in fitting is scored by what is known: the other side,
        or the mean. `days` is for models of time; the others ignore it.
        """
        scores = self._scores(user_indices, movie_indices, days)
        if self._in_units:
            scores = self.scale_.in_stars(scores)
        return scores.clip(self.scale_.low, self.scale_.high).astype(np.float32)

    def save(self, directory: Path) -> None:
        """Write the learned arrays (npz, never pickled) and the settings (JSON) into a folder."""
        about = {
            "kind": self.kind,
            "engine": self.engine,
            "settings": dataclasses.asdict(self.settings),  # type: ignore[call-overload]
            "scale": dataclasses.asdict(self.scale_),
        }
        save_fitted(directory, self._state(), about)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        ModelError
            If the folder holds another kind of model.
        """
        arrays, about = load_fitted(directory, cls.kind)
        model = cls(cls.Settings(**about["settings"]), about["engine"])
        model.scale_ = Scale(**about["scale"])
        model._restore(arrays)
        return model

    @classmethod
    @abstractmethod
    def memory_need(cls, settings: SettingsT, ratings: Ratings, engine: Engine) -> tuple[int, str]:
        """Bytes that fitting will need at its peak, and in words what takes them."""

    @classmethod
    def too_large(cls, settings: SettingsT, ratings: Ratings) -> str | None:
        """Why the model is left out for so many ratings; None where it is not."""
        return None

    @abstractmethod
    def contribution_group(self) -> str:
        """The group of the ensemble's contributions that this model's opinion counts to."""

    @abstractmethod
    def _fit(self, ratings: Ratings, random_state: int) -> None: ...

    @abstractmethod
    def _scores(
        self,
        users: NDArray[np.int32],
        movies: NDArray[np.int32],
        days: NDArray[np.int32] | None,
    ) -> NDArray[np.float64]: ...

    def _state(self) -> dict[str, NDArray[Any]]:
        """The learned arrays by name, as they are saved."""
        return dict(zip(self.Arrays._fields, self.arrays_, strict=True))

    def _restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Take back what `_state` gave."""
        self.arrays_ = self.Arrays(**state)


AnyModel: TypeAlias = Model[Any, Any]
