"""What addresses may carry after the question mark: one table for the views, forms and OpenAPI."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.languages import gettext, shown
from app.model.catalogue import BROWSE_SORTS
from app.model.choice import PER_PAGE, SORTS

LARGEST = 2**53  # beyond, a number in JSON is not the same everywhere


class BadParameterError(ValueError):
    """A parameter of an address is not what was expected; the text is shown to the visitor."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter: a whole number, a number, or a text, within limits or among choices."""

    name: str
    kind: type[int] | type[float] | type[str]
    description: str
    minimum: int | float | None = None
    maximum: int | float | None = None
    choices: tuple[str, ...] = ()
    default: int | float | str | None = None
    longest: int = 200

    def read(self, text: str) -> int | float | str | None:
        """Read the parameter's value; an empty text, as forms send it, is the default.

        Raises
        ------
        BadParameterError
            If the text is none of the values.
        """
        text = text.strip()
        if not text:
            return self.default
        if self.kind is str:
            return self._checked_text(text)
        try:
            value = int(text) if self.kind is int else float(text)
        except ValueError:
            raise self._refused(text) from None
        low = -LARGEST if self.minimum is None else self.minimum
        high = LARGEST if self.maximum is None else self.maximum
        if not low <= value <= high:  # nor is NaN
            raise self._refused(text)
        return value

    def _checked_text(self, text: str) -> str:
        if len(text) > self.longest or (self.choices and text not in self.choices):
            raise self._refused(text)
        return text

    def _refused(self, text: str) -> BadParameterError:
        found = {"text": shown(text), "name": self.name}
        limits = {"least": self.minimum, "most": self.maximum, "longest": self.longest}
        choices = {"choices": ", ".join(self.choices)}
        return BadParameterError(self._expected % (found | limits | choices))

    @property
    def _expected(self) -> str:
        """The sentence that says what the parameter's values are."""
        if self.choices:
            return gettext("“%(text)s” is not possible for “%(name)s”. Choose one of %(choices)s.")
        if self.kind is str:
            return gettext("“%(text)s” is too long for “%(name)s”: at most %(longest)s characters.")
        if self.minimum is not None and self.maximum is not None:
            if self.kind is int:
                return gettext(
                    "“%(text)s” is not possible for “%(name)s”. Expected a whole number from "
                    "%(least)s to %(most)s."
                )
            return gettext(
                "“%(text)s” is not possible for “%(name)s”. Expected a number from %(least)s to "
                "%(most)s."
            )
        if self.minimum is not None:
            return gettext("“%(text)s” is not possible for “%(name)s”. Expected %(least)s or more.")
        if self.kind is int:
            return gettext("“%(text)s” is not possible for “%(name)s”. Expected a whole number.")
        return gettext("“%(text)s” is not possible for “%(name)s”. Expected a number.")


PAGE = Parameter(
    name="page", kind=int, minimum=1, maximum=1_000_000, default=1, description="Page, from 1."
)
PER_LIST_PAGE = Parameter(
    name="per_page",
    kind=int,
    minimum=1,
    maximum=100,
    default=PER_PAGE,
    description="Movies on a page.",
)
LIST = (
    Parameter(
        name="known",
        kind=str,
        choices=("well", "less"),
        description="Turns the list to movies that are known well, or less; else as it is listed.",
    ),
    Parameter(
        name="sort",
        kind=str,
        choices=tuple(SORTS),
        default="best",
        description="What the list is sorted by; best is the order of recommendation.",
    ),
    Parameter(name="genre", kind=str, description="Only movies of this genre."),
    Parameter(name="from", kind=int, description="Only movies of this year or later."),
    Parameter(name="to", kind=int, description="Only movies of this year or earlier."),
    Parameter(
        name="votes", kind=int, minimum=0, description="Only movies with at least this many votes."
    ),
    Parameter(name="score_from", kind=float, description="At least this many predicted stars."),
    Parameter(name="score_to", kind=float, description="At most this many predicted stars."),
    Parameter(
        name="mean_from", kind=float, description="A mean of all votes of at least this many stars."
    ),
    Parameter(
        name="mean_to", kind=float, description="A mean of all votes of at most this many stars."
    ),
    PER_LIST_PAGE,
    PAGE,
)
USERS_PER_PAGE = Parameter(
    name="per_page",
    kind=int,
    minimum=1,
    maximum=1000,
    default=1000,
    description="Users on a page.",
)
_PART = tuple(each for each in LIST if each.name in ("genre", "from", "to"))
MOVIES = (
    Parameter(
        name="sort",
        kind=str,
        choices=tuple(BROWSE_SORTS),
        default="best",
        description="What the movies are sorted by; best is by a damped mean of their votes.",
    ),
    *_PART,
    PAGE,
)
SURPRISE = _PART
USER = Parameter(
    name="user", kind=str, description="A user, to say what they gave it or would give it."
)
WITH = Parameter(
    name="with", kind=str, longest=6000, description="Ratings given before, as a list's link."
)
PAIR = tuple(
    Parameter(name=name, kind=str, longest=6000, description="Ratings of one of two, as a link's.")
    for name in ("a", "b")
)
SKIP = Parameter(
    name="skip", kind=int, minimum=0, maximum=1000, default=0, description="Movies passed over."
)
QUERY = Parameter(name="q", kind=str, default="", description="Words of a title, or a user's id.")


def read_parameters(
    parameters: tuple[Parameter, ...], given: Mapping[str, str]
) -> dict[str, int | float | str | None]:
    """Read the parameters of an address; those that it does not carry have their defaults."""
    return {each.name: each.read(given.get(each.name, "")) for each in parameters}
