"""The learning curve: cost per sequence against training sequences, as in the figures of Graves et al. 2014.

Below the panel with the paper's linear axis stands a logarithmic one: of the cost, or, where the least possible
cost of the evaluated sequences is known, of what lies above it.
"""

import dataclasses

import numpy as np

from . import grouping, reference, style
from .errors import UnavailableError
from .figure import Figure

# Inches: the panels' left edge and width, their heights, the room between them and that for the x axis.
LEFT, ACROSS = 0.68, 6.34
LINEAR, BETWEEN, LOGARITHMIC, BELOW = 2.2, 0.2, 2.0, 0.56

PAPER_DASHES = {
    "LSTM": (0, (1, 1.3)),
    "NTM with Feedforward Controller": (0, (4, 1.6)),
    "NTM with LSTM Controller": "-",
    reference.OPTIMAL: (0, (1, 2.5)),
}
SMOOTHED_POINTS = 250
LEAST_WIDTH = 0.15  # of the panel, for our curves beside the paper's
MOST_WITH_TRAINING = 3  # with more runs than this their training costs would hide one another
OPTIMUM = "least possible on the evaluated sequences"


@dataclasses.dataclass
class Entry:
    """One line of ours. x in thousands of sequences; y the cost and above what lies above the optimum, each with
    the two ends of its band."""

    x: np.ndarray
    y: tuple
    label: str  # empty: the training cost of a line that has one
    look: dict
    above: tuple = None
    n: int = 1
    series: str = ""  # in tables; the label where that is empty


@dataclasses.dataclass
class Floor:
    """The least possible cost of the sequences that some of the runs were evaluated on."""

    x: np.ndarray
    y: np.ndarray
    colour: str = "black"  # that of the runs, where the floor is not everybody's
    series: str = "optimum"


def learning_curve(runs, group_by=None):
    """A figure with a linear panel, as in the paper, over a logarithmic one.  Raises UnavailableError."""
    groups = grouping.group(runs, group_by) if group_by else {}
    known = _optimum_is_known(runs)
    floors = _floors(runs, groups) if known else []
    ours = _group_entries(groups, group_by, known) if group_by else _run_entries(runs, known)
    longest = max(entry.x[-1] for entry in ours if entry.x.size)
    task = grouping.common(runs, "task.name")
    paper = reference.learning_figure(task)
    # So far that the paper's curves are in sight, which on copy begin at 24 to 68; but not where ours would be a speck.
    in_sight = 50.0 if paper and longest >= 50.0 * LEAST_WIDTH else 0.0
    right = max(longest * 1.02, in_sight)
    published = [curve for curve in paper.curves() if curve.x[0] < 0.95 * right] if paper else []

    labelled = sum(bool(entry.label) for entry in ours) + bool(floors)
    legend = style.legend_height(labelled, len(published))
    height = style.HEADLINE + LINEAR + BETWEEN + LOGARITHMIC + BELOW + legend
    figure = Figure(figsize=(style.WIDTH, height))
    linear = style.add_axes(figure, LEFT, style.HEADLINE, ACROSS, LINEAR)
    logarithmic = style.add_axes(
        figure, LEFT, style.HEADLINE + LINEAR + BETWEEN, ACROSS, LOGARITHMIC, sharex=linear
    )
    paper_lines = _draw_published(linear, published)
    resolved = _on_logarithmic(published, paper, known)
    _draw_published(logarithmic, resolved)
    our_lines = _draw_ours(linear, ours, "y") + _draw_floors(linear, floors)
    _draw_ours(logarithmic, ours, "above" if known else "y")
    linear.set_xlim(0, right)
    _scale_linear(linear, ours, paper, published, floors, known)
    _scale_logarithmic(logarithmic, ours, resolved, right, known)
    style.show_whole(linear)
    _label(linear, logarithmic, runs, known)
    _record(figure, ours, published, floors)
    thin = " (thin: training, smoothed)" if any(not entry.label for entry in ours) else ""
    style.add_legend(figure, LEFT, height - legend, our_lines, style.legend_title(runs, group_by) + thin)
    if published:
        title = f"{paper.name} (resolves {paper.resolution:g} bit)"
        style.add_legend(figure, style.WIDTH * 0.56, height - legend, paper_lines, title)
    style.headline(figure, _title(task), style.describe_all(runs, group_by))
    return figure


def _title(task):
    return f"Learning curve on the {reference.task_words(task)} task" if task else "Learning curves"


