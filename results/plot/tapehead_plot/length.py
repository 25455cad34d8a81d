"""Cost against length: how far a network goes beyond the lengths it was trained on."""

import re

import numpy as np

from . import grouping, reference, style
from .errors import UnavailableError
from .figure import Figure

PANELS = (("bits", "Cost per sequence (bits)"), ("wrong_bits", "Wrong bits per sequence"))
ABOVE = (
    "above",
    "Bits above the optimum",
)  # in place of the wrong bits, where the least possible cost is known
QUANTITIES = ("length", "repeats")  # of test sequences, in the order of preference
# Inches: the left edges of the two panels, their width and height, and the room for the label of the x axis.
LEFTS, ACROSS, PANEL, BELOW = (0.68, 4.3), 2.78, 2.5, 0.56

# What to evaluate a network at, so that the paper's figure can be drawn.
SETTINGS = {
    "associative-recall": "--task.length=6,10,15,20",
    "repeat-copy": "--task.length=5,10,20 --task.repeats=5,10,20",
    "ngrams": "--task.length=100,200,400",
    "priority-sort": "--task.length=10,20,30,40",
}
LENGTHS = "--task.length=10,20,30,50,120"
MARKERS = {"LSTM": ("^", 7)}  # of the paper's networks, and their size


def cost_against_length(runs, group_by=None):
    """A figure with two panels, cost and wrong bits, against the length of the test sequences, or against
    their repeats where those alone were varied.  Raises UnavailableError."""
    quantity = quantity_of(runs)
    for run in runs:
        if not has_lengths(run, quantity):
            raise UnavailableError(
                f"{run.directory}: no evaluation by length is recorded\nrecord one with: "
                f"./tapehead evaluate {run.directory} {settings_for(run.config.get('task.name'))}"
            )
    groups = grouping.group(runs, group_by) if group_by else {}
    task = grouping.common(runs, "task.name")
    paper = reference.generalisation(task) if quantity == "length" else None
    optima = [by_length(run, "optimum", quantity)[1] for run in runs]
    known = all(y.size for y in optima) and max(y.max() for y in optima) > 0
    floors = _floors(runs, groups, quantity) if known else []
    legend = style.legend_height(len(groups or runs) + 1 + bool(floors), len(paper.curves) if paper else 0)
    height = style.HEADLINE + PANEL + BELOW + legend
    figure = Figure(figsize=(style.WIDTH, height))
    for left, (measure, label) in zip(LEFTS, (PANELS[0], ABOVE) if known else PANELS):
        axes = style.add_axes(figure, left, style.HEADLINE, ACROSS, PANEL)
        ours = _draw(figure, axes, runs, groups, (measure, quantity), label)
        shade = training_range(axes, runs, quantity)
        if measure == "bits":
            handles = ours + _draw_floors(figure, axes, label, floors) + shade
        if paper and paper.measure == measure:
            published = draw_published(figure, axes, label, paper.curves)
        axes.set_xlabel(length_label(task) if quantity == "length" else "Repeats of the test sequences")
        axes.set_ylabel(label)
        axes.set_xlim(left=0)
        scale_wrong_bits(axes) if measure == "wrong_bits" else scale_cost(axes)
    style.add_legend(figure, LEFTS[0], height - legend, handles, style.legend_title(runs, group_by))
    if paper:
        style.add_legend(figure, LEFTS[1], height - legend, published, paper.source)
    style.headline(
        figure,
        f"Cost against {quantity}" + (f" on the {reference.task_words(task)} task" if task else ""),
        style.describe_all(runs, group_by),
    )
    return figure


def settings_for(task):
    return SETTINGS.get(reference.task_key(task), LENGTHS)


def length_label(task):
    if reference.task_key(task) == "associative-recall":
        return "Items of the test sequences"
    unit = "bits" if reference.task_key(task) in ("ngrams", "add") else "vectors"
    return f"Length of the test sequences ({unit})"


def quantity_of(runs):
    """What the test sequences of all the runs were varied in; the length where there is nothing."""
    found = [quantity for quantity in QUANTITIES if all(has_lengths(run, quantity) for run in runs)]
    return (found or QUANTITIES)[0]


def has_lengths(run, quantity):
    return any(by_length(run, measure, quantity)[0].size for measure, _ in PANELS)


def by_length(run, measure, quantity="length"):
    """Lengths (or repeats) [point] and the newest finite value there [point] of the columns bits_length_20 and so
    on of /metrics/eval."""
    points, prefix = [], f"{measure}_{quantity}_"
    for name, column in run.metrics["eval"].items():
        match = re.fullmatch(re.escape(prefix) + r"(\d+)", name)
        finite = column[np.isfinite(column)] if match else ()
        if len(finite):
            points.append((int(match[1]), float(finite[-1])))
    lengths, values = zip(*sorted(points)) if points else ((), ())
    return np.array(lengths, float), np.array(values, float)


def _measured(run, measure, quantity):
    """Lengths (or repeats) and a measure at each; above: the cost less the least possible, where both are known."""
    if measure != "above":
        return by_length(run, measure, quantity)
    (x, y), (known, least) = (by_length(run, name, quantity) for name in ("bits", "optimum"))
    keep = np.isin(x, known)
    return x[keep], y[keep] - least[np.isin(known, x)]


