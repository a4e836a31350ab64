"""What the benchmarks share: where the project is, and what a result says about itself."""

import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
CODE = (
    "app",
    "processing",
    "config",
    "benchmarks",
    ":!benchmarks/results",
    "gunicorn.conf.py",
    "requirements.txt",
)
sys.path.insert(0, str(ROOT))

from processing.tools.machine import memory_bytes  # noqa: E402


def about() -> dict[str, Any]:
    """Machine, date, commit and command line of the script that runs."""
    return {"machine": _machine(), "date": _today(), "commit": _commit(), "command": _command()}


def write_result(name: str, result: dict[str, Any]) -> Path:
    """Write `results/NAME.json`, with machine, date, commit and command line before the rest."""
    path = RESULTS / f"{name}.json"
    path.write_text(
        json.dumps(about() | result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return path


def slug(name: str) -> str:
    """A name as it may stand in that of a file."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def say(text: str) -> None:
    """Write a line to stdout at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _machine() -> dict[str, Any]:
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory_bytes() / 1e9, 1),
        "os": _os(),
        "python": platform.python_version(),
    }


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def _os() -> str:
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.machine()}"
    except OSError:
        return f"{platform.system()}, {platform.machine()}"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _commit() -> str:
    """The commit, and whether the code that was measured differs from it."""

    def git(*arguments: str) -> str:
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", *CODE)
        return git("rev-parse", "--short=12", "HEAD") + (", with changes" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _command() -> str:
    """The command line, with the last part of every path alone: it says nothing of the machine."""
    arguments = [Path(argument).name for argument in sys.argv[1:]]
    return " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *arguments])
