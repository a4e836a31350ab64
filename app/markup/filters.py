"""How templates write numbers and titles. The twins: `app/static/words.js` and `markup.js`."""

from collections.abc import Callable

from flask import Flask

from app.languages import gettext, ngettext, number_text
from app.model.addresses import movie_url
from app.model.catalogue import BROWSE_SORTS
from app.model.choice import KNOWN, SORTS
from app.model.dates import day_text
from app.model.movie import ViewerBand
from app.model.title_index import fold_words
from processing.ids import Id
from processing.report import WORDS, cell_text, figure_text

_SMALL_WORDS = frozenset({"a", "an", "and", "at", "for", "in", "of", "on", "or", "the", "to"})
_N_HUES = 9
_N_ARTS = 6
_COUNTED: dict[str, Callable[[int], str]] = {
    "movie": lambda n: ngettext("%(n)s movie", "%(n)s movies", n),
    "rating": lambda n: ngettext("%(n)s rating", "%(n)s ratings", n),
    "viewer": lambda n: ngettext("%(n)s viewer", "%(n)s viewers", n),
    "vote": lambda n: ngettext("%(n)s vote", "%(n)s votes", n),
}


def init_filters(app: Flask) -> None:
    """Give templates the filters of this module and of reports, and the words that reports use."""
    for function in (cell_text, count, figure_text, initials, movie_url, plural, tile_class):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.filters["day"] = day_text
    app.jinja_env.filters["number"] = number_text
    app.jinja_env.filters["translated"] = gettext  # of what stands in no template
    app.jinja_env.globals["report_words"] = WORDS
    app.jinja_env.globals["band_name"] = band_name
    app.jinja_env.globals["known"] = KNOWN
    app.jinja_env.globals["browse_sorts"] = {
        name: label for name, (label, _) in BROWSE_SORTS.items()
    }
    app.jinja_env.globals["sorts"] = {name: label for name, (label, _) in SORTS.items()}


def count(number: int) -> str:
    """Write a count: 1,682."""
    return number_text(f"{number:,}")


def plural(number: int, noun: str) -> str:
    """Write a count with its noun: 1 vote, 1,682 votes."""
    return _COUNTED[noun](number) % {"n": count(number)}


def initials(title: str) -> str:
    """Return what a small tile shows of a title: the initials of its first two telling words."""
    words = fold_words(title)
    telling = [word for word in words if word not in _SMALL_WORDS] or words
    return "".join(word[0] for word in telling[:2]).upper() or "★"


def band_name(band: ViewerBand) -> str:
    """Name the viewers of a band by how much they rate."""
    if band.least == 1 and band.most is None:
        return gettext("All viewers")
    if band.most is None:
        return gettext("Avid viewers (%(n)s ratings or more)") % {"n": count(band.least)}
    if band.least == 1:
        return gettext("Occasional viewers (up to %(n)s ratings)") % {"n": count(band.most)}
    ends = {"low": count(band.least), "high": count(band.most)}
    return gettext("Regular viewers (%(low)s to %(high)s ratings)") % ends


def tile_class(movie_id: Id) -> str:
    """Return the classes of a movie's colours and drawing."""
    hue, art = tile_look(movie_id)
    return f"hue-{hue} art-{art}"


def tile_look(movie_id: Id) -> tuple[int, int]:
    """Choose a movie's colours and drawing: always the same for the same movie."""
    mixed = 0
    for letter in str(movie_id):
        mixed = ((mixed ^ ord(letter)) * 2_654_435_761) & 0xFFFFFFFF  # Knuth's multiplicative hash
    return (mixed >> 16) % _N_HUES, (mixed >> 8) % _N_ARTS
