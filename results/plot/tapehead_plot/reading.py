"""Stories that were read word by word: what was read, a row a word, and what was answered."""

import numpy as np

from . import style
from .panels import Panel

MARKS = (".", "?", "-")
MOST_ANSWERS = 8
MOST_LABELS = 30  # beside a panel
LABEL = 0.13  # inches that a line of a label is high
LABEL_SIZE, TITLE_SIZE = style.RC["ytick.labelsize"], style.RC["axes.titlesize"]  # points
WIDEST = 0.56  # inches of a label, beside a panel
GAP = 0.6  # of a line, between labels of several
NONE = "none of the words"


def read_word_by_word(run, arrays):
    """Whether a trace is of words, as [time, channel] and [time, class]."""
    return bool(run.words) and "input" in arrays and arrays.get("target", arrays["input"]).ndim == 2


def up_to_answer(arrays):
    """The arrays, without the empty steps behind the last that is scored."""
    return {name: array[: _scored(arrays)[-1] + 1] for name, array in arrays.items()}


def panels(vocabulary, arrays, across):
    """What was read, its words in the order of their first appearance, and the answers thought likeliest.

    The panels are `across` inches wide.
    """
    names = [*vocabulary, *MARKS]
    heard = arrays["input"] > 0.5
    order = sorted(np.flatnonzero(heard.any(axis=0)), key=lambda channel: int(np.argmax(heard[:, channel])))
    read = _panel("Words read", arrays["input"][:, order].T, "input value", "inputs", [names[c] for c in order])
    if "output" not in arrays or "target" not in arrays:
        return read, None
    output, target = np.nan_to_num(arrays["output"]), np.nan_to_num(arrays["target"])
    steps = _scored(arrays)
    if len(steps) == 1:
        told, likely = _answer(names, output[steps[0]], target[steps[0]])
    else:
        told, likely = _answers(names, output, target, steps)
    title, note = _fitted(told, across)
    picture = np.full((len(likely), len(output)), np.nan)
    picture[:, steps] = output[steps][:, likely].T
    return read, _panel(title, picture, "probability", "outputs", [names[word] for word in likely], note)


def _scored(arrays):
    if "mask" not in arrays:
        return np.array([len(arrays["input"]) - 1])
    return np.flatnonzero(arrays["mask"].reshape(len(arrays["mask"])) > 0.5)


def _answer(names, output, target):
    """One answer: what to say of it, and its likeliest words, with the right one."""
    likely = list(np.argsort(-output, kind="stable")[:MOST_ANSWERS])
    right = int(np.argmax(target)) if target.any() else None
    if right is not None and right not in likely:
        likely[-1] = right
    title = f"Answer: {names[likely[0]]} ({output[likely[0]]:.2f})"
    if right != likely[0]:
        title += f"; right: {NONE if right is None else names[right]}"
    return title, likely


def _answers(names, output, target, steps):
    """Several: how many are right, or both of one of several words, and all words that are given or right.

    Steps in a row are one answer.
    """
    given = output[steps].argmax(axis=1)
    right = np.where(target[steps].any(axis=1), target[steps].argmax(axis=1), -1)  # -1: none of the words
    correct = given == right
    begins = np.flatnonzero(np.diff(steps, prepend=steps[0] - 2) > 1)
    all_right = np.logical_and.reduceat(correct, begins)
    words = list(dict.fromkeys(int(word) for pair in zip(right, given) for word in pair if word >= 0))
    if len(all_right) == 1:
        title = "Answer: " + ", ".join(names[word] for word in given)
        wanted = ", ".join(names[word] if word >= 0 else NONE for word in right)
        return title + ("" if all_right[0] else f"; right: {wanted}"), words
    return f"Answers: {all_right.sum()} of {len(all_right)} right", words


def _fitted(told, across):
    """A title no wider than the panel, of one line or two, and a note that has what is told where neither will do."""
    for title in (told, told.replace("; right", ";\nright")):
        if all(style.text_width(line, TITLE_SIZE, "bold") <= across for line in title.split("\n")):
            return title, ""
    return f"Answer: {'wrong' if '; right' in told else 'right'}", f"{told}."


def _label(word):
    """A word beside its row; an answer of several has a line for each, and what is too wide is cut."""
    if style.text_width(word, LABEL_SIZE) > WIDEST:
        word = word.replace(",", ",\n")
    return "\n".join(map(_cut, word.split("\n")))


def _cut(line):
    if style.text_width(line, LABEL_SIZE) <= WIDEST:
        return line
    while line and style.text_width(line + "…", LABEL_SIZE) > WIDEST:
        line = line[:-1]
    return line + "…"


def _panel(title, picture, scale, name, rows, told=""):
    every = -(-max(len(rows), 1) // MOST_LABELS)
    ticks = tuple((row, _label(word)) for row, word in enumerate(rows) if row % every == 0)
    unscored = "Pale blue: steps that are not scored." if np.isnan(picture).any() else ""
    note = "\n".join(filter(None, (told, unscored)))
    more = max((label.count("\n") for _, label in ticks), default=0)
    height = LABEL * len(ticks) * (1 + more + (GAP if more else 0))
    return Panel(title, picture, "", scale, (0.0, 1.0), name, rows, ticks, None, note, height=height)
