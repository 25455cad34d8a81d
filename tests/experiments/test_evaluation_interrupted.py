"""Evaluations take long: rows are in the file before one begins, and a signal does not wait for its end."""

import signal
import subprocess
import time
import unittest

import h5py
import numpy as np

from program import PROGRAM, SANITIZED, SMALL, CommandLine, contents, tapehead

# Steps take milliseconds, each of the evaluations at 50 and 100 most of a second; under a sanitizer a few seconds.
LONG = [text for text in SMALL if "evaluation_sequences" not in text] + [
    f"--training.evaluation_sequences={5000 if SANITIZED else 100000}",
    "--training.steps=100",
    "--threads=1",
]


class Interrupted(CommandLine):
    def started(self, *arguments):
        command = [PROGRAM, "train", *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def wait_for_row(self, process, run, step):
        deadline = time.monotonic() + 60
        while self.steps(run, "train")[-1:] != [step]:
            self.assertIsNone(process.poll(), "the run is over")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def steps(self, run, table):
        try:
            with h5py.File(run / "run.h5", swmr=True) as file:
                return list(file["metrics"][table]["step"])
        except OSError:
            return []

    def checkpoint(self, run, step):
        with h5py.File(run / "checkpoints" / f"step-{step:09d}.h5") as file:
            return list(file["metrics/train/step"]), list(file["metrics/eval/step"])

    def test_an_interrupted_evaluation_is_done_when_the_run_goes_on(self):
        whole, run = self.place / "whole", self.place / "run"
        tapehead("train", "ntm2014/copy-ntm-lstm", *LONG, "--out", whole)
        process = self.started("ntm2014/copy-ntm-lstm", *LONG, "--out", run)
        for rows, step, evaluations in ([20, 40], 50, []), ([20, 40, 60, 80, 100], 100, [50]):
            self.wait_for_row(process, run, rows[-1])
            process.send_signal(signal.SIGTERM)
            begin = time.monotonic()
            process.communicate(timeout=60)
            self.assertLess(time.monotonic() - begin, 5)
            self.assertEqual(process.returncode, 143)
            self.assertEqual(self.checkpoint(run, step), (rows, evaluations))  # due, and not done
            process = self.started("--resume", run, "--threads=1")
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, error)
        self.assertIn("resumed at step 100", error)  # it was not over
        expected, found = contents(whole, 100), contents(run, 100)
        self.assertEqual(sorted(expected), sorted(found))
        for name, values in expected.items():
            np.testing.assert_array_equal(values, found[name], err_msg=name)

    def test_a_kill_during_an_evaluation_loses_no_row(self):
        run = self.place / "run"
        process = self.started("ntm2014/copy-ntm-lstm", *LONG, "--out", run)
        self.wait_for_row(process, run, 40)
        process.kill()
        process.communicate(timeout=60)
        self.assertEqual(self.steps(run, "train"), [20, 40])
        self.assertEqual(self.steps(run, "eval"), [])


if __name__ == "__main__":
    unittest.main()
