"""The site reading from a real S3 server: one GET a user page, none for the others."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app import create_app
from config import load_settings
from processing.release import open_figure_storage, open_release_storage, publish
from tests.app.sample import USER_IDS, publish_sample
from tests.make_golden_release import stage_golden
from tests.s3_server import CountingProxy, s3_server
from tests.servers import fetch, gunicorn_site
from tests.soak.fault_proxy import FAULTS
from tests.soak.store_faults import boto3_behind_faults, copy_release, environment_of


@pytest.fixture
def site(s3, tmp_path, monkeypatch):
    """A settings object whose bucket lies behind a counting proxy, with a release in it."""
    with CountingProxy(s3.endpoint) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", proxy.endpoint)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        settings = load_settings(
            {
                "AWS_ACCESS_KEY": s3.access_key,
                "AWS_SECRET_KEY": s3.secret_key,
                "ICP_BUCKET": s3.bucket,
                "ICP_BUCKET_REGION": "us-east-1",
            }
        )
        stage_golden(tmp_path / "staged")
        publish(tmp_path / "staged", open_release_storage(settings), open_figure_storage(settings))
        yield create_app(settings).test_client(), proxy


def test_user_page_when_read_from_s3_then_costs_one_get(site):
    client, proxy = site
    assert client.get("/").status_code == 200
    for user_id in client.get("/index.json").json["start_users"]:
        proxy.taken()
        for path in (f"/users/{user_id['user_id']}", f"/users/{user_id['user_id']}.json"):
            assert client.get(path).status_code == 200
            (request,) = proxy.taken()
            assert request.startswith("GET ")
            assert "/users-" in request


def test_other_pages_when_a_release_is_open_then_cost_nothing(site):
    client, proxy = site
    client.get("/")
    proxy.taken()
    for path in ("/", "/report", "/search?q=a", "/healthz"):
        assert client.get(path).status_code == 200
    assert proxy.taken() == []


def test_figure_when_read_from_s3_then_the_published_bytes(site):
    client, _ = site
    report = client.get("/report.json").json
    figure = report["figures"][0]
    found = client.get(f"/figures/{report['site']['release_id']}/{figure}")
    assert found.status_code == 200
    assert found.mimetype == "image/svg+xml"


@pytest.mark.s3
def test_site_when_the_server_is_killed_then_the_last_good_data_stay_and_the_rest_says_503(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with s3_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.endpoint)
        settings = load_settings(
            {
                "AWS_ACCESS_KEY": server.access_key,
                "AWS_SECRET_KEY": server.secret_key,
                "ICP_BUCKET": server.bucket,
                "ICP_BUCKET_REGION": "us-east-1",
            }
        )
        stage_golden(tmp_path / "staged")
        publish(tmp_path / "staged", open_release_storage(settings), open_figure_storage(settings))
        client = create_app(settings, check_every_s=1e9).test_client()
        assert client.get("/users/6").status_code == 200
    for path in ("/", "/movies/3", "/search?q=film", "/report", "/rate", "/offline/titles.json"):
        assert client.get(path).status_code == 200
    assert client.get("/users/6").status_code == 200  # it was made while the server was there
    response = client.get("/users/7")
    assert response.status_code == 503
    assert "does not answer" in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.s3
def test_gunicorn_when_the_store_stalls_then_users_get_503_in_time_and_all_else_is_quick(
    s3, tmp_path
):
    publish_sample(tmp_path)
    environment = environment_of(s3, "stalling")
    with boto3_behind_faults(s3) as proxy:
        copy_release(tmp_path, load_settings(environment))
        with (
            gunicorn_site(tmp_path, **environment, WEB_CONCURRENCY="1") as site,
            ThreadPoolExecutor(30) as pool,
        ):
            assert fetch(f"{site.url}/users/7")[0] == 200
            proxy.faults["stalling"] = FAULTS["stalls without an answer"]
            began = time.monotonic()
            users = [pool.submit(fetch, f"{site.url}/users/{user}") for user in USER_IDS * 3]
            for path in ("/", "/movies/1", "/search?q=a", "/healthz", "/users/7") * 4:
                assert fetch(site.url + path)[0] == 200
            assert time.monotonic() - began < 4  # whoever waited for the store would take 7 s
            assert {user.result()[0] for user in users} == {200, 503}
            assert time.monotonic() - began < 12
