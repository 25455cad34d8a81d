"""Heat maps: cost over two quantities at once, the number in each cell.

Either both are quantities of the test sequences, as length and repeats, or one is a setting in which the runs
differ, as memory.slots, and the other the length.
"""

import dataclasses
import re

import numpy as np

from . import grouping, length, reference, style
from .errors import UnavailableError, UsageError
from .figure import Figure

GRID = re.compile(r"(wrong_)?bits_([a-z]+)_(\d+)_([a-z]+)_(\d+)")
MEASURES = (("bits", "Cost per sequence (bits)"), ("wrong_bits", "Wrong bits per sequence"))
# Inches: room left of a panel, its cells, above it (its title), below it, right of the last.
LEFT, CELL, HIGHEST, TITLE, BELOW, RIGHT = 0.78, (0.56, 0.3), 3.4, 0.42, 0.5, 0.15
SPARE = 0.04  # inches beside a title or the name of the rows
# Settings that runs of one experiment may differ in without being different experiments.
BESIDE = re.compile(r"seed|preset|title|description|(.*_every)|((training|run)\.(threads|shards|out))")


@dataclasses.dataclass
class Grid:
    title: str
    across: str  # what a column is
    down: str
    columns: list
    rows: list
    values: np.ndarray  # [row, column], the median over runs, NaN where there is none
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray  # [row, column], runs behind a cell
    trained: tuple = ()  # the greatest column and row value trained on; None where that is not known


def cost_over_two_quantities(runs, group_by=None):
    """The heat maps of the runs' test grids, or else of a setting they differ in.  Raises UnavailableError."""
    if any(grid_columns(run, measure) for run in runs for measure, _ in MEASURES):
        grids = _grids_of_quantities(runs, group_by)
        title = f"Cost over {grids[0].across.lower()} and {grids[0].down.lower()}"
    else:
        grids = _grids_of_setting(runs, group_by)
        title, group_by = f"Cost over {grids[0].across.lower()} and {grids[0].down}", None
    task = grouping.common(runs, "task.name")
    figure = heat_figure(grids)
    style.headline(
        figure,
        title + (f" on the {reference.task_words(task)} task" if task else ""),
        style.describe_all(runs, group_by),
    )
    return figure


def grid_columns(run, measure):
    """(name, value, name, value) -> newest finite value, for the columns of a test grid."""
    found = {}
    for name, column in run.metrics["eval"].items():
        match = GRID.fullmatch(name)
        if match and ("wrong_bits" if match[1] else "bits") == measure:
            finite = column[np.isfinite(column)]
            if len(finite):
                found[match[2], int(match[3]), match[4], int(match[5])] = float(finite[-1])
    return found


def make_grid(title, across, down, cells, trained=()):
    """A Grid of the medians of cells: (column, row) -> [value of each run]."""
    columns, rows = (sorted({key[axis] for key in cells}) for axis in (0, 1))
    shape = (len(rows), len(columns))
    low, middle, high = np.full((3, *shape), np.nan)
    n = np.zeros(shape, int)
    for (column, row), values in cells.items():
        at = rows.index(row), columns.index(column)
        low[at], middle[at], high[at] = np.percentile(values, (25, 50, 75))
        n[at] = len(values)
    return Grid(title, across, down, columns, rows, middle, low, high, n, trained)


def _grids_of_quantities(runs, group_by):
    groups = grouping.group(runs, group_by) if group_by else {}
    entries = groups.items() if groups else [(None, [run]) for run in runs]
    grids = []
    for value, members in entries:
        for measure, label in MEASURES:
            cells, names = {}, None
            for run in members:
                for (first, x, second, y), cost in grid_columns(run, measure).items():
                    names = names or (first, second)
                    if names == (first, second):
                        cells.setdefault((x, y), []).append(cost)
            if not cells:
                continue
            several = f" · {value}" if groups else f" · seed {members[0].seed}" if len(runs) > 1 else ""
            trained = tuple((length.trained_range(members, name) or (0, None))[1] for name in names)
            grids.append(make_grid(label + several, *map(str.capitalize, names), cells, trained))
    return grids


