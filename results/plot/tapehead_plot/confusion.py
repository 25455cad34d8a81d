"""The answers given to questions about stories against the right ones: a confusion matrix, most frequent answers first."""

import numpy as np

from . import style
from .errors import UnavailableError, UsageError
from .figure import Figure

MOST = 30  # answers drawn, if nothing else is asked for
WIDEST, NARROWEST, ACROSS = 0.3, 0.1, 4.8  # inches: a cell, and all of them where they have room
SMALLEST_WITH_NUMBERS = 0.19  # inches: a cell that its count is written into
LONGEST = 26  # characters of an answer that is not cut
OTHERS = "others"


def confusion_matrix(counts, most):
    """Answers in the order of their questions, and how often each was given where each was right.

    `counts` are the columns of /answers/<set>. Beyond `most` answers the last row and column are those of all others,
    None among the answers.  Returns (answers, matrix [right, given], right among the others).
    """
    right, given, count = (np.asarray(counts[name]) for name in ("right_answer", "answer", "count"))
    asked, told = {}, {}
    for totals, answers in ((asked, right), (told, given)):
        for answer, n in zip(answers.tolist(), count.tolist()):
            totals[answer] = totals.get(answer, 0) + n
    order = sorted(asked.keys() | told.keys(), key=lambda word: (-asked.get(word, 0), -told.get(word, 0), word))
    shown = order[:most] if len(order) > most + 1 else order  # one alone needs no name for others
    size = len(shown) + (len(shown) < len(order))
    place = {word: min(i, len(shown)) for i, word in enumerate(order)}
    matrix = np.zeros((size, size), dtype=np.int64)
    rows, columns = ([place[word] for word in answers.tolist()] for answers in (right, given))
    np.add.at(matrix, (rows, columns), count)
    answers = shown + [None] * (size - len(shown))
    # A word that the net does not know, 0, is never answered rightly.
    hits = int(count[(np.array(rows) == len(shown)) & (right == given) & (right > 0)].sum())
    return answers, matrix, hits


def confusion_figure(run, name, most=None):
    """The figure of one set of answers.  Raises UsageError, UnavailableError."""
    most = MOST if most is None else most
    if most < 1:
        raise UsageError(f"--most {most}: expected 1 or more")
    counts, step = run.answers(name)
    if not run.words:
        raise UnavailableError(f"{run.directory}: it has no vocabulary, so its words cannot be shown")
    answers, matrix, hits = confusion_matrix(counts, most)
    different = len(set(counts["right_answer"].tolist()) | set(counts["answer"].tolist()))
    labels = [_label(run, answer, different - len(answers) + 1) for answer in answers]
    correct = np.diag(matrix).copy()
    for i, answer in enumerate(answers):
        correct[i] = hits if answer is None else 0 if answer == 0 else correct[i]

    cell = float(np.clip(ACROSS / len(answers), NARROWEST, WIDEST))
    side = cell * len(answers)
    size = min(8.0, 72 * cell * 0.8)
    words = max(style.text_width(label, size) for label in labels) + 0.12
    left, top = 0.42 + words, style.HEADLINE + 0.12
    figure = Figure(figsize=(max(style.WIDTH, left + side + 1.1), top + side + words + 0.5))
    axes = style.add_axes(figure, left, top, side, side)
    totals = matrix.sum(axis=1)
    # The square root, so that a hundredth can be told from nothing.
    shares = np.sqrt(matrix / np.maximum(totals, 1)[:, None])
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.grid(False)
    axes.tick_params(length=0)
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=size)
    axes.set_yticks(range(len(labels)), labels, fontsize=size)
    axes.set_xlabel("answer given")
    axes.set_ylabel("right answer")
    _write_shares(axes, correct, totals, size)
    if cell >= SMALLEST_WITH_NUMBERS:
        _write_counts(axes, matrix, totals, min(7.0, 72 * cell / 2.6))
    figure.record_picture("answers", labels, np.arange(1, len(labels) + 1), matrix)
    asked = int(totals.sum())
    title = f"Answers to {name.replace('_', ' ')} questions: {int(correct.sum()):,} of {asked:,} right"
    detail = f"{style.describe(run)} · step {step:,} · the darker, the more of its row"
    style.headline(figure, title, detail)
    return figure


def _label(run, answer, others):
    if answer is None:
        return f"{OTHERS} ({others})"
    if answer == 0:
        return "(unknown word)"
    word = run.words[answer - 1]
    return word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"


def _write_shares(axes, correct, totals, size):
    """Behind each row, how many of its questions are answered rightly."""
    for row, (right, total) in enumerate(zip(correct, totals)):
        if total:
            axes.annotate(
                f"{right:,} of {total:,}",
                (1, row),
                xycoords=("axes fraction", "data"),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=min(7.0, size),
                color=style.MUTED,
            )


def _write_counts(axes, matrix, totals, size):
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            colour = "white" if count > 0.3 * totals[row] else "black"
            axes.text(column, row, f"{count}", ha="center", va="center", fontsize=_fitting(count, size), color=colour)


def _fitting(count, size):
    return size * min(1, 3 / len(str(count)))
