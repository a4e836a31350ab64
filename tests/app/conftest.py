"""A published sample and a site that shows it."""

import pytest

from app import PAGE_CACHE_BYTES, create_app
from app.web.page_cache import PageCache
from tests.app.html import parse
from tests.app.sample import NEVER_S, publish_sample, sample_settings


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """The folder of a published sample; tests only read it."""
    folder = tmp_path_factory.mktemp("sample")
    publish_sample(folder)
    return folder


@pytest.fixture(scope="session")
def app(sample):
    """A site that shows the sample."""
    return create_app(sample_settings(sample), check_every_s=NEVER_S)


@pytest.fixture
def client(app):
    """A visitor of the sample's site, which has made no page yet."""
    app.extensions["pages"] = PageCache(PAGE_CACHE_BYTES)
    return app.test_client()


@pytest.fixture
def show(client):
    """Give the parsed page at an address of the sample's site."""
    return lambda path, status=200: parse(client.get(path), status)


@pytest.fixture
def site_of(tmp_path):
    """Publish a sample with changes, and give a visitor of the site that shows it."""

    def make(**changes):
        publish_sample(tmp_path, **changes)
        return create_app(sample_settings(tmp_path), check_every_s=NEVER_S).test_client()

    return make
