"""What a report says on lists: whether they put first what people turn out to like."""

from collections.abc import Sequence

from processing.report.schema import MOST_POPULAR, SERVED_LIST, ListOrder, ListQuality, Report
from processing.report.tables import Column, Row, Section, Table

_COLUMNS = (
    Column(label="Hit rate @10", kind="share"),
    Column(label="NDCG @10", kind="ratio"),
    Column(label="Recall @50", kind="share"),
    Column(label="Koren’s rank", kind="share"),
    Column(label="Coverage", kind="share"),
    Column(label="Popular", kind="share"),
)


def ranking_section(report: Report) -> Section | None:
    """How good lists are in each order; None where nobody has anything to find."""
    found = report.ranking
    if found is None:
        return None
    best = max(found.rows, key=lambda row: row.ndcg_10)
    orders = [(row.label, row) for row in found.rows]
    tables = [_quality("lists", "Lists by what orders them", "Order", orders, best.label)]
    if found.orders:
        caption = (
            "How many standard errors a movie is put below its score, more where few rated it; "
            f"measured on ratings apart from the test. In use is {found.order:g}"
        )
        cautions = [(f"{row.z:g}", row) for row in found.orders]
        tables.append(_quality("cautions", caption, "Caution z", cautions, f"{found.order:g}"))
    return Section(
        name="ranking",
        title="Do the lists put first what people like?",
        text=f"{found.n_users:,} users have something to find: {found.n_likes:,} ratings of "
        f"{found.like:g} stars or more that were set aside. {_hit_rates(found.rows)}"
        "Hit rate is the share of users who find one among the first ten; NDCG counts a high place "
        "for more; recall is the share of them all that is among the first fifty. Koren’s rank is "
        "how far down a movie of the highest rating is on average: 0 % is best, 50 % is chance. "
        "Coverage is the share of all movies that is in anybody’s first ten; popular is the share "
        "of the first tens that the most rated tenth of the movies takes.",
        figures=("ranking.svg",),
        tables=tuple(tables),
    )


def _hit_rates(rows: tuple[ListOrder, ...]) -> str:
    """How many users find something in the lists as served, and in those of popular movies."""
    rates = {row.model: 100 * row.hit_rate_10 for row in rows}
    return (
        f"Among their first ten {rates[SERVED_LIST]:.1f} % of them find one in the list as served, "
        f"{rates[MOST_POPULAR]:.1f} % in one of the most rated movies. "
    )


def _quality(
    name: str, caption: str, head: str, rows: Sequence[tuple[str, ListQuality]], best: str
) -> Table:
    return Table(
        name=name,
        caption=caption,
        head=head,
        columns=_COLUMNS,
        rows=tuple(
            Row(
                label=label,
                cells=(
                    row.hit_rate_10,
                    row.ndcg_10,
                    row.recall_50,
                    row.koren_rank,
                    row.coverage,
                    row.popular_share,
                ),
                best=label == best,
            )
            for label, row in rows
        ),
    )
