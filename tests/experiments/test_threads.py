"""The program with several threads: every part that shares work among them, and the bits they must not change.

ctest labels: threads
"""

import signal
import unittest

from program import SMALL, CommandLine, newest_step, tapehead, train

BATCH = ["--training.batch=16", "--training.shards=4"]


class Threads(CommandLine):
    def test_a_run_stopped_by_a_signal_and_resumed_has_the_same_bits_for_any_number_of_threads(self):
        run, alone = self.place / "run", self.place / "alone"
        process = self.launch("train", "ntm2014/copy-ntm-lstm", *SMALL, *BATCH, "--training.steps=1000000", "--threads", 3,
                              "--out", run)
        self.wait_for(lambda: (newest_step(run) or 0) > 0 or process.poll() is not None)
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143, error)

        end = newest_step(run) + 60
        tapehead("train", "--resume", run, f"--training.steps={end}", "--threads", 2)
        train(alone, *BATCH, f"--training.steps={end}", "--threads", 1)
        self.same(alone, run, end)

    def test_an_evaluation_is_the_same_for_any_number_of_threads(self):
        run = self.place / "run"
        train(run, *BATCH, "--training.steps=20", "--threads", 2)
        tables = [tapehead("evaluate", run, "--task.length=3,9", "--sequences", 40, "--threads", n).stdout for n in (1, 3)]
        self.assertEqual(tables[0], tables[1])


if __name__ == "__main__":
    unittest.main()
