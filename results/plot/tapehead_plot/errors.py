"""Errors a user can cause, each with the exit code of the program (as framework/tensor/error.hpp)."""


class PlotError(Exception):
    """Base of every error that is shown as one message."""

    code = 1


class UsageError(PlotError):
    """A wrong command line."""

    code = 2


class DataError(PlotError):
    """A run that is missing, damaged or not ours."""

    code = 65


def no_such_run(path):
    return DataError(f"{path}: no such run\nlist the runs with: find results/runs -name run.h5")


class UnavailableError(PlotError):
    """The run is sound but does not hold what the figure shows."""

    code = 69


class IoError(PlotError):
    """A figure that could not be written."""

    code = 74
