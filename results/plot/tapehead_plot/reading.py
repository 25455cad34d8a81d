"""Stories that were read word by word: what was read, a row a word, and what was answered."""

import numpy as np

from .panels import Panel

MARKS = (".", "?", "-")
MOST_ANSWERS = 8
MOST_LABELS = 14  # beside a panel


def read_word_by_word(run, arrays):
    """Whether a trace is of words, as [time, channel] and [time, class]."""
    return bool(run.words) and "input" in arrays and arrays.get("target", arrays["input"]).ndim == 2


def up_to_answer(arrays):
    """The arrays, without the empty steps behind the last that is scored."""
    scored = np.flatnonzero(arrays["mask"].reshape(len(arrays["mask"])) > 0.5) if "mask" in arrays else []
    end = scored[-1] + 1 if len(scored) else len(arrays["input"])
    return {name: array[:end] for name, array in arrays.items()}


def panels(vocabulary, arrays):
    """What was read, its words in the order of their first appearance, and the answers thought likeliest."""
    names = [*vocabulary, *MARKS]
    heard = arrays["input"] > 0.5
    order = sorted(np.flatnonzero(heard.any(axis=0)), key=lambda channel: int(np.argmax(heard[:, channel])))
    read = _panel("Words read", arrays["input"][:, order].T, "input value", "inputs", [names[c] for c in order])
    if "output" not in arrays or "target" not in arrays:
        return read, None
    output, target = np.nan_to_num(arrays["output"][-1]), arrays["target"][-1]
    likely = list(np.argsort(-output, kind="stable")[:MOST_ANSWERS])
    right = int(np.argmax(target)) if target.any() else None
    if right is not None and right not in likely:
        likely[-1] = right
    title = f"Answer: {names[likely[0]]} ({output[likely[0]]:.2f})"
    if right != likely[0]:
        title += f"; right: {'none of the words' if right is None else names[right]}"
    picture = np.full((len(likely), len(arrays["output"])), np.nan)
    picture[:, -1] = output[likely]
    return read, _panel(title, picture, "probability", "outputs", [names[word] for word in likely])


def _panel(title, picture, scale, name, rows):
    every = -(-max(len(rows), 1) // MOST_LABELS)
    ticks = tuple((row, word) for row, word in enumerate(rows) if row % every == 0)
    note = "Pale blue: steps that are not scored." if np.isnan(picture).any() else ""
    return Panel(title, picture, "", scale, (0.0, 1.0), name, rows, ticks, None, note)
