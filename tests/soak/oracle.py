"""What a site should say: the answers of one that reads an intact copy of the same release."""

import time
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from app import create_app
from tests.app.sample import NEVER_S, USER_IDS, sample_settings

LATE_S = 8.5  # 8 s, and what the test itself takes
USER_PATHS = tuple(
    f"/users/{user_id}{rest}"
    for user_id in USER_IDS
    for rest in (".json", ".csv", "/ratings.json", "/ratings.csv")
)
OTHER_PATHS = ("/index.json", "/movies/1.json", "/search.json?q=a", "/report.json")

Truth = dict[str, Any]


def truth_of(folder: Path) -> Truth:
    """What each address answers, from the intact release in a folder."""
    client = create_app(sample_settings(folder), check_every_s=NEVER_S).test_client()
    return {path: said(client.get(path)) for path in (*USER_PATHS, *OTHER_PATHS)}


def said(response: Any) -> Any:
    """What an answer says, but for whether a newer release can be read."""
    if not response.is_json:
        return response.text
    answer = dict(response.json)
    answer["site"] = {**answer["site"], "problem": None} if answer.get("site") else None
    return answer


def visit(client: FlaskClient, path: str, truth: Truth) -> tuple[str, str]:
    """Ask for a page; return what became of it, and a word about it."""
    started = time.monotonic()
    response = client.get(path)
    took_s = time.monotonic() - started
    about = f"{path} answered {response.status_code} after {took_s:.1f} s"
    if took_s > LATE_S:
        return "broken", about
    if response.status_code == 200:
        return ("survived" if said(response) == truth[path] else "wrong"), about
    is_refusal = response.status_code == 503 and "Retry-After" in response.headers
    return ("refused" if is_refusal else "broken"), about
