"""The learning curve: cost per sequence against training sequences, as in Graves et al. 2014, Figure 3."""

import numpy as np

from . import grouping, reference, style
from .errors import UnavailableError

# Inches: the panels' left edge and width, their heights, the room between them and that for the x axis.
LEFT, ACROSS = 0.68, 6.34
LINEAR, BETWEEN, LOGARITHMIC, BELOW = 2.2, 0.2, 2.0, 0.56

PAPER_DASHES = {
    "LSTM": (0, (1, 1.3)),
    "NTM with Feedforward Controller": (0, (4, 1.6)),
    "NTM with LSTM Controller": "-",
}
LINEAR_TOP_BITS = 10  # the paper's Figure 3 shows 0 to 10 bits
SMOOTHED_POINTS = 250
MOST_WITH_TRAINING = 3  # with more runs than this their training costs would hide one another


def learning_curve(runs, group_by=None):
    """A figure with a linear panel, as in the paper, over a logarithmic one.  Raises UnavailableError."""
    from matplotlib.figure import Figure

    groups = grouping.group(runs, group_by) if group_by else {}
    ours = _group_entries(groups, group_by) if group_by else _run_entries(runs)
    longest = max(entry["x"][-1] for entry in ours if entry["x"].size)
    task = (
        runs[0].config.get("task.name") if len({run.config.get("task.name") for run in runs}) == 1 else None
    )
    source, published = reference.learning_curves(task)
    right = max(
        longest * 1.02, 50.0 if published else 0.0
    )  # the paper's networks come below 10 bits at 24 to 68
    published = [curve for curve in published if curve.x[0] < 0.95 * right]

    legend = style.legend_height(sum(bool(entry["label"]) for entry in ours), len(published))
    height = style.HEADLINE + LINEAR + BETWEEN + LOGARITHMIC + BELOW + legend
    figure = Figure(figsize=(style.WIDTH, height))
    linear = style.add_axes(figure, LEFT, style.HEADLINE, ACROSS, LINEAR)
    logarithmic = style.add_axes(
        figure, LEFT, style.HEADLINE + LINEAR + BETWEEN, ACROSS, LOGARITHMIC, sharex=linear
    )
    for axes in (linear, logarithmic):
        paper_lines = _draw_published(axes, published, axes is logarithmic)
        our_lines = _draw_ours(axes, ours)
    _scale(linear, logarithmic, ours, right, runs, as_in_paper=bool(source))
    thin = " (thin: training, smoothed)" if len(our_lines) < len(ours) else ""
    style.add_legend(figure, LEFT, height - legend, our_lines, style.legend_title(runs, group_by) + thin)
    if published:
        style.add_legend(figure, style.WIDTH * 0.56, height - legend, paper_lines, source)
    style.headline(figure, _title(task), style.describe_all(runs, group_by))
    return figure


def _title(task):
    return f"Learning curve on the {task} task" if task else "Learning curves"


def _entry(x, y, label, **more):
    return {"x": x, "y": y, "label": label} | more


def _run_entries(runs):
    entries = []
    for run, (colour, dash) in zip(runs, style.lines()):
        name = _name(run, runs)
        lines = {table: _cost(run, table) for table in ("eval", "train")}
        if not any(x.size for x, _ in lines.values()):
            raise UnavailableError(
                f"{run.directory}: no costs are recorded yet\n"
                f"train it with: ./tapehead train --resume {run.directory}"
            )
        look = {"color": colour, "linestyle": dash}
        if lines["eval"][0].size:
            label = "evaluation, fresh sequences" if len(runs) == 1 else name
            entries.append(_entry(*lines["eval"], label, look=look | {"linewidth": 2.0, "zorder": 4}))
        if lines["train"][0].size and (len(runs) <= MOST_WITH_TRAINING or not lines["eval"][0].size):
            label = "training, smoothed" if len(runs) == 1 else None if lines["eval"][0].size else name
            thin = {"linewidth": 0.8, "alpha": 0.55, "zorder": 3}
            entries.append(_entry(*_smoothed(*lines["train"]), label, look=look | thin))
    return entries


