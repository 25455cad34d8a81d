"""Which slots of a memory a picture shows: the shortest arc around their circle that holds those in use."""

import dataclasses

import numpy as np

USED = 0.1  # a slot is used when some weight on it reaches this share of the largest weight
MARGIN = 2  # slots shown on either side of the used ones


@dataclasses.dataclass
class Slots:
    order: np.ndarray  # slot numbers, from top to bottom
    total: int

    def ticks(self):
        """(position, slot number) at round numbers, six of them at the most."""
        apart = next(
            step for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 10**9) if len(self.order) / step <= 6
        )
        at = [position for position, slot in enumerate(self.order) if slot % apart == 0]
        crowded = {
            before for before, after in zip(at, at[1:]) if after - before < apart
        }  # where the circle closes
        return tuple((position, str(self.order[position])) for position in at if position not in crowded)

    def sentence(self):
        if len(self.order) == self.total:
            return f"All {self.total} slots are shown."
        around = " (around the circle)" if self.order[0] > self.order[-1] else ""
        return (
            f"Slots {self.order[0]} to {self.order[-1]} of {self.total}{around}: weights elsewhere are below "
            f"{USED:.0%} of the largest."
        )


def used_slots(weights):
    """The slots to show for weights, a list of [time, slot] of the same memory.

    Shifts are circular, so an arc may run over the last slot to the first.
    """
    peak = np.max([np.nanmax(array, axis=0) for array in weights], axis=0)  # [slot]
    total = len(peak)
    used = np.flatnonzero(peak >= USED * peak.max())
    gaps = np.diff(np.r_[used, used[0] + total])  # from each used slot on to the next
    widest = int(np.argmax(gaps))
    first, last = used[(widest + 1) % len(used)], used[widest]
    span = (last - first) % total + 1 + 2 * MARGIN
    if span >= total:
        return Slots(np.arange(total), total)
    return Slots((first - MARGIN + np.arange(span)) % total, total)
