"""Movie recommendations: from ratings to published lists, in six verbs.

>>> import processing as rec
>>> data = rec.read("ml-1m.zip")                # or a DataFrame, or rec.simulate()
>>> rec.evaluate(data).tables["errors"]         # what each model is worth
>>> model = rec.fit(data)
>>> model.top(users=[7, 9])                     # also predict, scores, reasons, similar, ratings
>>> rec.publish(model, "predictions")           # into a folder, or s3://BUCKET/PREFIX
>>> rec.open_release("predictions").top(users=7)

`help(rec.read)` and so on say more, docs/python.md all. `python -m processing` is the same on the
command line, and `processing.algorithms` has the models as Surprise's algorithms.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from processing.api import evaluate as evaluate
    from processing.api import fit as fit
    from processing.api import open_release as open_release
    from processing.api import publish as publish
    from processing.api import read as read
    from processing.api import simulate as simulate

__version__ = "0.2.0.dev0"

_VERBS = ("evaluate", "fit", "open_release", "publish", "read", "simulate")


def __getattr__(name: str) -> Any:
    """A verb of `processing.api`, imported when it is first asked for: the site does without."""
    if name not in _VERBS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("processing.api"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_VERBS])
