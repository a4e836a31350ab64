"""How the site is put together: static files, deployment and what it needs for that."""

import gzip
import re

import pytest
from flask import request

from app import create_app
from tests.app.html import parse
from tests.app.sample import NEVER_S, sample_settings


@pytest.fixture
def deployed(sample):
    """A site as it runs behind Heroku's router."""
    settings = sample_settings(sample, deployed=True)
    return create_app(settings, check_every_s=NEVER_S)


def _static(page, rel):
    return page.find("link", rel=rel)["href"]


@pytest.mark.parametrize(
    ("rel", "mimetype"), [("stylesheet", "text/css"), ("icon", "image/svg+xml")]
)
def test_static_file_when_asked_for_by_digest_then_kept_for_ever(client, show, rel, mimetype):
    address = _static(show("/"), rel)
    assert re.fullmatch(r"/static/[0-9a-f]{12}/[a-z.]+", address)
    response = client.get(address)
    assert response.status_code == 200
    assert response.mimetype == mimetype
    assert response.cache_control.immutable
    assert response.cache_control.max_age == 31_536_000
    etag = response.headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == response.data
    assert "accept-encoding" in packed.vary


def test_static_file_when_under_another_digest_then_sent_but_not_kept(client):
    response = client.get("/static/000000000000/site.css")
    assert response.status_code == 200
    assert not response.cache_control.immutable
    assert response.cache_control.max_age == 60


@pytest.mark.parametrize("name", ["nothing.css", "..%2F__init__.py", "%2Fetc%2Fpasswd"])
def test_static_file_when_unknown_then_404(client, name):
    assert client.get(f"/static/000000000000/{name}").status_code == 404


BY_HTTPS, BY_HTTP = ({"X-Forwarded-Proto": scheme} for scheme in ("https", "http"))


@pytest.mark.parametrize("path", ["/", "/nowhere", "/robots.txt", "/users/7", "/healthz"])
def test_site_when_deployed_then_demands_https_for_long_and_only_over_https(deployed, path):
    client = deployed.test_client()
    for _ in range(2):  # made, and kept
        answer = client.get(path, headers=BY_HTTPS)
        header = answer.headers["Strict-Transport-Security"]
        assert int(re.search(r"max-age=(\d+)", header)[1]) >= 31_536_000
        assert "Strict-Transport-Security" not in client.get(path, headers=BY_HTTP).headers


@pytest.mark.parametrize("path", ["/", "/users/7?sort=gap&page=2", "/nowhere", "/users/7.json"])
def test_site_when_deployed_and_asked_over_http_then_sent_to_the_same_address(deployed, path):
    answer = deployed.test_client().get(path, headers=BY_HTTP)
    assert (answer.status_code, answer.location) == (308, f"https://localhost{path}")


def test_site_when_deployed_then_its_health_is_told_without_https(deployed):
    assert deployed.test_client().get("/healthz", headers=BY_HTTP).status_code == 200


def test_site_when_not_deployed_then_no_redirect_to_https(client):
    assert client.get("/", headers=BY_HTTP).status_code == 200


def _seen(app):
    found = {}
    app.before_request(lambda: found.update(scheme=request.scheme, address=request.remote_addr))
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.9, 203.0.113.7"}
    app.test_client().get("/robots.txt", headers=proxied)
    return found


def test_site_when_deployed_then_believes_the_router(deployed):
    assert _seen(deployed) == {"scheme": "https", "address": "203.0.113.7"}


def test_site_when_not_deployed_then_believes_no_forwarded_header(sample):
    app = create_app(sample_settings(sample), check_every_s=NEVER_S)
    assert _seen(app) == {"scheme": "http", "address": "127.0.0.1"}


def test_site_when_deployed_then_host_stays_as_it_was_asked_for(deployed):
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    response = deployed.test_client().get("/users?id=7", headers=headers)
    assert "evil" not in response.location
    assert "evil" not in deployed.test_client().get("/", headers=headers).text


def test_settings_when_shown_then_no_secret_in_them(sample):
    secrets = {
        name: f"{name} is secret" for name in ("aws_access_key", "aws_secret_key", "sentry_dsn")
    }
    assert "is secret" not in repr(sample_settings(sample, **secrets))


def test_create_app_when_the_sentry_dsn_is_bad_then_logged_and_the_site_starts(sample, caplog):
    settings = sample_settings(sample, sentry_dsn="no dsn")
    client = create_app(settings, check_every_s=NEVER_S).test_client()
    assert "SENTRY_INIT is not a Sentry DSN" in caplog.text
    assert parse(client.get("/")).h1


def test_create_app_when_no_settings_are_given_then_reads_the_environment(monkeypatch, sample):
    monkeypatch.setenv("ICP_PRED_DIR", str(sample / "predictions"))
    for name in ("ICP_BUCKET", "DYNO", "SENTRY_INIT"):
        monkeypatch.delenv(name, raising=False)
    app = create_app(check_every_s=NEVER_S)
    assert app.test_client().get("/").status_code == 200
