"""A memory added as README.md says, in the program that is otherwise the same."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

PROGRAM = os.environ["TAPEHEAD_WITH_STRANGER"]
SETTINGS = """# Copy with a memory that finds slots by content alone
[task]
name = copy
max_length = 3
bits = 3

[model]
name = content
controller_size = 32

[memory]
slots = 12
width = 8

[training]
batch = 8
sequences = 16000
optimizer = adam
learning_rate = 3e-3
log_every = 100
evaluate_every = 500
evaluation_sequences = 100
"""


class Stranger(unittest.TestCase):
    def tapehead(self, *arguments):
        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_a_strangers_memory_is_listed_trained_evaluated_and_traced(self):
        self.assertIn("content: content addressing only", self.tapehead("list", "models"))
        with tempfile.TemporaryDirectory() as place:
            settings, run = Path(place) / "content.ini", Path(place) / "run"
            settings.write_text(SETTINGS)
            self.tapehead("train", settings, "--out", run)
            self.tapehead("evaluate", run, "--task.length=2")
            self.tapehead("trace", run, "--task.length=3")
            with h5py.File(run / "run.h5") as file:
                loss = file["metrics/eval/loss"][:]
                chance = 3 * 2  # bits of a vector times the mean length
                self.assertLess(np.nanmin(loss), chance / 2)
                self.assertEqual(file["config"].attrs["model.name"], "content")
                self.assertEqual(file["config"].attrs["memory.slots"], 12)
                probe = next(iter(file["traces"].values()))
                weights = probe["write_weights"][:]
                self.assertEqual(weights.shape[-1], 12)
                np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)


if __name__ == "__main__":
    unittest.main()
