"""Options that several commands share."""

import logging
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from processing.tools.progress import write_line


def quiet_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--quiet`: only warnings and errors on stderr."""

    def set_up(ctx: click.Context, parameter: click.Parameter, quiet: bool) -> None:
        handler = _AboveBars(sys.stderr)
        handler.setFormatter(_LineFormatter())
        root = logging.getLogger()
        root.handlers[:] = [handler]
        root.setLevel(logging.WARNING)
        logging.getLogger("processing").setLevel(logging.WARNING if quiet else logging.INFO)
        logging.getLogger("urllib3").setLevel(logging.ERROR)  # of new attempts we tell ourselves

    return click.option(
        "--quiet",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=set_up,
        help="Say nothing but warnings, errors and results.",
    )(command)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add SOURCE and the options on how it is read to a command."""
    for decorate in (
        click.option(
            "--date-format",
            help="Own table: how dates are written, as strptime has it, such as %d/%m/%Y.",
        ),
        click.option(
            "--not-rated",
            help="Own table: ratings that mark what is not rated, such as 0 or -1,NA; '' for none.",
        ),
        click.option("--encoding", help="Encoding of texts where it is not found, such as cp1251."),
        click.option(
            "--delimiter", help="Own CSV: what stands between columns; 'tab' for a tabulator."
        ),
        click.option(
            "--columns",
            help="Own table: what each column is, such as user,movie,rating,date; '-' for none.",
        ),
        click.option(
            "--scale", help="Lowest:highest[:step] rating, where the data do not show it."
        ),
        click.option(
            "--skip-bad",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="Tolerate up to this many bad lines.",
        ),
        click.argument("source", type=click.Path(path_type=Path)),
    ):
        command = decorate(command)
    return command


def read_options(
    *,
    skip_bad: int,
    scale: str | None,
    columns: str | None,
    delimiter: str | None,
    **others: str | None,
) -> Any:
    """The reader's options, from what was said on the command line."""
    from processing.data.readers.registry import ReadOptions

    not_rated = others.pop("not_rated")
    return ReadOptions(
        skip_bad=skip_bad,
        scale=None if scale is None else _scale(scale),
        columns=None if columns is None else tuple(part.strip() for part in columns.split(",")),
        delimiter="\t" if delimiter == "tab" else delimiter,
        not_rated=() if not_rated is None else _marks(not_rated),
        **others,
    )


def _marks(text: str) -> tuple[str, ...]:
    """Parse '-1,NA'; nothing between quotes is an empty cell."""
    return tuple(part.strip().strip("'\"") for part in text.split(","))


def _scale(text: str) -> Any:
    """Parse '1:5', or '0.5:5:0.5'; the step is 1 where it is not said."""
    from processing.data.rows import Scale

    try:
        parts = [float(part) for part in text.split(":")]
        low, high, step = parts if len(parts) == 3 else (*parts, 1.0)
    except ValueError:
        low = high = step = 0.0
    if not (low < high and step >= 0 and math.isfinite(low + high + step)):
        raise click.BadParameter(
            f"{text!r} is not a scale; expected lowest:highest or lowest:highest:step, such as "
            "1:5 or 0.5:5:0.5.",
            param_hint="--scale",
        )
    return Scale(low=low, high=high, step=step)


class _AboveBars(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes lines where they do not tear a progress bar."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            write_line(self.format(record), self.stream)
        except Exception:
            self.handleError(record)


class _LineFormatter(logging.Formatter):
    """Time, and the level where it is not the usual one."""

    def format(self, record: logging.LogRecord) -> str:
        level = "" if record.levelno <= logging.INFO else f"{record.levelname}: "
        return f"{self.formatTime(record, '%H:%M:%S')} {level}{record.getMessage()}"
