"""What a report says on lists, as types; a part of `schema.py`, whose words hold here too."""

import msgspec

LIST, POPULAR, POPULAR_LATELY, STARS = "list", "popular", "popular_lately", "stars"

Interval = tuple[float, float]


def require(condition: bool, fault: str) -> None:
    """Raise a ValueError, which readers of a report turn into a `ReportError`, unless it holds."""
    if not condition:
        raise ValueError(fault)


class ListQuality(msgspec.Struct, frozen=True, kw_only=True):
    """How good lists are; `processing.evaluation.topn` defines the measures.

    All are shares from 0 to 1, but `stars_of_rated`, the mean stars of the movies among the first
    ten that turned out to be rated. `koren_rank` is None where nothing got the highest rating,
    `stars_of_rated` where none was rated.
    """

    hit_rate_10: float
    ndcg_10: float
    recall_50: float
    koren_rank: float | None
    coverage: float
    popular_share: float
    stars_of_rated: float | None = None
    intra_list_distance: float | None = None
    first_place_share: float | None = None


class ListOrder(ListQuality, frozen=True, kw_only=True, omit_defaults=True):
    """How good the lists of `n_users` users are in the order of a model, as served, or by votes.

    `above_popular` is the NDCG less that of most popular on the same users, `above_lately` less
    that of popular lately. `fit_seconds` is what fitting took, None where it is no ranking model
    or the report is that of a release.
    """

    model: str
    label: str
    n_users: int
    above_popular: float | None = None
    above_popular_interval: Interval | None = None
    above_lately: float | None = None
    above_lately_interval: Interval | None = None
    fit_seconds: float | None = None


class ListPosition(ListQuality, frozen=True, kw_only=True):
    """How good the served lists are when turned to well known or less known movies."""

    position: str
    label: str


class RankerFit(msgspec.Struct, frozen=True, kw_only=True):
    """What the ranker learned from: `n_likes` likes among `n_rows` candidates of `n_users` users.

    `weights` are those of its columns in the conditional logit, by name, in standard deviations;
    `n_trees` were added to it.
    """

    n_users: int
    n_rows: int
    n_likes: int
    n_trees: int
    weights: dict[str, float]


class ListResults(msgspec.Struct, frozen=True, kw_only=True):
    """How good lists are, for `n_users` users who have something to find among what was set aside.

    `n_likes` counts the ratings of at least `like` stars that there are to find. `spread_cost` is
    the share of NDCG that it costs to keep near movies from flooding a list. `known_weight` is
    what turns a list, `positions` are the lists so turned. `cut` says which movies a ranking model
    had no room for.
    """

    like: float
    n_users: int
    n_likes: int
    rows: tuple[ListOrder, ...]
    positions: tuple[ListPosition, ...] = ()
    spread_cost: float | None = None
    known_weight: float = 0.0
    ranker: RankerFit | None = None
    cut: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        missing = {LIST, POPULAR} - {row.model for row in self.rows}
        require(not missing, f"`rows` has no {sorted(missing)}")

    def of(self, model: str) -> ListOrder:
        """The row of a model that is there, such as `LIST` and `POPULAR`."""
        return next(row for row in self.rows if row.model == model)


class NewcomerErrors(msgspec.Struct, frozen=True, kw_only=True):
    """Errors and lists of newcomers who gave `given` ratings; None: something else was known.

    `rmse` is None for lists that predict no stars; the measures of lists are None where no newcomer
    likes anything. `above_popular` is the NDCG less that of most popular on the same people,
    `above_popular_hits` the hit rate less that of most popular.
    """

    label: str
    given: int | None
    rmse: float | None
    rmse_interval: Interval | None
    hit_rate_10: float | None
    ndcg_10: float | None
    above_popular: float | None = None
    above_popular_interval: Interval | None = None
    above_popular_hits: float | None = None
    above_popular_hits_interval: Interval | None = None


class AskingOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Lists after `given` answers, when movies are asked about in some order, `label` says which.

    `n_asked` is the mean number of movies that had to be asked about.
    """

    label: str
    given: int
    n_asked: float
    hit_rate_10: float
    ndcg_10: float


class NewcomerResults(msgspec.Struct, frozen=True, kw_only=True):
    """What a few ratings of `n_users` newcomers are worth, on `n_test` ratings of theirs.

    `n_listed` of them have something to find. `neutral` is the rating, in stars, that speaks
    neither for nor against a movie in their lists; `asking` compares orders of asking.
    """

    n_users: int
    n_test: int
    n_listed: int
    neutral: float
    rows: tuple[NewcomerErrors, ...]
    asking: tuple[AskingOrder, ...] = ()

    def __post_init__(self) -> None:
        require(0 in {row.given for row in self.rows}, "`rows` has none where 0 ratings are given")
