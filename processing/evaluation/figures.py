"""Figures of the report, as SVG bytes that are the same for the same figures."""

import io
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

INK, DOT, BEST = "#33383d", "#4477aa", "#cc6677"


def report_figures(report: dict[str, Any]) -> dict[str, bytes]:
    """The figures of a report, by file name."""
    return {"error-by-model.svg": _rmse(report)}


def _rmse(report: dict[str, Any]) -> bytes:
    """RMSE per model as a dot plot, best on top."""
    rows = sorted(report["models"], key=lambda row: -row["rmse"])
    figure = Figure(figsize=(7, 0.42 * len(rows) + 1.1), layout="constrained")
    axes = figure.add_subplot()
    best = rows[-1]["rmse"]
    colours = [BEST if row["rmse"] == best else DOT for row in rows]
    axes.hlines(range(len(rows)), best, [row["rmse"] for row in rows], color="#d5d9dd", zorder=1)
    axes.scatter([row["rmse"] for row in rows], range(len(rows)), c=colours, s=48, zorder=2)
    for place, row in enumerate(rows):
        axes.annotate(
            f"{row['rmse']:.4f}",
            (row["rmse"], place),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            fontsize=9,
        )
    axes.set_yticks(range(len(rows)), [row["label"] for row in rows])
    axes.set_xlabel("RMSE on the test ratings, in stars (lower is better)")
    axes.margins(x=0.16, y=0.1)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(colors=INK, length=0)
    return svg_bytes(figure)


def svg_bytes(figure: Figure) -> bytes:
    """A figure as SVG without date and with fixed ids."""
    file = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "figure", "svg.fonttype": "path"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()
