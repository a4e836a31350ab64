"""What a report says, as types: written by the evaluation, read by text, page, file and figures.

Errors are in stars unless they say otherwise; an interval holds the two ends of a 95 % interval.
Where nothing can be said there is None. In JSON every field is a key of the same name, and what is
None by default is left out.
"""

from typing import Any

import msgspec

from processing.errors import ReportError

ENSEMBLE, BLEND, MEAN = "ensemble", "blend", "mean"  # beside these, models are ensemble members
SERVED_LIST, MOST_POPULAR = "ordered", "popular"  # beside these, lists are ordered by models

Interval = tuple[float, float]
Setting = bool | int | float | str


class Record(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A part of the report: immutable, and strict about its keys."""


class Source(Record):
    """The data set that was evaluated. `n_duplicates` ratings gave way to a later one."""

    name: str
    sha256: str
    simulated: bool
    n_ratings: int
    n_users: int
    n_movies: int
    n_duplicates: int
    n_bad_lines: int


class ModelErrors(Record):
    """A model's errors, means over the splits, and what it cost, summed over them.

    `mape` is in percent, None where a test rating is 0. `peak_bytes` is the most memory that was
    held in any split while the model was fitted and predicted. What differs from run to run (times
    and memory) is None in a release.
    """

    model: str
    label: str
    rmse: float
    rmse_interval: Interval
    mae: float
    mape: float | None
    fit_seconds: float | None = None
    predict_seconds: float | None = None
    peak_bytes: int | None = None


class Comparison(Record):
    """The ensemble's RMSE less another model's: below 0 the ensemble is better."""

    model: str
    label: str
    difference: float
    interval: Interval


class SplitErrors(Record):
    """A split by itself: RMSE by model, and how many ratings it learned from and tested."""

    name: str
    n_train: int
    n_stack: int
    n_test: int
    rmse: dict[str, float]


class SliceErrors(Record):
    """Errors by model on `n` test ratings that have something in common; no errors where n is 0."""

    label: str
    n: int
    rmse: dict[str, float]
    mae: dict[str, float]
    mape: dict[str, float | None]


class Slices(Record):
    """Errors by support (known ratings) of user and movie, by month, and at cold starts."""

    user_support: tuple[SliceErrors, ...]
    movie_support: tuple[SliceErrors, ...]
    month: tuple[SliceErrors, ...]
    cold_start: tuple[SliceErrors, ...]


class ErrorsBySupport(Record):
    """The ensemble's RMSE by support of user (rows) and movie (columns).

    Supports are at least their bound and less than the next one. The RMSE is None where too few of
    the `n` test ratings are there to tell.
    """

    user_bounds: tuple[int, ...]
    movie_bounds: tuple[int, ...]
    rmse: tuple[tuple[float | None, ...], ...]
    n: tuple[tuple[int, ...], ...]


class CalibrationBin(Record):
    """A twentieth of the test ratings, by the ensemble's score: mean score and mean rating."""

    predicted: float
    actual: float
    n: int


class Residuals(Record):
    """How many of the ensemble's residuals (rating less score) lie between each two edges."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


class Ablation(Record):
    """The ensemble without one member: its RMSE, and how far that is above all together's."""

    model: str
    label: str
    rmse: float
    difference: float
    interval: Interval


class ColumnImportance(Record):
    """The mean of the stars, up or down, by which one of the ensemble's columns moves a score."""

    column: str
    group: str
    stars: float


class TreeErrors(Record):
    """RMSE after `n` trees, on the rows learned from and on those that decide when to stop."""

    n: int
    learn: float
    stop: float


class LearningPoint(Record):
    """RMSE on the test of the ensemble that learned from `n` stack ratings."""

    n: int
    rmse: float


class LearningCurves(Record):
    """How errors fall with trees, and with ratings to learn from."""

    trees: tuple[TreeErrors, ...]
    stack: tuple[LearningPoint, ...]


class ListQuality(Record):
    """How good lists are; `processing.evaluation.topn` defines the measures.

    All are shares from 0 to 1. `koren_rank` is None where nothing got the highest rating.
    """

    hit_rate_10: float
    ndcg_10: float
    recall_50: float
    koren_rank: float | None
    coverage: float
    popular_share: float


class ListOrder(ListQuality):
    """How good lists are in the order of a model, as served, or with the most popular first."""

    model: str
    label: str


class Caution(ListQuality):
    """How good lists are by the score less `z` standard errors, measured on stack ratings."""

    z: float


class ListResults(Record):
    """How good lists are, for `n_users` users who have something to find among what was set aside.

    `n_likes` counts the ratings of at least `like` stars that there are to find. `order` is the
    caution z of the lists as served, the best of `orders`.
    """

    like: float
    n_users: int
    n_likes: int
    order: float
    rows: tuple[ListOrder, ...]
    orders: tuple[Caution, ...]


class NewcomerErrors(Record):
    """Errors and lists of newcomers who gave `given` ratings; None: something else was known.

    `rmse` is None for lists that predict no stars; the measures of lists are None where no newcomer
    likes anything.
    """

    label: str
    given: int | None
    rmse: float | None
    rmse_interval: Interval | None
    hit_rate_10: float | None
    ndcg_10: float | None


class NewcomerResults(Record):
    """What a few ratings of `n_users` newcomers are worth, on `n_test` ratings of theirs.

    `n_listed` of them have something to find. `order_z` is the caution of their lists.
    """

    n_users: int
    n_test: int
    n_listed: int
    order_z: float
    rows: tuple[NewcomerErrors, ...]


class LeftOutModel(Record):
    """A model that was not fitted, and why."""

    model: str
    label: str
    reason: str


class Report(Record):
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
    comparisons: tuple[Comparison, ...]
    splits: tuple[SplitErrors, ...]
    slices: Slices
    error_table: ErrorsBySupport
    calibration: tuple[CalibrationBin, ...]
    residuals: Residuals
    ablation: tuple[Ablation, ...]
    importance: tuple[ColumnImportance, ...]
    learning: LearningCurves
    ranking: ListResults | None
    newcomers: NewcomerResults | None
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
    def best_member(self) -> ModelErrors | None:
        """The member with the lowest RMSE; None where the ensemble and its relatives are alone."""
        members = (row for row in self.by_error if row.model not in (ENSEMBLE, BLEND, MEAN))
        return next(members, None)


def report_to_json(report: Report) -> bytes:
    """Write a report as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1)


def report_from_json(data: bytes, where: str) -> Report:
    """Read what `report_to_json` wrote.

    Raises
    ------
    ReportError
        If a key is missing, unknown, or has a value of another type; says which one. `where` names
        the file.
    """
    try:
        return msgspec.json.decode(data, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReportError(
            f"{where} is not a report that this version reads: {error}. Evaluate again with this "
            "version of the project."
        ) from error


def without_times(report: Report) -> Report:
    """The report less what differs from run to run: what a release holds."""
    changes: dict[str, Any] = dict.fromkeys(("fit_seconds", "predict_seconds", "peak_bytes"))
    models = tuple(msgspec.structs.replace(row, **changes) for row in report.models)
    return msgspec.structs.replace(report, models=models)
