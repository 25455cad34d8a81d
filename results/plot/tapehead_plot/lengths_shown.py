"""One picture of all lengths, target above output: Graves et al. 2014, Figure 4."""

import re

import numpy as np

from . import channels, reference, style
from .errors import UnavailableError
from .figure import Figure
from .heads import draw_panel, notes_of, one_example
from .panels import bits_panel, wrong_bits

PROBES = "figure-4"  # stands for the traces below
PATTERN = re.compile(r"figure-4-length-(\d+)")
LEFT, RIGHT, GAP = 0.52, 0.15, 0.45  # inches: beside the pictures and between them
LONGEST = 0.046  # inches that a time step takes at the most
NARROWEST = 0.45  # inches that a pair takes at the least
DOWN, BETWEEN = 0.52, 0.09  # inches: height of a picture, room between target and output
ABOVE, BELOW = 0.62, 0.55  # inches: for the title of a pair, for its axis


def lengths_shown(run):
    """Length -> name of its trace, by length."""
    found = {int(match[1]): name for name in run.probes if (match := PATTERN.fullmatch(name))}
    return dict(sorted(found.items()))


def lengths_picture(run, example=0, step=None):
    """The figure of the traces figure-4-length-N.  Raises UnavailableError when there are none."""
    shown = lengths_shown(run)
    if not shown:
        raise UnavailableError(
            f"{run.directory}: no traces of the paper's Figure 4 are recorded\n"
            f"record them with: ./tapehead trace {run.directory}"
        )
    task, pairs, at = run.config.get("task.name"), [], 0
    for length, name in shown.items():
        arrays, at = one_example(run.trace(name), example, step)
        scored = channels.scored_steps(task, arrays)
        if scored is None:
            scored = np.ones(len(arrays["output"]), bool)
        arrays = {key: arrays[key][scored] for key in ("target", "output")}
        wrong = wrong_bits(arrays, np.ones(scored.sum(), bool))
        target = bits_panel(task, "Target", arrays["target"], "")
        output = bits_panel(task, "Output", arrays["output"], "", wrong, np.ones(scored.sum(), bool))
        pairs.append((length, target, output, wrong))
    published = reference.shown_wrong_bits() if reference.task_key(task) == "copy" else {}
    figure = _figure(pairs, published)
    beside = f" · paper: one NTM of {reference.PAPER}, Figure 4" if published else ""
    style.headline(
        figure,
        f"Length generalisation on the {reference.task_words(task)} task",
        f"{style.describe(run)}{beside}",
    )
    return figure


def _figure(pairs, published):
    steps = max(target.picture.shape[1] for _, target, _, _ in pairs)
    scale = min(LONGEST, (style.WIDTH - LEFT - RIGHT) / steps)  # inches a step
    rows = _rows(pairs, scale)
    notes = notes_of([output for _, _, output, _ in pairs], None)
    height = (
        style.HEADLINE - 0.15 + len(rows) * (ABOVE + 2 * DOWN + BETWEEN + BELOW) + 0.1 + 0.17 * len(notes)
    )
    figure = Figure(figsize=(style.WIDTH, height))
    top = style.HEADLINE - 0.15
    for row in rows:
        top += ABOVE
        left = LEFT
        for number, (length, target, output, wrong) in enumerate(row):
            across = scale * target.picture.shape[1]
            upper = style.add_axes(figure, left, top, across, DOWN)
            lower = style.add_axes(figure, left, top + DOWN + BETWEEN, across, DOWN)
            for axes, panel in ((upper, target), (lower, output)):
                panel.name = f"{panel.name}, length {length}"
                draw_panel(figure, axes, None, panel, with_time=False, marks=max(int(across / 0.35), 1))
                axes.set_title("")
                axes.set_yticks([])
                axes.set_ylabel(panel.name.split(",")[0].capitalize() if number == 0 else "")
                axes.yaxis.set_label_coords(-0.1 / across, 0.5)
            upper.tick_params(bottom=False)
            lower.tick_params(labelbottom=True)
            lower.set_xlabel("Vector")
            _title(figure, left, top, length, wrong, published.get(length))
            figure.record("wrong bits", "ours", length, wrong.sum())
            if length in published:
                figure.record("wrong bits", "paper", length, published[length])
            left += max(across, NARROWEST) + GAP
        top += 2 * DOWN + BETWEEN + BELOW
    figure.text(0.012, 0.07 / height, "\n".join(notes), size=8, color=style.MUTED, va="bottom")
    return figure


def _rows(pairs, scale):
    """The pairs in rows of a page's width, in their order."""
    rows, used = [], np.inf
    for pair in pairs:
        across = max(scale * pair[1].picture.shape[1], NARROWEST)
        if used + across > style.WIDTH - RIGHT + 1e-6:
            rows.append([])
            used = LEFT
        rows[-1].append(pair)
        used += across + GAP
    return rows


def _title(figure, left, top, length, wrong, published):
    across, down = figure.get_size_inches()
    figure.text(
        left / across, 1 - (top - 0.33) / down, f"Length {length}", size=9, weight="bold", va="bottom"
    )
    text = f"{int(wrong.sum()):,} of {wrong.size:,} wrong"
    text += f"\npaper: {published:,}" if published is not None else ""
    figure.text(left / across, 1 - (top - 0.06) / down, text, size=7.5, va="bottom", linespacing=1.15)
