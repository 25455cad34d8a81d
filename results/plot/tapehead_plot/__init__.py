"""Reads Tapehead's run files and draws them.

In a notebook:

    import sys; sys.path.insert(0, "results/plot")
    from tapehead_plot import open_run

    run = open_run("results/runs/demo/2024-01-01T000000Z-s1")
    run.metrics["eval"]["loss"]      # numpy array, bits per sequence
    run.config["memory.slots"]       # every setting, typed
    run.trace("length_20")           # named arrays with their axes
"""

from .errors import DataError, IoError, PlotError, UnavailableError, UsageError
from .run import Run, Trace, open_run

__all__ = ["DataError", "IoError", "PlotError", "Run", "Trace", "UnavailableError", "UsageError", "open_run"]