def _optimum_is_known(runs):
    """Whether all the runs know their optimum, and not all have 0: then the cost itself lies above it."""
    optima = [_cost(run, "eval", "optimum")[1] for run in runs]
    return all(y.size for y in optima) and max(y.max() for y in optima) > 0


def _floors(runs, groups):
    """The floor of all the runs where they have the same, else one for each group or run that has one."""
    everybodys = _common_optimum(runs)
    if everybodys:
        return [Floor(*everybodys)]
    entries = grouping.entries(runs, groups)
    found = [
        (_common_optimum(members), colour, f"optimum, {name}")
        for (name, members), (colour, _) in zip(entries, style.lines())
    ]
    return [Floor(*curve, colour, series) for curve, colour, series in found if curve]


def _common_optimum(runs):
    """(thousand sequences, cost) of the least possible cost; None where the runs were evaluated on different
    sequences: a median over them would be nobody's floor."""
    return grouping.agreed([_cost(run, "eval", "optimum") for run in runs])


def _run_entries(runs, known):
    entries = []
    for run, name, (colour, dash) in zip(runs, grouping.names_of(runs), style.lines()):
        lines = {table: _cost(run, table) for table in ("eval", "train")}
        if not any(x.size for x, _ in lines.values()):
            raise UnavailableError(
                f"{run.directory}: no costs are recorded yet\n"
                f"train it with: ./tapehead train --resume {run.directory}"
            )
        look = {"color": colour, "linestyle": dash}
        if lines["eval"][0].size:
            label = f"evaluation, {_evaluated_on(run)}" if len(runs) == 1 else name
            x, y = lines["eval"]
            above = (_above(run, x, y), None, None) if known else None
            entries.append(Entry(x, (y, None, None), label, look | {"linewidth": 2.0, "zorder": 4}, above))
        if lines["train"][0].size and (len(runs) <= MOST_WITH_TRAINING or not lines["eval"][0].size):
            label = "training, smoothed" if len(runs) == 1 else "" if lines["eval"][0].size else name
            x, y = _smoothed(*lines["train"])
            thin = {"linewidth": 0.8, "alpha": 0.55, "zorder": 3}
            entries.append(Entry(x, (y, None, None), label, look | thin, series=label or f"{name}, training"))
    return entries


def _evaluated_on(run):
    if not run.words:
        return "fresh sequences"
    kept = float(run.config.get("task.validation", 1)) > 0
    return "validation questions" if kept else "training questions"


def _group_entries(groups, key, known):
    entries = []
    for (value, members), (colour, dash) in zip(groups.items(), style.lines()):
        curves = [(run, *_cost(run, "eval")) for run in members]
        curves = [curve for curve in curves if curve[1].size]
        x, lower, median, upper = grouping.quartiles([(x, y) for _, x, y in curves])
        if not x.size:
            raise UnavailableError(
                f"{members[0].directory}: the runs with {key} = {value} have no evaluations in "
                f"common\ntrain with a smaller --training.evaluate_every"
            )
        short = any(curve[1][-1] > x[-1] for curve in curves)
        label = f"{value} (n = {len(curves)}" + (", as far as all go)" if short else ")")
        above = None
        if known:
            _, low, middle, high = grouping.quartiles([(x, _above(run, x, y)) for run, x, y in curves])
            above = (middle, low, high)
        look = {"color": colour, "linestyle": dash, "linewidth": 2.0, "zorder": 4}
        entries.append(Entry(x, (median, lower, upper), label, look, above, len(curves)))
    return entries


def has_costs(run, group_by=None):
    """Whether there is something to draw of a run; groups are of evaluations."""
    return any(_cost(run, table)[0].size for table in (("eval",) if group_by else ("eval", "train")))


def _cost(run, table, column="loss"):
    """Thousands of sequences and the cost there, rows without a finite one left out."""
    columns = run.metrics[table]
    if column not in columns:
        return np.array([]), np.array([])
    x, y = run.sequences(table) / 1000, columns[column].astype(float)
    keep = np.isfinite(y)
    return x[keep], y[keep]


def _above(run, x, y):
    """Costs y at the points x with the least possible ones of the same sequences subtracted."""
    return y - np.interp(x, *_cost(run, "eval", "optimum"))


