"""Cost against length: how far a network goes beyond the lengths it was trained on."""

import re

import numpy as np

from . import grouping, reference, style
from .errors import UnavailableError

PANELS = (("bits_length_", "Cost per sequence (bits)"), ("wrong_bits_length_", "Wrong bits per sequence"))
# Inches: the left edges of the two panels, their width and height, and the room for the label of the x axis.
LEFTS, ACROSS, PANEL, BELOW = (0.68, 4.3), 2.78, 2.5, 0.56
LENGTHS = "10,20,30,50,120"


def cost_against_length(runs, group_by=None):
    """A figure with two panels, cost and wrong bits, against the length of the test sequences."""
    from matplotlib.figure import Figure

    for run in runs:
        if not any(by_length(run, prefix)[0].size for prefix, _ in PANELS):
            raise UnavailableError(
                f"{run.directory}: no evaluation by length is recorded\nrecord one with: "
                f"./tapehead evaluate {run.directory} --task.length={LENGTHS}"
            )
    groups = grouping.group(runs, group_by) if group_by else {}
    task = (
        runs[0].config.get("task.name") if len({run.config.get("task.name") for run in runs}) == 1 else None
    )
    source, published = reference.generalisation(task)
    legend = style.legend_height(len(groups or runs) + 1, len(published))
    height = style.HEADLINE + PANEL + BELOW + legend
    figure = Figure(figsize=(style.WIDTH, height))
    panels = [style.add_axes(figure, left, style.HEADLINE, ACROSS, PANEL) for left in LEFTS]
    for axes, (prefix, label) in zip(panels, PANELS):
        ours = _draw(axes, runs, groups, prefix)
        shade = _training_range(axes, runs)
        axes.set_xlabel("Length of the test sequences (vectors)")
        axes.set_ylabel(label)
        axes.set_xlim(left=0)
    paper = _draw_published(panels[1], published)
    _scale_cost(panels[0])
    _scale_wrong_bits(panels[1])
    style.add_legend(figure, LEFTS[0], height - legend, ours + shade, style.legend_title(runs, group_by))
    if paper:
        style.add_legend(figure, LEFTS[1], height - legend, paper, source)
    style.headline(
        figure,
        f"Cost against length on the {task} task" if task else "Cost against length",
        style.describe_all(runs, group_by),
    )
    return figure


def by_length(run, prefix):
    """Lengths and the newest finite value of the column <prefix><length> of /metrics/eval at each."""
    points = []
    for name, column in run.metrics["eval"].items():
        match = re.fullmatch(re.escape(prefix) + r"(\d+)", name)
        finite = column[np.isfinite(column)] if match else ()
        if len(finite):
            points.append((int(match[1]), float(finite[-1])))
    lengths, values = zip(*sorted(points)) if points else ((), ())
    return np.array(lengths, float), np.array(values, float)


def _draw(axes, runs, groups, prefix):
    handles = []
    entries = groups.items() if groups else [(None, [run]) for run in runs]
    for (value, members), (colour, dash) in zip(entries, style.lines()):
        x, lower, middle, upper = grouping.quartiles(
            _same_lengths([by_length(run, prefix) for run in members])
        )
        label = f"{value} (n = {len(members)})" if groups else f"{members[0].preset}, seed {members[0].seed}"
        handles += axes.plot(
            x,
            middle,
            color=colour,
            linestyle=dash,
            marker="o",
            markersize=4.5,
            linewidth=1.6,
            label=label,
            zorder=4,
            clip_on=False,
        )
        if groups:
            axes.fill_between(x, lower, upper, color=colour, alpha=0.2, linewidth=0, zorder=1.5)
    return handles


def _same_lengths(curves):
    """The curves at the lengths that all of them have."""
    common = set.intersection(*(set(x) for x, _ in curves))
    return [(x[keep], y[keep]) for x, y in curves for keep in [np.isin(x, list(common))]]


def _draw_published(axes, curves):
    return [
        axes.plot(
            curve.x,
            curve.y,
            color=style.PAPER,
            linestyle=":",
            linewidth=0.9,
            marker=marker,
            markersize=size,
            markerfacecolor="white",
            markeredgewidth=1.2,
            clip_on=False,
            label=curve.variant,
            zorder=3,
        )[0]
        for curve, marker, size in zip(curves, "s^", (8, 7))
    ]


def _training_range(axes, runs):
    """Shades the lengths that were trained on, where all the runs had the same."""
    ranges = {(run.config.get("task.min_length"), run.config.get("task.max_length")) for run in runs}
    low, high = ranges.pop()
    if ranges or low is None or high is None:
        return []
    return [
        axes.axvspan(
            low,
            high,
            color="#000000",
            alpha=0.07,
            linewidth=0,
            zorder=0,
            label=f"lengths trained on, {low} to {high}",
        )
    ]


def _drawn(axes):
    return np.concatenate([line.get_ydata() for line in axes.get_lines()])


def _scale_cost(axes):
    from matplotlib.ticker import LogLocator, NullLocator

    values = _drawn(axes)
    positive = values[values > 0] if np.any(values > 0) else np.array([1.0])
    axes.set_yscale("log", nonpositive="clip")
    axes.set_ylim(
        10.0 ** np.floor(np.log10(positive.min() * 0.99)), 10.0 ** np.ceil(np.log10(positive.max() * 1.01))
    )
    axes.yaxis.set_major_locator(LogLocator(numticks=12))
    axes.yaxis.set_minor_locator(NullLocator())


def _scale_wrong_bits(axes):
    """Linear from 0 to 1 and logarithmic above: no wrong bit at all has its place on the axis."""
    from matplotlib.ticker import FixedLocator, NullLocator

    top = 10.0 ** np.ceil(np.log10(max(_drawn(axes).max() * 1.1, 10)))
    axes.set_yscale("symlog", linthresh=1, linscale=0.5)
    axes.set_ylim(-0.12, top)
    axes.yaxis.set_major_locator(FixedLocator([0.0] + [10.0**k for k in range(0, int(np.log10(top)) + 1)]))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_minor_locator(NullLocator())
