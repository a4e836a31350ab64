"""The report as text for a terminal."""

from typing import Any

from processing.report.tables import BLEND, MEAN

DIFFERS_BY_RUN = ("fit_seconds", "predict_seconds", "peak_bytes")


def as_table(report: dict[str, Any]) -> str:
    """The report as text for a terminal."""
    width = max(len(row["label"]) for row in report["models"]) + 2
    lines = [
        f"{report['source']['name']}: protocol {report['protocol']}, profile {report['profile']}, "
        f"seed {report['seed']}; {report['n_train']:,} ratings to learn from "
        f"(of them {report['n_stack']:,} taught the ensemble), {report['n_test']:,} to test"
        + (f", in {len(report['splits'])} folds" if len(report["splits"]) > 1 else "")
        + ".",
        "",
        f"{'model':<{width}}{'RMSE':>9}{'95 % interval':>18}{'MAE':>9}{'MAPE':>9}{'fit s':>9}"
        f"{'predict s':>11}",
    ]
    lines += [
        f"{row['label']:<{width}}{row['rmse']:>9.4f}{_ends(row['rmse_interval'], ''):>18}"
        f"{row['mae']:>9.4f}{_percent(row['mape']):>9}"
        f"{row['fit_seconds']:>9.1f}{row['predict_seconds']:>11.2f}"
        for row in report["models"]
    ]
    lines += ["", _against_best_member(report)]
    if report["ranking"]:
        lines.append(_ranking(report["ranking"]))
    lines += [f"{item['label']} was left out: {item['reason']}" for item in report["left_out"]]
    return "\n".join(lines)


def _against_best_member(report: dict[str, Any]) -> str:
    """What the ensemble gains on the member with the lowest RMSE."""
    rmse = {row["model"]: row["rmse"] for row in report["models"]}
    members = [row for row in report["comparisons"] if row["model"] not in (BLEND, MEAN)]
    best = min(members, key=lambda row: rmse[row["model"]])
    return (
        f"Ensemble less best member ({best['label']}): {best['difference']:+.4f} "
        f"[{_ends(best['interval'], '+')}] stars of RMSE."
    )


def _ranking(ranking: dict[str, Any]) -> str:
    rows = {row["model"]: row for row in ranking["rows"]}
    listed, popular = rows["ordered"], rows["popular"]
    return (
        f"Of {ranking['n_users']:,} users with a movie to find (set aside, given "
        f"{ranking['like']:g} stars or more), {100 * listed['hit_rate_10']:.1f} % find one "
        f"among their first ten; of the most popular ones, {100 * popular['hit_rate_10']:.1f} %."
    )


def _ends(ends: list[float], sign: str) -> str:
    return ", ".join(f"{end:{sign}.4f}" for end in ends)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}%"


def without_times(report: dict[str, Any]) -> dict[str, Any]:
    """The report less what differs from run to run: what a release holds."""
    return {key: _lasting(value) for key, value in report.items() if key not in DIFFERS_BY_RUN}


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return without_times(value)
    return [_lasting(item) for item in value] if isinstance(value, list) else value
