"""The one reader of run.h5 for Python: results/FORMAT.md describes the file.

A finished run is an ordinary HDF5 file. A run that is still being written, or whose writer was killed, opens
in SWMR mode only; its columns may then differ in length by the rows that had not all arrived, and the shortest
counts.
"""

import dataclasses
import fcntl
import os
import re
import time
from pathlib import Path

import h5py
import numpy as np

from .errors import DataError, IoError, UnavailableError, no_such_run

CONVENTIONS = "Tapehead-run-1"
STATUS_NAMES = ("running", "finished", "interrupted", "diverged", "failed")


@dataclasses.dataclass
class Trace:
    """What one probe recorded. `arrays` have the axes [step, example, …] of results/FORMAT.md."""

    probe: str
    steps: np.ndarray  # [step], the training steps at which the probe was recorded
    arrays: dict


@dataclasses.dataclass
class Run:
    """One run, read into memory; the file is closed again, so that a writer is never in the way."""

    path: Path  # of run.h5
    title: str
    run_id: str
    config: dict  # setting -> value
    settings: str  # the settings file, re-runnable
    provenance: dict
    status: str  # running, killed, finished, interrupted, diverged or failed
    metrics: dict  # "train", "eval" -> column -> [row]
    units: dict  # "train", "eval" -> column -> unit
    summary: dict
    probes: list  # names of the recorded traces
    words: list = dataclasses.field(default_factory=list)  # word w is element w - 1; of tasks that have words
    answer_sets: list = dataclasses.field(default_factory=list)  # names of the sets of answers that were counted

    @property
    def directory(self):
        return self.path.parent

    @property
    def seed(self):
        return self.provenance.get("seed", self.config.get("seed"))

    @property
    def preset(self):
        """The preset's name; for a run from a settings file, the name of that file or of the directory."""
        for source in (self.config, self.provenance):
            if source.get("preset"):
                return str(source["preset"])
        parts = self.directory.resolve().parts
        if "runs" in parts[:-1]:
            inside = parts[len(parts) - 1 - parts[::-1].index("runs") + 1 : -1]
            if inside:
                return "/".join(inside)
        return self.title or parts[-1]

    def sequences(self, table):
        """Training sequences seen at each row of metrics "train" or "eval".  [row]"""
        columns = self.metrics[table]
        if "sequences" in columns:
            return columns["sequences"].astype(float)
        if "training.batch" in self.config:
            return columns["step"] * float(self.config["training.batch"])
        train = self.metrics["train"]
        if "sequences" not in train or not train["step"].size:
            raise DataError(
                f"{self.path}: neither a column 'sequences' nor the setting training.batch is there"
            )
        return np.interp(columns["step"], np.r_[0, train["step"]], np.r_[0, train["sequences"]])

    def trained_sequences(self):
        """Sequences at the last row that was logged; 0 before the first."""
        last = [self.sequences(table)[-1] for table in ("train", "eval") if self.metrics[table]["step"].size]
        return int(max(last, default=0))

    def trace(self, probe):
        """Reads one probe. Raises UnavailableError when it was not recorded."""
        if probe not in self.probes:
            have = f"it has {', '.join(self.probes)}" if self.probes else "it has none yet"
            raise UnavailableError(
                f"{self.directory}: no trace '{probe}' ({have})\n"
                f"record one with: ./tapehead trace {self.directory}"
            )
        return _read(self.path, lambda file: _trace(file["traces"][probe], probe))

    def answers(self, name):
        """Columns task, right_answer, answer and count [row] of a set of answers, and the training step they are of.

        Raises UnavailableError when they were not counted.
        """
        if name not in self.answer_sets:
            have = f"it has {', '.join(self.answer_sets)}" if self.answer_sets else "it has none yet"
            raise UnavailableError(
                f"{self.directory}: no answers '{name}' ({have})\n"
                f"count them with: ./tapehead evaluate {self.directory}"
            )
        return _read(self.path, lambda file: _answers(file["answers"][name]))


def open_run(path):
    """Opens a run directory or its run.h5, finished or not.  Raises DataError when it cannot be read."""
    path = Path(path)
    if path.is_dir():
        path = path / "run.h5"
        if not path.exists():
            raise DataError(f"{path.parent}: not a run: there is no run.h5 in it")
    elif not path.exists():
        raise no_such_run(path)
    return _read(path, lambda file: _run(file, path))


