"""A checkpoint that cannot be written, at each system call on its way: the one before it is there, and used.

The environment variable TAPEHEAD_READ_RUNS names the program built from tests/io/read_runs.cpp.
"""

import collections
import errno
import os
import subprocess
import sys
import unittest
from pathlib import Path

from program import PROGRAM, SMALL, CommandLine, tapehead

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from io_shim import NO_SHIM, SHIM, read_record, shimmed
from run_images import RunReader

SLOW = "TAPEHEAD_SLOW" in os.environ
STEPS, EVERY = 30, 10
SPOILED = f"step-{2 * EVERY:09d}.h5"

TRAIN = [
    *(setting for setting in SMALL if not setting.startswith("--training")),
    "--training.log_every=1",
    "--training.evaluate_every=15",
    "--training.evaluation_sequences=4",
    f"--training.checkpoint_every={EVERY}",
    f"--training.steps={STEPS}",
]


@unittest.skipUnless(SHIM, NO_SHIM)
class FailingCheckpoints(CommandLine):
    def setUp(self):
        super().setUp()
        self.reader = RunReader()
        self.addCleanup(self.reader.close)
        self.runs = 0
        self.whole = self.place.resolve() / "whole"
        self.assertEqual(self.train(self.whole, record=self.place / "record").returncode, 0)

    def train(self, run, record=None, fail=None):
        command = [PROGRAM, "train", "ntm2014/copy-ntm-lstm", *TRAIN, "--out", str(run)]
        environment = shimmed(run, record, fail)
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    def calls(self):
        """Kind, path and number of the calls from the first one on that checkpoint to the sync of its directory."""
        seen, calls = collections.Counter(), []
        for call in read_record(self.place / "record"):
            name = os.path.relpath(call.path, self.whole)
            seen[call.kind, name] += 1
            if call.error or not (calls or SPOILED in name):
                continue
            calls.append((call.kind, name, seen[call.kind, name]))
            if (call.kind, name) == ("close", "checkpoints"):
                return calls
        raise AssertionError("the checkpoint is not there")

    def fail(self, call, what):
        kind, name, number = call
        run = self.place.resolve() / f"run-{self.runs}"
        self.runs += 1
        return run, self.train(run, fail=(kind, run / name, number, getattr(errno, what, what)))

    def check_going_on(self, run):
        """What is there can be gone on from to the end that an undisturbed run has, to the bit."""
        checkpoints = self.reader.checkpoints(run)
        for name, step in checkpoints.items():
            self.assertIsInstance(step, int, f"{name} is not whole")
        self.assertGreaterEqual(max(checkpoints.values()), EVERY, "the checkpoint before is lost")
        tapehead("train", "--resume", run)
        self.assertEqual(list(run.rglob("*.partial")), [], "a temporary file was not swept")
        self.same(self.whole, run, STEPS)

    def test_a_call_that_fails_ends_training_with_path_and_reason(self):
        calls = self.calls()
        self.assertGreater(len(calls), 10)
        ended = 0
        for what in ("ENOSPC", "EIO") if SLOW else ("EIO",):
            for call in calls:
                with self.subTest(f"{what}: {call}"):
                    run, done = self.fail(call, what)
                    if done.returncode == 0:  # it had only been read from
                        self.assertEqual(call[0], "close")
                        continue
                    ended += 1
                    self.assertEqual(done.returncode, 74, done.stderr)
                    self.assertRegex(done.stderr, f"tapehead: error: {run}/checkpoints.*: {self.reason(what)}\n")
                    self.assertEqual(self.reader.run(run)["status"], "failed")
                    self.check_going_on(run)
        print(f"{ended} calls that ended training", file=sys.stderr)
        self.assertGreater(ended, 8)

    def test_a_call_that_is_interrupted_or_moves_half_of_its_bytes_is_made_again(self):
        survived = 0
        for call in self.calls():
            interruptible = call[0] != "stat"  # which no signal interrupts
            for what in ("EINTR",) * interruptible + ("half",) * (call[0] in ("read", "write")):
                with self.subTest(f"{what}: {call}"):
                    run, done = self.fail(call, what)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(self.reader.run(run)["status"], "finished")
                    survived += 1
        print(f"{survived} calls that were interrupted or short", file=sys.stderr)
        self.assertGreater(survived, 10)

    def test_a_kill_at_a_call_leaves_the_checkpoint_before_or_the_new_one(self):
        killed = 0
        for call in self.calls():
            with self.subTest(f"{call}"):
                run, done = self.fail(call, "kill")
                self.assertEqual(done.returncode, -9)
                self.assertEqual(self.reader.run(run)["status"], "killed")
                # One that no later file takes the place of, from an earlier kill.
                (run / "checkpoints" / "step-000000007.h5.partial").write_bytes(b"half a checkpoint")
                self.check_going_on(run)
                killed += 1
        print(f"{killed} calls that training was killed at", file=sys.stderr)
        self.assertGreater(killed, 10)

    def reason(self, what):
        return os.strerror(getattr(errno, what))


if __name__ == "__main__":
    unittest.main()
