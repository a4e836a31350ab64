"""What pages are made of: movies, recommendations and why they are made, ratings, results."""

from dataclasses import dataclass
from itertools import accumulate, pairwise

FEW_VOTES = 10


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
    """Stars that a group of features, or a rating, adds to a score, in words people know."""

    group: str
    label: str
    stars: float


@dataclass(frozen=True, kw_only=True)
class Step:
    """A part as a bar from where the account stands before it, in hundredths of the drawing."""

    part: Contribution
    left: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Account:
    """How a score comes about: `start` plus all `parts` is `score`, to the hundredth."""

    start_label: str
    start: float
    parts: tuple[Contribution, ...]
    score: float

    @property
    def steps(self) -> tuple[Step, ...]:
        """The parts as bars, each beginning where the one before it ends."""
        stands = list(accumulate((part.stars for part in self.parts), initial=self.start))
        low, high = min(stands), max(stands)
        unit = 100 / (high - low) if high > low else 0.0
        return tuple(
            Step(
                part=part,
                left=round((min(before, after) - low) * unit, 1),
                width=round(abs(after - before) * unit, 1),
            )
            for part, (before, after) in zip(self.parts, pairwise(stands), strict=True)
        )


@dataclass(frozen=True, kw_only=True)
class Alike:
    """How the viewers whose ratings are most like the user's rated a movie."""

    n: int
    mean: float


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """One row of a list; `difference` is the score minus the movie's mean.

    `error` is how far such predictions are off typically, in stars. `alike` is None where none of
    those viewers rated the movie; `account` is None until the recommendation is shown.
    """

    rank: int
    movie: Movie
    score: float
    difference: float | None
    error: float | None
    reasons: tuple[Reason, ...]
    account: Account | None
    alike: Alike | None


@dataclass(frozen=True, kw_only=True)
class OwnRating:
    """A rating that the user gave; `day` is an ISO date, None where the data has no dates."""

    movie_id: int
    title: str
    year: int | None
    rating: float
    day: str | None


@dataclass(frozen=True, kw_only=True)
class OwnError:
    """How far predictions of a user's held-out ratings were off, in stars, and of how many."""

    n: int
    rmse: float
    mae: float


@dataclass(frozen=True, kw_only=True)
class SimilarMovie:
    """A movie rated alike; `support` counts the users who rated both."""

    movie: Movie
    similarity: float
    support: int


@dataclass(frozen=True, kw_only=True)
class Period:
    """The votes of a month, a quarter or a year, from the day `first` on; no mean without any."""

    first: str
    label: str
    votes: int
    mean: float | None


@dataclass(frozen=True, kw_only=True)
class ViewerBand:
    """Viewers with `least` to `most` ratings: how many of them rated a movie, and how."""

    least: int
    most: int | None
    votes: int
    mean: float | None
    loved: float | None


@dataclass(frozen=True, kw_only=True)
class Lovers:
    """Of `n` viewers who love another movie and rated this one, the share who love this one."""

    movie: Movie
    n: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who tends to love a movie: `share` of all who rated it gave at least `like` stars."""

    like: float
    share: float
    bands: tuple[ViewerBand, ...]
    lovers: tuple[Lovers, ...]


@dataclass(frozen=True, kw_only=True)
class ForUser:
    """What a user gave a movie, or would give it.

    `rank` is its place in their list, None where it is not there; then the score is folded in from
    their ratings. All three are None where nothing can be said.
    """

    user_id: int
    rating: float | None
    score: float | None
    error: float | None
    rank: int | None


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
