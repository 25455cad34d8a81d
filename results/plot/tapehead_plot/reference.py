"""Published numbers from results/reference, as curves to draw beside ours."""

import dataclasses
import functools
from pathlib import Path

import numpy as np

from .tables import read_table

DIRECTORY = Path(__file__).resolve().parents[2] / "reference"
PAPER = "Graves et al. 2014"

BETWEEN = 0.02  # thousand sequences
OPTIMAL = "Optimal Estimator"


@dataclasses.dataclass
class ReferenceCurve:
    variant: str  # the network, in the paper's words
    x: np.ndarray
    y: np.ndarray


@dataclasses.dataclass
class LearningFigure:
    """One of the paper's learning curves, x in thousands of sequences, y in bits per sequence."""

    number: int
    table: str  # its name in ntm2014_learning_curves.csv
    right: float  # limits of its axes; x starts at 0
    bottom: float
    top: float

    @property
    def name(self):
        return f"{PAPER}, Figure {self.number}"

    @property
    def resolution(self):
        """Bits: smaller differences cannot be seen on the figure's linear axis."""
        return round((self.top - self.bottom) / 1000, 6)

    def curves(self):
        return _read("ntm2014_learning_curves.csv", self.table)


LEARNING_FIGURES = {
    "copy": LearningFigure(3, "Figure 3 (copy)", 1000, 0, 10),
    "repeat-copy": LearningFigure(7, "Figure 7 (repeat copy)", 500, 0, 200),
    "associative-recall": LearningFigure(10, "Figure 10 (associative recall)", 1000, 0, 20),
    "ngrams": LearningFigure(13, "Figure 13 (dynamic N-gram)", 1000, 130, 160),
    "priority-sort": LearningFigure(18, "Figure 18 (priority sort)", 1000, 0, 140),
}
TASK_WORDS = {"ngrams": "dynamic n-grams"}


def task_key(name):
    """A task's name as this module has it: words joined by hyphens, n-grams as `ngrams`."""
    name = str(name or "").lower().replace("_", "-").replace(" ", "-")
    return "ngrams" if name.removeprefix("dynamic-").replace("-", "") in ("ngram", "ngrams") else name


def task_words(name):
    """A task's name as a reader would say it."""
    return TASK_WORDS.get(task_key(name), task_key(name).replace("-", " "))


def learning_figure(task):
    """The paper's learning curves on a task, or None."""
    return LEARNING_FIGURES.get(task_key(task))


@dataclasses.dataclass
class GeneralisationFigure:
    source: str
    measure: str  # what our column is called, without length_N
    curves: list  # x is a length


def generalisation(task):
    """The paper's costs of sequences longer than those trained on, or None."""
    if task_key(task) == "copy":
        name = "ntm2014_copy_generalisation.csv"
        curves = _read(name, "Figure 4 (copy generalisation)") + _read(name, "Figure 5 (copy generalisation)")
        return GeneralisationFigure(f"{PAPER}, Figs. 4, 5 (one sequence each)", "wrong_bits", curves)
    if task_key(task) == "associative-recall":
        curves = _read("ntm2014_learning_curves.csv", "Figure 11 (associative recall generalisation)")
        return GeneralisationFigure(f"{PAPER}, Figure 11", "bits", curves)
    return None


def shown_wrong_bits():
    """Length -> wrong bits of the paper's NTM on the sequences of its Figure 4."""
    (curve,) = _read("ntm2014_copy_generalisation.csv", "Figure 4 (copy generalisation)")
    return {int(length): int(wrong) for length, wrong in zip(curve.x, curve.y)}


def repeat_copy_wrong_bits():
    """Variant -> {(length, repeats): wrong bits} of the outputs that the paper's Figure 8 displays."""
    name = "ntm2014_repeat_copy_generalisation.csv"
    source = _table(DIRECTORY / name, ("variant", "x", "repeats", "value"))
    found = {}
    for row in source.rows:
        pair = (source.whole(row, "x"), source.whole(row, "repeats"))
        found.setdefault(source.text(row, "variant"), {})[pair] = source.number(row, "value")
    return found


def resolved(curve, resolution):
    """The part of a learning curve that its figure resolves, NaN elsewhere.

    The figure's lines are straight on its linear axis; the points between keep them so on a logarithmic one.
    """
    x = np.unique(np.r_[curve.x, np.arange(curve.x[0], curve.x[-1], BETWEEN)])
    y = np.interp(x, curve.x, curve.y)
    below = y < resolution
    beside_above = np.r_[False, ~below[:-1]] | np.r_[~below[1:], False]
    y[below] = np.where(beside_above, resolution, np.nan)[below]
    return ReferenceCurve(curve.variant, x, y)


def above(curve, curves):
    """A curve with the figure's optimum subtracted."""
    floor = next(other for other in curves if other.variant == OPTIMAL)
    return ReferenceCurve(curve.variant, curve.x, curve.y - np.interp(curve.x, floor.x, floor.y))


def _read(name, table):
    return _read_all(DIRECTORY / name).get(table, [])


@functools.lru_cache(maxsize=None)
def _read_all(path):
    """Name of the paper's table or figure -> its curves."""
    source = _table(path, ("table", "variant", "x", "value"))
    points = {}
    for row in source.rows:
        x, value = source.number(row, "x"), source.number(row, "value")
        if not (np.isfinite(x) and np.isfinite(value)):
            raise source.error(row, "x and value are both needed")
        points.setdefault(source.text(row, "table"), {}).setdefault(source.text(row, "variant"), []).append(
            (x, value)
        )
    return {
        table: [ReferenceCurve(variant, *np.array(rows).T) for variant, rows in sorted(variants.items())]
        for table, variants in points.items()
    }


def _table(path, columns):
    return read_table(
        path,
        columns,
        f"it comes with the program; get it back with: git checkout results/reference/{path.name}",
    )
