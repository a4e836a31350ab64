"""The contract that every ranking model keeps."""

import dataclasses
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from processing.data.ratings import Ratings
from processing.errors import ModelError
from processing.kernels.arrays import Csr
from processing.ranking.gram import Grams
from processing.tools.fitted import load_fitted, save_fitted

SettingsT = TypeVar("SettingsT")
ArraysT = TypeVar("ArraysT", bound=tuple[Any, ...])


class RankingModel(ABC, Generic[SettingsT, ArraysT]):
    """A model of what people watch and like: the higher a score, the earlier a movie is listed.

    Scores have no unit, and compare the movies of one person alone. A person is a row of ratings,
    so somebody who was not there in fitting is scored like anyone else. Subclasses name their
    `kind`, their class of `Settings` (a frozen dataclass) and that of their `Arrays` (a NamedTuple
    of arrays), and score from `arrays_` alone. A second `fit` forgets the first.

    Attributes
    ----------
    arrays_
        What was learned.
    """

    kind: ClassVar[str]
    Settings: ClassVar[type[Any]]
    Arrays: ClassVar[type[Any]]
    same_for_all: ClassVar[bool] = False  # whether everybody's scores are the same

    arrays_: ArraysT

    def __init__(self, settings: SettingsT) -> None:
        self.settings = settings

    def fit(self, ratings: Ratings, random_state: int, grams: Grams | None = None) -> Self:
        """Learn from ratings; the same ratings and `random_state` give the same arrays.

        `grams`, where they are known, save a model that needs them a pass over the ratings.
        """
        if ratings.n_ratings == 0:
            raise ModelError(f"{self.kind} cannot be fitted on no ratings at all.")
        self.arrays_ = self._fit(ratings, random_state, grams)
        return self

    @abstractmethod
    def scores(self, rated: Csr) -> NDArray[np.float32]:
        """Scores of all movies for people, float32 (n_people, n_movies).

        `rated`: what each of them rated, in stars.
        """

    @abstractmethod
    def terms(self, rated: Csr, listed: NDArray[np.int32]) -> NDArray[np.float64]:
        """What each rating of one person adds to the scores of some movies: they sum to it.

        `rated`: one row. `listed`: (n,). Returns (n, 1 + n_rated), the first column what the model
        says without any rating.
        """

    @classmethod
    @abstractmethod
    def memory_need(cls, settings: SettingsT, ratings: Ratings) -> tuple[int, str]:
        """Bytes that fitting will need at its peak, and in words what takes them."""

    @classmethod
    def too_large(cls, settings: SettingsT, ratings: Ratings) -> str | None:
        """Why the model is left out for so many ratings; None where it is not."""
        return None

    def cut(self) -> str | None:
        """What the model had no room for, in words; None where it knows all."""
        return None

    def save(self, directory: Path) -> None:
        """Write the learned arrays (npz, never pickled) and the settings (JSON) into a folder."""
        about = {"kind": self.kind, "settings": dataclasses.asdict(self.settings)}  # type: ignore[call-overload]
        arrays = dict(zip(self.Arrays._fields, self.arrays_, strict=True))
        save_fitted(directory, arrays, about)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        ModelError
            If the folder holds another kind of model.
        """
        arrays, about = load_fitted(directory, cls.kind)
        model = cls(cls.Settings(**about["settings"]))
        model.arrays_ = cls.Arrays(**arrays)
        return model

    @abstractmethod
    def _fit(self, ratings: Ratings, random_state: int, grams: Grams | None) -> ArraysT: ...


AnyRankingModel: TypeAlias = RankingModel[Any, Any]
