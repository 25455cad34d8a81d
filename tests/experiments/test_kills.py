"""Training that is killed at random moments: what it had measured is there, and it goes on to the bit.

The environment variable TAPEHEAD_READ_RUNS names the program built from tests/io/read_runs.cpp. With TAPEHEAD_SLOW set
there are 50 kills, else 8.
"""

import os
import random
import shutil
import sys
import time
import unittest
from pathlib import Path

import h5py

from program import SMALL, CommandLine, newest_step, tapehead

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from run_images import RunReader

KILLS = 50 if "TAPEHEAD_SLOW" in os.environ else 8
LONGEST_TRAINING = 1.7  # s after its start, which can be killed too
MOST_LOST = 1.0  # s, as results/FORMAT.md promises
SEED = 20141020

SIZES = [setting for setting in SMALL if not setting.startswith("--training")]
FOR_EVER = "--training.steps=100000000"


class Kills(CommandLine):
    def setUp(self):
        super().setUp()
        self.reader = RunReader()
        self.addCleanup(self.reader.close)
        self.run_directory = self.place / "run"
        self.file = self.run_directory / "run.h5"

    def test_a_kill_at_any_moment_loses_a_second_at_most(self):
        chance = random.Random(SEED)
        lost, before_writing = [], 0
        longest_life = self.seconds_to_start() + LONGEST_TRAINING
        settings = [
            "--task.max_length=4",
            "--training.batch=4",
            "--training.log_every=2",
            "--training.evaluate_every=100000000",
            "--training.evaluation_sequences=4",
        ]
        for kill in range(KILLS):
            # Checkpoints bring rows into the file too: every other process makes hardly any.
            often = f"--training.checkpoint_every={100 if kill % 2 == 0 else 1000000}"
            if newest_step(self.run_directory) is None:
                shutil.rmtree(self.run_directory, ignore_errors=True)
                start = ["ntm2014/copy-ntm-lstm", *settings, FOR_EVER, "--out", self.run_directory]
            else:
                start = ["--resume", self.run_directory]
            with self.subTest(f"kill {kill}"):
                seconds = self.live_and_die(["train", *start, often], longest_life * chance.random())
                if seconds is None:
                    before_writing += 1
                else:
                    lost.append(seconds)
        last = newest_step(self.run_directory) + 50
        tapehead("train", "--resume", self.run_directory, f"--training.steps={last}")
        whole = self.place / "whole"
        tapehead("train", "ntm2014/copy-ntm-lstm", *settings, f"--training.steps={last}", "--out", whole)
        self.same(whole, self.run_directory, last)
        print(
            f"{KILLS} kills, {before_writing} before it wrote run.h5; at most {max(lost):.2f} s of rows were lost; "
            f"went on to the bit to step {last}",
            file=sys.stderr,
        )
        self.assertGreater(len(lost), KILLS // 2)

    def seconds_to_start(self):
        begun = time.monotonic()
        process = self.launch("train", "ntm2014/copy-ntm-lstm", "--out", self.place / "first")
        self.wait_for(lambda: (self.place / "first" / "run.h5").exists(), pause=0.001)
        process.kill()
        process.communicate()
        return time.monotonic() - begun

    def live_and_die(self, command, seconds):
        """Starts a process and kills it; checks what it leaves. Returns how many seconds of rows are lost, None if it
        did not get as far as to write any."""
        earlier = self.seconds_in_checkpoint()
        inode = self.inode()
        process = self.launch(*command)
        deadline = time.monotonic() + seconds
        begun = None
        while time.monotonic() < deadline:
            if begun is None and self.inode() != inode:
                begun = time.monotonic()  # its clock runs since a moment before
            time.sleep(0.001)
        killed = time.monotonic()
        process.kill()
        _, error = process.communicate()
        self.assertEqual(process.returncode, -9, error)
        for name, step in self.reader.checkpoints(self.run_directory).items():
            self.assertIsInstance(step, int, f"{name} is not whole")
        if not self.file.exists():
            return None
        self.assertEqual(self.reader.run(self.run_directory).get("status"), "killed")
        if begun is None:
            return None
        with h5py.File(self.file, swmr=True) as file:
            train = file["metrics/train"]
            rows = min(column.shape[0] for column in train.values())
            times = [earlier, *(at for at in train["wall_time"][:rows] if at > earlier)]
        # A row is written at the end of its step: one that was being done, or an evaluation, is not lost.
        pause = max((later - sooner for sooner, later in zip(times, times[1:])), default=0)
        lost = earlier + killed - begun - times[-1]
        self.assertLess(lost, MOST_LOST + pause)
        return lost

    def inode(self):
        try:
            return self.file.stat().st_ino
        except FileNotFoundError:
            return None

    def seconds_in_checkpoint(self):
        step = newest_step(self.run_directory)
        if step is None:
            return 0.0
        found = []
        for path in (self.run_directory / "checkpoints").glob("*.h5"):
            with h5py.File(path) as file:
                if file.attrs["step"] == step:
                    found.append(float(file.attrs["wall_seconds"]))
        return min(found)

    def test_a_kill_during_a_long_evaluation_loses_no_row(self):
        process = self.launch(
            "train",
            "ntm2014/copy-ntm-lstm",
            *SIZES,
            "--training.log_every=1",
            "--training.evaluate_every=30",
            "--training.evaluation_sequences=1000000",
            "--out",
            self.run_directory,
        )
        # What is flushed half a second after the one before it would be in the file before the evaluation ends.
        self.wait_for(lambda: self.file.exists() and self.reader.run(self.run_directory)["train"]["rows"] > 0)
        time.sleep(0.1)
        process.kill()
        process.communicate()
        found = self.reader.run(self.run_directory)
        self.assertEqual((found["status"], found["train"]["rows"], found["eval"]["rows"]), ("killed", 30, 0))


if __name__ == "__main__":
    unittest.main()