def _smoothed(x, y):
    """Means of consecutive rows, so that no more than SMOOTHED_POINTS are left."""
    size = -(-len(x) // SMOOTHED_POINTS)
    starts = np.arange(0, len(x), size)
    counts = np.diff(np.r_[starts, len(x)])
    return np.add.reduceat(x, starts) / counts, np.add.reduceat(y, starts) / counts


def _on_logarithmic(curves, paper, above_optimum):
    if above_optimum and not any(curve.variant == reference.OPTIMAL for curve in curves):
        return []
    if above_optimum:
        curves = [reference.above(curve, curves) for curve in curves if curve.variant != reference.OPTIMAL]
    return [reference.resolved(curve, paper.resolution) for curve in curves]


def _draw_published(axes, curves):
    lines = []
    for curve in curves:
        dash = PAPER_DASHES.get(curve.variant, "-.")
        look = {"color": style.PAPER, "linestyle": dash, "linewidth": 1.1, "alpha": 0.9, "zorder": 2}
        lines += axes.plot(curve.x, curve.y, label=curve.variant, **look)
    return lines


def _draw_ours(axes, entries, which):
    lines = []
    for entry in entries:
        if getattr(entry, which) is None:
            continue
        y, low, high = getattr(entry, which)
        point = {"marker": "o", "markersize": 4} if len(entry.x) == 1 else {}  # a line of one point is none
        line = axes.plot(entry.x, y, label=entry.label or "_training", **entry.look | point)
        lines += line if entry.label else []
        if low is not None:
            axes.fill_between(
                entry.x, low, high, color=entry.look["color"], alpha=0.2, linewidth=0, zorder=1.5
            )
    return lines


def _draw_floors(axes, floors):
    """Draws the floors; returns the line for the legend, which names them once."""
    lines = []
    for floor in floors:
        look = {"color": floor.colour, "linewidth": 0.9, "zorder": 3.5}
        lines += axes.plot(floor.x, floor.y, label="_floor" if lines else OPTIMUM, **look)
    return lines[:1]


def _record(figure, entries, published, floors):
    for entry in entries:
        name = entry.series or entry.label
        figure.record("cost per sequence", name, entry.x, *entry.y, n=entry.n)
        if entry.above is not None:
            figure.record("cost above the optimum", name, entry.x, *entry.above, n=entry.n)
    for floor in floors:
        figure.record("cost per sequence", floor.series, floor.x, floor.y)
    for curve in published:
        figure.record("cost per sequence", f"{reference.PAPER}: {curve.variant}", curve.x, curve.y)


def _scale_linear(axes, entries, paper, published, floors, known):
    """The limits of the paper's axis where ours fit it, else those that hold all that can be seen."""
    judged = [entry for entry in entries if entry.above] if known else entries
    values = np.concatenate([entry.y[0] for entry in judged or entries])
    seen = [floor.y for floor in floors]
    if paper and paper.bottom <= values.min() < paper.top:
        limits = paper.bottom, paper.top
    else:
        seen += [_in_sight(curve, axes.get_xlim()[1]) for curve in published]
        least = np.floor(np.concatenate([values, *seen]).min() - 1) if known else 0
        limits = least, max(values.max() * 1.05, least + (0.01 if values.max() > least else 1))
    seen = np.concatenate([*seen, limits])
    axes.set_ylim(seen.min(), seen.max())


def _scale_logarithmic(axes, entries, published, right, known):
    """The powers of ten around all that can be seen, ours and the paper's."""
    which = "above" if known else "y"
    values = [getattr(entry, which)[0] for entry in entries if getattr(entry, which)]
    values += [_in_sight(curve, right) for curve in published]
    style.logarithmic(axes, np.concatenate(values or [np.ones(1)]), least=1e-7)


def _in_sight(curve, right):
    """The values of a published curve up to the right end of the x axis."""
    return np.r_[curve.y[curve.x <= right], np.interp(right, curve.x, curve.y)]


def _label(linear, logarithmic, runs, known):
    unit = runs[0].units["train"].get("loss", "bit")
    behind = {"bit": " (bits)", "1": ""}.get(unit, f" ({unit})")
    whole = any(run.config.get("task.view") == "stories" for run in runs)
    of = "question" if all(run.words for run in runs) and not whole else "sequence"
    linear.tick_params(labelbottom=False)
    logarithmic.set_xlabel("Training sequences (thousands)")
    linear.set_ylabel(f"Cost per {of}{behind}")
    logarithmic.set_ylabel(f"{'Above the optimum' if known else f'Cost per {of}'}{behind}")
    for axes in (linear, logarithmic):
        axes.yaxis.set_label_coords(-0.065, 0.5)
