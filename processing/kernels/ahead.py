"""Compiles what a first run calls before it calls it: on all cores, beside the installation.

Run: python -m processing.kernels.ahead

Needs numpy and numba alone. What is compiled lies where numba keeps it, and is loaded from there by
whoever calls a kernel later. `first_run.json` has the kernels that `script/run` calls without
arguments, each with the types that it calls them with; `python -m tests.first_run` writes it.

What several kernels call with different types is compiled into them, and has no cache of its own:
two processes that add to it at once would leave one's machine code under the other's types.
"""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

from numba import types

FIRST_RUN = Path(__file__).parent / "first_run.json"

Calls: TypeAlias = dict[str, list[list[Any]]]


def main() -> None:
    """Compile the kernels of a first run, those with most code first."""
    calls: Calls = json.loads(FIRST_RUN.read_bytes())
    longest = sorted(calls, key=lambda name: -len(find_kernel(name).py_func.__code__.co_code))
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for _ in pool.map(compile_kernel, longest, [calls[name] for name in longest]):
            pass


def compile_kernel(name: str, calls: Sequence[Sequence[Any]]) -> None:
    """Compile a kernel, `module.function` of this package, for the types of each of its calls."""
    kernel = find_kernel(name)
    for arguments in calls:
        kernel.compile(tuple(map(type_of, arguments)))


def find_kernel(name: str) -> Any:
    """The kernel of a name, `module.function` of this package."""
    module, function = name.split(".")
    return getattr(import_module(f"{__package__}.{module}"), function)


def type_of(described: str | Mapping[str, Sequence[Any]] | None) -> Any:
    """Numba's type of what `describe` made of it."""
    if described is None:
        return types.none
    if isinstance(described, str):
        number, *array = described.split()
        if not array:
            return getattr(types, number)
        n_dimensions, layout, *readonly = array
        dtype = getattr(types, number)
        return types.Array(dtype, int(n_dimensions), layout, readonly=bool(readonly))
    ((name, fields),) = described.items()
    module, of_fields = name.rpartition(".")[::2]
    named = getattr(import_module(f"{__package__}.{module}"), of_fields)
    return types.BaseTuple.from_types(tuple(map(type_of, fields)), named)


def describe(numba_type: Any) -> str | dict[str, list[Any]] | None:
    """What JSON can say of numba's type of a kernel's argument: a number, array, tuple or None.

    An array is its numbers, how many dimensions, its layout, and `readonly` where it is; a tuple of
    this package, which has to be named, is its name, and its fields.
    """
    if isinstance(numba_type, types.Array):
        readonly = "" if numba_type.mutable else " readonly"
        return f"{numba_type.dtype} {numba_type.ndim} {numba_type.layout}{readonly}"
    if isinstance(numba_type, types.BaseTuple):
        named = numba_type.instance_class
        module = named.__module__.removeprefix(f"{__package__}.")
        return {f"{module}.{named.__name__}": [describe(field) for field in numba_type.types]}
    return None if numba_type == types.none else str(numba_type)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stderr)
    main()