def _draw(figure, axes, runs, groups, measure, panel):
    handles = []
    for (value, members), (colour, dash) in zip(grouping.entries(runs, groups), style.lines()):
        curves = _same_lengths([_measured(run, *measure) for run in members])
        x, lower, middle, upper = grouping.quartiles(curves)
        label = f"{value} (n = {len(members)})" if groups else value
        look = {"color": colour, "linestyle": dash}
        handles += draw_median(axes, x, lower, middle, upper, label, look, with_band=bool(groups))
        band = (lower, upper) if groups else (None, None)
        figure.record(panel, label, x, middle, *band, n=len(members))
    return handles


def draw_median(axes, x, lower, middle, upper, label, look, with_band):
    if with_band:
        axes.fill_between(x, lower, upper, color=look["color"], alpha=0.2, linewidth=0, zorder=1.5)
    return axes.plot(
        x,
        middle,
        marker="o",
        markersize=4.5,
        linewidth=1.6,
        label=label,
        zorder=4,
        clip_on=False,
        **look,
    )


def _same_lengths(curves):
    """The curves at the lengths that all of them have."""
    common = set.intersection(*(set(x) for x, _ in curves))
    return [(x[keep], y[keep]) for x, y in curves for keep in [np.isin(x, list(common))]]


def _floors(runs, groups, quantity):
    """(x, least, colour, series): one for all the runs where they have the same, else one for each group or run
    that has one."""

    def common(members):
        return grouping.agreed(_same_lengths([by_length(run, "optimum", quantity) for run in members]))

    everybodys = common(runs)
    if everybodys:
        return [(*everybodys, "black", "optimum")]
    entries = zip(grouping.entries(runs, groups), style.lines())
    found = [(common(members), colour, name) for (name, members), (colour, _) in entries]
    return [(*curve, colour, f"optimum, {name}") for curve, colour, name in found if curve]


def _draw_floors(figure, axes, panel, floors):
    """Draws the floors; returns the line for the legend, which names them once."""
    lines = []
    for x, least, colour, series in floors:
        figure.record(panel, series, x, least)
        look = {"color": colour, "linewidth": 0.9, "zorder": 3.5}
        lines += axes.plot(x, least, label="_floor" if lines else "least possible", **look)
    return lines[:1]


def draw_published(figure, axes, panel, curves, colours=None):
    """The paper's values in grey, or in the colours given by network; returns the lines."""
    lines = []
    for curve in curves:
        marker, size = MARKERS.get(curve.variant, ("s", 6 if "LSTM" in curve.variant else 8))
        figure.record(panel, f"{reference.PAPER}: {curve.variant}", curve.x, curve.y)
        lines += axes.plot(
            curve.x,
            curve.y,
            color=(colours or {}).get(curve.variant, style.PAPER),
            linestyle=(0, (4, 1.6)) if colours else ":",
            linewidth=0.9,
            marker=marker,
            markersize=5 if colours else size,
            markerfacecolor="white",
            markeredgewidth=1.2,
            clip_on=False,
            label=curve.variant,
            zorder=3,
        )
    return lines


def trained_range(runs, quantity="length"):
    """The least and the greatest length (or repeats) trained on; None where the runs differ or do not say."""
    low, high = (grouping.common(runs, f"task.{end}_{quantity}") for end in ("min", "max"))
    if low is not None and high is not None:
        return low, high
    only = grouping.common(runs, f"task.{quantity}")
    return (only, only) if only is not None else None


def training_range(axes, runs, quantity="length"):
    """Shades the lengths (or repeats) that were trained on, where all the runs had the same."""
    trained = trained_range(runs, quantity)
    if not trained:
        return []
    if trained[0] == trained[1]:
        look = {"colors": style.MUTED, "linestyles": [(0, (3, 2))], "linewidth": 0.9, "zorder": 0}
        label = f"{quantity} trained on, {trained[0]}"
        return [axes.vlines(trained[0], 0, 1, transform=axes.get_xaxis_transform(), label=label, **look)]
    label = f"{quantity.removesuffix('s')}s trained on, {trained[0]} to {trained[1]}"
    return [axes.axvspan(*trained, color="#000000", alpha=0.07, linewidth=0, zorder=0, label=label)]


def _drawn(axes):
    return np.concatenate([line.get_ydata() for line in axes.get_lines()])


def scale_cost(axes):
    style.logarithmic(axes, _drawn(axes))


def scale_wrong_bits(axes):
    """Linear from 0 to 1 and logarithmic above: no wrong bit at all has its place on the axis."""
    from matplotlib.ticker import FixedLocator, NullLocator

    top = 10.0 ** np.ceil(np.log10(max(_drawn(axes).max(initial=0) * 1.1, 10)))
    axes.set_yscale("symlog", linthresh=1, linscale=0.5)
    axes.set_ylim(-0.12, top)
    axes.yaxis.set_major_locator(FixedLocator([0.0] + [10.0**k for k in range(0, int(np.log10(top)) + 1)]))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_minor_locator(NullLocator())
