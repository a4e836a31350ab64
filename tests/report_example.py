"""An invented report with every part."""

from typing import Any

import msgspec

from processing.report.schema import (
    Ablation,
    AskingOrder,
    CalibrationBin,
    ColumnImportance,
    Comparison,
    ErrorsBySupport,
    Interval,
    LearningCurves,
    LearningPoint,
    LeftOutModel,
    ListOrder,
    ListPosition,
    ListResults,
    ModelErrors,
    NewcomerErrors,
    NewcomerResults,
    RankerFit,
    Report,
    Residuals,
    SliceErrors,
    Slices,
    Source,
    SplitErrors,
    TreeErrors,
)

LABELS = {
    "baseline": "Baseline",
    "svd": "SVD",
    "ensemble": "XGBoost ensemble",
    "blend": "Linear blend",
    "mean": "Global mean",
}
RMSE = {"baseline": 0.9437, "svd": 0.9381, "ensemble": 0.9123, "blend": 0.9203, "mean": 1.1204}
LEFT_OUT = "It needs 139 GB of memory for the similarities of 132,035 users; there are 23 GB."


def example_report(**changes: Any) -> Report:
    """The report, with `changes` in place of its parts."""
    return msgspec.structs.replace(_REPORT, **changes)


def old_report() -> Report:
    """The report with nothing but what it must have."""
    report = _REPORT
    return Report(
        source=Source(name=report.source.name, n_ratings=1100, n_users=80, n_movies=29),
        protocol=report.protocol,
        profile=report.profile,
        seed=report.seed,
        scale=report.scale,
        n_train=report.n_train,
        n_stack=report.n_stack,
        n_test=report.n_test,
        models=tuple(
            ModelErrors(model=row.model, label=row.label, rmse=row.rmse, mae=row.mae, mape=row.mape)
            for row in report.models
        ),
        splits=report.splits,
        settings=report.settings,
        left_out=report.left_out,
    )


def _model(model: str) -> ModelErrors:
    rmse = RMSE[model]
    return ModelErrors(
        model=model,
        label=LABELS[model],
        rmse=rmse,
        rmse_interval=(rmse - 0.011, rmse + 0.012),
        mae=rmse * 0.79,
        mape=25.0,
        fit_seconds=12.5,
        predict_seconds=0.25,
        peak_bytes=None if model == "mean" else 250_540_032,
    )


def _around(value: float, reach: float) -> Interval:
    return value - reach, value + reach


def _comparison(model: str) -> Comparison:
    difference = RMSE["ensemble"] - RMSE[model]
    return Comparison(
        model=model,
        label=LABELS[model],
        difference=difference,
        interval=_around(difference, 0.004),
    )


def _ablation(model: str, rmse: float, difference: float, reach: float) -> Ablation:
    return Ablation(
        model=model,
        label=LABELS[model],
        rmse=rmse,
        difference=difference,
        interval=_around(difference, reach),
    )


def _slice(label: str, n: int, above: float) -> SliceErrors:
    rmse = {model: value + above for model, value in RMSE.items()} if n else {}
    return SliceErrors(
        label=label,
        n=n,
        rmse=rmse,
        mae={model: 0.79 * value for model, value in rmse.items()},
        mape={model: 25 * value for model, value in rmse.items()},
    )


def _order(
    model: str, label: str, hit_rate: float, gain: float, n_users: int = 62, **others: Any
) -> ListOrder:
    popular = 0.088 if n_users == 62 else 0.084
    known = {} if model == "popular" else _against(gain - popular)
    if model == "list":
        known |= {"above_lately": gain - 0.09, "above_lately_interval": _around(gain - 0.09, 0.03)}
    return ListOrder(
        model=model, label=label, n_users=n_users, **_measures(hit_rate, gain), **known, **others
    )


def _against(difference: float) -> dict[str, Any]:
    return {"above_popular": difference, "above_popular_interval": _around(difference, 0.011)}


def _measures(hit_rate: float, gain: float) -> dict[str, Any]:
    return {
        "hit_rate_10": hit_rate,
        "ndcg_10": gain,
        "recall_50": 0.4,
        "koren_rank": 0.12,
        "coverage": 0.33,
        "popular_share": 0.61,
        "stars_of_rated": 3.92,
        "intra_list_distance": 0.87,
        "first_place_share": 0.14,
    }


def _newcomer(
    label: str, given: int | None, rmse: float | None, hit_rate: float, gain: float
) -> NewcomerErrors:
    hits = hit_rate - 0.3
    listed: dict[str, Any] = {}
    if label != "Most popular":
        listed = {
            **_against(gain - 0.088),
            "above_popular_hits": hits,
            "above_popular_hits_interval": _around(hits, 0.02),
        }
    return NewcomerErrors(
        label=label,
        given=given,
        rmse=rmse,
        rmse_interval=None if rmse is None else (rmse - 0.04, rmse + 0.045),
        hit_rate_10=hit_rate,
        ndcg_10=gain,
        **listed,
    )


def _asking(label: str, given: int, n_asked: float, hit_rate: float, gain: float) -> AskingOrder:
    return AskingOrder(
        label=label, given=given, n_asked=n_asked, hit_rate_10=hit_rate, ndcg_10=gain
    )


