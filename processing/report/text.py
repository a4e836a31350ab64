"""The report as text for a terminal."""

from processing.report.schema import (
    BLEND,
    MEAN,
    Interval,
    ListOrder,
    ListResults,
    ModelErrors,
    Report,
)
from processing.report.sections.about_lists import found_text


def as_table(report: Report) -> str:
    """The report as text for a terminal; the last line says how often lists help."""
    ranking = report.ranking
    labels = [row.label for row in report.models]
    if ranking:
        labels += [row.label for row in ranking.rows]
    width = max(map(len, labels)) + 2
    lines = [
        f"{report.source.name}: protocol {report.protocol}, profile {report.profile}, "
        f"seed {report.seed}; {report.n_train:,} ratings to learn from "
        f"(of them {report.n_stack:,} taught the ensemble), {report.n_test:,} to test"
        + (f", in {len(report.splits)} folds" if len(report.splits) > 1 else "")
        + ".",
        "",
        *(_lists(ranking, width) if ranking else ()),
        f"{'model':<{width}}{'RMSE':>9}{'95 % interval':>18}{'MAE':>9}{'MAPE':>9}{'fit s':>9}"
        f"{'predict s':>11}",
        *(_errors(row, width) for row in report.models),
        "",
        _against_best_member(report),
        *(f"{item.label} was left out: {item.reason}" for item in report.left_out),
    ]
    if ranking:
        lines += ["", found_text(ranking)]
    return "\n".join(lines)


def _lists(ranking: ListResults, width: int) -> list[str]:
    """The lists by what orders them, and an empty line."""
    head = (
        f"{'list by':<{width}}{'users':>9}{'hit@10':>9}{'NDCG@10':>9}{'less most popular':>19}"
        f"{'95 % interval':>18}"
    )
    return [head, *(_order(row, width) for row in ranking.rows), ""]


def _order(row: ListOrder, width: int) -> str:
    line = (
        f"{row.label:<{width}}{row.n_users:>9,}{100 * row.hit_rate_10:>8.1f}%{row.ndcg_10:>9.4f}"
        f"{_number(row.above_popular, '+.4f'):>19}{_ends(row.above_popular_interval, '+'):>18}"
    )
    return line.rstrip()


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


def _ends(ends: Interval | None, sign: str) -> str:
    return ", ".join(f"{end:{sign}.4f}" for end in ends or ())


def _number(value: float | None, form: str, unit: str = "") -> str:
    return "-" if value is None else f"{value:{form}}{unit}"
