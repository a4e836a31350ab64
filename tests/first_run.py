"""The kernels that a first run calls, and with which types: what is to be compiled ahead of it.

Run: python -m tests.first_run

It does what `script/run` does without arguments, in a folder of its own, and writes
`processing/kernels/first_run.json`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from processing.kernels.ahead import FIRST_RUN, Calls, describe

ROOT = Path(__file__).parents[1]
COMMANDS = (("simulate", "simulated"), ("run", "simulated"))


def first_run(folder: Path) -> Calls:
    """Simulate and run in a folder; which kernels were called from Python, and with which types."""
    calls: Calls = {}
    for command in COMMANDS:
        called = folder / "called.json"
        subprocess.run(
            [sys.executable, "-m", "tests.first_run", str(called), *command],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        )
        for name, arguments in json.loads(called.read_bytes()):
            known = calls.setdefault(name, [])
            if arguments not in known:
                known.append(arguments)
    return {name: sorted(calls[name], key=json.dumps) for name in sorted(calls)}


def as_json(calls: Calls) -> str:
    """A line for each call."""
    kernels = [
        f"{json.dumps(name)}: [\n" + ",\n".join(f"  {json.dumps(each)}" for each in every) + "\n]"
        for name, every in calls.items()
    ]
    return "{\n" + ",\n".join(kernels) + "\n}\n"


def note_calls(called: Path, command: list[str]) -> None:
    """Do a command of the package, and write every kernel with types that it had not had before."""
    import numba
    from numba.core.dispatcher import Dispatcher

    from processing.cli.main import main

    calls: list[tuple[str, list[Any]]] = []
    compile_for = Dispatcher._compile_for_args

    def noted(kernel: Any, *arguments: Any) -> Any:
        name = f"{kernel.py_func.__module__}.{kernel.py_func.__name__}"
        types = [describe(numba.typeof(argument)) for argument in arguments]
        calls.append((name.removeprefix("processing.kernels."), types))
        return compile_for(kernel, *arguments)

    Dispatcher._compile_for_args = noted
    try:
        main(command)
    finally:
        called.write_text(json.dumps(calls))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        note_calls(Path(sys.argv[1]), sys.argv[2:])
    else:
        with tempfile.TemporaryDirectory() as folder:
            FIRST_RUN.write_text(as_json(first_run(Path(folder))))
