"""How far predictions are off typically, as the release's own test measured it."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ErrorTable:
    """RMSE of the ensemble on test ratings, by how much was known of the user and of the movie.

    `rmse[i][j]` is of users with at least `user_bounds[i]` ratings and movies with at least
    `movie_bounds[j]`, less than the next bounds; None where too few were tested.
    """

    user_bounds: tuple[int, ...]
    movie_bounds: tuple[int, ...]
    rmse: tuple[tuple[float | None, ...], ...]

    @classmethod
    def of(cls, report: dict[str, Any]) -> "ErrorTable | None":
        """Read it from a release's report; None in older ones."""
        table = report.get("error_table")
        if not table:
            return None
        return cls(
            user_bounds=tuple(table["user_bounds"]),
            movie_bounds=tuple(table["movie_bounds"]),
            rmse=tuple(tuple(row) for row in table["rmse"]),
        )

    def typical(self, user_ratings: int, movie_votes: int) -> float | None:
        """Return the typical error of a prediction, None where it was not measured."""
        row = bisect_right(self.user_bounds, user_ratings) - 1
        column = bisect_right(self.movie_bounds, movie_votes) - 1
        return None if row < 0 or column < 0 else self.rmse[row][column]
