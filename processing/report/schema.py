"""What a report says, as types: written by the evaluation, read by text, page, file and figures.

Errors are in stars unless they say otherwise; an interval holds the two ends of a 95 % interval.
Where nothing can be said there is None, or an empty part; that is what a part is that the JSON
lacks. In JSON every field is a key of the same name; keys that are not known are passed over.
"""

from bisect import bisect_right
from typing import Any

import msgspec

from processing.errors import ReportError
from processing.report.list_schema import (
    LIST,
    POPULAR,
    POPULAR_LATELY,
    STARS,
    AskingOrder,
    Interval,
    ListOrder,
    ListPosition,
    ListQuality,
    ListResults,
    NewcomerErrors,
    NewcomerResults,
    RankerFit,
    require,
)

__all__ = [
    "BLEND",
    "ENSEMBLE",
    "LIST",
    "MEAN",
    "POPULAR",
    "POPULAR_LATELY",
    "STARS",
    "Ablation",
    "AskingOrder",
    "CalibrationBin",
    "ColumnImportance",
    "Comparison",
    "ErrorsBySupport",
    "Interval",
    "LearningCurves",
    "LearningPoint",
    "LeftOutModel",
    "ListOrder",
    "ListPosition",
    "ListQuality",
    "ListResults",
    "ModelErrors",
    "NewcomerErrors",
    "NewcomerResults",
    "RankerFit",
    "Report",
    "Residuals",
    "Setting",
    "SliceErrors",
    "Slices",
    "Source",
    "SplitErrors",
    "TreeErrors",
    "report_from_json",
    "report_to_json",
    "without_times",
]

ENSEMBLE, BLEND, MEAN = "ensemble", "blend", "mean"  # beside these, models are ensemble members

Setting = bool | int | float | str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The data set that was evaluated. `n_duplicates` ratings gave way to a later one."""

    name: str
    sha256: str | None = None
    simulated: bool | None = None
    n_ratings: int
    n_users: int
    n_movies: int
    n_duplicates: int | None = None
    n_bad_lines: int | None = None


class ModelErrors(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model's errors, means over the splits, and what it cost, summed over them.

    `mape` is in percent, None where a test rating is 0. `peak_bytes` is the most memory that was
    held in any split while the model was fitted and predicted. What differs from run to run (times
    and memory) is None in a release, and left out of its JSON.
    """

    model: str
    label: str
    rmse: float
    rmse_interval: Interval | None = None
    mae: float
    mape: float | None
    fit_seconds: float | None = None
    predict_seconds: float | None = None
    peak_bytes: int | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The ensemble's RMSE less another model's: below 0 the ensemble is better."""

    model: str
    label: str
    difference: float
    interval: Interval


class SplitErrors(msgspec.Struct, frozen=True, kw_only=True):
    """A split by itself: RMSE by model, and how many ratings it learned from and tested."""

    name: str
    n_train: int
    n_stack: int
    n_test: int
    rmse: dict[str, float]


class SliceErrors(msgspec.Struct, frozen=True, kw_only=True):
    """Errors by model on `n` test ratings that have something in common; no errors where n is 0."""

    label: str
    n: int
    rmse: dict[str, float]
    mae: dict[str, float]
    mape: dict[str, float | None]

    def __post_init__(self) -> None:
        require(self.n == 0 or ENSEMBLE in self.rmse, f"`rmse` has no {ENSEMBLE!r}")


class Slices(msgspec.Struct, frozen=True, kw_only=True):
    """Errors by support (known ratings) of user and movie, by month, and at cold starts."""

    user_support: tuple[SliceErrors, ...] = ()
    movie_support: tuple[SliceErrors, ...] = ()
    month: tuple[SliceErrors, ...] = ()
    cold_start: tuple[SliceErrors, ...] = ()


class ErrorsBySupport(msgspec.Struct, frozen=True, kw_only=True):
    """The ensemble's RMSE by support of user (rows) and movie (columns).

    Supports are at least their bound and less than the next one. The RMSE is None where too few of
    the `n` test ratings are there to tell.
    """

    user_bounds: tuple[int, ...]
    movie_bounds: tuple[int, ...]
    rmse: tuple[tuple[float | None, ...], ...]
    n: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        rows, columns = len(self.user_bounds), {len(self.movie_bounds)}
        fits = len(self.rmse) == rows and {len(row) for row in self.rmse} <= columns
        require(fits, "`rmse` has not a row for each user bound and a column for each movie bound")

    def typical(self, user_ratings: int, movie_ratings: int) -> float | None:
        """RMSE at so much support; None below the lowest bounds too."""
        row = bisect_right(self.user_bounds, user_ratings) - 1
        column = bisect_right(self.movie_bounds, movie_ratings) - 1
        return None if row < 0 or column < 0 else self.rmse[row][column]


class CalibrationBin(msgspec.Struct, frozen=True, kw_only=True):
    """A twentieth of the test ratings, by the ensemble's score: mean score and mean rating."""

    predicted: float
    actual: float
    n: int


