"""The house style of the figures: readable on a phone, by the colour-blind, on light and dark.

Source: the colours are the bright scheme of Paul Tol (2021), "Colour schemes", SRON technical note
        SRON/EPS/TN/09-002; yellow and cyan are darker, to stand out from paper.
"""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

INK, PAPER, LINE, QUIET = "#33383d", "#fffdfa", "#d5d9dd", "#767b80"
BLUE, RED, GREEN, YELLOW = "#4477aa", "#cc6677", "#228833", "#a38d1a"
CYAN, PURPLE, GREY = "#2b98bf", "#aa3377", "#8c9196"
DOT, BEST = BLUE, RED
ON_DARK = {
    INK: "#e6e1d8",
    PAPER: "#1d1b18",
    LINE: "#45413b",
    QUIET: "#a09a90",
    BLUE: "#7aa9da",
    RED: "#ee8a98",
    GREEN: "#5cbf6d",
    YELLOW: "#d9c452",
    CYAN: "#5cc4e6",
    PURPLE: "#dd7ab5",
    GREY: "#adb1b5",
}

WIDTH = 4.8  # inches: as wide as a phone, so that letters are not shrunk there
DASHED, DOTTED = (0, (5, 2)), (0, (1, 1.5))
SIZE = 9.5


def new_figure(height: float) -> Figure:
    """An empty figure, `height` inches high."""
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)
    return Figure(figsize=(WIDTH, height), layout=layout, facecolor=PAPER)


def new_axes(height: float) -> tuple[Figure, Axes]:
    """An empty figure, `height` inches high, with one pair of axes in the house style."""
    figure = new_figure(height)
    axes = figure.add_subplot()
    plain(axes)
    return figure, axes


def plain(axes: Axes) -> None:
    """Take from axes what says nothing, and give them the house's colours and sizes."""
    axes.set_facecolor("none")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.tick_params(colors=INK, length=0, labelsize=SIZE)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(color=INK, fontsize=SIZE)


def grid(axes: Axes, axis: Any = "y") -> None:
    """Faint lines behind what is drawn."""
    axes.set_axisbelow(True)
    axes.grid(axis=axis, color=LINE, linewidth=0.7)


def legend(axes: Axes) -> None:
    """A legend above the axes, where it covers nothing."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.01),
        ncols=2,
        frameon=False,
        fontsize=SIZE,
        labelcolor=INK,
        borderpad=0,
        borderaxespad=0.2,
        columnspacing=1.2,
        handlelength=1.6,
    )
