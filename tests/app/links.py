"""Links to lists, as a browser or this site would make them."""

from app.model.scale import RatingScale
from app.model.shared import SharedRating, SharedRatings
from app.web.tokens import make_token
from processing.ids import Id
from tests.app.sample import FILMS, SOURCE

SAMPLE = SOURCE.sha256[:6]
STARS = (1.0, 5.0, 1.0)
Row = tuple[Id | None, str, int | None, float]


def shared_of(
    rows: list[Row], set_key: str = SAMPLE, scale: tuple[float, ...] = STARS
) -> SharedRatings:
    """What a link holds, of rows of id, title, year and stars."""
    low, high, step = scale
    return SharedRatings(
        set_key=set_key,
        scale=RatingScale(low=low, high=high, step=step),
        ratings=tuple(
            SharedRating(movie_id=movie_id, title=title, year=year, rating=rating)
            for movie_id, title, year, rating in rows
        ),
    )


def token_of(rows: list[Row], set_key: str = SAMPLE, scale: tuple[float, ...] = STARS) -> str:
    """The token of such rows."""
    return make_token(shared_of(rows, set_key, scale))


def token_of_stars(stars: dict[int, float]) -> str:
    """The token of stars by id in the sample."""
    return token_of([(n, *FILMS[n - 1][:2], rating) for n, rating in stars.items()])
