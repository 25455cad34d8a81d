"""How the nets of a reproduction do elsewhere: above the optimum, on sequences of other sizes."""

import numpy as np

from . import length, reference, reproduction_data as data, style
from .heatmap import make_grid
from .reproduction_curves import COST, NETWORKS, draw_median, draw_published, floor_of, trained_thousands


def draw_other_sizes(figure, axes, rows, found, published, has_maps):
    """The panel on the right: above the optimum, or other sizes, or else the cost once more."""
    paper = reference.generalisation(found.result) if published else None
    measures = [paper.measure] if paper else ["bits", "wrong_bits"]
    measure = next((name for name in measures if _has(rows, name)), None)
    pairs = {pair for row, _ in rows for pair in data.cells(row.seeds, "wrong_bits")}
    if floor_of(rows) > 0:
        _above_optimum(figure, axes, rows, published)
    elif measure:
        _against_length(figure, axes, rows, measure, found.result, paper)
    elif pairs and not has_maps:
        _at_pairs(figure, axes, rows, sorted(pairs), bool(published) and found.result == "repeat-copy")
    else:
        _logarithmic(figure, axes, rows, published, reference.learning_figure(found.result))
    axes.yaxis.set_label_coords(-0.15, 0.5)


def _has(rows, measure):
    return any(data.generalisation(row.seeds, measure)[0].size for row, _ in rows)


def _logarithmic(figure, axes, rows, published, paper):
    axes.set_title("Cost, logarithmic")
    drawn = []
    for row, look in rows:
        x, low, median, high, _ = data.median_curve(row.seeds)
        draw_median(axes, x, low, median, high, look, label=False)
        drawn.append(median)
    draw_published(axes, rows, [reference.resolved(curve, paper.resolution) for curve in published])
    _over_sequences(axes, np.concatenate(drawn), COST, trained_thousands(rows))


def _above_optimum(figure, axes, rows, published):
    axes.set_title("Above the optimum")
    drawn = []
    for row, look in rows:
        x, low, median, high, n = data.median_curve(row.seeds, above_optimum=True)
        draw_median(axes, x, low, median, high, look, label=False)
        figure.record("above the optimum", look.name, x, median, low, high, n=n)
        drawn.append(median)
    if any(curve.variant == reference.OPTIMAL for curve in published):
        curves = [
            reference.above(curve, published) for curve in published if curve.variant != reference.OPTIMAL
        ]
        for curve in curves:
            figure.record("above the optimum", f"{reference.PAPER}: {curve.variant}", curve.x, curve.y)
        draw_published(axes, rows, curves)
        drawn += [curve.y for curve in curves]
    _over_sequences(axes, np.concatenate(drawn), "Bits above the optimum", trained_thousands(rows))


def _over_sequences(axes, values, label, right):
    style.logarithmic(axes, values, least=1e-7)
    axes.set_xlim(0, right)
    axes.set_xlabel("Training sequences (thousands)")
    axes.set_ylabel(label)


def _against_length(figure, axes, rows, measure, task, paper):
    axes.set_title(
        f"Other sizes, as in {paper.source.split(', ', 1)[1].split(' (')[0]}" if paper else "Other lengths"
    )
    panel = dict(length.PANELS)[measure]
    for row, look in rows:
        x, low, median, high, n = data.generalisation(row.seeds, measure)
        if x.size:
            length.draw_median(axes, x, low, median, high, "_", {"color": look.colour}, with_band=True)
            figure.record(panel, look.name, x, median, low, high, n=n)
    if paper:
        colours = {look.variant: look.colour for _, look in rows}
        length.draw_published(figure, axes, panel, paper.curves, colours)
    length.scale_cost(axes) if measure == "bits" else length.scale_wrong_bits(axes)
    axes.set_xlim(left=0)
    axes.set_xlabel(length.length_label(task))
    axes.set_ylabel(panel)


def _at_pairs(figure, axes, rows, pairs, with_paper):
    """Medians and quartiles at a few combinations of length and repeats, side by side; the paper's Figure 8 beside."""
    axes.set_title("Other sizes, as in Figure 8" if with_paper else "Longer and more often than trained")
    for number, (row, look) in enumerate(rows):
        found = data.cells(row.seeds, "wrong_bits")
        for place, pair in enumerate(pairs):
            if pair not in found:
                continue
            low, median, high = data.spread(found[pair])
            x = place + 0.16 * (number - (len(rows) - 1) / 2)
            axes.plot(
                [x, x], [low, high], color=look.colour, linewidth=3.5, alpha=0.35, solid_capstyle="butt"
            )
            axes.plot([x], [median], color=look.colour, marker="o", markersize=5, clip_on=False, zorder=4)
            series = f"{look.name}, repeats = {pair[1]}"
            figure.record("Wrong bits per sequence", series, pair[0], median, low, high, n=len(found[pair]))
    for variant, wrong in reference.repeat_copy_wrong_bits().items() if with_paper else ():
        shown = [pair for pair in pairs if pair in wrong]
        side = 0.34 if variant == "LSTM" else -0.34
        x, y = [pairs.index(pair) + side for pair in shown], [wrong[pair] for pair in shown]
        marker, colour = ("s", NETWORKS[-1][3]) if variant == "LSTM" else ("D", style.PAPER)
        axes.plot(x, y, color=colour, marker=marker, markersize=5, markerfacecolor="white", linestyle="none")
        for at, wrong_bits, pair in zip(x, y, shown):
            axes.annotate(
                f"paper's\n{variant}",
                (at, wrong_bits),
                (0, -5),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=6.5,
            )
            series = f"{reference.PAPER}: {variant}, repeats = {pair[1]}"
            figure.record("Wrong bits per sequence", series, [pair[0]], [wrong_bits])
    length.scale_wrong_bits(axes)
    axes.set_xlim(-0.5, len(pairs) - 0.5)
    axes.set_xticks(range(len(pairs)), [f"{first} vectors\n{second} times" for first, second in pairs])
    axes.grid(False, axis="x")
    axes.set_ylabel("Wrong bits per sequence")


def heat_maps(rows):
    """A heat map of wrong bits over length and repeats for each row, where enough was measured to fill one."""
    maps = []
    for row, look in rows:
        found = data.cells(row.seeds, "wrong_bits") or data.cells(row.seeds, "bits")
        columns, lines = ({pair[axis] for pair in found} for axis in (0, 1))
        if min(len(columns), len(lines)) >= 2 and len(found) > len(columns) * len(lines) / 2:
            maps.append((make_grid(look.short, "Length", "Repeats", found), look))
    return maps
