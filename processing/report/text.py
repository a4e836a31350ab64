"""The report as text for a terminal."""

from processing.report.schema import (
    BLEND,
    MEAN,
    MOST_POPULAR,
    SERVED_LIST,
    Interval,
    ListResults,
    ModelErrors,
    Report,
)


def as_table(report: Report) -> str:
    """The report as text for a terminal."""
    width = max(len(row.label) for row in report.models) + 2
    lines = [
        f"{report.source.name}: protocol {report.protocol}, profile {report.profile}, "
        f"seed {report.seed}; {report.n_train:,} ratings to learn from "
        f"(of them {report.n_stack:,} taught the ensemble), {report.n_test:,} to test"
        + (f", in {len(report.splits)} folds" if len(report.splits) > 1 else "")
        + ".",
        "",
        f"{'model':<{width}}{'RMSE':>9}{'95 % interval':>18}{'MAE':>9}{'MAPE':>9}{'fit s':>9}"
        f"{'predict s':>11}",
        *(_errors(row, width) for row in report.models),
        "",
        _against_best_member(report),
    ]
    if report.ranking:
        lines.append(_hit_rates(report.ranking))
    lines += [f"{item.label} was left out: {item.reason}" for item in report.left_out]
    return "\n".join(lines)


def _errors(row: ModelErrors, width: int) -> str:
    mape = _number(row.mape, ".2f", "%")
    return (
        f"{row.label:<{width}}{row.rmse:>9.4f}{_ends(row.rmse_interval, ''):>18}"
        f"{row.mae:>9.4f}{mape:>9}"
        f"{_number(row.fit_seconds, '.1f'):>9}{_number(row.predict_seconds, '.2f'):>11}"
    )


def _against_best_member(report: Report) -> str:
    """What the ensemble gains on the member with the lowest RMSE."""
    rmse = {row.model: row.rmse for row in report.models}
    members = [row for row in report.comparisons if row.model not in (BLEND, MEAN)]
    best = min(members, key=lambda row: rmse[row.model])
    return (
        f"Ensemble less best member ({best.label}): {best.difference:+.4f} "
        f"[{_ends(best.interval, '+')}] stars of RMSE."
    )


def _hit_rates(ranking: ListResults) -> str:
    rates = {row.model: 100 * row.hit_rate_10 for row in ranking.rows}
    return (
        f"Of {ranking.n_users:,} users with a movie to find (set aside, given "
        f"{ranking.like:g} stars or more), {rates[SERVED_LIST]:.1f} % find one "
        f"among their first ten; of the most popular ones, {rates[MOST_POPULAR]:.1f} %."
    )


def _ends(ends: Interval | None, sign: str) -> str:
    return ", ".join(f"{end:{sign}.4f}" for end in ends or ())


def _number(value: float | None, form: str, unit: str = "") -> str:
    return "-" if value is None else f"{value:{form}}{unit}"
