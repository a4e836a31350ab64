"""Reading what an address carries after the question mark."""

import pytest

from app.web.parameters import LIST, PAGE, SKIP, BadParameterError, Parameter, read_parameters

NUMBER = Parameter(name="n", kind=float, description="A number.", minimum=0, maximum=5)


@pytest.mark.parametrize(("text", "value"), [("3", 3.0), (" 4.5 ", 4.5), ("", None), ("0", 0.0)])
def test_number_when_read_then_its_value_or_the_default(text, value):
    assert NUMBER.read(text) == value


@pytest.mark.parametrize("text", ["x", "-1", "5.1", "nan", "inf", "1e999", "3,5", "9" * 400])
def test_number_when_it_is_none_or_beyond_the_limits_then_the_error_says_what_was_expected(text):
    with pytest.raises(BadParameterError, match=r"“n”.*Expected a number from 0 to 5"):
        NUMBER.read(text)


@pytest.mark.parametrize("text", ["1.5", "0", "1000001", "9" * 400, "9" * 5000, "one"])
def test_page_when_it_is_no_page_then_refused(text):
    with pytest.raises(BadParameterError, match="“page”"):
        PAGE.read(text)


def test_choice_when_it_is_unknown_then_the_error_names_those_there_are():
    (sort,) = (each for each in LIST if each.name == "sort")
    with pytest.raises(BadParameterError, match=r"“worst”.*“sort”.*Choose one of best, score"):
        sort.read("worst")


def test_text_when_it_is_too_long_then_refused_without_repeating_all_of_it():
    parameter = Parameter(name="q", kind=str, description="A text.", longest=100)
    assert parameter.read("x" * 100) == "x" * 100
    with pytest.raises(BadParameterError) as error:
        parameter.read("x" * 101)
    assert len(str(error.value)) < 200


def test_parameters_when_read_then_each_is_there_and_unknown_ones_are_passed_over():
    assert read_parameters((PAGE, SKIP), {"page": "3", "utm_source": "x"}) == {"page": 3, "skip": 0}


def test_user_page_when_a_parameter_is_bad_then_400_says_which(client):
    for path in ("/users/7", "/users/7.json", "/users/7.csv"):
        response = client.get(f"{path}?from=soon")
        assert response.status_code == 400
        assert "“from”" in response.text
        assert "a whole number" in response.text
