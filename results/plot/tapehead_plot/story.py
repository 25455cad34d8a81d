"""Where a memory network looked: a story with its supporting facts, the weight of each hop, the answer given and right.

In the manner of Sukhbaatar et al. 2015, Figure 2.
"""

import numpy as np

from . import style
from .errors import UnavailableError, UsageError
from .figure import Figure

LINE, TOP, BELOW = 0.2, 0.24, 0.72  # inches: a sentence, the room above the first and below the last
HOP = 0.55  # inches that the cell of a hop is wide
TEXT = 7.6  # points
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
    if "attention" not in trace.arrays:
        raise UnavailableError(f"{run.directory}: its model looks at no sentences, so there are no hops to be drawn")
    if not run.words:
        raise UnavailableError(f"{run.directory}: it has no vocabulary, so its words cannot be shown")
    index = steps.index(step) if step is not None else len(steps) - 1
    arrays = {name: array[index, example] for name, array in trace.arrays.items()}

    def text(numbers):
        return " ".join(run.words[int(number) - 1] for number in np.atleast_1d(numbers) if number > 0)

    sentences = [line for line in map(text, arrays["story"]) if line]
    attention = arrays["attention"][:, : len(sentences)].T  # [sentence, hop]
    used = np.flatnonzero(attention.any(axis=0))
    hops = int(used[-1]) + 1 if len(used) else 1  # a net that decides itself when to stop looks nowhere from then on
    attention = attention[:, :hops]
    figure = Figure(figsize=(style.WIDTH, style.HEADLINE + TOP + LINE * max(len(sentences), 1) + BELOW))
    rows = [("● " if arrays["support"][i] else "   ") + _cut(line) for i, line in enumerate(sentences)]
    words = max([style.text_width(row, TEXT) for row in rows], default=1) + 0.2
    axes = style.add_axes(figure, 0.1 + words, style.HEADLINE + TOP, HOP * hops, LINE * max(len(sentences), 1))
    axes.imshow(attention if len(sentences) else np.zeros((1, hops)), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(hops), [f"hop {hop + 1}" for hop in range(hops)])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(False)
    axes.set_yticks(range(len(rows)), rows, fontsize=TEXT, ha="left")
    axes.tick_params(axis="y", pad=72 * words)
    for (i, hop), weight in np.ndenumerate(attention):
        if weight >= 0.005:
            colour = "white" if weight > 0.55 else "black"
            axes.text(hop, i, f"{weight:.2f}", ha="center", va="center", fontsize=7, color=colour)
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
    figure.text(0.012, 0.12 / figure.get_figheight(), "● supporting fact", size=8, color=style.MUTED)
    figure.record_picture("attention", rows, np.arange(1, hops + 1), attention)
    detail = f"{style.describe(run)} · probe {trace.probe}, example {example}, step {steps[index]:,}"
    style.headline(figure, "Where each hop looked", detail)
    return figure


def _cut(line):
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
