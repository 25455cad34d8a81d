"""The states that a run's directory went through while it was written, each of them read by two readers.

The environment variable TAPEHEAD_READ_RUNS names the program built from tests/io/read_runs.cpp.
"""

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import h5py
import numpy as np

from io_shim import Replica

READ_RUNS = os.environ.get("TAPEHEAD_READ_RUNS")
TABLES = ("train", "eval")

# What a writer says in log.txt once it is safe: "step 1,200: checkpoint" is the program's, the others write_flushes'.
_CHECKPOINT = re.compile(r"step ([\d,]+): checkpoint\n|checkpoint (\d+)\n")
_FLUSHED = re.compile(r"flushed (\d+)\n")


def safe_by_log(log):
    """The last step whose checkpoint was safe by what log.txt says; -1 for none."""
    return max((_step(found) for found in _CHECKPOINT.finditer(log)), default=-1)


def _step(found):
    return int((found[1] or found[2]).replace(",", ""))


class RunReader:
    """The program's own reader, as one process for any number of runs."""

    def __init__(self):
        self._process = subprocess.Popen([READ_RUNS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def run(self, directory):
        return self._ask("run", directory)

    def checkpoints(self, directory):
        return self._ask("checkpoints", directory)

    def _ask(self, what, directory):
        self._process.stdin.write(f"{what} {directory}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def read_tables(file, swmr):
    """Both tables of a run.h5 as results/FORMAT.md tells users to read them: table -> column -> values."""
    tables = {}
    with h5py.File(file, swmr=swmr) as run:
        for name in TABLES:
            table = run[f"metrics/{name}"]
            rows = min(column.shape[0] for column in table.values())
            tables[name] = {column: table[column][:rows] for column in table}
    return tables


class Contents:
    """What a run.h5 holds, to compare with: its tables, and the digests of their first rows."""

    def __init__(self, reader, directory):
        self.tables = read_tables(directory / "run.h5", swmr=True)
        answer = reader.run(directory)
        self.traces, self.status = answer["traces"], answer["status"]
        self._digests = {}

    def rows(self, table):
        return len(self.tables[table]["step"])

    def rows_until(self, table, step):
        return int(np.searchsorted(self.tables[table]["step"], step, side="right"))

    def begins_with(self, table, found):
        """Whether our reader found nothing but first rows of this."""
        columns = {name: digest for name, digest in found.items() if name != "rows"}
        return columns.keys() == self.tables[table].keys() and all(
            self._digest(table, name, found["rows"]) == digest for name, digest in columns.items()
        )

    def are(self, found):
        """Whether our reader found all of this."""
        return (found["status"], found["traces"]) == (self.status, self.traces) and all(
            found[table]["rows"] == self.rows(table) and self.begins_with(table, found[table]) for table in TABLES
        )

    def begins_with_values(self, table, found):
        columns = self.tables[table]
        return columns.keys() == found.keys() and all(
            values.tobytes() == columns[name][: len(values)].tobytes() for name, values in found.items()
        )

    def _digest(self, table, column, rows):
        key = (table, column, rows)
        if key not in self._digests:
            self._digests[key] = hashlib.sha256(self.tables[table][column][:rows].tobytes()).hexdigest()
        return self._digests[key]


class Replay:
    """Does recorded calls again, one by one and page by page, and checks the run after each.

    A run is written by one process after another: replay() is called for each of them, and `test` is told of every
    state in which something is unreadable, wrong, or missing that the process, or one before it, had safe.
    """

    def __init__(self, test, original, copy, every_page):
        self.test, self.every_page = test, every_page
        self.replica = Replica(original, copy)
        self.run = Path(copy)
        self.reader = RunReader()
        self.before = None  # contents of run.h5 when the previous process ended
        self.safe = self.checkpoint = -1  # steps that the log says are in run.h5, and in a checkpoint
        self.states = self.run_states = self.checkpoint_states = 0

    def close(self):
        self.replica.close()
        self.reader.close()

    def replay(self, calls, end, keeps_all):
        """The calls of one process, which left the directory `end`. `keeps_all` is False where it goes on from the last
        checkpoint, so that rows after that one may go."""
        after = Contents(self.reader, end)
        if not keeps_all:
            self.safe = self.checkpoint
        elif self.before is not None:
            self.safe = self.before.tables["train"]["step"][-1]
        ended = False
        for number, call in enumerate(calls):
            for piece, _ in enumerate(self.replica.states(call, self.every_page)):
                where = f"call {number} ({call.kind} {os.path.basename(call.path)} at {call.offset}), piece {piece}"
                self.states += 1
                with self.test.subTest(where):
                    if "run.h5" in (os.path.basename(call.path), os.path.basename(call.other)):
                        self.run_states += 1
                        ended = self._check_run(after, ended)
                    if "/checkpoints/" in call.path:
                        self.checkpoint_states += 1
                        self._check_checkpoints()
            self._note(call)
        self.test.assertTrue(ended or after.status == "killed", "the last state does not say how the run ended")
        self.before = after

    def _note(self, call):
        if call.kind != "write" or not call.path.endswith("/log.txt"):
            return
        text = call.bytes.decode()
        if found := _CHECKPOINT.search(text):
            self.safe = self.checkpoint = _step(found)
        elif found := _FLUSHED.search(text):
            self.safe = int(found[1])

    def _check_run(self, after, ended):
        """Returns whether the run has ended, by what its file says."""
        test = self.test
        found = self.reader.run(self.run)
        test.assertNotIn("error", found)
        values = read_tables(self.run / "run.h5", swmr=True)
        replaced = self.before is None or not self.before.are(found)
        expected = after if replaced else self.before
        for table in TABLES:
            test.assertTrue(expected.begins_with(table, found[table]), f"{table}: wrong values")
            test.assertTrue(expected.begins_with_values(table, values[table]), f"{table}: wrong values for h5py")
            test.assertEqual(len(values[table]["step"]), found[table]["rows"])
            test.assertGreaterEqual(found[table]["rows"], after.rows_until(table, self.safe), f"{table}: rows are lost")
        test.assertEqual(found["traces"], expected.traces)
        if not replaced:
            return False
        test.assertIn(found["status"], {"killed", after.status})
        if found["status"] == "killed":
            test.assertFalse(ended, "a run that had ended goes on")
            return False
        for table in TABLES:
            test.assertEqual(found[table]["rows"], after.rows(table), f"{table}: it says it has ended, and has not")
        return True

    def _check_checkpoints(self):
        found = self.reader.checkpoints(self.run)
        for name, step in found.items():
            self.test.assertIsInstance(step, int, f"{name} is not whole")
            if name != "best.h5":
                self.test.assertEqual(name, f"step-{step:09d}.h5")
        self.test.assertGreaterEqual(max(found.values(), default=-1), self.checkpoint, "a checkpoint is lost")
