"""What the heads did with one sequence, in the manner of Graves et al. 2014, Figure 6.

Left what goes in and is written, right what is read and comes out, time running along x in all panels.
"""

import numpy as np

from . import locations, ngrams, reading, style
from .errors import UnavailableError, UsageError
from .figure import Figure
from .panels import chosen_heads, panel_rows
from .reference import task_key, task_words

INCH_PER_ROW = 0.042  # of a picture's rows, between the limits below
LOWEST, HIGHEST = 1.2, 1.9
CROWDED = 4  # with more rows of panels than this none is higher than LOWEST
TITLE, BELOW = 0.36, 0.56  # inches above each panel, and below the last for its axis
LEFT, BAR, RIGHT = 0.68, 0.1, 0.52  # inches: room for the labels of a panel, the colour bar, its labels
WRONG_ONE, WRONG_ZERO = (1.0, 0.6, 0.2, 1.0), (0.6, 0.23, 0.0, 1.0)  # red, green, blue, opacity
UNSCORED = "#E9EEF5"


def head_picture(run, probe=None, example=0, head=None, step=None):
    """The figure of one example of one probe, of all heads or one, at a training step, the last by default."""
    if not run.probes:
        raise UnavailableError(
            f"{run.directory}: no traces are recorded yet\n"
            f"record them with: ./tapehead trace {run.directory}"
        )
    trace = run.trace(probe or run.probes[0])
    arrays, at = one_example(trace, example, step)
    task = run.config.get("task.name")
    chosen = chosen_heads(arrays, head)
    ends = None
    if reading.read_word_by_word(run, arrays):
        arrays = reading.up_to_answer(arrays)
        ends = reading.panels(run.words, arrays, _across(2 if chosen else 1))
    rows, slots = panel_rows(task, arrays, chosen, ends)
    detail = f"{style.describe(run)} · probe {trace.probe}, example {example}, step {at:,}"
    if task_key(task) == "ngrams" and ngrams.can_be_drawn(arrays):
        figure = ngrams.prediction_picture(run, trace.probe, arrays, rows[1:] if chosen else [], slots)
        style.headline(figure, f"Predictions on the {task_words(task)} task", detail)
        return figure
    spots = locations.location_panels(task, arrays, chosen, slots)
    figure = _figure(rows + ([spots] if spots else []), slots)
    title = ("Inputs and outputs" if slots is None else "Use of the memory") + (
        f" on the {task_words(task)} task" if task else ""
    )
    style.headline(figure, title, detail)
    return figure


def one_example(trace, example, step):
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


def _figure(rows, slots):
    columns = 2 if any(right for _, right in rows) else 1
    heights = [_height(row, HIGHEST if len(rows) <= CROWDED else LOWEST) for row in rows]
    notes = notes_of([panel for row in rows for panel in row if panel], slots)
    height = style.HEADLINE - 0.1 + sum(heights) + TITLE * len(rows) + BELOW + 0.16 * len(notes)
    height += 0.4 if isinstance(rows[-1][0] or rows[-1][1], locations.Scatter) else 0
    figure = Figure(figsize=(style.WIDTH, height))
    top = style.HEADLINE - 0.1
    for row, (pair, down) in enumerate(zip(rows, heights)):
        top += TITLE
        is_scatter = any(isinstance(panel, locations.Scatter) for panel in pair)
        top += 0.4 if is_scatter else 0  # the x axis of the pictures above
        for column, panel in enumerate(pair[:columns]):
            if panel:
                share, across = style.WIDTH / columns, _across(columns)
                axes = style.add_axes(figure, share * column + LEFT, top, across, down)
                if is_scatter:
                    locations.draw(figure, axes, panel)
                    _label_rows(axes)
                    continue
                bar = style.add_axes(figure, share * column + LEFT + across + 0.06, top, BAR, down)
                below = [later[column] for later in rows[row + 1 :]]
                draw_panel(figure, axes, bar, panel, with_time=not any(map(_is_picture, below)))
        top += down
    figure.text(0.012, 0.07 / height, "\n".join(notes), size=8, color=style.MUTED, va="bottom")
    return figure


def _across(columns):
    """Inches that each of so many panels beside one another is wide."""
    return style.WIDTH / columns - LEFT - BAR - RIGHT


def _height(panels, highest):
    labels = max((panel.height for panel in panels if _is_picture(panel)), default=0.0)
    return max(min(panel_height(panels), highest), labels)


def _is_picture(panel):
    return panel is not None and not isinstance(panel, locations.Scatter)


def panel_height(panels):
    pictures = [panel for panel in panels if _is_picture(panel)]
    return min(
        max(max((len(panel.picture) for panel in pictures), default=40) * INCH_PER_ROW, LOWEST), HIGHEST
    )


def notes_of(panels, slots):
    """What the reader of the picture has to know, a line each."""
    notes = [slots.sentence()] if slots is not None else []
    pictures = [panel for panel in panels if _is_picture(panel)]
    judged = [panel for panel in pictures if panel.wrong is not None]
    words = []
    if any(panel.wrong.any() for panel in judged):
        words.append("Orange: wrong bits, bright where a 1 stands for a 0, dark where a 0 stands for a 1.")
    if any(np.isnan(panel.picture).any() for panel in judged):
        words.append("Pale blue: steps that are not scored.")
    told = [panel.note for panel in pictures if panel.note]
    # Both sentences on wrong and unscored steps fill a line.
    return notes + ([" ".join(words)] if words else []) + [line for note in told for line in note.split("\n")]


def _label_rows(axes):
    axes.yaxis.set_label_coords(-(LEFT - 0.22) / axes.get_position().width / style.WIDTH, 0.5)


def draw_panel(figure, axes, bar_axes, panel, with_time, marks=7):
    """Draws a picture with its colour bar, where there is room for one, and notes its numbers in the figure."""
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
    _label_rows(axes)
    ticks = panel.ticks or ((0, "1"), (rows - 1, str(rows)))
    axes.set_yticks([position for position, _ in ticks], [label for _, label in ticks])
    axes.xaxis.set_major_locator(MaxNLocator(marks, integer=True, steps=[1, 2, 5, 10]))
    if with_time:
        axes.set_xlabel("Time step")
    else:
        axes.tick_params(labelbottom=False)
    values = panel.picture if panel.values is None else panel.values
    figure.record_picture(panel.name, panel.series, np.arange(steps), values)
    if bar_axes is not None:
        _draw_bar(figure, image, bar_axes, panel)


def _draw_bar(figure, image, axes, panel):
    low, high = panel.limits
    values = [low, 0, high] if low < 0 else [low, high]
    bar = figure.colorbar(image, cax=axes)
    bar.set_ticks(values, labels=[f"{value:.2g}".replace("-", "−") for value in values])
    bar.set_label(panel.scale.capitalize(), size=8)
    axes.yaxis.set_label_coords((BAR + 0.27) / BAR, 0.5)
    bar.outline.set_linewidth(0.5)
    axes.tick_params(labelsize=7.5, width=0.5, length=2)


def _wrong_cells(panel):
    """[row, time, rgba], clear where the bit is right."""
    picture = np.zeros((*panel.wrong.shape, 4))
    picture[panel.wrong & (panel.picture > 0.5)] = WRONG_ONE
    picture[panel.wrong & (panel.picture <= 0.5)] = WRONG_ZERO
    return picture
