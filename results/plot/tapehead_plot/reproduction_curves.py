"""How the seeds of a reproduction learned, each row in its colour, the paper's curves dashed in the same."""

import numpy as np

from . import reference, reproduction_data as data, style

# End of a row's name -> (in the legend, in the paper, colour).  The longer end comes first.
NETWORKS = (
    ("ntm-ff", "NTM, feedforward controller", "NTM with Feedforward Controller", style.COLOURS[0]),
    ("ntm-lstm", "NTM, LSTM controller", "NTM with LSTM Controller", style.COLOURS[2]),
    ("lstm", "LSTM, three layers", "LSTM", style.COLOURS[1]),
)
OTHER_COLOURS = style.COLOURS[3:6]
PAPER_DASH = (0, (4, 1.6))
COST = "Cost per sequence (bits)"
LEAST_WIDTH = 0.1  # of the panel, for our curves beside the paper's


class Look:
    """How one row of a reproduction is drawn and called."""

    def __init__(self, row, number):
        known = next((network for network in NETWORKS if row.name.endswith(network[0])), None)
        self.name = known[1] if known else row.name
        self.variant = known[2] if known else None
        self.colour = known[3] if known else OTHER_COLOURS[number % len(OTHER_COLOURS)]
        self.order = NETWORKS.index(known) if known else len(NETWORKS)
        diverged = f", {row.diverged} diverged" if row.diverged else ""
        self.short = self.name.removesuffix(" controller").removesuffix(", three layers")
        self.label = f"{self.name} (n = {len(row.seeds)}{diverged})"


def draw_learning(figure, axes, rows, paper, published):
    """Draws the learning curves; returns the lines of our legend and of the paper's."""
    ours, theirs, right = [], [], paper.right if paper else 0.0
    longest = max((seed.x[-1] for row, _ in rows for seed in row.seeds if seed.x.size), default=0.0)
    for row, look in rows:
        for seed in row.seeds:
            axes.plot(seed.x, seed.y, color=look.colour, linewidth=0.45, alpha=0.4, zorder=3)
            figure.record("learning curve, single seeds", f"{look.name}, seed {seed.seed}", seed.x, seed.y)
            right = max(right, *seed.x) if seed.x.size else right
        x, low, median, high, n = data.median_curve(row.seeds)
        ours += draw_median(axes, x, low, median, high, look)
        figure.record("learning curve", look.name, x, median, low, high, n=n)
    colours = {look.variant: look.colour for _, look in rows}
    order = [variant for _, _, variant, _ in NETWORKS] + [reference.OPTIMAL]
    for curve in sorted(published, key=lambda curve: order.index(curve.variant)):
        theirs += axes.plot(
            curve.x,
            curve.y,
            color="black" if curve.variant == reference.OPTIMAL else colours.get(curve.variant, style.PAPER),
            linestyle=PAPER_DASH,
            linewidth=1.1,
            zorder=2,
            label=curve.variant,
        )
        figure.record("learning curve", f"{reference.PAPER}: {curve.variant}", curve.x, curve.y)
    floor = floor_of(rows)
    if floor > 0:
        ours.append(
            axes.axhline(floor, color="black", linewidth=0.9, zorder=2.5, label=f"Optimum, {floor:.2f} bits")
        )
        figure.record("learning curve", "optimum", [0, right], [floor, floor])
    axes.set_xlim(0, min(right, longest / LEAST_WIDTH) if longest else right)
    finite = np.concatenate([seed.y[np.isfinite(seed.y)] for row, _ in rows for seed in row.seeds])
    if paper:
        ends = [seed.y[-1] for row, _ in rows for seed in row.seeds if seed.y.size and np.isfinite(seed.y[-1])]
        best = min(ends, default=paper.top)
        # Nets that have hardly learned would be above the paper's axis.
        axes.set_ylim(paper.bottom, paper.top if best <= paper.top else 1.1 * best)
    elif finite.size:
        axes.set_ylim(0, finite.max() * 1.05)
    axes.set_xlabel("Training sequences (thousands)")
    axes.set_ylabel(COST)
    axes.yaxis.set_label_coords(-0.065, 0.5)
    return ours, theirs


def draw_median(axes, x, low, median, high, look, label=True):
    axes.fill_between(x, low, high, color=look.colour, alpha=0.2, linewidth=0, zorder=1.5)
    return axes.plot(
        x,
        median,
        color=look.colour,
        linewidth=1.8,
        zorder=4,
        label=look.label if label else "_",
        clip_on=True,
    )


def draw_published(axes, rows, curves):
    for curve in curves:
        colour = next((look.colour for _, look in rows if look.variant == curve.variant), style.PAPER)
        axes.plot(curve.x, curve.y, color=colour, linestyle=PAPER_DASH, linewidth=0.9, zorder=2)


def floor_of(rows):
    """The least possible cost of the sequences we evaluated on, the median over seeds; 0 where it is not known."""
    known = [seed.optimum for row, _ in rows for seed in row.seeds if np.isfinite(seed.optimum)]
    return float(np.median(known)) if known else 0.0


def trained_thousands(rows):
    """Thousands of sequences that the longest trained seed saw, and a little more."""
    return 1.02 * max(seed.sequences for row, _ in rows for seed in row.seeds) / 1000 or 1.0


def draw_survival(figure, axes, rows):
    above = floor_of(rows) > 0
    thresholds = {
        round(seed.threshold - (seed.optimum if above else 0.0), 6)  # the file has costs
        for row, _ in rows
        for seed in row.seeds
        if np.isfinite(seed.threshold)
    }
    title = "Seeds not yet converged"
    if len(thresholds) == 1:
        bits = "{:g} {}".format(*thresholds, "bit" if thresholds == {1} else "bits")
        title = (
            f"Not yet within {bits} of the optimum" if above else f"Seeds never yet below {bits}"
        )
    axes.set_title(title)
    # Rows at the same height would hide one another: each is thinner than the one below it.
    for number, (row, look_of) in enumerate(rows):
        x, share = data.survival(row.seeds)
        width = 3.4 - 1.1 * min(number, 2)
        look = {
            "color": look_of.colour,
            "linewidth": width,
            "drawstyle": "steps-post",
            "solid_capstyle": "butt",
        }
        axes.plot(x, 100 * share, zorder=3 + number / 10, **look)
        figure.record("not yet converged", look_of.name, x, share, n=len(row.seeds))
    axes.set_xlim(0, trained_thousands(rows))
    axes.set_ylim(-3, 104)
    axes.set_xlabel("Training sequences (thousands)")
    axes.set_ylabel("Seeds (%)")
    axes.yaxis.set_label_coords(-0.15, 0.5)
