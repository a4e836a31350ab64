"""What visitors rated stays out of logs and error reports."""

import pytest

from app.monitoring import _without_visitor
from app.private import keep_out_of_access_log, without_ratings
from tests.app.links import token_of_stars

TOKEN = token_of_stars({1: 5.0, 2: 4.0})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"/list/{TOKEN}", "/list/***"),
        (f"/list/{TOKEN}.json?sort=gap&page=2", "/list/***?sort=gap&page=2"),
        (f"GET /list/{TOKEN}.csv HTTP/1.1", "GET /list/*** HTTP/1.1"),
        (f"GET /card/list/{TOKEN}.png HTTP/1.1", "GET /card/list/*** HTTP/1.1"),
        (f"/rate?skip=5&with={TOKEN}", "/rate?skip=5&with=***"),
        (f"https://a.example/rate?with={TOKEN}#x and /list/{TOKEN} too", None),
        (f"/both?a={TOKEN}&b={TOKEN}&page=2", "/both?a=***&b=***&page=2"),
        (f"/de/list/{TOKEN}", "/de/list/***"),
        (f"GET /search?q=https%3A%2F%2Fa.example%2Flist%2F{TOKEN} HTTP/1.1", None),
        (f"/%6Cist/{TOKEN}", "/%6Cist/***"),
        (f"/list#{TOKEN}", "/list#***"),
        ("/users/7?sort=gap", "/users/7?sort=gap"),
    ],
)
def test_address_when_it_carries_ratings_then_struck_and_the_rest_stays(text, expected):
    found = without_ratings(text)
    assert TOKEN not in found
    assert expected in (None, found)


def test_access_log_when_an_address_carries_ratings_then_the_app_sees_them_and_the_log_does_not():
    seen = []

    def app(environ, start_response):
        seen.append(environ["PATH_INFO"])
        return []

    environ = {"RAW_URI": f"/list/{TOKEN}", "PATH_INFO": f"/list/{TOKEN}"}
    keep_out_of_access_log(app)(environ, None)
    assert environ["RAW_URI"] == "/list/***"
    assert seen == [f"/list/{TOKEN}"]


def test_event_when_sent_to_sentry_then_without_form_headers_cookies_user_and_ratings():
    event = {
        "request": {
            "method": "POST",
            "url": f"https://films.example/list/{TOKEN}",
            "data": {"rating-1": "5"},
            "headers": {"Referer": f"https://films.example/list/{TOKEN}", "User-Agent": "x"},
            "cookies": {"a": "b"},
            "query_string": f"with={TOKEN}",
            "env": {"REMOTE_ADDR": "1.2.3.4"},
        },
        "user": {"ip_address": "1.2.3.4"},
        "logentry": {"message": "failed at %s", "params": [f"/list/{TOKEN}.json"]},
        "breadcrumbs": {"values": [{"message": f"GET /rate?with={TOKEN}"}]},
    }
    assert _without_visitor(event, {}) == {
        "request": {"method": "POST", "url": "https://films.example/list/***"},
        "logentry": {"message": "failed at %s", "params": ["/list/***"]},
        "breadcrumbs": {"values": [{"message": "GET /rate?with=***"}]},
    }


ADDRESSES = (
    f"/list/{TOKEN}",
    f"/list/{TOKEN}.json",
    f"/list/{TOKEN}.csv?sort=gap",
    f"/list/{TOKEN[:-1]}",
    f"/rate?skip=12&with={TOKEN}",
    f"/both?a={TOKEN}",
    f"/both?a={TOKEN}&b={TOKEN}",
    f"/both.json?a={TOKEN}&b={TOKEN[:-1]}",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_answer_when_its_address_carries_ratings_then_no_one_else_keeps_indexes_or_is_told_it(
    app, client, address
):
    answer = client.get(address)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert not answer.cache_control.public
    assert answer.cache_control.private or answer.cache_control.no_store
    pages = app.extensions["pages"]
    assert not any(TOKEN[:-1] in key[2] for key in pages._pages)


@pytest.mark.parametrize("address", ADDRESSES)
def test_log_when_an_address_carries_ratings_then_nothing_of_them_in_it(client, address, caplog):
    caplog.set_level(0)
    client.get(address)
    assert TOKEN[:-1] not in caplog.text
