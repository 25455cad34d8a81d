"""What the rows of a task's inputs and targets are, and how rows that are not bits are shown beside bits."""

import numpy as np

from .reference import task_key

# Rows below the bits of a vector, as the headers in tasks/ have them.
BELOW_INPUTS = {
    "copy": ("start", "end"),
    "reverse": ("start", "end"),
    "sort": ("start", "end"),
    "add": ("plus", "equals"),
    "repeat-copy": ("start", "count"),
    "associative-recall": ("item", "query"),
    "priority-sort": ("priority", "flag"),
}
BELOW_TARGETS = {"repeat-copy": ("end",)}
ANSWER_AFTER_LAST_FLAG = ("copy", "reverse", "sort", "add", "priority-sort")
GREY_PRIORITY = "Priority: black −1, white 1."


def names(task, inputs, count):
    """A name for each of `count` rows: bits by their number from 1, then what is below them."""
    below = (BELOW_INPUTS if inputs else BELOW_TARGETS).get(task_key(task), ())
    below = below if count > len(below) else ()
    return [f"bit {number + 1}" for number in range(count - len(below))] + list(below)


def ticks(row_names):
    """(position, label) for an axis: the first and the last bit, and all that is below them."""
    bits = sum(name.startswith("bit ") for name in row_names)
    marked = sorted({0, bits - 1} if bits else ()) + list(range(bits, len(row_names)))
    return tuple((row, row_names[row].removeprefix("bit ")) for row in marked)


def shown(task, array):
    """Inputs [time, row] as a picture [row, time] of 0 to 1, and what a reader has to know of it.

    The count of repeat copy may be negative: its step is marked, and the number is told. Priorities,
    -1 to 1, have a scale of their own.
    """
    picture, row_names = array.T.copy(), names(task, True, array.shape[1])
    note = ""
    if "count" in row_names:
        row = row_names.index("count")
        told = np.flatnonzero(np.nan_to_num(picture[row]))
        if told.size:
            note = f"Count: {picture[row, told[0]]:.2f}.".replace("-", "−")
            picture[row] = np.where(np.isfinite(picture[row]), (picture[row] != 0).astype(float), np.nan)
    if "priority" in row_names:
        row, end = row_names.index("priority"), flag_step(array)
        if end is not None:
            picture[row, :end] = (picture[row, :end] + 1) / 2
            note = GREY_PRIORITY
    return picture, note


def flag_step(array):
    """The step at which the last input row is first set; None when it never is."""
    flags = np.flatnonzero(array[:, -1] > 0.5)
    return int(flags[0]) if flags.size else None


def scored_steps(task, arrays):
    """[time], whether the loss counts there: the recorded mask, or all that follows the last flag."""
    if "mask" in arrays:
        return arrays["mask"].reshape(len(arrays["mask"])) > 0.5
    if task_key(task) in ANSWER_AFTER_LAST_FLAG and "input" in arrays:
        flag = flag_step(arrays["input"])
        if flag is not None:
            return np.arange(len(arrays["input"])) > flag
    return None
