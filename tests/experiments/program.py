"""What the tests of the program share: how it is run, and what a run of it left.

The program to test is named by the environment variable TAPEHEAD_PROGRAM.
"""

import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import numpy as np

PROGRAM = os.environ.get("TAPEHEAD_PROGRAM")
SANITIZED = bool(os.environ.get("TAPEHEAD_SANITIZE"))  # slower by far, and with another allocator

# The numbers of /provenance/status.
RUNNING, FINISHED, INTERRUPTED, DIVERGED, FAILED = range(5)

# A run that takes a second: a small net, short sequences, everything often.
SMALL = [
    "--model.controller_size=16",
    "--memory.slots=12",
    "--memory.width=6",
    "--task.max_length=4",
    "--training.log_every=20",
    "--training.evaluate_every=50",
    "--training.evaluation_sequences=16",
    "--training.checkpoint_every=90",
]


def tapehead(*arguments, code=0):
    """Runs the program and checks its exit code."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=600 if SANITIZED else 120)
    if done.returncode != code:
        raise AssertionError(
            f"{' '.join(map(str, arguments))}: exit code {done.returncode}, expected {code}\n{done.stdout}{done.stderr}"
        )
    return done


def train(out, *more, code=0):
    return tapehead("train", "ntm2014/copy-ntm-lstm", *SMALL, *more, "--out", out, code=code)


def status(run):
    """What run.h5 says of a run, or None if there is none yet. A run that is being written can be asked too."""
    if not (run / "run.h5").exists():
        return None
    with h5py.File(run / "run.h5", swmr=True) as file:
        return int(file["provenance/status"][()])


def newest_step(run):
    """The step of the newest checkpoint, or None."""
    steps = []
    for path in (run / "checkpoints").glob("*.h5"):
        with h5py.File(path) as file:
            steps.append(int(file.attrs["step"]))
    return max(steps, default=None)


def contents(run, step):
    """Parameters, optimiser state and metrics without clocks, by path."""
    found = {}

    def keep(prefix):
        def visit(name, item):
            if isinstance(item, h5py.Dataset) and not name.endswith("wall_time"):
                found[prefix + name] = item[()]

        return visit

    with h5py.File(run / "checkpoints" / f"step-{step:09d}.h5") as file:
        file["model"].visititems(keep("model/"))
        file["optimizer"].visititems(keep("optimizer/"))
    with h5py.File(run / "run.h5") as file:
        file["metrics"].visititems(keep("metrics/"))
        file["summary"].visititems(keep("summary/"))
    return found


@unittest.skipUnless(PROGRAM, "TAPEHEAD_PROGRAM is not set")
class CommandLine(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)

    def launch(self, *arguments, **options):
        """The program in the background; it does not outlive the test."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], **(pipes | options))

        def end():
            if process.poll() is None:
                process.kill()
                process.communicate()

        self.addCleanup(end)
        return process

    def refused(self, *arguments, code=2):
        error = tapehead(*arguments, code=code).stderr
        self.assertTrue(error.startswith("tapehead: error: "), error)
        return error

    def same(self, one, other, step):
        """That two runs stand at the same step with the same bits, clocks aside."""
        expected, found = contents(one, step), contents(other, step)
        self.assertEqual(sorted(expected), sorted(found))
        for name, values in expected.items():
            np.testing.assert_array_equal(values, found[name], err_msg=name)

    def wait_for(self, condition, pause=0.02):
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(pause)

    def settings_file(self, text):
        path = self.place / "my.ini"
        path.write_text(text)
        return path
