"""What a report says on lists: whether they put first what people turn out to like."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from processing.report.schema import (
    LIST,
    POPULAR,
    Interval,
    ListOrder,
    ListQuality,
    ListResults,
    RankerFit,
    Report,
)
from processing.report.tables import Cell, Column, Row, Section, Table, cell_text
from processing.report.words import ranker_label

_MEASURES = (
    "Hit rate is the share of users who find one among the first ten; NDCG counts a high place for "
    "more; recall is the share of them all that is among the first fifty. Koren’s rank is how far "
    "down a movie of the highest rating is on average: 0 % is best, 50 % is chance. Coverage is "
    "the share of all movies that is in anybody’s first ten; popular is the share of the first "
    "tens that the most rated tenth of the movies takes. Stars are the mean rating of those of the "
    "first ten that turned out to be rated. Distance is how little the movies of a list share "
    "their viewers’ ratings: 0 if all are alike, 1 if none has to do with another. One title first "
    "is the share of first places that the most frequent title takes."
)


class _Measured(NamedTuple):
    """A column, and its cell in the row of some lists."""

    column: Column
    cell: Callable[[ListQuality], Cell]


class _Compared(NamedTuple):
    """A column, and its cell in the row of an order."""

    column: Column
    cell: Callable[[ListOrder], Cell]


_FIRST_TEN = (
    _Measured(Column(label="Hit rate @10", kind="share"), lambda row: row.hit_rate_10),
    _Measured(Column(label="NDCG @10", kind="ratio"), lambda row: row.ndcg_10),
)
_REST = (
    _Measured(Column(label="Recall @50", kind="share"), lambda row: row.recall_50),
    _Measured(Column(label="Koren’s rank", kind="share"), lambda row: row.koren_rank),
    _Measured(Column(label="Coverage", kind="share"), lambda row: row.coverage),
    _Measured(Column(label="Popular", kind="share"), lambda row: row.popular_share),
    _Measured(Column(label="Stars", kind="ratio"), lambda row: row.stars_of_rated),
    _Measured(Column(label="Distance", kind="ratio"), lambda row: row.intra_list_distance),
    _Measured(Column(label="One title first", kind="share"), lambda row: row.first_place_share),
)
_USERS = _Compared(Column(label="Users", kind="count"), lambda row: row.n_users)
_AGAINST_POPULAR = (
    _Compared(Column(label="Less most popular", kind="signed"), lambda row: row.above_popular),
    _Compared(
        Column(label="95 % interval", kind="signed_interval"),
        lambda row: row.above_popular_interval,
    ),
)
_COST = _Compared(Column(label="Fitting", kind="seconds"), lambda row: row.fit_seconds)


def ranking_section(report: Report) -> Section | None:
    """How good lists are in each order; None where nobody has anything to find."""
    found = report.ranking
    if found is None:
        return None
    labels = report.labels | {row.model: row.label for row in found.rows}
    tables = [_orders(found)]
    if found.positions:
        tables.append(_positions(found))
    if found.ranker and found.ranker.weights:
        tables.append(_weights(found.ranker, labels))
    paragraphs = (
        [found_text(found), *_verdicts(found.of(LIST)), *_fewer_users(found)],
        [_MEASURES],
        [*_ranker(found.ranker), *_spread(found.spread_cost), *_turned(found), *_cut(found.cut)],
    )
    return Section(
        name="ranking",
        title="Do the lists put first what people like?",
        text="\n\n".join(" ".join(sentences) for sentences in paragraphs if sentences),
        figures=("ranking.svg",),
        tables=tuple(tables),
        leads=True,
    )


def found_text(found: ListResults) -> str:
    """How often users find something in the lists as served, beside those of popular movies."""
    served, popular = found.of(LIST), found.of(POPULAR)
    others = "" if served.n_users == popular.n_users else f" (of {popular.n_users:,} users)"
    return (
        f"Of {served.n_users:,} users with a movie to find (set aside, given {found.like:g} stars "
        f"or more), {100 * served.hit_rate_10:.1f} % find one among their first ten; among the "
        f"ten most popular, {100 * popular.hit_rate_10:.1f} %{others}."
    )


def _verdicts(served: ListOrder) -> list[str]:
    """Whether the lists as served are better than those by votes, a sentence each."""
    against = (
        ("the most popular movies", served.above_popular, served.above_popular_interval),
        ("those popular lately", served.above_lately, served.above_lately_interval),
    )
    return [
        _verdict(name, difference, interval)
        for name, difference, interval in against
        if difference is not None and interval is not None
    ]


def _verdict(name: str, difference: float, interval: Interval) -> str:
    low, high = interval
    if low <= 0 <= high:
        return f"By NDCG the test cannot tell the list and {name} apart."
    side = "above" if difference > 0 else "below"
    ends = cell_text(interval, "signed_interval")
    return f"The list’s NDCG is {abs(difference):.4f} {side} that of {name} (95 % interval {ends})."


def _fewer_users(found: ListResults) -> list[str]:
    fewest = min(row.n_users for row in found.rows)
    if fewest == max(row.n_users for row in found.rows):
        return []
    return [
        f"Some rows are measured on fewer users, down to {fewest:,}. Each is compared with most "
        "popular on its own users; by their other columns, rows of different users can only be "
        "compared roughly."
    ]


def _ranker(ranker: RankerFit | None) -> list[str]:
    if ranker is None:
        return []
    trees = f" {ranker.n_trees:,} trees were added to it." if ranker.n_trees else ""
    return [
        f"The ranker learned from {ranker.n_likes:,} likes among {ranker.n_rows:,} candidates of "
        f"{ranker.n_users:,} users, apart from the test, by a conditional logit.{trees}"
    ]


def _spread(cost: float | None) -> list[str]:
    """What it costs that near movies do not flood a list."""
    if cost is None:
        return []
    size = f"{100 * abs(cost):.1f} %"
    verb = "brings" if cost < 0 else "costs"
    return [
        "Among ten movies in a row no fourth is near to three of the others, as long as there are "
        f"more to choose from; that {verb} {size} of the NDCG."
    ]


def _turned(found: ListResults) -> list[str]:
    if not found.positions:
        return []
    return [
        "Readers can turn a list to well known or less known movies: the order then gains or loses "
        f"{found.known_weight:.3g} times the logarithm of one more than the movie’s ratings, in "
        "standard deviations of what orders the list."
    ]


def _cut(cut: tuple[str, ...]) -> list[str]:
    if not cut:
        return []
    return [f"Not every movie had room: {'; '.join(part.rstrip('.') for part in cut)}."]


def _orders(found: ListResults) -> Table:
    costs = [_COST] if any(row.fit_seconds is not None for row in found.rows) else []
    first_ten, rest = ([_Compared(*each) for each in part] for part in (_FIRST_TEN, _REST))
    columns = (_USERS, *first_ten, *_AGAINST_POPULAR, *rest, *costs)
    return Table(
        name="lists",
        caption="Lists by what orders them. Less most popular is the difference in NDCG, on the "
        "same users",
        head="Order",
        columns=tuple(each.column for each in columns),
        rows=tuple(
            Row(
                label=row.label,
                cells=tuple(each.cell(row) for each in columns),
                best=row.model == LIST,
            )
            for row in found.rows
        ),
    )


def _positions(found: ListResults) -> Table:
    columns = (*_FIRST_TEN, *_REST)
    return Table(
        name="positions",
        caption="The list as served, and turned to well known or less known movies",
        head="List",
        columns=tuple(each.column for each in columns),
        rows=tuple(
            Row(label=row.label, cells=tuple(each.cell(row) for each in columns))
            for row in found.positions
        ),
    )


def _weights(ranker: RankerFit, labels: dict[str, str]) -> Table:
    weights: Sequence[tuple[str, float]] = sorted(
        ranker.weights.items(), key=lambda item: (-abs(item[1]), item[0])
    )
    return Table(
        name="ranker",
        caption="What weighs in the ranker, when it is one standard deviation higher",
        head="What",
        columns=(Column(label="Weight", kind="signed"),),
        rows=tuple(
            Row(label=ranker_label(column, labels), cells=(weight,)) for column, weight in weights
        ),
    )
