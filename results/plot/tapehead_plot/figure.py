"""A figure that remembers the numbers it shows, so that they can be had as a table."""

import csv

import matplotlib.figure
import numpy as np

from .files import write_whole

COLUMNS = ("panel", "series", "x", "y", "low", "high", "n")


class Figure(matplotlib.figure.Figure):
    """matplotlib's figure with `drawn`: rows (panel, series, x, y, low, high, n) in the order of drawing."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.drawn = []

    def record(self, panel, series, x, y, low=None, high=None, n=1):
        """Notes a line: x and y [point], its band low and high [point], and n, the seeds behind a point."""
        x, y = np.atleast_1d(x), np.atleast_1d(y)
        absent = np.full(len(x), np.nan)
        low, high = (absent if band is None else np.atleast_1d(band) for band in (low, high))
        for row in zip(x, y, low, high, np.broadcast_to(n, len(x))):
            self.drawn.append((panel, series, *row))

    def record_picture(self, panel, series, x, picture):
        """Notes a picture [row, column]: a series for each row, x the position of each column."""
        for name, values in zip(series, picture):
            self.record(panel, name, x, values)


def write_csv(figure, path):
    """Writes what was drawn as one tidy table; a band that a line does not have, and NaN, are left empty."""

    def write(part):
        with open(part, "w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            table.writerows(
                [panel, series, *map(_number, numbers)] for panel, series, *numbers in figure.drawn
            )

    return write_whole(path, "the table", write)


def _number(value):
    """The shortest text that reads back as the same number; nothing for NaN."""
    value = float(value)
    if np.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
