"""Where priority sort writes and reads, against the priority: Graves et al. 2014, Figure 17.

The paper finds that a vector's priority decides where it is written, nearly linearly, so that reading along the
slots gives the vectors in order. Here each point is one vector: written when it was shown, read when it was said.
"""

import dataclasses

import numpy as np

from .channels import flag_step
from .reference import task_key


@dataclasses.dataclass
class Scatter:
    title: str
    x: np.ndarray
    y: np.ndarray  # positions among the shown slots
    line: tuple  # slope and intercept of the straight line with the least squares, None for too few points
    ticks: tuple  # of the y axis
    rows: int  # slots shown
    name: str
    slots: np.ndarray  # what y stands for


def location_panels(task, arrays, chosen, slots):
    """The panels of write and read locations for priority sort; None for other tasks."""
    if task_key(task) != "priority-sort" or slots is None or "input" not in arrays:
        return None
    flag = flag_step(arrays["input"])
    if not flag:
        return None
    priorities = arrays["input"][:flag, -2]
    said = min(len(priorities), len(arrays["input"]) - flag - 1)
    falling = np.sort(priorities)[::-1][:said]
    write = _scatter("Write location", arrays.get("write_weights"), chosen, slots, priorities, 0)
    read = _scatter("Read location", arrays.get("read_weights"), chosen, slots, falling, flag + 1)
    return (write, read) if write or read else None


def _scatter(title, weights, chosen, slots, priorities, first):
    """The slot of the largest summed weight at each step from `first` on, against that step's priority."""
    if weights is None or not len(priorities):
        return None
    summed = weights[:, [head for head in chosen if head < weights.shape[1]]].sum(axis=1)  # [time, slot]
    at = np.argmax(summed[first : first + len(priorities), slots.order], axis=1)
    line = None
    if len(np.unique(priorities)) > 2:
        line = np.polyfit(priorities, at, 1)
        spread = np.sum((at - at.mean()) ** 2)
        left = np.sum((at - np.polyval(line, priorities)) ** 2)
        title += f" (linear: R² = {1 - left / spread:.2f})" if spread else ""
    name = title.split(" (")[0].lower()
    return Scatter(title, priorities, at, line, slots.ticks(), len(slots.order), name, slots.order[at])


def draw(figure, axes, panel):
    axes.plot(panel.x, panel.y, "o", color="#0072B2", markersize=4, zorder=3)
    if panel.line is not None:
        ends = np.array([-1.0, 1.0])
        axes.plot(ends, np.polyval(panel.line, ends), color="#595959", linewidth=0.9, zorder=2)
    axes.set_title(panel.title)
    axes.set_xlim(-1.08, 1.08)
    axes.set_ylim(panel.rows - 0.5, -0.5)
    axes.set_yticks([position for position, _ in panel.ticks], [label for _, label in panel.ticks])
    axes.set_xlabel("Priority of the vector")
    axes.set_ylabel("Memory slot")
    figure.record(panel.name, "slot of the largest weight", panel.x, panel.slots)
