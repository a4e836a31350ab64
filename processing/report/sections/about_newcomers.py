"""What a report says on newcomers: what a few ratings of somebody unknown are worth."""

from processing.report.schema import AskingOrder, NewcomerErrors, NewcomerResults, Report
from processing.report.tables import Column, Row, Section, Table


def newcomers_section(report: Report) -> Section | None:
    """What a few ratings of newcomers are worth; None where there are too few users to tell."""
    found = report.newcomers
    if found is None:
        return None
    lists = [
        f"{found.n_users:,} users were treated as newcomers: everything was fitted without any "
        "rating of theirs, and was then told a few, of the movies that the site would ask about "
        "first.",
        *_hit_rates(found),
        *_since_when(_given(found)),
        f"In their lists a rating of {found.neutral:.3g} stars speaks neither for nor against a "
        "movie. That, and how much votes count beside a few ratings, was chosen on ratings apart "
        "from the test.",
    ]
    paragraphs = (lists, [*_errors(found), *_against_all(found.rows)], _asked(found.asking))
    return Section(
        name="newcomers",
        title="What are a few ratings of a newcomer worth?",
        text="\n\n".join(" ".join(sentences) for sentences in paragraphs if sentences),
        figures=("newcomers.svg",),
        tables=(_by_known(found.rows), *([_asking(found.asking)] if found.asking else [])),
        leads=True,
    )


def _given(found: NewcomerResults) -> list[tuple[int, NewcomerErrors]]:
    """The rows of so many ratings given, none first."""
    given = [(row.given, row) for row in found.rows if row.given is not None]
    return sorted(given, key=lambda item: item[0])


def _hit_rates(found: NewcomerResults) -> list[str]:
    """How often newcomers find something, by how many ratings they gave."""
    rates = {given: row.hit_rate_10 for given, row in _given(found)}
    told = [f"{100 * rate:.1f} % {_after(n)}" for n, rate in rates.items() if rate is not None]
    if not told:
        return []
    return [
        f"Of the {found.n_listed:,} who have something to find, one is among the first ten of "
        f"{', '.join(told)}."
    ]


def _after(n: int) -> str:
    return f"after {n} rating{'' if n == 1 else 's'}" if n else "without any"


def _since_when(given: list[tuple[int, NewcomerErrors]]) -> list[str]:
    """From how many ratings on their lists are better than most popular for certain."""
    known = [(n, row.above_popular_interval) for n, row in given if row.above_popular_interval]
    since = None
    for n, (low, _) in reversed(known):
        if low <= 0:
            break
        since = n
    if not known:
        return []
    if since is None:
        return ["By NDCG none of these lists is better than most popular for certain."]
    return [
        f"From {since} rating{'' if since == 1 else 's'} on, NDCG is above that of most popular "
        "for certain."
    ]


def _errors(found: NewcomerResults) -> list[str]:
    """The RMSE by what was known: nothing, or some ratings."""
    rmse = {given: row.rmse for given, row in _given(found) if row.rmse is not None}
    averages = rmse.pop(0, None)
    if averages is None:
        return []
    told = [f"; {_after(n)} it is {error:.4f}" for n, error in rmse.items()]
    return [
        f"Stars are predicted too: by the movie’s average alone the RMSE on {found.n_test:,} test "
        f"ratings is {averages:.4f}{''.join(told)}."
    ]


def _against_all(rows: tuple[NewcomerErrors, ...]) -> list[str]:
    """What the ensemble makes of the same users when it knows all that they rated."""
    knowing = [row.rmse for row in rows if row.given is None and row.rmse is not None]
    if not knowing:
        return []
    return [f"The ensemble, which knows all their other ratings, has {knowing[0]:.4f}."]


def _asked(asking: tuple[AskingOrder, ...]) -> list[str]:
    """What the order of asking makes of the most answers that are compared."""
    if not asking:
        return []
    most = max(row.given for row in asking)
    told = [
        f"{row.ndcg_10:.3f} after asking about {row.n_asked:.1f} movies in the order “{row.label}”"
        for row in asking
        if row.given == most
    ]
    return [
        "Movies can be asked about in another order. "
        f"With {most} answer{'' if most == 1 else 's'} NDCG is {', '.join(told)}."
    ]


def _by_known(rows: tuple[NewcomerErrors, ...]) -> Table:
    return Table(
        name="given",
        caption="The same lists and test ratings of the same users, by what was known of them",
        head="By",
        columns=(
            Column(label="Ratings given", kind="count"),
            Column(label="Hit rate @10", kind="share"),
            Column(label="Hits less most popular", kind="signed_share"),
            Column(label="Hits, 95 % interval", kind="signed_share_interval"),
            Column(label="NDCG @10", kind="ratio"),
            Column(label="NDCG less most popular", kind="signed"),
            Column(label="NDCG, 95 % interval", kind="signed_interval"),
            Column(label="RMSE", kind="stars"),
            Column(label="RMSE, 95 % interval", kind="interval"),
        ),
        rows=tuple(
            Row(
                label=row.label,
                cells=(
                    row.given,
                    row.hit_rate_10,
                    row.above_popular_hits,
                    row.above_popular_hits_interval,
                    row.ndcg_10,
                    row.above_popular,
                    row.above_popular_interval,
                    row.rmse,
                    row.rmse_interval,
                ),
            )
            for row in rows
        ),
    )


def _asking(asking: tuple[AskingOrder, ...]) -> Table:
    return Table(
        name="asking",
        caption="Lists after so many answers, by the order in which movies are asked about",
        head="Order of asking",
        columns=(
            Column(label="Answers", kind="count"),
            Column(label="Movies asked about", kind="ratio"),
            Column(label="Hit rate @10", kind="share"),
            Column(label="NDCG @10", kind="ratio"),
        ),
        rows=tuple(
            Row(label=row.label, cells=(row.given, row.n_asked, row.hit_rate_10, row.ndcg_10))
            for row in asking
        ),
    )
