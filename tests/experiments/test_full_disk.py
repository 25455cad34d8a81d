"""Training on disks that become full at one point or another, and what is left on them.

The environment variable TAPEHEAD_READ_RUNS names the program built from tests/io/read_runs.cpp.
"""

import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from small_disk import NO_SMALL_DISK, enlarge, small_disk  # before what starts threads

import h5py
import numpy as np

from program import PROGRAM, SMALL, CommandLine, tapehead
from run_images import RunReader, safe_by_log

SIZES = 20
LARGE = 1 << 26  # bytes: enough for anything here
BLOCK = 4096  # bytes
STEPS = 60

TRAIN = [
    *(setting for setting in SMALL if not setting.startswith("--training")),
    "--training.log_every=1",
    "--training.evaluate_every=15",
    "--training.evaluation_sequences=4",
    "--training.checkpoint_every=20",
    f"--training.steps={STEPS}",
]


def train(run):
    """Starts a training; what it prints is read when it has ended."""
    command = [PROGRAM, "train", "ntm2014/copy-ntm-lstm", *TRAIN, "--out", str(run)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@unittest.skipIf(NO_SMALL_DISK, NO_SMALL_DISK)
class FullDisk(CommandLine):
    def setUp(self):
        super().setUp()
        self.reader = RunReader()
        self.addCleanup(self.reader.close)
        self.whole = self.place / "whole"
        process = train(self.whole)
        process.communicate(timeout=60)
        with h5py.File(self.whole / "run.h5") as file:
            self.expected = {
                f"{table}/{name}": column[()]
                for table in ("train", "eval")
                for name, column in file["metrics"][table].items()
                if name != "wall_time"
            }

    def space_needed(self):
        """Bytes that a training had in use, as often as they could be asked for."""
        most = 0
        with small_disk(self.place / "disk", LARGE) as disk:
            process = train(disk / "run")
            while process.poll() is None:
                status = os.statvfs(disk)
                most = max(most, (status.f_blocks - status.f_bfree) * status.f_frsize)
                time.sleep(0.0002)
            process.communicate()
        return most

    def test_a_run_on_a_full_disk_ends_in_order_and_goes_on_when_there_is_room(self):
        needed = self.space_needed()
        self.assertLess(needed, LARGE // 2)
        outcomes = []
        for number in range(SIZES):
            # A quarter of them where not even run.h5 has room.
            share = 0.4 * number / 5 if number < 5 else 0.4 + 0.6 * (number - 5) / (SIZES - 5)
            size = max(1, int(needed * share) // BLOCK) * BLOCK
            with self.subTest(f"{size} bytes"), small_disk(self.place / "disk", size) as disk:
                outcomes.append(self.check_one(disk / "run"))
        print(f"{len(outcomes)} sizes up to {needed} bytes:", ", ".join(outcomes), file=sys.stderr)
        self.assertEqual(len(outcomes), SIZES)
        self.assertGreaterEqual(sum(outcome != "enough" for outcome in outcomes), SIZES - 1)
        self.assertTrue(any(outcome.startswith("checkpoint") for outcome in outcomes), outcomes)

    def check_one(self, run):
        process = train(run)
        _, error = process.communicate(timeout=60)
        if process.returncode == 0:
            return "enough"
        self.assertEqual(process.returncode, 74, error)
        self.assertRegex(error, rf"(?m)^tapehead: error: {run.parent}.*: No space left on device$")
        checkpoints = self.reader.checkpoints(run)
        for name, step in checkpoints.items():
            self.assertIsInstance(step, int, f"{name} is not whole")
        log = run / "log.txt"
        safe = safe_by_log(log.read_text()) if log.exists() else -1
        self.assertGreaterEqual(max(checkpoints.values(), default=-1), safe)
        if (run / "run.h5").exists():
            self.check_rows(run, safe)
        enlarge(run.parent, LARGE)
        if not checkpoints:
            self.assertIn("no checkpoint", tapehead("train", "--resume", run, code=65).stderr)
            return "run.h5 only" if (run / "run.h5").exists() else "nothing"
        tapehead("train", "--resume", run)
        self.assertEqual(list(run.rglob("*.partial")), [])
        self.same(self.whole, run, STEPS)
        return f"checkpoint {max(checkpoints.values())}"

    def check_rows(self, run, safe):
        answer = self.reader.run(run)
        self.assertNotIn("error", answer)
        self.assertEqual(answer["status"], "failed")
        with h5py.File(run / "run.h5") as file:  # it has been closed in good order
            for table in ("train", "eval"):
                columns = file["metrics"][table]
                rows = min(column.shape[0] for column in columns.values())
                self.assertEqual(rows, answer[table]["rows"])
                self.assertGreaterEqual(rows, np.searchsorted(self.expected[f"{table}/step"], safe, side="right"))
                for name in columns:
                    if name == "wall_time":
                        continue
                    np.testing.assert_array_equal(columns[name][:rows], self.expected[f"{table}/{name}"][:rows])


if __name__ == "__main__":
    unittest.main()
