"""What `tapehead reproduce` leaves in results/reproductions: a line for each seed, and its learning curve."""

import dataclasses
import math
import re
from pathlib import Path

import numpy as np

from .errors import DataError
from .tables import read_table

SEED_COLUMNS = ("paper", "result", "row", "seed", "settings_hash", "sequences", "sequences_to_threshold")
CURVE_COLUMNS = ("row", "seed", "settings_hash", "sequences", "loss")
QUANTITIES = re.compile(r"(wrong_bits|bits|optimum)((?:_[a-z]+_\d+)+)")


@dataclasses.dataclass
class Seed:
    seed: int
    sequences: float  # trained
    to_threshold: float  # sequences until the cost was first below the threshold; NaN: never
    threshold: float  # bit; NaN: not in the file
    optimum: float  # bits per sequence, of the sequences it was evaluated on; NaN: not known
    diverged: bool
    measured: dict  # (measure, ((quantity, value), …)) -> value, of the final net
    x: np.ndarray  # thousands of sequences
    y: np.ndarray  # bits per sequence


@dataclasses.dataclass
class Row:
    name: str
    seeds: list

    @property
    def diverged(self):
        return sum(seed.diverged for seed in self.seeds)


@dataclasses.dataclass
class Reproduction:
    path: Path
    paper: str
    result: str
    rows: list
    left_out: int  # seeds of other settings than those drawn

    @property
    def seeds(self):
        return [seed for row in self.rows for seed in row.seeds]


def read_reproduction(path):
    """Reads ntm2014-copy.csv and the ntm2014-copy-curves.csv beside it.  Raises DataError, IoError."""
    path = Path(path)
    table = read_table(
        path, SEED_COLUMNS, "write it with: ./tapehead reproduce ntm2014/copy, or whichever result it is"
    )
    if not table.rows:
        raise DataError(
            f"{path}:1: no seeds, expected a line for each; train some with: ./tapehead reproduce"
        )
    paper, result = (table.text(table.rows[0], name) for name in ("paper", "result"))
    for row in table.rows:
        if (row["paper"], row["result"]) != (paper, result):
            raise table.error(
                row, f"'{row['paper']}/{row['result']}', expected '{paper}/{result}' as in the first line"
            )
    curves = _read_curves(
        path.with_name(f"{path.stem}-curves.csv"),
        f"it stands beside {path.name}; write both with: ./tapehead " f"reproduce {paper}/{result}",
    )
    seeds = {}  # row -> settings -> seed -> Seed; a later line of the same seed replaces an earlier one
    for row in table.rows:
        name, settings = table.text(row, "row"), table.text(row, "settings_hash")
        seed = _seed(table, row, curves.get((name, table.whole(row, "seed"), settings), ([], [])))
        seeds.setdefault(name, {}).setdefault(settings, {})[seed.seed] = seed
    rows, left_out = [], 0
    for name, by_settings in seeds.items():
        # Seeds of different settings are different experiments: the larger one is drawn, of equal ones the last.
        chosen = max(reversed(by_settings.values()), key=len)
        left_out += sum(map(len, by_settings.values())) - len(chosen)
        rows.append(Row(name, [chosen[number] for number in sorted(chosen)]))
    return Reproduction(path, paper, result, rows, left_out)


def _seed(table, row, curve):
    measured = {}
    for column in table.columns:
        match = QUANTITIES.fullmatch(column)
        value = table.number(row, column) if match else math.nan
        if math.isfinite(value):
            pairs = re.findall(r"_([a-z]+)_(\d+)", match[2])
            measured[match[1], tuple((name, int(number)) for name, number in pairs)] = value
    sequences = table.number(row, "sequences")
    if not sequences >= 0:
        raise table.error(row, f"sequences is '{row['sequences']}', expected how many were trained")
    return Seed(
        seed=table.whole(row, "seed"),
        sequences=sequences,
        to_threshold=table.number(row, "sequences_to_threshold"),
        threshold=table.number(row, "threshold"),
        optimum=table.number(row, "optimum"),
        diverged=(row.get("status") or "").strip() == "diverged",
        measured=measured,
        x=np.array(curve[0], float) / 1000,
        y=np.array(curve[1], float),
    )


