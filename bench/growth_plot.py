"""Draws docs/growth.svg: points (JSON, as growth.py has them) in, SVG out.

A program of the benchmarks' own environment, where matplotlib is.
"""

import json
import sys
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

INK, FAINT, OURS, OTHER = "#24292f", "#d0d7de", "#0969da", "#bc4c00"
MOST = 0.10


def draw(points: list[dict[str, Any]]) -> None:
    """Read units on the left, CPU time on the right, by the number of live tokens."""
    mpl.rcParams.update(
        {
            "svg.fonttype": "none",  # text stays text: a small file, and one that can be searched
            "svg.hashsalt": "growth",
            "font.size": 9,
            **{f"{part}.color": INK for part in ("text", "xtick", "ytick")},
            "axes.labelcolor": INK,
            "axes.edgecolor": FAINT,
        }
    )
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.1), layout="constrained")
    live = [point["live"] for point in points]
    reads(left, live, points)
    cpu(right, live, points)
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xlim(live[0] / 1.6, live[-1] * 1.6)
        axes.set_xticks(live, [f"{number:,}" for number in live])
        axes.minorticks_off()
        axes.set_xlabel("live tokens in the table")
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.tick_params(color=FAINT)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(sys.stdout.buffer, format="svg", facecolor="white", metadata={"Date": None})


def reads(axes: Axes, live: list[int], points: list[dict[str, Any]]) -> None:
    """What the sweep reads, and what a Scan of the same table would."""
    axes.set_title("Read units per expired token", loc="left", fontsize=9, fontweight="bold")
    for name, colour, label in (("scan", OTHER, "a Scan"), ("reads", OURS, "this sweep")):
        values = [point[name] for point in points]
        axes.plot(live, values, color=colour, marker="o", markersize=4, label=label)
        axes.annotate(
            f"{values[-1]:.2f}",
            (live[-1], values[-1]),
            textcoords="offset points",
            xytext=(0, 6),
            ha="center",
            color=colour,
        )
    axes.set_ylim(0, max(point["scan"] for point in points) * 1.25)
    axes.legend(frameon=False, loc="upper left")


def cpu(axes: Axes, live: list[int], points: list[dict[str, Any]]) -> None:
    """The sweep's CPU time against that in the smallest table, with its quartiles."""
    title = f"CPU time of the sweep, against {live[0]:,} live tokens"
    axes.set_title(title, loc="left", fontsize=9, fontweight="bold")
    axes.axhspan(1 - MOST, 1 + MOST, color=OURS, alpha=0.08, linewidth=0)
    middle, low, high = zip(*(point["cpu"] for point in points), strict=True)
    spread = [
        [value - bound for value, bound in zip(middle, low, strict=True)],
        [bound - value for value, bound in zip(middle, high, strict=True)],
    ]
    axes.errorbar(live, middle, spread, color=OURS, marker="o", markersize=4, capsize=3)
    for number, value, top in zip(live, middle, high, strict=True):
        axes.annotate(
            f"{value:.2f}",
            (number, top),
            textcoords="offset points",
            xytext=(0, 5),
            ha="center",
            color=OURS,
        )
    axes.set_ylim(min(0.75, *low), max(1.25, *high))


if __name__ == "__main__":
    draw(json.load(sys.stdin))
