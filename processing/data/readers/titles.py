"""MovieLens titles, as people write them."""

import re

_YEAR = re.compile(r"\s*\(([0-9]{4})(?:[-–][0-9]{0,4})?\)\s*(?:\(T?V\))?\s*$")
_ARTICLE = re.compile(
    r"(^|\((?:a\.k\.a\. )?)"  # the title, or another title of the movie in parentheses
    r"([^()]+), (The|An?|L'|Les?|La|Il|Das|Der|Die|El|Los|Las)(?=\s*(?:[()]|$))"
)


def tidy_title(text: str) -> tuple[str, int | None]:
    """Split the year off a title and put its article in front.

    >>> tidy_title("Matrix, The (1999)")
    ('The Matrix', 1999)
    >>> tidy_title("Enfer, L' (1994)")
    ("L'Enfer", 1994)
    """
    found = _YEAR.search(text)
    title = text[: found.start()].strip() if found else text.strip()
    if not title:
        return text.strip(), None
    return _ARTICLE.sub(_article_first, title), int(found[1]) if found else None


def _article_first(match: re.Match[str]) -> str:
    opening, title, article = match.groups()
    return f"{opening}{article}{'' if article.endswith(chr(39)) else ' '}{title}"