def _read_curves(path, remedy):
    """(row, seed, settings) -> ([sequences], [loss]), sequences ascending."""
    table = read_table(path, CURVE_COLUMNS, remedy)
    points = {}
    for row in table.rows:
        key = table.text(row, "row"), table.whole(row, "seed"), table.text(row, "settings_hash")
        x = table.number(row, "sequences")
        if not (x >= 0 and math.isfinite(x)):
            raise table.error(row, f"sequences is '{row['sequences']}', expected a number of sequences")
        points.setdefault(key, {})[x] = table.number(row, "loss")
    return {key: tuple(zip(*sorted(curve.items()))) for key, curve in points.items()}


def spread(values):
    """Lower quartile, median, upper quartile along the first axis; infinite values may be among them."""
    ordered = np.sort(np.asarray(values, float), axis=0)
    found = []
    for share in (0.25, 0.5, 0.75):
        place = share * (len(ordered) - 1)
        below, weight = int(place), place - int(place)
        above = min(below + 1, len(ordered) - 1)
        # Where both neighbours are infinite their difference would be NaN, and so would 0 times infinity.
        flat = (ordered[below] == ordered[above]) | (weight == 0)
        with np.errstate(invalid="ignore"):
            found.append(
                np.where(flat, ordered[below], ordered[below] + weight * (ordered[above] - ordered[below]))
            )
    return tuple(found)


def median_curve(seeds, above_optimum=False):
    """x, lower, median, upper over the seeds' curves, and how many there are.

    x covers what all of them trained on; a diverged seed goes on at an infinite cost from where it ended.
    """
    curves = []
    for seed in seeds:
        keep = np.isfinite(seed.y)
        y = seed.y - (seed.optimum if above_optimum else 0.0)
        if keep.any() and np.isfinite(y[keep]).all():
            curves.append((seed.x[keep], y[keep], np.inf if seed.diverged else np.nan))
    if not curves:
        return (np.array([]),) * 4 + (0,)
    first = max(x[0] for x, _, _ in curves)
    last = min((x[-1] for x, _, end in curves if np.isnan(end)), default=max(x[-1] for x, _, _ in curves))
    grid = np.unique(np.concatenate([x for x, _, _ in curves]))
    grid = grid[(grid >= first) & (grid <= last)]
    values = [
        np.interp(grid, x, y, right=end) if np.isinf(end) else np.interp(grid, x, y) for x, y, end in curves
    ]
    if not grid.size:
        return (np.array([]),) * 4 + (0,)
    return (grid, *spread(values), len(curves))


def survival(seeds):
    """Thousands of sequences and the share of seeds not converged by then, as a staircase (Kaplan and Meier 1958).

    A seed that was not trained on to its convergence counts as long as it was trained; a diverged one
    never converges.
    """
    times = [
        (
            (seed.to_threshold, True)
            if np.isfinite(seed.to_threshold)
            else (np.inf if seed.diverged else seed.sequences, False)
        )
        for seed in seeds
    ]
    share, x, y = 1.0, [0.0], [1.0]
    for at in sorted({time for time, happened in times if happened}):
        observed = sum(time >= at for time, _ in times)
        share *= 1 - sum(time == at and happened for time, happened in times) / observed
        x.append(at / 1000)
        y.append(share)
    end = max(seed.sequences for seed in seeds) / 1000
    if end > x[-1]:
        x.append(end)
        y.append(share)
    return np.array(x), np.array(y)


def generalisation(seeds, measure, quantity="length"):
    """Values of one quantity and lower quartile, median, upper quartile of a measure over the seeds that have it."""
    points = {}
    for seed in seeds:
        for (name, pairs), value in seed.measured.items():
            if name == measure and len(pairs) == 1 and pairs[0][0] == quantity:
                points.setdefault(pairs[0][1], []).append(value)
    x = sorted(points)
    rows = np.array([spread(points[at]) for at in x]).reshape(-1, 3)
    return (
        np.array(x, float),
        rows[:, 0],
        rows[:, 1],
        rows[:, 2],
        np.array([len(points[at]) for at in x], int),
    )


def cells(seeds, measure, quantities=("length", "repeats")):
    """(value, value) -> [value of each seed], of a measure over two quantities."""
    found = {}
    for seed in seeds:
        for (name, pairs), value in seed.measured.items():
            if name == measure and tuple(quantity for quantity, _ in pairs) == quantities:
                found.setdefault(tuple(number for _, number in pairs), []).append(value)
    return found
