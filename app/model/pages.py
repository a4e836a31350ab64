"""The contract of every page: one frozen dataclass each, shown as HTML and as JSON alike.

Numbers that are not known are None, never NaN.
"""

from dataclasses import asdict, dataclass
from typing import Any

from app.model.histogram import Histogram
from app.model.scale import RatingScale
from processing.report import Section

FEW_VOTES = 10


@dataclass(frozen=True, kw_only=True)
class SiteInfo:
    """What every page says about the release behind it.

    `problem` says why the newest release cannot be read, while this one is still shown.
    """

    release_id: str
    created_utc: str
    source_name: str
    simulated: bool
    n_ratings: int
    n_users: int
    n_movies: int
    profile: str
    scale: RatingScale
    problem: str | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """What all pages have; `site` is None only on an error page without any release."""

    title: str
    site: SiteInfo | None

    def to_json(self) -> dict[str, Any]:
        """Return the page as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class ReleasePage(Page):
    """A page that is drawn from a release."""

    site: SiteInfo


@dataclass(frozen=True, kw_only=True)
class Movie:
    """A movie, and what everyone together thinks of it (`mean` is None without votes)."""

    movie_id: int
    title: str
    year: int | None
    genres: tuple[str, ...]
    mean: float | None
    votes: int

    @property
    def few_votes(self) -> bool:
        """Whether the mean stands on too little to lean on."""
        return 0 < self.votes < FEW_VOTES


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A movie that the user rated and that speaks for a recommendation.

    `share` is its part, 0 to 1, of all that the user's ratings say for the recommendation.
    """

    movie_id: int
    title: str
    rating: float | None
    share: float

    @property
    def percent(self) -> int:
        """The share as a whole percentage."""
        return round(100 * self.share)


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """Stars that a group of features adds to a score, in words people know."""

    group: str
    label: str
    stars: float


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """One row of a user's list; `difference` is the score minus the movie's mean.

    The page's `start` and the `contributions` sum to the score; there are none without a start.
    """

    rank: int
    movie: Movie
    score: float
    difference: float | None
    reasons: tuple[Reason, ...]
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, kw_only=True)
class OwnRating:
    """A rating that the user gave; `day` is an ISO date, None where the data has no dates."""

    movie_id: int
    title: str
    year: int | None
    rating: float
    day: str | None


@dataclass(frozen=True, kw_only=True)
class SimilarMovie:
    """A movie rated alike; `support` counts the users who rated both."""

    movie: Movie
    similarity: float
    support: int


@dataclass(frozen=True, kw_only=True)
class StartUser:
    """A user that the home page offers to start from."""

    user_id: int
    n_ratings: int


@dataclass(frozen=True, kw_only=True)
class ModelResult:
    """How well one model predicts.

    `rmse_interval` holds the ends of the 95 % interval, None in older releases; `mape` is a
    percentage, None where a rating is 0.
    """

    model: str
    label: str
    rmse: float
    rmse_interval: tuple[float, float] | None
    mae: float
    mape: float | None


@dataclass(frozen=True, kw_only=True)
class LeftOutModel:
    """A model that was not fitted, and why."""

    model: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class HomePage(ReleasePage):
    """What this is, and the ways in."""

    n_titles: int
    first_day: str | None
    last_day: str | None
    served_model: ModelResult | None
    start_users: tuple[StartUser, ...]
    popular: tuple[Movie, ...]


@dataclass(frozen=True, kw_only=True)
class UserPage(ReleasePage):
    """One user's recommendations and latest ratings (highest ones where the data has no dates).

    `start` is where every score starts, None where the release does not say it. `cautious` says
    whether a movie that few have rated must promise more to come before one that many have.
    """

    user_id: int
    n_ratings: int
    mean_rating: float | None
    global_mean: float
    dated: bool
    start: float | None
    cautious: bool
    recommendations: tuple[Recommendation, ...]
    ratings: tuple[OwnRating, ...]


@dataclass(frozen=True, kw_only=True)
class RatingsPage(ReleasePage):
    """One page of everything that a user rated."""

    user_id: int
    n_ratings: int
    dated: bool
    first: int
    page: int
    n_pages: int
    ratings: tuple[OwnRating, ...]


@dataclass(frozen=True, kw_only=True)
class MoviePage(ReleasePage):
    """One movie: what everyone gave it, and what is like it."""

    movie: Movie
    global_mean: float
    histogram: Histogram
    similar: tuple[SimilarMovie, ...]


@dataclass(frozen=True, kw_only=True)
class SearchPage(ReleasePage):
    """Movies whose titles match; `user_id` is set when the query is a known user's id."""

    query: str
    n_found: int
    movies: tuple[Movie, ...]
    user_id: int | None


@dataclass(frozen=True, kw_only=True)
class ReportPage(ReleasePage):
    """How well the models predict, and how that was measured.

    `figures` are all files of the release; each section names those of them that belong to it.
    """

    protocol: str
    protocol_text: str
    seed: int
    commit: str
    n_train: int
    n_stack: int
    n_test: int
    models: tuple[ModelResult, ...]
    left_out: tuple[LeftOutModel, ...]
    sections: tuple[Section, ...]
    figures: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ErrorPage(Page):
    """What went wrong, and what can be done about it."""

    status: int
    what: str
    advice: str
