"""open_run on finished, running, killed, damaged and missing runs."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import synthetic_run as synthetic  # noqa: E402
from tapehead_plot import DataError, UnavailableError, open_run  # noqa: E402

# Leaves `loss` one row ahead of `step`, then waits, as a writer between two flushes.
WRITER = """
import sys; sys.path.insert(0, sys.argv[1])
import fcntl, time, synthetic_run
lock = open(sys.argv[2] + "/lock", "w"); fcntl.flock(lock, fcntl.LOCK_EX)
file = synthetic_run.write_run(sys.argv[2], status="running", finish=False)
for name, rows in (("loss", 4), ("sequences", 3), ("step", 3)):
    column = file["metrics/train/" + name]
    column.resize((rows,)); column[:] = range(1, rows + 1); column.flush()
print("written", flush=True)
time.sleep(60)
"""


class RunReader(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.runs = Path(scratch.name) / "runs"

    def start_writer(self, directory):
        directory.mkdir(parents=True)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(Path(synthetic.__file__).parent), str(directory)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(writer.stdout.close)
        self.addCleanup(writer.wait)
        self.addCleanup(writer.kill)
        self.assertEqual(writer.stdout.readline(), "written\n")
        return writer

    def test_a_finished_run_gives_settings_columns_status_summary_and_traces(self):
        directory = self.runs / "ntm2014" / "copy-ntm-lstm" / "20260101T000000Z-s7"
        synthetic.write_run(
            directory,
            synthetic.settings(seed=7),
            train={"step": [10, 20], "loss": [80.0, 70.5], "sequences": [160, 320]},
            traces={
                "length_120": synthetic.head_trace(length=3),
                "length_20": synthetic.head_trace(length=2),
            },
        )
        for path in (directory, directory / "run.h5", str(directory)):
            run = open_run(path)
            self.assertEqual(run.metrics["train"]["loss"].tolist(), [80.0, 70.5])
            self.assertEqual(run.metrics["train"]["step"].tolist(), [10, 20])
            self.assertEqual(run.units["train"]["loss"], "bit")
            self.assertEqual((run.config["memory.slots"], run.config["task.name"]), (128, "copy"))
            self.assertEqual((run.preset, run.seed, run.status), ("ntm2014/copy-ntm-lstm", 7, "finished"))
            self.assertEqual(run.provenance["wall_seconds"], 12.5)
            self.assertEqual(run.summary, {"final_loss": 2e-4})
            self.assertEqual(run.probes, ["length_20", "length_120"])
            self.assertEqual(run.trace("length_20").arrays["read_weights"].shape, (1, 2, 6, 1, 128))
            self.assertIn("name = copy", run.settings)

    def test_the_preset_is_read_from_the_path_when_it_is_not_recorded(self):
        directory = self.runs / "ntm2014" / "copy-ntm-ff" / "20260101T000000Z-s1"
        config = synthetic.settings()
        del config["preset"]
        synthetic.write_run(directory, config)
        self.assertEqual(open_run(directory).preset, "ntm2014/copy-ntm-ff")

    def test_a_running_run_is_read_to_its_shortest_column(self):
        directory = self.runs / "demo" / "live"
        self.start_writer(directory)
        with self.assertRaises(OSError):
            h5py.File(directory / "run.h5", "r")
        run = open_run(directory)
        self.assertEqual(run.status, "running")
        self.assertEqual(
            {name: len(column) for name, column in run.metrics["train"].items()},
            {"step": 3, "loss": 3, "sequences": 3},
        )
        self.assertEqual(run.metrics["train"]["loss"].tolist(), [1, 2, 3])
        self.assertEqual(run.metrics["eval"]["step"].tolist(), [])

    def test_reading_leaves_the_writer_alone(self):
        directory = self.runs / "demo" / "live"
        writer = self.start_writer(directory)
        for _ in range(3):
            open_run(directory)
        self.assertIsNone(writer.poll())
        with open(directory / "lock") as lock, self.assertRaises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_a_run_whose_writer_was_killed_is_read_and_called_killed(self):
        directory = self.runs / "demo" / "killed"
        writer = self.start_writer(directory)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        run = open_run(directory)
        self.assertEqual(run.status, "killed")
        self.assertEqual(run.metrics["train"]["loss"].tolist(), [1, 2, 3])

    def test_sequences_come_from_the_column_or_from_the_batch(self):
        synthetic.write_run(
            self.runs / "a", synthetic.settings(batch=16), train={"step": [1, 2], "loss": [1, 1]}
        )
        self.assertEqual(open_run(self.runs / "a").sequences("train").tolist(), [16, 32])
        synthetic.write_run(
            self.runs / "b",
            synthetic.settings(batch=16),
            train={"step": [1, 2], "loss": [1, 1], "sequences": [5, 9]},
        )
        self.assertEqual(open_run(self.runs / "b").sequences("train").tolist(), [5, 9])

    def test_what_is_not_a_run_is_refused_with_its_name_and_the_reason(self):
        synthetic.write_run(self.runs / "cut")
        with open(self.runs / "cut" / "run.h5", "r+b") as file:
            file.truncate(3000)
        (self.runs / "text").mkdir()
        (self.runs / "text" / "run.h5").write_text("not HDF5")
        (self.runs / "empty").mkdir()
        (self.runs / "foreign").mkdir()
        with h5py.File(self.runs / "foreign" / "run.h5", "w") as file:
            file["x"] = np.arange(3)
        for name, reason in (
            ("cut", "damaged"),
            ("text", "damaged"),
            ("empty", "no run.h5"),
            ("missing", "no such run"),
            ("foreign", "Conventions"),
        ):
            with self.subTest(name), self.assertRaisesRegex(DataError, reason) as caught:
                open_run(self.runs / name)
            self.assertIn(str(self.runs / name), str(caught.exception))
            self.assertEqual(caught.exception.code, 65)

    def test_damage_inside_a_trace_is_found_when_it_is_read(self):
        synthetic.write_run(self.runs / "a", traces={"length_20": synthetic.head_trace()})
        with h5py.File(self.runs / "a" / "run.h5", "r") as file:
            chunk = file["traces/length_20/write_weights"].id.get_chunk_info(0)
        with open(self.runs / "a" / "run.h5", "r+b") as file:
            file.seek(chunk.byte_offset + chunk.size // 2)
            file.write(b"\xff" * 16)
        started = time.monotonic()
        with self.assertRaisesRegex(DataError, "damaged"):
            open_run(self.runs / "a").trace("length_20")
        self.assertLess(time.monotonic() - started, 5)

    def test_a_trace_that_was_not_recorded_names_the_command_that_records_it(self):
        synthetic.write_run(self.runs / "a")
        with self.assertRaisesRegex(UnavailableError, "tapehead trace"):
            open_run(self.runs / "a").trace("length_20")


if __name__ == "__main__":
    unittest.main()
