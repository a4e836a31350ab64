"""How templates call functions and macros: as Jinja does, in a third of its time.

A page of a list makes hundreds of such calls. Jinja asks each time, in several steps, whether what
is called wants the context; here that is asked only of what is neither a function nor a macro.
"""

from types import FunctionType, MethodType
from typing import Any

from flask import Flask
from jinja2.runtime import Context, Macro

_PASSED = "jinja_pass_arg"  # what wants the context, the environment or the like says so by this


class QuickContext(Context):
    """A template's context that calls plain functions and macros directly."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # Jinja looks here for names that an imported template lacks. All have the environment's.
        self.globals_keys = set()

    def call(self, called: Any, /, *given: Any, **named: Any) -> Any:
        """Call something with the arguments that the template writes."""
        kind = type(called)
        if kind is Macro:
            given = (self.eval_ctx, *given)
        elif (kind is not FunctionType and kind is not MethodType) or hasattr(called, _PASSED):
            return super().call(called, *given, **named)
        named.pop("_block_vars", None)  # Jinja's own, for those that want the context
        named.pop("_loop_vars", None)
        return called(*given, **named)


def init_calls(app: Flask) -> None:
    """Let the templates of `app` call in this way."""
    app.jinja_env.context_class = QuickContext
