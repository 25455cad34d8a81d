"""What the heads did with one sequence, in the manner of Graves et al. 2014, Figure 6.

Left what goes in and is written, right what is read and comes out, time running along x in all panels.
"""

import dataclasses

import numpy as np

from . import style
from .errors import UnavailableError, UsageError
from .slots import used_slots

INCH_PER_ROW = 0.042  # of a picture's rows, between the limits below
LOWEST, HIGHEST = 1.2, 1.9
TITLE, BELOW = 0.36, 0.56  # inches above each panel, and below the last for its axis
LEFT, BAR, RIGHT = 0.68, 0.1, 0.52  # inches: room for the labels of a panel, the colour bar, its labels
WRONG_ONE, WRONG_ZERO = (1.0, 0.6, 0.2, 1.0), (0.6, 0.23, 0.0, 1.0)  # red, green, blue, opacity
UNSCORED = "#E9EEF5"


@dataclasses.dataclass
class Panel:
    title: str
    picture: np.ndarray  # [row, time]
    rows: str  # what a row is
    scale: str  # what a grey means
    limits: tuple
    ticks: tuple = ()  # (position, label) of the y axis; its own choice when empty
    wrong: np.ndarray = None  # [row, time], outputs on the wrong side of one half


def head_picture(run, probe=None, example=0, head=None, step=None):
    """The figure of one example of one probe, of all heads or one, at a training step, the last by default."""
    if not run.probes:
        raise UnavailableError(
            f"{run.directory}: no traces are recorded yet\n"
            f"record them with: ./tapehead trace {run.directory}"
        )
    trace = run.trace(probe or run.probes[0])
    arrays, at = _one_example(run, trace, example, step)
    rows, slots = _rows(run, arrays, head)
    return _figure(run, trace.probe, example, at, rows, slots)


def _one_example(run, trace, example, step):
    """The arrays [time, …] of one example at one training step, cut to the steps the example has."""
    steps = [int(value) for value in trace.steps]
    if step is not None and step not in steps:
        raise UsageError(f"--step {step}: '{trace.probe}' was recorded at {', '.join(map(str, steps))}")
    index = steps.index(step) if step is not None else len(steps) - 1
    examples = min(array.shape[1] for array in trace.arrays.values())
    if not 0 <= example < examples:
        raise UsageError(f"--example {example}: '{trace.probe}' has the examples 0 to {examples - 1}")
    arrays = {name: array[index, example].astype(float) for name, array in trace.arrays.items()}
    longest = max(_known_steps(array) for array in arrays.values())
    return {name: array[:longest] for name, array in arrays.items()}, steps[index]


def _known_steps(array):
    """Time steps up to the last one that is not all NaN, the fill of shorter examples."""
    known = np.isfinite(array.reshape(len(array), -1)).any(axis=1)
    return int(np.flatnonzero(known)[-1]) + 1 if known.any() else 0


def _rows(run, arrays, head):
    """Rows of a left and a right panel, either of which may be None, and the slots that are shown."""
    heads = max(
        (
            arrays[name].shape[1]
            for name in ("read_weights", "write_weights", "add", "reads")
            if name in arrays
        ),
        default=0,
    )
    if head is not None and not 0 <= head < heads:
        raise UsageError(
            f"--head {head}: " + (f"the heads are 0 to {heads - 1}" if heads else "the trace has no heads")
        )
    chosen = range(heads) if head is None else [head]
    wrong, scored = _wrong_bits(run, arrays)
    inputs = _bits(run, "Inputs", arrays.get("input"), "input value")
    targets = _bits(run, "Targets", arrays.get("target"), "target value")
    outputs = _bits(run, "Outputs", arrays.get("output"), "probability of a 1", wrong, scored)
    if not heads:
        return [(panel, None) for panel in (inputs, targets, outputs) if panel], None

    weights = [
        arrays[name][:, h]
        for name in ("write_weights", "read_weights")
        if name in arrays
        for h in chosen
        if h < arrays[name].shape[1]
    ]
    slots = used_slots(weights) if weights else None
    rows = [(inputs, outputs)]
    for h in chosen:
        of = f", head {h}" if heads > 1 else ""
        rows.append(
            (
                _vectors(f"Adds{of}", arrays.get("add"), h, "added value"),
                _vectors(f"Reads{of}", arrays.get("reads"), h, "read value"),
            )
        )
        rows.append(
            (
                _weights(f"Write weights{of}", arrays.get("write_weights"), h, slots),
                _weights(f"Read weights{of}", arrays.get("read_weights"), h, slots),
            )
        )
    return [row for row in rows if any(row)], slots


def _scored_steps(run, arrays):
    """[time], whether the loss counts there: the recorded mask, or for copy all that follows the end flag."""
    if "mask" in arrays:
        return arrays["mask"].reshape(len(arrays["mask"])) > 0.5
    if run.config.get("task.name") == "copy" and "input" in arrays:
        flags = np.flatnonzero(arrays["input"][:, -1] > 0.5)
        if flags.size:
            return np.arange(len(arrays["input"])) > flags[0]
    return None


def _wrong_bits(run, arrays):
    scored = _scored_steps(run, arrays)
    if scored is None or "output" not in arrays or "target" not in arrays:
        return None, scored
    wrong = (arrays["output"] > 0.5) != (arrays["target"] > 0.5)
    return (wrong & scored[:, None]).T, scored


