"""The contract of every page: one frozen dataclass each, shown as HTML and as JSON alike.

Numbers that are not known are None, never NaN.
"""

from abc import abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from app.model.chart import Chart
from app.model.choice import Choice
from app.model.histogram import Histogram, Timeline
from app.model.items import (
    Audience,
    ForUser,
    LeftOutModel,
    ModelResult,
    Movie,
    OwnError,
    OwnRating,
    Period,
    Recommendation,
    SimilarMovie,
    StartUser,
)
from app.model.scale import RatingScale
from app.model.taste import Taste
from processing.report import Section

Cell = str | int | float | None


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

    not_in_json: ClassVar[tuple[str, ...]] = ()  # what only draws the page, or is there twice

    title: str
    site: SiteInfo | None

    def to_json(self) -> dict[str, Any]:
        """Return the page as JSON-ready values."""
        document = asdict(self)
        for name in self.not_in_json:
            del document[name]
        return document


@dataclass(frozen=True, kw_only=True)
class ReleasePage(Page):
    """A page that is drawn from a release."""

    site: SiteInfo


class TablePage(ReleasePage):
    """A page that is also a table, to take away as CSV."""

    @property
    @abstractmethod
    def file_name(self) -> str:
        """What the file is called, without its ending."""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""

    @property
    @abstractmethod
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """All rows, whatever is on the page."""


@dataclass(frozen=True, kw_only=True)
class ListPage(TablePage):
    """A list of recommendations: those that were chosen, and a page of them.

    `n_listed` counts the whole list, `n_chosen` what `choice` lets through, `chosen` holds these,
    and `recommendations` the ones of this page. `cautious` says whether a movie that few have rated
    must promise more to come before one that many have.
    """

    not_in_json = ("chosen", "chart")

    choice: Choice
    genres: tuple[str, ...]
    n_listed: int
    n_chosen: int
    n_pages: int
    cautious: bool
    chart: Chart | None
    chosen: tuple[Recommendation, ...]
    recommendations: tuple[Recommendation, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        movie = ("movie_id", "title", "year", "genres")
        return ("rank", *movie, "predicted", "typical_error", "mean", "votes", "because")

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """All that were chosen, in their order."""
        return tuple(
            (
                pick.rank,
                pick.movie.movie_id,
                pick.movie.title,
                pick.movie.year,
                "|".join(pick.movie.genres),
                round(pick.score, 4),
                None if pick.error is None else round(pick.error, 4),
                None if pick.movie.mean is None else round(pick.movie.mean, 4),
                pick.movie.votes,
                "|".join(reason.title for reason in pick.reasons),
            )
            for pick in self.chosen
        )


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
class UserPage(ListPage):
    """One user's recommendations, taste and latest ratings (highest where the data has no dates).

    `own_error` is None where none of the user's ratings were held out.
    """

    user_id: int
    n_ratings: int
    mean_rating: float | None
    global_mean: float
    dated: bool
    own_error: OwnError | None
    taste: Taste | None
    ratings: tuple[OwnRating, ...]

    @property
    def file_name(self) -> str:
        """What the file is called, without its ending."""
        return f"recommendations-of-user-{self.user_id}"


@dataclass(frozen=True, kw_only=True)
class VisitorPage(ListPage):
    """The list of a visitor who rated a few movies; `token` is their ratings, signed.

    `n_unknown` counts ratings of movies that this release does not have.
    """

    token: str
    given: tuple[OwnRating, ...]
    n_unknown: int

    @property
    def file_name(self) -> str:
        """What the file is called, without its ending."""
        return "my-recommendations"


@dataclass(frozen=True, kw_only=True)
class AskedMovie:
    """A movie that a visitor is asked about, and what they gave it, None before they do."""

    movie: Movie
    rating: float | None


@dataclass(frozen=True, kw_only=True)
class RatePage(ReleasePage):
    """The movies that a visitor is asked about; nothing here tells what others gave them.

    `levels` are the ratings to choose from, `given` what is rated already and not asked for here,
    and `next_skip` how many of the asking list come before the next page, None at its end.
    """

    query: str
    levels: tuple[float, ...]
    asked: tuple[AskedMovie, ...]
    given: tuple[OwnRating, ...]
    skip: int
    next_skip: int | None


@dataclass(frozen=True, kw_only=True)
class RatingsPage(TablePage):
    """One page of everything that a user rated; `all_ratings` are of all pages."""

    not_in_json = ("all_ratings",)

    user_id: int
    n_ratings: int
    dated: bool
    first: int
    page: int
    n_pages: int
    all_ratings: tuple[OwnRating, ...]
    ratings: tuple[OwnRating, ...]

    @property
    def file_name(self) -> str:
        """What the file is called, without its ending."""
        return f"ratings-of-user-{self.user_id}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return ("movie_id", "title", "year", "rating", "day")

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """All ratings, of all pages."""
        return tuple(
            (own.movie_id, own.title, own.year, own.rating, own.day) for own in self.all_ratings
        )


@dataclass(frozen=True, kw_only=True)
class MoviePage(ReleasePage):
    """One movie: what everyone gave it, when, who loves it, and what is like it.

    `for_user` is there for those who come from a user's list; `audience` is None, and `periods`
    empty, where the release does not tell.
    """

    movie: Movie
    global_mean: float
    histogram: Histogram
    periods: tuple[Period, ...]
    audience: Audience | None
    similar: tuple[SimilarMovie, ...]
    for_user: ForUser | None

    @property
    def timeline(self) -> Timeline:
        """The periods as bars; only where there are any."""
        return Timeline(periods=self.periods)


@dataclass(frozen=True, kw_only=True)
class SearchPage(ReleasePage):
    """A page of the movies whose titles match.

    `near` says that no title has the words as they were written, and these come close; `user_id` is
    set when the query is a known user's id.
    """

    query: str
    near: bool
    n_found: int
    page: int
    n_pages: int
    movies: tuple[Movie, ...]
    user_id: int | None


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A movie that a query may mean."""

    movie_id: int
    title: str
    year: int | None


@dataclass(frozen=True, kw_only=True)
class SuggestPage(ReleasePage):
    """What a query may mean, best first, while it is being typed; `near` as in a search."""

    query: str
    near: bool
    user_id: int | None
    suggestions: tuple[Suggestion, ...]


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
class HowPage(ReleasePage):
    """How this works: what it is made from, how well it does, and what it cannot know.

    `best_member` is the best of the models that the ensemble stands on, `average` what always
    predicting the mean would do; None where the report does not say.
    """

    n_test: int
    protocol_text: str
    served_model: ModelResult | None
    best_member: ModelResult | None
    average: ModelResult | None
    members: tuple[str, ...]
    figures: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DevicePage(ReleasePage):
    """A page that the browser fills with what is kept on the visitor's device."""


@dataclass(frozen=True, kw_only=True)
class ErrorPage(Page):
    """What went wrong, and what can be done about it."""

    status: int
    what: str
    advice: str
