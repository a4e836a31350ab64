"""The pages of the sample's site by name, once: for every test that goes through all of them."""

from tests.app.links import token_of, token_of_stars
from tests.app.sample import FEW_ID, NO_REASONS_ID, UNRATED_ID

OTHERS = token_of([(1, "Casablanca", 1942, 5.0), (2, "Rashomon", 1950, 4.0)], "ffffff")

# A name without a dash is the usual page of its template, one with a dash looks different.
PAGES = {
    "home": "/",
    "user": "/users/7",
    "user-filtered": "/users/7?sort=gap&from=1960&votes=10",
    "user-turned": "/users/7?known=less",
    "user-without-reasons": f"/users/{NO_REASONS_ID}",
    "ratings": "/users/7/ratings",
    "movie": "/movies/1",
    "movie-for-user": "/movies/3?user=7",
    "movie-unrated": f"/movies/{UNRATED_ID}",
    "movie-long-title": "/movies/12",
    "movies": "/movies",
    "movies-part": "/movies?genre=Drama&from=1980&to=1989&sort=new",
    "search": "/search?q=a",
    "search-near": "/search?q=stlaker",
    "rate": "/rate",
    "visitor": f"/list/{token_of_stars({1: 5.0, 2: 4.0, 4: 1.0})}",
    "visitor-of-another-set": f"/list/{OTHERS}",
    "linked": "/list",
    "both": "/both",
    "both-list": f"/both?a={token_of_stars({1: 5.0, 2: 4.0})}&b={OTHERS}",
    "mine": "/mine",
    "you": "/you",
    "how": "/how",
    "report": "/report",
}
USUAL = {name: path for name, path in PAGES.items() if "-" not in name}
# These look like one of the pages, but come about in another way.
VARIANTS = (
    "/users/-3",
    f"/users/{FEW_ID}",
    f"/users/{FEW_ID}/ratings?page=1",
    "/movies/1?user=7",
    "/movies/30?user=9",
    "/search",
    "/search?q=alien",
    "/search?q=amelie",
    "/search?q=zebra",
    "/rate?q=alien",
)
PATHS = (*PAGES.values(), *VARIANTS)
OFFLINE = "/offline"  # a page of the code alone: no release stands behind it, and it has no JSON


def sister(path: str, ending: str = ".json") -> str:
    """Return the address of a page as JSON, or with another ending."""
    stem, mark, query = path.partition("?")
    return f"{'/index' if stem == '/' else stem}{ending}{mark}{query}"