def _grids_of_setting(runs, key):
    key, quantity = key or _differing(runs), length.quantity_of(runs)
    groups = grouping.group(runs, key)
    grids = []
    for measure, label in MEASURES:
        cells = {}
        for value, members in groups.items():
            for run in members:
                for x, cost in zip(*length.by_length(run, measure, quantity)):
                    cells.setdefault((int(x), value), []).append(cost)
        if cells:
            trained = (length.trained_range(runs, quantity) or (0, None))[1]
            grids.append(make_grid(label, quantity.capitalize(), key, cells, (trained, None)))
    if not grids:
        settings = length.settings_for(runs[0].config.get("task.name"))
        raise UnavailableError(
            f"{runs[0].directory}: no evaluation over two quantities is recorded\nrecord one with: "
            f"./tapehead evaluate {runs[0].directory} {settings}"
        )
    return grids


def differing_settings(runs):
    """Settings that the runs do not have in common, but for their seeds and what does not change numbers."""
    keys = sorted({key for run in runs for key in run.config if not BESIDE.fullmatch(key)})
    return [key for key in keys if len({run.config.get(key) for run in runs}) > 1]


def _differing(runs):
    if len(runs) == 1:
        repeats = reference.task_key(runs[0].config.get("task.name")) == "repeat-copy"
        settings = length.settings_for("repeat-copy")
        raise UnavailableError(
            f"{runs[0].directory}: a heat map needs an evaluation over two quantities, or several runs\n"
            + (f"record one with: ./tapehead evaluate {runs[0].directory} {settings}" if repeats else
               "train several with: ./tapehead sweep PRESET memory.slots=32,64,128 seed=1..3")
        )
    keys = differing_settings(runs)
    if len(keys) == 1:
        return keys[0]
    if not keys:
        raise UnavailableError(
            "the runs differ in no setting but their seeds: a heat map needs one for its rows"
        )
    raise UsageError(f"the runs differ in {', '.join(keys)}; choose the rows with --group-by {keys[0]}")


def heat_figure(grids):
    """A figure of the grids, two side by side where they fit; its headline is left to the caller."""
    widest = max(len(grid.columns) for grid in grids)
    titles = [style.text_width(title_of(grid), style.RC["axes.titlesize"], "bold") + SPARE for grid in grids]
    names = [style.text_width(grid.down, style.RC["axes.labelsize"]) + SPARE for grid in grids]
    narrow = LEFT + max(widest * CELL[0], *titles) + RIGHT <= style.WIDTH / 2
    beside = 2 if len(grids) > 1 and narrow else 1
    share = style.WIDTH / beside
    rows = [grids[at : at + beside] for at in range(0, len(grids), beside)]
    lowest = min(max(names), HIGHEST)
    heights = [min(max(len(grid.rows) * CELL[1] for grid in row), HIGHEST) for row in rows]
    heights = [max(down, lowest) for down in heights]
    notes = notes_of(grids)
    height = style.HEADLINE - 0.1 + sum(heights) + (TITLE + BELOW) * len(rows) + 0.17 * len(notes)
    figure = Figure(figsize=(style.WIDTH, height))
    top = style.HEADLINE - 0.1
    for row, down in zip(rows, heights):
        top += TITLE
        for at, grid in enumerate(row):
            across = min(share - LEFT - RIGHT, max(len(grid.columns) * CELL[0] * 1.6, *titles))
            draw_grid(figure, style.add_axes(figure, share * at + LEFT, top, across, down), grid)
        top += down + BELOW
    figure.text(0.012, 0.07 / height, "\n".join(notes), size=8, color=style.MUTED, va="bottom")
    return figure