def _read(path, reader):
    """Applies reader(file) to the open file, again when a live writer may have been replacing it."""
    for attempts_left in (2, 1, 0):
        try:
            with _open(path) as file:
                return reader(file)
        except PermissionError as error:
            raise IoError(f"{path}: it may not be read: {error.strerror or error}") from error
        except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
            if attempts_left and has_writer(path):
                time.sleep(0.2)
                continue
            reason = str(error).strip("\"'").splitlines()[0] if str(error) else type(error).__name__
            raise DataError(
                f"{path}: damaged, or not a run file: {reason}\n"
                f"if it has checkpoints, rebuild it with: ./tapehead train --resume {path.parent}"
            ) from error


def _open(path):
    try:
        return h5py.File(path, "r")
    except PermissionError:
        raise
    except OSError as plain:
        try:
            return h5py.File(path, "r", swmr=True)
        except OSError:
            raise plain from None


def has_writer(path):
    """Whether a process holds the run's lock, that is, is writing it now."""
    try:
        descriptor = os.open(Path(path).parent / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _run(file, path):
    conventions = _plain(file.attrs.get("Conventions", ""))
    if conventions != CONVENTIONS:
        raise ValueError(f"its Conventions are '{conventions}', expected '{CONVENTIONS}'")
    metrics, units = {}, {}
    for table in ("train", "eval"):
        metrics[table], units[table] = _columns(file[f"metrics/{table}"])
    config, provenance = file["config"], file["provenance"]
    return Run(
        path=path,
        title=_plain(file.attrs.get("title", "")),
        run_id=_plain(file.attrs.get("run_id", "")),
        config=_attributes(config),
        settings=_text(config),
        provenance=_attributes(provenance) | _scalars(provenance, without={"status"}),
        status=_status(provenance, path),
        metrics=metrics,
        units=units,
        summary=_scalars(file["summary"]) if "summary" in file else {},
        probes=sorted(file["traces"], key=_natural) if "traces" in file else [],
        words=[_plain(word) for word in file["vocabulary/word"][()]] if "vocabulary" in file else [],
        answer_sets=sorted(file["answers"], key=_natural) if "answers" in file else [],
    )


def _columns(group):
    """The columns of a metrics group, cut to the shortest; a column without any row yet is left out."""
    columns = {
        name: item
        for name, item in group.items()
        if isinstance(item, h5py.Dataset) and item.ndim == 1 and item.dtype.kind in "iuf"
    }
    if "step" not in columns:
        raise KeyError(f"{group.name} has no column 'step'")
    lengths = {name: item.shape[0] for name, item in columns.items()}
    rows = min((n for n in lengths.values() if n), default=0) if lengths["step"] else 0
    kept = [name for name in columns if name == "step" or lengths[name] >= max(rows, 1)]
    units = {name: _plain(columns[name].attrs.get("units", "1")) for name in kept}
    return {name: columns[name][:rows] for name in kept}, units


def _trace(group, probe):
    arrays = {
        name: item[()]
        for name, item in group.items()
        if isinstance(item, h5py.Dataset) and item.ndim >= 2 and item.dtype.kind in "iuf"
    }
    if not arrays:
        raise UnavailableError(f"{group.file.filename}: the trace '{probe}' is empty")
    count = next(iter(arrays.values())).shape[0]
    steps = group["step"][()] if "step" in group else np.arange(count)
    return Trace(probe, steps[:count], arrays)


def _answers(group):
    columns = {name: group[name][()] for name in ("task", "right_answer", "answer", "count")}
    return columns, int(group.attrs["step"])


def _status(provenance, path):
    if "status" not in provenance:
        raise KeyError("/provenance/status is not there")
    status = provenance["status"]
    names = _plain(status.attrs.get("flag_meanings", "")).split() or STATUS_NAMES
    value = int(status[()])
    if not 0 <= value < len(names):
        raise ValueError(f"/provenance/status is {value}")
    return "killed" if names[value] == "running" and not has_writer(path) else names[value]


def _attributes(group):
    return {name: _plain(value) for name, value in group.attrs.items()}


def _scalars(group, without=()):
    return {
        name: _plain(item[()])
        for name, item in group.items()
        if isinstance(item, h5py.Dataset) and item.shape == () and name not in without
    }


def _text(config):
    return _plain(config["text"][()]) if "text" in config else ""


def _plain(value):
    """Attributes and scalars as Python's own types."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return _plain(value.flat[0]) if value.size == 1 else [_plain(item) for item in value.tolist()]
    return value.item() if isinstance(value, np.generic) else value


def _natural(name):
    """Sorts length_20 before length_120."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
