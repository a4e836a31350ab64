"""Where else a movie is told of: its page at IMDb and TMDB, or a search for its title."""

from dataclasses import dataclass
from urllib.parse import urlencode

from app.model.opened import OpenedRelease


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A movie's page on another site; `is_search` where only its title is known."""

    site: str
    url: str
    is_search: bool


def elsewhere(opened: OpenedRelease, index: int) -> tuple[Elsewhere, ...]:
    """Return where else a movie, by index, is told of; nowhere if it has no title of its own."""
    release = opened.release
    imdb = release.imdb_ids[index] if release.imdb_ids else None
    tmdb = release.tmdb_ids[index] if release.tmdb_ids else None
    title = release.titles[index]
    found = []
    if imdb is not None:
        found.append(("IMDb", f"https://www.imdb.com/title/tt{imdb:07d}/"))
    if tmdb is not None:
        found.append(("TMDB", f"https://www.themoviedb.org/movie/{tmdb}"))
    if found:
        return tuple(Elsewhere(site=site, url=url, is_search=False) for site, url in found)
    movie_id = release.movie_id(index)
    if title in (f"{movie_id}", f"Movie {movie_id}"):  # what a movie without a title is called
        return ()
    words = f"{title} {release.years[index] or ''}".rstrip()
    url = f"https://www.imdb.com/find/?{urlencode({'q': words, 's': 'tt'})}"
    return (Elsewhere(site="IMDb", url=url, is_search=True),)
