"""Several runs as one line: groups by a setting, and their median with the interquartile band."""

import difflib
from pathlib import Path

import numpy as np

from .errors import UsageError

AGREED = 1e-9  # relative difference up to which two runs have the same value: rounding, no other sequences


def value_of(run, key):
    """The value of a setting of a run, or of its preset or seed.  None when the run has no such setting."""
    special = {"preset": run.preset, "seed": run.seed, "status": run.status}
    return special[key] if key in special else run.config.get(key)


def group(runs, key):
    """Value -> runs, in the order of values.  Raises UsageError for a key that no run has."""
    if all(value_of(run, key) is None for run in runs):
        known = sorted({"preset", "seed", "status"}.union(*(run.config for run in runs)))
        near = difflib.get_close_matches(key, known, n=1, cutoff=0)
        raise UsageError(f"--group-by {key}: no run has this setting; did you mean {near[0]}?")
    groups = {}
    for run in runs:
        value = value_of(run, key)
        groups.setdefault("(not set)" if value is None else value, []).append(run)
    return dict(sorted(groups.items(), key=lambda item: (isinstance(item[0], str), item[0])))


def names_of(runs):
    """What tells each run from the others: preset and seed; the directory too, or as much of it as it takes, where
    that is not enough."""
    plain = [f"{run.preset}, seed {run.seed}" for run in runs]
    paths = [run.directory.resolve() for run in runs]
    names = []
    for name, path in zip(plain, paths):
        alike = [other for other_name, other in zip(plain, paths) if other_name == name]
        if len(alike) > 1:
            depth = next(
                (n for n in range(1, len(path.parts)) if sum(other.parts[-n:] == path.parts[-n:] for other in alike) == 1),
                len(path.parts),
            )
            name += f" ({Path(*path.parts[-depth:])})"
        names.append(name)
    return names


def entries(runs, groups):
    """(name, runs) of each line of a figure: a group, or else a run."""
    return groups.items() if groups else [(name, [run]) for name, run in zip(names_of(runs), runs)]


def common(runs, key):
    """The value of a setting that all the runs share, or None."""
    values = {value_of(run, key) for run in runs}
    return values.pop() if len(values) == 1 else None


def quartiles(curves):
    """Lower quartile, median and upper quartile of curves (x, y) over the range that all of them cover.

    Between its points a curve is a straight line. Outside the common range the set of runs would change along
    the line, and the median with it, so nothing is drawn there.

    Returns x, lower, median, upper, all [point].
    """
    curves = [_finite(x, y) for x, y in curves]
    if not curves or any(not x.size for x, _ in curves):
        return (np.array([]),) * 4
    first, last = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    grid = np.unique(np.concatenate([x for x, _ in curves]))
    grid = grid[(grid >= first) & (grid <= last)]
    values = np.array([np.interp(grid, x, y) for x, y in curves])  # [run, point]
    return (grid, *np.percentile(values, (25, 50, 75), axis=0))


def agreed(curves):
    """The curve x, y that curves (x, y) have in common over the range that all cover, or None where they differ."""
    x, _, _, _ = quartiles(curves)
    values = np.array([np.interp(x, *_finite(*curve)) for curve in curves]) if x.size else np.empty((0, 0))
    same = values.size and np.allclose(values, values[:1], rtol=AGREED, atol=0)
    return (x, values[0]) if same else None


def _finite(x, y):
    keep = np.isfinite(x) & np.isfinite(y)
    return np.asarray(x, float)[keep], np.asarray(y, float)[keep]