def _bits(run, title, array, scale, wrong=None, scored=None):
    if array is None:
        return None
    picture, count = array.T, array.shape[1]
    ticks = [(0, "1"), (count - 1, str(count))]
    if title == "Inputs" and run.config.get("task.name") == "copy" and count > 2:
        ticks = [(0, "1"), (count - 3, str(count - 2)), (count - 2, "start"), (count - 1, "end")]
    if scored is not None:
        picture = np.where(scored, picture, np.nan)
        title += (
            f" ({int(wrong.sum()):,} of {scored.sum() * count:,} bits wrong)" if wrong is not None else ""
        )
    low, high = min(0.0, np.nanmin(array)), max(1.0, np.nanmax(array))
    return Panel(title, picture, "Bit", scale, (low, high), tuple(ticks), wrong)


def _vectors(title, array, head, scale):
    if array is None or head >= array.shape[1]:
        return None
    picture = array[:, head].T
    largest = _rounded_up(np.nanmax(np.abs(picture)))
    return Panel(title, picture, "Word element", scale, (-largest, largest))


def _rounded_up(value):
    """The next number of two significant digits, which reads well at the end of a scale; 1 for 0."""
    if not value > 0:
        return 1.0
    unit = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(np.ceil(value / unit - 1e-9) * unit)


def _weights(title, array, head, slots):
    if array is None or head >= array.shape[1]:
        return None
    return Panel(title, array[:, head].T[slots.order], "Memory slot", "weight", (0.0, 1.0), slots.ticks())


def _figure(run, probe, example, step, rows, slots):
    from matplotlib.figure import Figure

    columns = 2 if any(right for _, right in rows) else 1
    heights = [
        min(max(max(len(panel.picture) for panel in row if panel) * INCH_PER_ROW, LOWEST), HIGHEST)
        for row in rows
    ]
    notes = _notes(rows, slots)
    height = style.HEADLINE - 0.1 + sum(heights) + TITLE * len(rows) + BELOW + 0.16 * len(notes)
    figure = Figure(figsize=(style.WIDTH, height))
    top = style.HEADLINE - 0.1
    for row, (pair, down) in enumerate(zip(rows, heights)):
        top += TITLE
        for column, panel in enumerate(pair[:columns]):
            if panel:
                share = style.WIDTH / columns
                across = share - LEFT - BAR - RIGHT
                axes = style.add_axes(figure, share * column + LEFT, top, across, down)
                bar = style.add_axes(figure, share * column + LEFT + across + 0.06, top, BAR, down)
                _draw(figure, axes, bar, panel, with_time=all(not later[column] for later in rows[row + 1 :]))
        top += down
    figure.text(0.012, 0.07 / height, "\n".join(notes), size=8, color=style.MUTED, va="bottom")
    task = f" on the {run.config['task.name']} task" if "task.name" in run.config else ""
    style.headline(
        figure,
        ("Inputs and outputs" if slots is None else "Use of the memory") + task,
        f"{style.describe(run)} · probe {probe}, example {example}, step {step:,}",
    )
    return figure


def _notes(rows, slots):
    """What the reader of the picture has to know, a line each."""
    notes = [slots.sentence()] if slots is not None else []
    judged = [panel for pair in rows for panel in pair if panel and panel.wrong is not None]
    words = []
    if any(panel.wrong.any() for panel in judged):
        words.append("Orange: wrong bits, bright where a 1 stands for a 0, dark where a 0 stands for a 1.")
    if any(np.isnan(panel.picture).any() for panel in judged):
        words.append("Pale blue: steps that are not scored.")
    return notes + ([" ".join(words)] if words else [])


def _draw(figure, axes, bar_axes, panel, with_time):
    from matplotlib.ticker import MaxNLocator

    rows, steps = panel.picture.shape
    axes.set_facecolor(UNSCORED)
    axes.grid(False)
    extent = (-0.5, steps - 0.5, rows - 0.5, -0.5)
    image = axes.imshow(
        panel.picture,
        cmap="gray",
        vmin=panel.limits[0],
        vmax=panel.limits[1],
        aspect="auto",
        interpolation="nearest",
        extent=extent,
    )
    if panel.wrong is not None and panel.wrong.any():
        axes.imshow(_wrong_cells(panel), aspect="auto", interpolation="nearest", extent=extent)
    for side in ("top", "right"):
        axes.spines[side].set_visible(True)
    axes.set_title(panel.title)
    axes.set_ylabel(panel.rows)
    axes.yaxis.set_label_coords(-(LEFT - 0.22) / axes.get_position().width / style.WIDTH, 0.5)
    ticks = panel.ticks or ((0, "1"), (rows - 1, str(rows)))
    axes.set_yticks([position for position, _ in ticks], [label for _, label in ticks])
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True, steps=[1, 2, 5, 10]))
    if with_time:
        axes.set_xlabel("Time step")
    else:
        axes.tick_params(labelbottom=False)

    low, high = panel.limits
    values = [low, 0, high] if low < 0 else [low, high]
    bar = figure.colorbar(image, cax=bar_axes)
    bar.set_ticks(values, labels=[f"{value:.2g}".replace("-", "−") for value in values])
    bar.set_label(panel.scale.capitalize(), size=8)
    bar_axes.yaxis.set_label_coords((BAR + 0.27) / BAR, 0.5)
    bar.outline.set_linewidth(0.5)
    bar_axes.tick_params(labelsize=7.5, width=0.5, length=2)


def _wrong_cells(panel):
    """[row, time, rgba], clear where the bit is right."""
    picture = np.zeros((*panel.wrong.shape, 4))
    picture[panel.wrong & (panel.picture > 0.5)] = WRONG_ONE
    picture[panel.wrong & (panel.picture <= 0.5)] = WRONG_ZERO
    return picture
