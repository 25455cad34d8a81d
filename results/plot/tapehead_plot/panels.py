"""The panels of a picture of the heads: inputs, outputs, what is written and read, and where."""

import dataclasses

import numpy as np

from . import channels
from .errors import UsageError
from .slots import used_slots

MOST_HEADS = 4  # more than this are shown as one picture of their summed weights
OF_HEADS = ("read_weights", "write_weights", "add", "reads")


@dataclasses.dataclass
class Panel:
    title: str
    picture: np.ndarray  # [row, time]
    rows: str  # what a row is
    scale: str  # what a grey means
    limits: tuple
    name: str  # in tables
    series: list  # the rows' names in tables
    ticks: tuple = ()  # (position, label) of the y axis; the first and the last row when empty
    wrong: np.ndarray = None  # [row, time], outputs on the wrong side of one half
    note: str = ""  # what a reader has to know
    values: np.ndarray = None  # [row, time] for tables, where the picture shows something else
    height: float = 0.0  # inches that the labels of its rows need; 0: as its rows are


def count_heads(arrays):
    return max((arrays[name].shape[1] for name in OF_HEADS if name in arrays), default=0)


def chosen_heads(arrays, head):
    """The numbers of the heads to show.  Raises UsageError for a head that is not there."""
    heads = count_heads(arrays)
    if head is not None and not 0 <= head < heads:
        raise UsageError(
            f"--head {head}: " + (f"the heads are 0 to {heads - 1}" if heads else "the trace has no heads")
        )
    return list(range(heads)) if head is None else [head]


def panel_rows(task, arrays, chosen, read_and_answered=None):
    """Rows of a left and a right panel, either of which may be None, and the slots that are shown.

    Inputs and outputs are bits, or `read_and_answered`, two panels.
    """
    if read_and_answered:
        inputs, outputs = read_and_answered
        targets = None
    else:
        scored = channels.scored_steps(task, arrays)
        wrong = wrong_bits(arrays, scored)
        inputs = input_panel(task, arrays)
        targets = bits_panel(task, "Targets", arrays.get("target"), "target value")
        outputs = bits_panel(task, "Outputs", arrays.get("output"), "probability of a 1", wrong, scored)
    if not chosen:
        return [(panel, None) for panel in (inputs, targets, outputs) if panel], None

    several = len(chosen) > 1
    weights = {name: _weights_of(arrays.get(name), chosen) for name in ("write_weights", "read_weights")}
    pictures = [picture for found in weights.values() for picture in found.values()]
    slots = used_slots(pictures) if pictures else None
    rows = [(inputs, outputs)]
    if not several:
        of = f", head {chosen[0]}" if count_heads(arrays) > 1 else ""
        rows.append(
            (
                _vectors(f"Adds{of}", arrays.get("add"), chosen[0], "added value"),
                _vectors(f"Reads{of}", arrays.get("reads"), chosen[0], "read value"),
            )
        )
    # Beside "8 heads summed" the longer words would overrun the panel.
    titles = ("Writes", "Reads") if len(chosen) > MOST_HEADS else ("Write weights", "Read weights")
    for key in dict.fromkeys(key for found in weights.values() for key in found):
        of = f", {key}" if count_heads(arrays) > 1 else ""
        rows.append(
            tuple(
                _weights(f"{title}{of}", weights[name].get(key), slots)
                for title, name in zip(titles, ("write_weights", "read_weights"))
            )
        )
    return [row for row in rows if any(row)], slots


def wrong_bits(arrays, scored):
    """[row, time], outputs on the wrong side of one half in the scored steps; None when it cannot be told."""
    if scored is None or "output" not in arrays or "target" not in arrays:
        return None
    return (((arrays["output"] > 0.5) != (arrays["target"] > 0.5)) & scored[:, None]).T


def input_panel(task, arrays):
    array = arrays.get("input")
    if array is None:
        return None
    picture, note = channels.shown(task, array)
    names = channels.names(task, True, array.shape[1])
    limits = min(0.0, np.nanmin(picture)), max(1.0, np.nanmax(picture))
    ticks = channels.ticks(names)
    return Panel("Inputs", picture, "Bit", "input value", limits, "inputs", names, ticks, None, note, array.T)


def bits_panel(task, title, array, scale, wrong=None, scored=None):
    if array is None:
        return None
    picture, name = array.T, title.lower()
    names = channels.names(task, False, array.shape[1])
    if scored is not None:
        picture = np.where(scored, picture, np.nan)
    if wrong is not None:
        title += f": {int(wrong.sum()):,} of {scored.sum() * array.shape[1]:,} wrong"
    limits = min(0.0, np.nanmin(array)), max(1.0, np.nanmax(array))
    return Panel(title, picture, "Bit", scale, limits, name, names, channels.ticks(names), wrong)


def _vectors(title, array, head, scale):
    if array is None or head >= array.shape[1]:
        return None
    picture = array[:, head].T
    largest = _rounded_up(np.nanmax(np.abs(picture)))
    names = [f"element {number + 1}" for number in range(len(picture))]
    return Panel(title, picture, "Word element", scale, (-largest, largest), title.lower(), names)


def _rounded_up(value):
    """The next number of two significant digits, which reads well at the end of a scale; 1 for 0."""
    if not value > 0:
        return 1.0
    unit = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(np.ceil(value / unit - 1e-9) * unit)


def _weights_of(array, chosen):
    """Which heads -> their weights [time, slot]; many heads are one sum."""
    if array is None:
        return {}
    if len(chosen) > MOST_HEADS:
        return {f"{array.shape[1]} heads summed": array.sum(axis=1)}
    return {f"head {head}": array[:, head] for head in chosen if head < array.shape[1]}


def _weights(title, array, slots):
    if array is None:
        return None
    names = [f"slot {slot}" for slot in slots.order]
    top = max(1.0, _rounded_up(np.nanmax(array))) if np.nanmax(array) > 1.005 else 1.0
    return Panel(
        title, array.T[slots.order], "Memory slot", "weight", (0.0, top), title.lower(), names, slots.ticks()
    )  # fmt: skip