def _group_entries(groups, key):
    entries = []
    for (value, members), (colour, dash) in zip(groups.items(), style.lines()):
        curves = [_cost(run, "eval") for run in members]
        curves = [curve for curve in curves if curve[0].size]
        x, lower, median, upper = grouping.quartiles(curves)
        if not x.size:
            raise UnavailableError(
                f"{members[0].directory}: the runs with {key} = {value} have no evaluations in "
                f"common\ntrain with a smaller --training.evaluate_every"
            )
        short = any(curve[0][-1] > x[-1] for curve in curves)
        label = f"{value} (n = {len(curves)}" + (", as far as all go)" if short else ")")
        entries.append(
            _entry(
                x,
                median,
                label,
                band=(lower, upper),
                look={"color": colour, "linestyle": dash, "linewidth": 2.0, "zorder": 4},
            )
        )
    return entries


def _name(run, runs):
    """What tells a run from the others: preset and seed, or the directory when that is not enough."""
    name = f"{run.preset}, seed {run.seed}"
    same = sum((other.preset, other.seed) == (run.preset, run.seed) for other in runs)
    return name if same == 1 else f"{name} ({run.directory.resolve().name})"


def _cost(run, table):
    """Thousands of sequences and the loss there, rows without a finite loss left out."""
    columns = run.metrics[table]
    if "loss" not in columns:
        return np.array([]), np.array([])
    x, y = run.sequences(table) / 1000, columns["loss"].astype(float)
    keep = np.isfinite(y)
    return x[keep], y[keep]


def _smoothed(x, y):
    """Means of consecutive rows, so that no more than SMOOTHED_POINTS are left."""
    size = -(-len(x) // SMOOTHED_POINTS)
    starts = np.arange(0, len(x), size)
    counts = np.diff(np.r_[starts, len(x)])
    return np.add.reduceat(x, starts) / counts, np.add.reduceat(y, starts) / counts


def _draw_published(axes, curves, is_logarithmic):
    lines = []
    for curve in curves:
        shown = reference.resolved(curve) if is_logarithmic else curve
        lines += axes.plot(
            shown.x,
            shown.y,
            color=style.PAPER,
            linestyle=PAPER_DASHES.get(curve.variant, "-."),
            linewidth=1.1,
            alpha=0.9,
            zorder=2,
            label=curve.variant,
        )
    return lines


def _draw_ours(axes, entries):
    lines = []
    for entry in entries:
        line = axes.plot(entry["x"], entry["y"], label=entry["label"] or "_training", **entry["look"])
        lines += line if entry["label"] else []  # without a label: the training cost of a line that has one
        if "band" in entry:
            axes.fill_between(
                entry["x"], *entry["band"], color=entry["look"]["color"], alpha=0.2, linewidth=0, zorder=1.5
            )
    return lines


def _scale(linear, logarithmic, entries, right, runs, as_in_paper):
    from matplotlib.ticker import LogLocator, NullLocator

    values = np.concatenate([entry["y"] for entry in entries])
    positive = values[values > 0] if np.any(values > 0) else np.array([1.0])
    unit = runs[0].units["train"].get("loss", "bit")
    label = "Cost per sequence (bits)" if unit == "bit" else f"Cost per sequence ({unit})"
    linear.set_xlim(0, right)
    linear.set_ylim(
        0, LINEAR_TOP_BITS if as_in_paper and values.min() < LINEAR_TOP_BITS else values.max() * 1.05
    )
    linear.tick_params(labelbottom=False)
    logarithmic.set_yscale("log")
    logarithmic.set_ylim(
        max(10.0 ** np.floor(np.log10(positive.min())), 1e-7),
        10.0 ** np.ceil(np.log10(positive.max() * 1.01)),
    )
    logarithmic.set_xlabel("Training sequences (thousands)")
    logarithmic.yaxis.set_major_locator(LogLocator(numticks=12))
    logarithmic.yaxis.set_minor_locator(NullLocator())
    for axes in (linear, logarithmic):
        axes.set_ylabel(label)
        axes.yaxis.set_label_coords(-0.065, 0.5)
