"""A run that is killed again and again goes on to the bit, whatever it trains.

The combinations of model, task and optimiser come from the catalogues, by way of the program that TAPEHEAD_WRITE_COMBINATIONS
names. With TAPEHEAD_SLOW set each of them is killed 20 times; without it one of them is, 5 times.
"""

import os
import random
import shutil
import subprocess
import time
import unittest

import h5py

from program import RUNNING, CommandLine, newest_step, status, tapehead

SLOW = bool(os.environ.get("TAPEHEAD_SLOW"))
KILLS = 20 if SLOW else 5
ONE = "ntm-lstm-copy-rmsprop_graves.ini"
FOR_EVER = "--training.steps=100000000"
LONGEST_PART = 0.25  # s of training between two kills, at random


class ExactResume(CommandLine):
    def test_a_run_that_is_killed_again_and_again_goes_on_to_the_bit(self):
        made = self.place / "combinations"
        made.mkdir()
        subprocess.run([os.environ["TAPEHEAD_WRITE_COMBINATIONS"], made], check=True)
        combinations = sorted(made.glob("*.ini"))
        self.assertGreaterEqual(len(combinations), 12)
        for settings in combinations if SLOW else [made / ONE]:
            with self.subTest(settings.stem):
                self.killed_again_and_again(settings)

    def killed_again_and_again(self, settings):
        run, whole = self.place / "run", self.place / "whole"
        chance = random.Random(settings.stem)
        left_running = 0
        for kill in range(KILLS):
            self.start(settings, run, threads=(1, 2, 4)[kill % 3], seconds=LONGEST_PART * chance.random())
            if status(run) == RUNNING:
                left_running += 1
        self.assertGreater(left_running, KILLS // 2)
        last = newest_step(run) + 10
        tapehead("train", "--resume", run, f"--training.steps={last}", "--threads", 2)
        tapehead("train", settings, f"--training.steps={last}", "--out", whole, "--threads", 1)
        self.same(whole, run, last)
        with h5py.File(run / "run.h5") as file:
            self.assertEqual(file["metrics/train/step"][-1], last // 7 * 7)
        for place in (run, whole):
            shutil.rmtree(place)

    def start(self, settings, run, threads, seconds):
        """One life of the run, to its kill: every fourth at any moment, also of its start."""
        if newest_step(run) is None:  # killed before its first checkpoint
            shutil.rmtree(run, ignore_errors=True)
            command = ("train", settings, FOR_EVER, "--out", run)
        else:
            command = ("train", "--resume", run)
        process = self.launch(*command, "--threads", threads)
        if seconds > LONGEST_PART / 4:
            told = lambda: process.stderr.readline().startswith(("resumed", "the run is in"))
            self.wait_for(lambda: told() or process.poll() is not None)
        time.sleep(seconds)
        process.kill()
        _, error = process.communicate()
        self.assertEqual(process.returncode, -9, error)


if __name__ == "__main__":
    unittest.main()
