"""What search engines and those who unfold shared links ask for: robots.txt and the sitemap."""

from collections.abc import Iterable

from flask import Blueprint, Response, abort, current_app, url_for
from markupsafe import escape

from app.model.addresses import movie_url
from app.model.opened import OpenedRelease, PageNotFoundError
from app.web.links import JSON_SUFFIX, is_unlisted
from app.web.responses import release_response

crawlers_blueprint = Blueprint("crawlers", __name__)

URLS_PER_FILE = 10_000
_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
_UNFOLDERS = ("facebookexternalhit", "LinkedInBot", "Slackbot", "Twitterbot")


@crawlers_blueprint.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers off searches, and off the many views of one and the same list.

    Those that unfold a link which somebody shared may follow it wherever it leads.
    """
    groups = [
        [*(f"User-agent: {name}" for name in _UNFOLDERS), "Disallow:"],
        ["User-agent: *", "Disallow: /search", "Disallow: /*?"],
    ]
    if site_url := current_app.config["SITE_URL"]:
        groups.append([f"Sitemap: {site_url}{url_for('crawlers.sitemap')}"])
    text = "\n\n".join("\n".join(group) for group in groups)
    return Response(f"{text}\n", mimetype="text/plain")


@crawlers_blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The files of the sitemap; there is none where the site does not know its own address."""
    site_url = _site_url()

    def make(opened: OpenedRelease) -> Response:
        numbers = range(1, _n_files(opened) + 1)
        paths = [
            url_for("crawlers.pages"),
            *(url_for("crawlers.movies", number=number) for number in numbers),
        ]
        return _xml("sitemapindex", "sitemap", (f"{site_url}{path}" for path in paths), opened)

    return release_response(lambda opened, _: make(opened))


@crawlers_blueprint.get("/sitemap/pages.xml")
def pages() -> Response:
    """The pages of which there is one."""
    site_url = _site_url()
    return release_response(
        lambda opened, _: _xml("urlset", "url", _single_pages(site_url), opened)
    )


@crawlers_blueprint.get("/sitemap/movies-<int:number>.xml")
def movies(number: int) -> Response:
    """The movies that somebody rated, some thousands in each file."""
    site_url = _site_url()

    def make(opened: OpenedRelease) -> Response:
        first, n_files = (number - 1) * URLS_PER_FILE, _n_files(opened)
        if not 1 <= number <= n_files:
            raise PageNotFoundError(f"The sitemap has {n_files} files of movies, not {number}.")
        votes = opened.release.stats["n_ratings"][first : first + URLS_PER_FILE].tolist()
        urls = (
            f"{site_url}{movie_url(opened.release.movie_id(first + place))}"
            for place, n in enumerate(votes)
            if n
        )
        return _xml("urlset", "url", urls, opened)

    return release_response(lambda opened, _: make(opened))


def _single_pages(site_url: str) -> list[str]:
    """Pages of which there is one, each with a sister as JSON, that are for everybody."""
    return sorted(
        f"{site_url}{url_for(rule.endpoint)}"
        for rule in current_app.url_map.iter_rules()
        if not rule.arguments
        and f"{rule.endpoint}{JSON_SUFFIX}" in current_app.view_functions
        and not is_unlisted(rule.rule)
    )


def _n_files(opened: OpenedRelease) -> int:
    return -(-len(opened.release.movie_ids) // URLS_PER_FILE)


def _site_url() -> str:
    site_url: str = current_app.config["SITE_URL"]
    if not site_url:
        abort(404)
    return site_url


def _xml(root: str, item: str, urls: Iterable[str], opened: OpenedRelease) -> Response:
    day = opened.manifest.created_utc.partition("T")[0]
    lines = "".join(
        f"<{item}><loc>{escape(url)}</loc><lastmod>{day}</lastmod></{item}>\n" for url in urls
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SCHEMA}">\n{lines}</{root}>\n'
    return Response(text, mimetype="application/xml")
