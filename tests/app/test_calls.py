"""Templates call functions and macros as Jinja's own context does."""

from functools import lru_cache

import pytest
from jinja2 import Environment, pass_context, pass_environment, pass_eval_context
from jinja2.runtime import Context

from app.markup.calls import QuickContext

CALLS = """
{% macro inner(a, b="<b>", c=none) %}{{ a }}|{{ b }}|{{ c }}{% endmacro %}
{% macro taking(a) %}{{ a }}:{{ caller() }}{{ varargs }}{{ kwargs }}{% endmacro %}
{% block whole %}{% set here = "x" %}
{{ plain("<i>") }} {{ plain("a", b="c") }} {{ inner("<u>") }} {{ inner(1, c=2) }}
{% call taking("&", 3, d=4) %}<p>{% endcall %}
{% for each in range(2) %}{{ of_context("each") }}{{ kept(each) }}{{ ready(each) }}{% endfor %}
{{ of_environment() }} {{ escaping() }} {{ own.method(2) }} {{ "abc".upper() }} {{ dict(a=1) }}
{{ namespace(a=1).a }} {{ joiner("|")() }} {{ cycler(1, 2).next() }} {{ of_context("here") }}
{% endblock %}
"""


class _Own:
    def method(self, times):
        return "<m>" * times

    @pass_context
    def __call__(self, context, key):
        return (key, context["plain"] is not None)


def _environment(kind):
    environment = Environment(autoescape=True)
    environment.context_class = kind
    environment.globals |= {
        "plain": lambda a, b=None: f"{a}{b}",
        "of_context": pass_context(lambda context, name: str(context.get(name))),
        "of_environment": pass_environment(lambda it: it is environment),
        "escaping": pass_eval_context(lambda it: it.autoescape),
        "kept": lru_cache(lambda value: f"<{value}>"),
        "own": _Own(),
        "ready": _Own(),
    }
    return environment


def test_template_when_called_quickly_then_written_as_by_jinja():
    expected = _environment(Context).from_string(CALLS).render()
    assert "&lt;i&gt;" in expected
    assert "True" in expected
    assert _environment(QuickContext).from_string(CALLS).render() == expected


@pytest.mark.parametrize("wrong", ["{{ plain() }}", "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}"])
def test_template_when_it_calls_wrongly_then_the_error_is_that_of_jinja(wrong):
    told = []
    for kind in (Context, QuickContext):
        with pytest.raises(TypeError) as caught:
            _environment(kind).from_string(wrong).render()
        told.append(str(caught.value))
    assert told[0] == told[1]
