"""The description of the JSON, and the site held to it."""

import re
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import create_app
from tests.app.addresses import PATHS, sister
from tests.app.links import token_of_stars
from tests.app.sample import NEVER_S, publish_sample, sample_settings

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
UNDESCRIBED = {"/openapi.json"}


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """A site of its own, for schemathesis asks in ways that other tests need not bear."""
    folder = tmp_path_factory.mktemp("described")
    publish_sample(folder)
    return create_app(sample_settings(folder), check_every_s=NEVER_S)


@pytest.fixture(scope="module")
def api_schema(described):
    return schemathesis.openapi.from_wsgi("/openapi.json", described)


def test_addresses_when_asked_in_any_described_way_then_answer_as_described(api_schema):
    n_operations = 0
    for result in api_schema.get_all_operations():
        _ask(result.ok())
        n_operations += 1
    assert n_operations > 15


def _ask(operation):
    """Ask with generated arguments and parameters, always the same ones."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case):
        case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

    run()


DESCRIBED = (
    *(sister(path) for path in PATHS),
    sister("/users/7?sort=gap&votes=10&page=1"),
    "/suggest.json?q=al",
    sister("/users/7?known=well&sort=title"),
    sister("/users/7?known=much"),
    sister("/users/7?per_page=100"),
    sister("/users/7?per_page=101"),
    "/offline/titles.json",
    "/offline/ranking.json",
    "/users/8.json",
    "/users/7.json?page=0",
    "/users.json",
    "/users.json?per_page=3&page=2",
    "/users.json?page=9",
)


@pytest.mark.parametrize("path", DESCRIBED)
def test_json_when_of_a_real_page_then_as_described(described, api_schema, path):
    _validate(described, api_schema, path)


def test_visitors_list_when_asked_for_then_as_described(described, api_schema):
    _validate(described, api_schema, f"/list/{token_of_stars({1: 5.0, 2: 1.0})}.json")


def test_list_for_both_when_asked_for_then_as_described(described, api_schema):
    tokens = {"a": token_of_stars({1: 5.0, 2: 1.0}), "b": token_of_stars({4: 5.0})}
    _validate(described, api_schema, f"/both.json?{urlencode(tokens)}")
    _validate(described, api_schema, "/both.json")


def _validate(app, api_schema, path):
    template = next(
        each
        for each in app.test_client().get("/openapi.json").json["paths"]
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path.partition("?")[0])
    )
    response = app.test_client().get(path)
    operation = api_schema[template]["GET"]
    operation.validate_response(Response.from_any(response))


def test_description_when_read_then_has_every_json_and_csv_address(described):
    paths = set(described.test_client().get("/openapi.json").json["paths"])
    rules = {
        re.sub(r"<(?:[^:>]*:)?(\w+)>", r"{\1}", rule.rule)
        for rule in described.url_map.iter_rules()
        if rule.rule.endswith((".json", ".csv")) or rule.rule == "/healthz"
    }
    assert paths == rules - UNDESCRIBED


OPTIONAL = ("rmse_interval", "fit_seconds", "predict_seconds", "peak_bytes")


def test_description_when_read_then_every_page_says_what_it_is(client):
    document = client.get("/openapi.json").json
    assert document["openapi"] == "3.1.0"
    for path, methods in document["paths"].items():
        assert methods["get"]["summary"].endswith("."), path
    for name, each in document["components"]["schemas"].items():
        assert each["description"], name
        optional = OPTIONAL if name == "ModelErrors" else ()
        assert each["required"] == [key for key in each["properties"] if key not in optional], name


def test_page_when_shown_then_its_footer_leads_to_the_description(show):
    links = [link["href"] for link in show("/users/7").footer.find_all("a")]
    assert "/openapi.json" in links
