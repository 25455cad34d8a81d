"""Published numbers from results/reference, as curves to draw beside ours."""

import csv
import dataclasses
from pathlib import Path

import numpy as np

DIRECTORY = Path(__file__).resolve().parents[2] / "reference"

# Figure 3's linear axis, 0 to 10 bits, does not tell smaller values from zero.
RESOLUTION_BITS = 0.01
BETWEEN = 0.02  # thousand sequences


@dataclasses.dataclass
class ReferenceCurve:
    variant: str  # the network, in the paper's words
    x: np.ndarray
    y: np.ndarray


def learning_curves(task):
    """(where they were published, curves) of the learning curves of `task`, x in thousands of sequences."""
    if task != "copy":
        return "", []
    return f"Graves et al. 2014, Figure 3 (resolves {RESOLUTION_BITS} bit)", _read(
        "ntm2014_learning_curves.csv", "Figure 3 (copy)"
    )


def generalisation(task):
    """(where they were published, curves) of wrong bits per sequence against length, one sequence at each."""
    if task != "copy":
        return "", []
    return (
        "Graves et al. 2014, Figs. 4, 5 (one sequence each)",
        _read("ntm2014_copy_generalisation.csv", "Figure 4 (copy generalisation)")
        + _read("ntm2014_copy_generalisation.csv", "Figure 5 (copy generalisation)"),
    )


def resolved(curve):
    """The part of a learning curve that its figure resolves, NaN elsewhere.

    The figure's lines are straight on its linear axis; the points between keep them so on a logarithmic one.
    """
    x = np.unique(np.r_[curve.x, np.arange(curve.x[0], curve.x[-1], BETWEEN)])
    y = np.interp(x, curve.x, curve.y)
    below = y < RESOLUTION_BITS
    beside_above = np.r_[False, ~below[:-1]] | np.r_[~below[1:], False]
    y[below] = np.where(beside_above, RESOLUTION_BITS, np.nan)[below]
    return ReferenceCurve(curve.variant, x, y)


def _read(name, table):
    points = {}
    with open(DIRECTORY / name, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["table"] == table:
                points.setdefault(row["variant"], []).append((float(row["x"]), float(row["value"])))
    return [ReferenceCurve(variant, *np.array(rows).T) for variant, rows in sorted(points.items())]
