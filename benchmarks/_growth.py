"""The plot of how time and memory of a whole run grow with the ratings."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

PAPER, INK, FAINT = "#fcfcfb", "#33383d", "#a9b0b7"
LINES = {"whole run": INK, "ingest": "#4477aa", "largest stage": "#cc6677"}


def draw(runs: Sequence[dict[str, Any]]) -> bytes:
    """SVG of seconds and gigabytes against ratings, on paper of its own for light and dark pages.

    `runs` are those of `full_size.py`, ascending.
    """
    ratings = [run["n_ratings"] for run in runs]
    figure = Figure(figsize=(9, 4.4), layout="constrained", facecolor=PAPER)
    time, memory = figure.subplots(1, 2)
    _panel(time, ratings, _series(runs, "seconds", 1), "seconds")
    _panel(memory, ratings, _series(runs, "peak_memory_bytes", 1e9), "peak memory, GB")
    file = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "figure", "svg.fonttype": "path"}):
        figure.savefig(file, format="svg", metadata={"Date": None}, facecolor=PAPER)
    return file.getvalue()


def _series(
    runs: Sequence[dict[str, Any]], measure: str, unit: float
) -> dict[str, tuple[str, list[float]]]:
    """Label and values of the whole run, of ingest, and of what took most in the last run."""
    stages = {s["stage"]: s[measure] for s in runs[-1]["stages"] if s["stage"] != "ingest"}
    most = max(stages, key=lambda name: stages[name])
    found = {"whole run": ("whole run", [run[measure] / unit for run in runs])}
    for line, stage in (("largest stage", most), ("ingest", "ingest")):
        each = [{s["stage"]: s[measure] for s in run["stages"]}.get(stage) for run in runs]
        found[line] = (stage, [float("nan") if v is None else v / unit for v in each])
    return found


def _panel(
    axes: Axes, ratings: list[int], series: dict[str, tuple[str, list[float]]], what: str
) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    total = series["whole run"][1]
    straight = [total[-1] * n / ratings[-1] for n in ratings]
    axes.plot(
        ratings,
        straight,
        color=FAINT,
        linestyle=":",
        linewidth=1.2,
        label="in proportion to the ratings",
    )
    for line, (label, values) in series.items():
        width = 2.2 if line == "whole run" else 1.3
        axes.plot(ratings, values, "o-", color=LINES[line], linewidth=width, ms=4, label=label)
    for n, value in zip(ratings, total, strict=True):
        axes.annotate(
            f"{value:,.3g}",
            (n, value),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            color=INK,
            fontsize=9,
        )
    axes.set_xticks(ratings)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n / 1e6:,.3g} M"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("ratings", color=INK)
    axes.set_title(what, loc="left", color=INK, fontsize=11)
    axes.set_facecolor(PAPER)
    axes.tick_params(colors=INK, which="both")
    axes.grid(color="#e4e7ea", linewidth=0.6)
    axes.margins(x=0.09, y=0.12)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(
        frameon=False,
        labelcolor=INK,
        fontsize=9,
        ncols=2,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.16),
    )
