"""Reading pages as a browser does: by element, never by substring."""

from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from werkzeug.test import TestResponse

_HOST = "http://localhost"
_ADDRESSES = {"a": "href", "link": "href", "img": "src", "form": "action"}


def parse(response: TestResponse, status: int = 200) -> BeautifulSoup:
    """Return a response's page, after checking that it is one."""
    assert response.status_code == status, response.text
    assert response.mimetype == "text/html"
    return BeautifulSoup(response.text, "html.parser")


def text(element: Tag | None) -> str:
    """Return an element's text with single spaces, as a reader sees it."""
    assert element is not None
    return " ".join(element.get_text().split())


def texts(elements: list[Tag]) -> list[str]:
    """Return the texts of several elements."""
    return [text(element) for element in elements]


def facts(dl: Tag | None) -> dict[str, str]:
    """Return a definition list as a dict."""
    assert dl is not None
    return {text(term): text(term.find_next("dd")) for term in dl.find_all("dt")}


def internal_links(page: BeautifulSoup, base: str) -> set[str]:
    """Return every address of this site that a page at path `base` leads to or draws on.

    Only links that say that they are external lead off it.
    """
    found = set()
    for name, attribute in _ADDRESSES.items():
        for element in page.find_all(name):
            if name == "a" and "external" in element.get("rel", ()):
                continue
            parts = urlsplit(urljoin(_HOST + base, element[attribute]))
            assert parts.netloc == "localhost", f"{element} leads off the site"
            found.add(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found