_REPORT = Report(
    source=Source(
        name="A Small Invented Set",
        sha256="ab" * 32,
        simulated=True,
        n_ratings=1100,
        n_users=80,
        n_movies=29,
        n_duplicates=3,
        n_bad_lines=1,
    ),
    protocol="last",
    profile="fast",
    seed=0,
    scale=(1.0, 5.0, 1.0),
    n_train=800,
    n_stack=150,
    n_test=300,
    models=tuple(_model(model) for model in ("mean", "svd", "baseline", "blend", "ensemble")),
    comparisons=tuple(_comparison(model) for model in ("baseline", "svd", "blend", "mean")),
    splits=(SplitErrors(name="last", n_train=800, n_stack=150, n_test=300, rmse=RMSE),),
    error_table=ErrorsBySupport(
        user_bounds=(1, 10, 100),
        movie_bounds=(1, 10, 100),
        rmse=((1.1, 1.0, None), (0.98, 0.94, 0.88), (None, 0.9, 0.84)),
        n=((40, 60, 3), (50, 70, 40), (2, 35, 30)),
    ),
    slices=Slices(
        user_support=(_slice("1-9", 90, 0.06), _slice("10-29", 210, -0.03)),
        movie_support=(
            _slice("0", 4, 0.4),
            _slice("1-9", 96, 0.08),
            _slice("10-29", 200, -0.05),
        ),
        month=(
            _slice("2002-11", 12, 0.3),
            _slice("2002-12", 188, 0.01),
            _slice("2003-02", 100, -0.02),
        ),
        cold_start=(
            _slice("known user, known movie", 296, 0.0),
            _slice("new user", 0, 0.0),
            _slice("new movie", 4, 0.4),
            _slice("new user, new movie", 0, 0.0),
        ),
    ),
    calibration=tuple(
        CalibrationBin(predicted=2 + 0.15 * k, actual=2.02 + 0.148 * k, n=15) for k in range(20)
    ),
    residuals=Residuals(
        edges=(-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0), counts=(5, 45, 90, 110, 48, 2)
    ),
    ablation=(
        _ablation("svd", 0.9184, 0.0061, 0.002),
        _ablation("baseline", 0.9119, -0.0004, 0.001),
    ),
    importance=(
        ColumnImportance(column="movie_average", group="movie", stars=0.31),
        ColumnImportance(column="svd", group="taste", stars=0.0724),
        ColumnImportance(column="similar_movie_1", group="similar_movies", stars=0.011),
    ),
    learning=LearningCurves(
        trees=tuple(
            TreeErrors(n=n, learn=0.93 - 0.001 * n, stop=0.92 + 0.00001 * (n - 33) ** 2)
            for n in range(1, 61)
        ),
        stack=(
            LearningPoint(n=15, rmse=0.93),
            LearningPoint(n=45, rmse=0.919),
            LearningPoint(n=150, rmse=RMSE["ensemble"]),
        ),
    ),
    ranking=ListResults(
        like=4.0,
        n_users=62,
        n_likes=140,
        rows=(
            _order("popular", "Most popular", 0.3, 0.088),
            _order("popular_lately", "Popular lately", 0.31, 0.09),
            _order("ease", "EASE", 0.33, 0.104, fit_seconds=1.5),
            _order("svd", "SVD", 0.21, 0.051, n_users=40),
            _order("stars", "Stars alone", 0.25, 0.062, n_users=40),
            _order("list", "The list as served", 0.34, 0.112),
        ),
        positions=(
            ListPosition(position="well_known", label="Well known", **_measures(0.33, 0.1)),
            ListPosition(position="listed", label="As listed", **_measures(0.34, 0.112)),
            ListPosition(position="less_known", label="Less known", **_measures(0.24, 0.07)),
        ),
        spread_cost=0.004,
        known_weight=0.35,
        ranker=RankerFit(
            n_users=70,
            n_rows=1750,
            n_likes=155,
            n_trees=40,
            weights={"log_ratings": 0.31, "ease_z": 0.82, "stars_above": -0.0412},
        ),
        cut=("EASE weighs the 20 most rated of 29 movies.",),
    ),
    newcomers=NewcomerResults(
        n_users=16,
        n_test=64,
        n_listed=15,
        neutral=2.75,
        rows=(
            _newcomer("No rating", 0, 1.0251, 0.3, 0.088),
            _newcomer("1 rating", 1, 1.0107, 0.31, 0.094),
            _newcomer("3 ratings", 3, 0.9921, 0.32, 0.1),
            _newcomer("5 ratings", 5, 0.9812, 0.34, 0.104),
            _newcomer("10 ratings", 10, 0.9634, 0.36, 0.109),
            _newcomer("20 ratings", 20, 0.9507, 0.37, 0.113),
            _newcomer("All ratings known", None, 0.9155, 0.39, 0.121),
            _newcomer("Most popular", None, None, 0.3, 0.088),
        ),
        asking=(
            _asking("by the ranking", 5, 9.4, 0.35, 0.106),
            _asking("by the stars", 5, 8.1, 0.34, 0.104),
            _asking("by the ranking", 10, 21.5, 0.37, 0.111),
            _asking("by the stars", 10, 18.25, 0.36, 0.109),
        ),
    ),
    settings={
        "svd": {"n_factors": 64, "lr_all": 0.01},
        "baseline": {"method": "als"},
        "ensemble": {"n_estimators": 60},
    },
    left_out=(LeftOutModel(model="knn_user", label="KNN, users", reason=LEFT_OUT),),
)
