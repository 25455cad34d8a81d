"""Predictions of the next bit beside those of the optimal estimator: Graves et al. 2014, Figure 14."""

import numpy as np

from . import style
from .figure import Figure

CONTEXT = 5  # bits that decide the next one's probability, in the paper
# Bits that the paper's Figure 14 takes on its own 200 bits: the formula's, and those of the drawn predictions.
IN_THE_PAPER = {"optimum": 142.0, "NTM": 145.3, "LSTM": 148.4}

LEFT, ACROSS, BAR = 0.68, 5.9, 0.1  # inches
STRIP, LINES, WEIGHTS = 0.2, 1.75, 1.3  # heights
TITLE, BELOW = 0.34, 0.56
OURS, BEST = style.COLOURS[0], style.COLOURS[1]


def optimal_prediction(bits, context=CONTEXT):
    """Probability of a 1 at each step, (N1 + 1/2) / (N0 + N1 + 1); 1/2 until the context is full.  [step]

    N0 and N1 are how often 0 and 1 followed the same `context` bits before, Graves et al. 2014, Equation (10).
    """
    seen, predicted = {}, np.full(len(bits), 0.5)
    for step in range(context, len(bits)):
        counts = seen.setdefault(tuple(bits[step - context : step]), [0, 0])
        predicted[step] = (counts[1] + 0.5) / (sum(counts) + 1)
        counts[int(bits[step])] += 1
    return predicted


def cost(bits, predicted):
    """Bits that it takes to code `bits` with the predicted probabilities of a 1."""
    right = np.where(bits > 0.5, predicted, 1 - predicted)
    return float(-np.log2(np.clip(right, 1e-12, 1)).sum())


def can_be_drawn(arrays):
    return all(name in arrays and arrays[name].shape[1:] == (1,) for name in ("output", "target"))


def prediction_picture(run, probe, arrays, rows, slots):
    """A figure of bits, predictions and the panels of the heads; its headline is left to the caller."""
    from .heads import draw_panel, notes_of

    bits = (arrays["target"][:, 0] > 0.5).astype(int)
    ours = np.clip(arrays["output"][:, 0], 0, 1)
    best = optimal_prediction(bits, int(run.config.get("task.context", CONTEXT)))
    costs = {"This net": cost(bits, ours), "Optimal estimator": cost(bits, best)}
    # Words say little about single bits; where the heads write and read is what the paper's Figure 15 shows.
    panels = [panel for row in rows for panel in row if panel and panel.rows == "Memory slot"]
    notes = ([] if probe != "figure-14" else [_paper_note()]) + notes_of(panels, slots if panels else None)
    height = style.HEADLINE + 0.12 + STRIP + TITLE + LINES + (TITLE + WEIGHTS) * len(panels) + BELOW
    height += 0.3 + 0.17 * len(notes)
    figure = Figure(figsize=(style.WIDTH, height))
    top = style.HEADLINE + 0.12
    strip = style.add_axes(figure, LEFT, top, ACROSS, STRIP)
    top += STRIP + TITLE
    axes = style.add_axes(figure, LEFT, top, ACROSS, LINES)
    _draw_bits(figure, strip, bits)
    lines = _draw_predictions(figure, axes, bits, ours, best, costs)
    top += LINES
    for number, panel in enumerate(panels):
        axes.tick_params(labelbottom=False)
        axes.set_xlabel("")
        top += TITLE
        below = style.add_axes(figure, LEFT, top, ACROSS, WEIGHTS)
        bar = style.add_axes(figure, LEFT + ACROSS + 0.06, top, BAR, WEIGHTS)
        draw_panel(figure, below, bar, panel, with_time=number == len(panels) - 1, marks=11)
        top += WEIGHTS
    _legend(figure, lines, top + BELOW)
    figure.text(0.012, 0.07 / height, "\n".join(notes), size=8, color=style.MUTED, va="bottom")
    return figure


def _paper_note():
    paper = IN_THE_PAPER
    return (
        f"The paper's nets on these bits: NTM {paper['NTM']} bits, LSTM {paper['LSTM']} bits; "
        f"optimum {paper['optimum']:.1f} bits."
    )


def _draw_bits(figure, axes, bits):
    axes.imshow(bits[None], cmap="gray", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    axes.set_title(f"The {len(bits)} bits (white: 1)")
    axes.grid(False)
    axes.set_yticks([])
    axes.tick_params(labelbottom=False, bottom=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(True)
    figure.record("bits", "bit", np.arange(len(bits)), bits)


def _draw_predictions(figure, axes, bits, ours, best, costs):
    from matplotlib.ticker import MaxNLocator

    steps, lines = np.arange(len(bits)), []
    for (name, bits_taken), predicted, colour, width in zip(
        costs.items(), (ours, best), (OURS, BEST), (1.5, 0.9)
    ):
        label = f"{name}: {bits_taken:.1f} bits"
        look = {"color": colour, "linewidth": width, "drawstyle": "steps-mid", "label": label}
        lines += axes.plot(steps, predicted, zorder=3 + (colour == BEST), **look)
        figure.record("probability of a 1", name, steps, predicted)
        figure.record("bits for the sequence", name, len(bits), bits_taken)
    axes.set_title("Probability of a 1, before the bit is seen")
    axes.set_xlim(-0.5, len(bits) - 0.5)
    axes.set_ylim(-0.02, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "¼", "½", "¾", "1"])
    axes.xaxis.set_major_locator(MaxNLocator(11, integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlabel("Time step")
    axes.set_ylabel("Probability")
    axes.yaxis.set_label_coords(-(LEFT - 0.22) / ACROSS, 0.5)
    return lines


def _legend(figure, lines, top):
    across, down = figure.get_size_inches()
    figure.legend(
        lines,
        [line.get_label() for line in lines],
        loc="upper left",
        bbox_to_anchor=(LEFT / across, 1 - top / down),
        ncol=2,
        borderpad=0,
        borderaxespad=0,
    )