class Residuals(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the ensemble's residuals (rating less score) lie between each two edges."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        require(len(self.edges) == len(self.counts) + 1, "`edges` is not one longer than `counts`")


class Ablation(msgspec.Struct, frozen=True, kw_only=True):
    """The ensemble without one member: its RMSE, and how far that is above all together's."""

    model: str
    label: str
    rmse: float
    difference: float
    interval: Interval


class ColumnImportance(msgspec.Struct, frozen=True, kw_only=True):
    """The mean of the stars, up or down, by which one of the ensemble's columns moves a score."""

    column: str
    group: str
    stars: float


class TreeErrors(msgspec.Struct, frozen=True, kw_only=True):
    """RMSE after `n` trees, on the rows learned from and on those that decide when to stop."""

    n: int
    learn: float
    stop: float


class LearningPoint(msgspec.Struct, frozen=True, kw_only=True):
    """RMSE on the test of the ensemble that learned from `n` stack ratings."""

    n: int
    rmse: float


class LearningCurves(msgspec.Struct, frozen=True, kw_only=True):
    """How errors fall with trees, and with ratings to learn from."""

    trees: tuple[TreeErrors, ...] = ()
    stack: tuple[LearningPoint, ...] = ()


class LeftOutModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that was not fitted, and why."""

    model: str
    label: str
    reason: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How well a profile predicts a data set.

    `scale` is the lowest and highest rating and the step between two, all in stars. `ranking` is
    None where nobody has anything to find, `newcomers` where there are too few users to tell.
    """

    source: Source
    protocol: str
    profile: str
    seed: int
    scale: tuple[float, float, float]
    n_train: int
    n_stack: int
    n_test: int
    models: tuple[ModelErrors, ...]
    comparisons: tuple[Comparison, ...] = ()
    splits: tuple[SplitErrors, ...]
    slices: Slices = Slices()
    error_table: ErrorsBySupport | None = None
    calibration: tuple[CalibrationBin, ...] = ()
    residuals: Residuals | None = None
    ablation: tuple[Ablation, ...] = ()
    importance: tuple[ColumnImportance, ...] = ()
    learning: LearningCurves = LearningCurves()
    ranking: ListResults | None = None
    newcomers: NewcomerResults | None = None
    settings: dict[str, dict[str, Setting]]
    left_out: tuple[LeftOutModel, ...]

    @property
    def by_error(self) -> tuple[ModelErrors, ...]:
        """The models, lowest RMSE first."""
        return tuple(sorted(self.models, key=lambda row: (row.rmse, row.model)))

    @property
    def labels(self) -> dict[str, str]:
        """Labels by model, lowest RMSE first."""
        return {row.model: row.label for row in self.by_error}

    @property
    def members(self) -> tuple[ModelErrors, ...]:
        """The models that the ensemble stands on, lowest RMSE first."""
        return tuple(row for row in self.by_error if row.model not in (ENSEMBLE, BLEND, MEAN))

    @property
    def best_member(self) -> ModelErrors | None:
        """The member with the lowest RMSE; None where the ensemble and its relatives are alone."""
        return next(iter(self.members), None)

    def errors_of(self, model: str) -> ModelErrors | None:
        """The errors of a model; None where it was not measured."""
        return next((row for row in self.models if row.model == model), None)


def report_to_json(report: Report) -> bytes:
    """Write a report as indented JSON.

    Raises
    ------
    ReportError
        If it would not be read back as it is, because of NaN or a value of another type.
    """
    data = msgspec.json.encode(report)
    if report_from_json(data, "The report") != report:
        raise ReportError(
            "The report cannot be written as JSON: it has a NaN, or a list for a tuple."
        )
    return msgspec.json.format(data, indent=1)


def report_from_json(data: bytes, where: str) -> Report:
    """Read what `report_to_json` wrote.

    Raises
    ------
    ReportError
        If a key is missing or has a value of another type; says which one. `where` names the file.
    """
    try:
        return msgspec.json.decode(data, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReportError(
            f"{where} is not a report that this version reads: {error}. Make it again with this "
            "version of the project."
        ) from error


def without_times(report: Report) -> Report:
    """The report less what differs from run to run: what a release holds."""
    changes: dict[str, Any] = dict.fromkeys(("fit_seconds", "predict_seconds", "peak_bytes"))
    models = tuple(msgspec.structs.replace(row, **changes) for row in report.models)
    ranking = report.ranking
    if ranking is not None:
        rows = tuple(msgspec.structs.replace(row, fit_seconds=None) for row in ranking.rows)
        ranking = msgspec.structs.replace(ranking, rows=rows)
    return msgspec.structs.replace(report, models=models, ranking=ranking)
