"""Columns of the frames, and the users and movies that are asked about."""

from collections.abc import Iterable
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from processing.data.rows import NO_DAY
from processing.errors import SourceError, UnknownIdError
from processing.ids import Id, Ids, find_id, is_text

MOST_NAMED = 5


def id_column(ids: Ids) -> Any:
    """Ids as a column: int64, or pandas' texts."""
    return pd.array(ids.tolist(), dtype="str") if is_text(ids) else ids


def date_column(days: NDArray[np.int32]) -> NDArray[np.datetime64]:
    """Days since 1970-01-01 as dates, missing where there is none."""
    dates = days.astype("datetime64[D]")
    dates[days == NO_DAY] = np.datetime64("NaT")
    return dates


def places_of(ids: Ids, wanted: Id | Iterable[Id], what: str, see: str) -> NDArray[np.int64]:
    """Places of one id or of several among ascending ones.

    `what` are they, in the singular, and `see` says where those that are known can be seen.

    Raises
    ------
    UnknownIdError
        If some are not there; names the first of them.
    """
    asked = [wanted] if isinstance(wanted, (str, int, np.integer)) else list(wanted)
    found = [
        find_id(ids, each) if isinstance(each, str) else _find_number(ids, each) for each in asked
    ]
    missing = list(
        dict.fromkeys(repr(each) for each, k in zip(asked, found, strict=True) if k is None)
    )
    if missing:
        shown = ", ".join(missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED:,} more" if len(missing) > MOST_NAMED else ""
        kind = "texts" if is_text(ids) else "whole numbers"
        raise UnknownIdError(
            f"Unknown {what} {shown}{more}. Expected some of the {len(ids):,} {what}s that are "
            f"known, whose ids are {kind}; see {see}."
        )
    return np.array(found, np.int64)


def column_places(ids: Ids, frame: pd.DataFrame, name: str, see: str) -> NDArray[np.int64]:
    """Places of the ids of a frame's column, "user_id" or "movie_id", as of `places_of`.

    Raises
    ------
    SourceError
        If the frame has no such column.
    UnknownIdError
        If some are not there.
    """
    columns = [str(each) for each in frame.columns]
    if columns.count(name) != 1:
        raise SourceError(
            f"The pairs have no single column {name!r}; their columns are "
            f"{', '.join(map(repr, columns)) or 'none'}. Expected 'user_id' and 'movie_id'; rename "
            "the columns that hold them."
        )
    codes, distinct = pd.factorize(frame[name], use_na_sentinel=False)
    found = places_of(ids, distinct.tolist(), name.removesuffix("_id"), see)
    places: NDArray[np.int64] = found[codes]
    return places


def _find_number(ids: Ids, wanted: object) -> int | None:
    """Place of what may be a number from a DataFrame, None if it is none or not there."""
    return find_id(ids, int(wanted)) if isinstance(wanted, Integral) else None