def notes_of(grids):
    notes = []
    if any(grid.n.max() > 1 for grid in grids):
        notes.append("Each number is the median of the n runs that have the cell.")
    if any(np.isfinite(_inside(grid)).all() for grid in grids):
        both = any(np.isfinite(_inside(grid)).all() and None not in grid.trained for grid in grids)
        notes.append(f"Dashed: what was trained on lies to the left{' and above' if both else ''}.")
    return notes


def title_of(grid):
    """The grid's title and how many runs are behind its cells, where that is more than one."""
    same = grid.n[grid.n > 0]
    count = f" (n = {same[0]})" if same.min() == same.max() else f" (n = {same.min()} to {same.max()})"
    return grid.title + (count if same.max() > 1 else "")


def draw_grid(figure, axes, grid, size=7.5, like=None):
    """Draws one heat map into the axes, and notes its numbers; its colours are those of all the grids `like`."""
    from matplotlib.colors import LogNorm

    known = np.concatenate([other.values[np.isfinite(other.values)] for other in like or [grid]])
    positive = known[known > 0]
    high = positive.max() if positive.size else 1.0
    low = max(positive.min(), high * 1e-4) if positive.size else 0.1
    norm = LogNorm(low, max(high, low * 1.001))
    shown = np.where(np.isnan(grid.values), np.nan, np.clip(grid.values, low, None))
    axes.set_facecolor("#EFEFEF")
    axes.grid(False)
    axes.imshow(shown, cmap="Blues", norm=norm, aspect="auto", interpolation="nearest")
    for (row, column), value in np.ndenumerate(grid.values):
        if np.isfinite(value):
            dark = norm(max(value, low)) > 0.6
            axes.text(
                column,
                row,
                brief(value),
                ha="center",
                va="center",
                size=size,
                color="white" if dark else "black",
            )
    axes.set_title(title_of(grid))
    axes.set_xticks(range(len(grid.columns)), [str(value) for value in grid.columns])
    axes.set_yticks(range(len(grid.rows)), [str(value) for value in grid.rows])
    axes.tick_params(length=0)
    axes.set_xlabel(grid.across)
    axes.set_ylabel(grid.down)
    _outline(axes, grid)
    for at, name in enumerate(grid.rows):
        series = f"{grid.down.lower()} = {name}"
        figure.record(
            grid.title, series, grid.columns, grid.values[at], grid.low[at], grid.high[at], grid.n[at]
        )


def _inside(grid):
    """How many columns and rows were trained on; NaN where that is not known, or all or none were."""
    found = []
    for limit, values in zip(grid.trained or (None, None), (grid.columns, grid.rows)):
        inside = sum(value <= limit for value in values) if limit is not None else 0
        found.append(inside if 0 < inside < len(values) else len(values) if inside else np.nan)
    if len(grid.trained) == 2 and grid.trained[1] is None:
        found[1] = len(grid.rows)  # the rows are a setting
    beyond = found[0] < len(grid.columns) or found[1] < len(grid.rows)
    return np.array(found if beyond else [np.nan, np.nan], float)


def _outline(axes, grid):
    columns, rows = _inside(grid)
    if np.isnan(columns) or np.isnan(rows):
        return
    right, bottom = columns - 0.5, rows - 0.5
    axes.plot(
        [right, right, -0.5], [-0.5, bottom, bottom], color=style.MUTED, linestyle=(0, (3, 2)), linewidth=1.1
    )
    axes.set_xlim(-0.5, len(grid.columns) - 0.5)
    axes.set_ylim(len(grid.rows) - 0.5, -0.5)


def brief(value):
    """A number in at most four characters or so."""
    if value == 0:
        return "0"
    if abs(value) < 0.00995:
        return f"{value:.0e}".replace("e-0", "e−").replace("e-", "e−")
    return f"{value:.2f}" if abs(value) < 0.995 else f"{value:.1f}" if abs(value) < 9.95 else f"{value:,.0f}"


def numeric(runs, key):
    """Whether a setting is a number in all the runs, so that its values have an order."""
    values = [grouping.value_of(run, key) for run in runs]
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
