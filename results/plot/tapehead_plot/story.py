"""Where a memory network looked: a story with its supporting facts, the weight of each hop, the answer given and right.

Of an entity network, which has slots: the gate of each slot at each statement.

In the manner of Sukhbaatar et al. 2015, Figure 2.
"""

import numpy as np

from . import style
from .errors import UnavailableError, UsageError
from .figure import Figure

LINE, TOP, BELOW = 0.2, 0.24, 0.72  # inches: a sentence, the room above the first and below the last
HOP = 0.55  # inches that the cell of a hop is wide
TEXT = 7.6  # points
SLOT = 0.2  # and that of a slot
LONGEST = 74  # characters of a sentence that is not cut


def is_story(trace):
    return "story" in trace.arrays


def story_picture(run, trace, example=0, step=None):
    """The figure of one example of a trace of stories.  Raises UsageError, UnavailableError."""
    steps = [int(value) for value in trace.steps]
    if step is not None and step not in steps:
        raise UsageError(f"--step {step}: '{trace.probe}' was recorded at {', '.join(map(str, steps))}")
    examples = trace.arrays["story"].shape[1]
    if not 0 <= example < examples:
        raise UsageError(f"--example {example}: '{trace.probe}' has the examples 0 to {examples - 1}")
    if "attention" not in trace.arrays and "gates" not in trace.arrays:
        raise UnavailableError(f"{run.directory}: its model looks at no sentences, so there are no hops to be drawn")
    if not run.words:
        raise UnavailableError(f"{run.directory}: it has no vocabulary, so its words cannot be shown")
    index = steps.index(step) if step is not None else len(steps) - 1
    arrays = {name: array[index, example] for name, array in trace.arrays.items()}

    def text(numbers):
        return " ".join(run.words[int(number) - 1] for number in np.atleast_1d(numbers) if number > 0)

    sentences = [line for line in map(text, arrays["story"]) if line]
    has_hops = "attention" in arrays
    # [sentence, hop], or [sentence, slot]
    weights = arrays["attention"][:, : len(sentences)].T if has_hops else arrays["gates"][: len(sentences)]
    if has_hops:  # a net that decides itself when to stop looks nowhere from then on
        used = np.flatnonzero(weights.any(axis=0))
        weights = weights[:, : int(used[-1]) + 1 if len(used) else 1]
    columns, wide = weights.shape[1], HOP if has_hops else SLOT
    figure = Figure(figsize=(style.WIDTH, style.HEADLINE + TOP + LINE * max(len(sentences), 1) + BELOW))
    rows = [("● " if arrays["support"][i] else "   ") + _cut(line) for i, line in enumerate(sentences)]
    words = max([style.text_width(row, TEXT) for row in rows], default=1) + 0.2
    axes = style.add_axes(figure, 0.1 + words, style.HEADLINE + TOP, wide * columns, LINE * max(len(sentences), 1))
    scores = has_hops and not _are_distributions(weights)
    most = np.abs(weights).max() if scores else 1.0
    look = {"cmap": "RdBu_r" if scores else "Blues", "vmin": -most if scores else 0, "vmax": most}
    axes.imshow(weights if len(sentences) else np.zeros((1, columns)), aspect="auto", **look)
    titles = [f"hop {i + 1}" if has_hops else i + 1 for i in range(columns)]
    axes.set_xticks(range(columns), titles, fontsize=None if has_hops else 6)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(False)
    axes.set_yticks(range(len(rows)), rows, fontsize=TEXT, ha="left")
    axes.tick_params(axis="y", pad=72 * words)
    for (i, column), weight in np.ndenumerate(weights):
        if has_hops and (scores or not weight < 0.005):
            colour = "white" if abs(weight) > 0.55 * most else "black"
            number = f"{weight:.2f}".replace("-0.00", "0.00").replace("-", "−")
            axes.text(column, i, number, ha="center", va="center", fontsize=7, color=colour)
    right, given = text(arrays["right_answer"]), text(arrays["answer"])
    verdict = "right" if right == given else f"wrong: it is {right}"
    if "answer_lead" in arrays:
        certainty = f"{float(arrays['answer_lead']):.2f} ahead"
    else:
        certainty = f"{float(arrays['answer_probability']):.2f}"
    figure.text(
        0.012,
        0.36 / figure.get_figheight(),
        f"{text(arrays['question'])}?   {given} ({certainty}), {verdict}",
        size=10,
        weight="bold",
    )
    legend = "● supporting fact" + ("; linear start: scores, not probabilities" if scores else "")
    if not has_hops:
        read = arrays["slot_weights"]
        first = np.argsort(-read, kind="stable")[:3]
        legend += "; read most: " + ", ".join(f"slot {slot + 1} ({read[slot]:.2f})" for slot in first)
    figure.text(0.012, 0.12 / figure.get_figheight(), legend, size=8, color=style.MUTED)
    figure.record_picture("attention" if has_hops else "gates", rows, np.arange(1, columns + 1), weights)
    detail = f"{style.describe(run)} · probe {trace.probe}, example {example}, step {steps[index]:,}"
    title = "Where each hop looked" if has_hops else "How far each statement opened the gates of the slots"
    style.headline(figure, title, detail)
    return figure


def _are_distributions(weights):
    """Whether the weights [sentence, hop] may be attention, and not what stands in its place without the softmax."""
    if weights.size == 0 or not np.isfinite(weights).all():  # of a net that diverged
        return True
    return weights.min() >= 0 and weights.sum(axis=0).max() <= 1.01


def _cut(line):
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
