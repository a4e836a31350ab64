"""What a report says on newcomers: what a few ratings of somebody unknown are worth."""

from processing.report.schema import NewcomerErrors, NewcomerResults, Report
from processing.report.tables import Column, Row, Section, Table


def newcomers_section(report: Report) -> Section | None:
    """What a few ratings of newcomers are worth; None where there are too few users to tell."""
    found = report.newcomers
    if found is None:
        return None
    return Section(
        name="newcomers",
        title="What are a few ratings of a newcomer worth?",
        text=f"{found.n_users:,} users were treated as newcomers: a model was fitted without "
        "any rating of theirs, and was then told a few of them, of the movies that the site would "
        f"ask about first. {_errors(found)}. {_against_all(found.rows)}Lists are ordered with "
        f"caution z = {found.order_z:g}, chosen on ratings apart from the test.",
        figures=("newcomers.svg",),
        tables=(_given(found.rows),),
    )


def _errors(found: NewcomerResults) -> str:
    """The RMSE by what was known: nothing, or some ratings."""
    rmse = {row.given: row.rmse for row in found.rows if row.given is not None}
    averages = rmse.pop(0)
    return (
        f"By the movie’s average alone the RMSE on {found.n_test:,} test ratings is "
        f"{averages:.4f}; "
        + ", ".join(f"with {given} ratings it is {error:.4f}" for given, error in rmse.items())
    )


def _against_all(rows: tuple[NewcomerErrors, ...]) -> str:
    """What the ensemble makes of the same users when it knows all that they rated."""
    knowing = [row.rmse for row in rows if row.given is None and row.rmse is not None]
    if not knowing:
        return ""
    return f"The ensemble, which knows all their other ratings, has {knowing[0]:.4f}. "


def _given(rows: tuple[NewcomerErrors, ...]) -> Table:
    return Table(
        name="given",
        caption="The same test ratings of the same users, by what was known of them",
        head="Predicted by",
        columns=(
            Column(label="Ratings given", kind="count"),
            Column(label="RMSE", kind="stars"),
            Column(label="95 % interval", kind="interval"),
            Column(label="Hit rate @10", kind="share"),
            Column(label="NDCG @10", kind="ratio"),
        ),
        rows=tuple(
            Row(
                label=row.label,
                cells=(row.given, row.rmse, row.rmse_interval, row.hit_rate_10, row.ndcg_10),
            )
            for row in rows
        ),
    )
