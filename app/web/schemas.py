"""JSON Schemas of the pages, read off their dataclasses: names, types, and what they say."""

import dataclasses
import inspect
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from app.model.page import Page

Schema = dict[str, Any]

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    types.NoneType: {"type": "null"},
    Any: {},
}
REFERENCE = "#/components/schemas/"


class Schemas:
    """Collects the schemas of dataclasses; each is described once, under its name."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}

    def of(self, kind: Any) -> Schema:
        """Return the schema of a type.

        Raises
        ------
        TypeError
            If JSON has no such thing.
        """
        if kind in _PLAIN:
            return _PLAIN[kind]
        if dataclasses.is_dataclass(kind) or _is_record(kind):
            return self._object(kind)
        origin, arguments = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(each) for each in arguments]}
        if origin is tuple and arguments[-1:] == (Ellipsis,):
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is tuple:
            n = len(arguments)
            items = [self.of(each) for each in arguments]
            return {"type": "array", "prefixItems": items, "minItems": n, "maxItems": n}
        raise TypeError(
            f"{kind!r} has no JSON schema; expected dataclasses, records and plain values."
        )

    def _object(self, kind: Any) -> Schema:
        name = kind.__name__
        if name not in self.components:
            self.components[name] = {}  # stands for it where it holds itself
            hints = get_type_hints(kind)
            left_out = kind.not_in_json if issubclass(kind, Page) else ()
            required = {name: each for name, each in _fields(kind) if name not in left_out}
            self.components[name] = {
                "type": "object",
                "description": inspect.cleandoc(kind.__doc__ or ""),
                "properties": {each: self.of(hints[each]) for each in required},
                "required": [name for name, must in required.items() if must],
                "additionalProperties": False,
            }
        return {"$ref": f"{REFERENCE}{name}"}


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _fields(kind: Any) -> list[tuple[str, bool]]:
    """The names of a type's fields, and whether JSON always has them."""
    if _is_record(kind):
        left_out = kind.__struct_config__.omit_defaults
        fields = msgspec.structs.fields(kind)
        return [(each.name, each.required or not left_out) for each in fields]
    return [(each.name, True) for each in dataclasses.fields(kind)]
