"""Runs and checkpoints as other programs read them: h5py and xarray.

The environment variable TAPEHEAD_WRITE_RUN names the program built from write_run.cpp.
"""

import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import numpy as np

WRITE_RUN = os.environ.get("TAPEHEAD_WRITE_RUN", "write_run")


class ReadWithPython(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.run_directory = Path(directory.name) / "run"
        self.file = self.run_directory / "run.h5"

    def write_finished(self):
        subprocess.run([WRITE_RUN, "finished", self.run_directory], check=True)

    def start_running(self):
        process = subprocess.Popen(
            [WRITE_RUN, "running", self.run_directory], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

        def end():
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()

        self.addCleanup(end)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def check_rows(self, file):
        train = file["metrics/train"]
        columns = [train[name] for name in ("step", "loss", "wall_time")]
        rows = min(column.shape[0] for column in columns)
        step, loss, wall_time = (column[:rows] for column in columns)
        np.testing.assert_array_equal(step, np.arange(1, rows + 1))
        np.testing.assert_array_equal(loss, 1 / step)
        np.testing.assert_array_equal(wall_time, 0.25 * step)
        return rows

    def test_plain_h5py_reads_a_finished_run(self):
        self.write_finished()
        with h5py.File(self.file) as file:
            self.assertEqual(self.check_rows(file), 100)
            self.assertEqual(file.attrs["Conventions"], "Tapehead-run-1")
            self.assertEqual(file["config"].attrs["training.batch"], 16)
            self.assertIs(bool(file["config"].attrs["memory.learned"]), True)
            self.assertIn("γ", file["config/text"].asstr()[()])
            status = file["provenance/status"]
            self.assertEqual(status.attrs["flag_meanings"].split()[status[()]], "finished")
            self.assertEqual(file["metrics/train/loss"].attrs["units"], "bit")
            self.assertEqual(file["metrics/train/loss"].dims[0][0], file["metrics/train/step"])
            self.assertEqual(file["metrics/eval/bits_length_20"][-1], 3.5)
            tensor = file["traces/length_5/write_weights"]
            self.assertEqual([dim.label for dim in tensor.dims], ["step", "example", "time", "head", "slot"])
            self.assertEqual(tensor[0, 0, 0, 0, 1], np.float32(1.5))

    def test_xarray_reads_a_finished_run(self):
        try:
            import xarray
        except ImportError:
            self.skipTest("python3-xarray is not installed")
        self.write_finished()
        with xarray.open_dataset(self.file, group="metrics/train") as train:
            self.assertEqual(train["loss"].dims, ("step",))
            self.assertIn("step", train.coords)
            np.testing.assert_array_equal(train["loss"].values, 1 / train["step"].values)
            self.assertEqual(train["loss"].attrs["units"], "bit")
        with xarray.open_dataset(self.file, group="metrics/eval") as evaluations:
            self.assertEqual(float(evaluations["bits_length_20"].sel(step=100)), 3.5)
        with xarray.open_dataset(self.file, group="traces/length_5") as traces:
            self.assertEqual(traces["input"].dims, ("step", "example", "time", "input_bit"))
            self.assertEqual(traces["target"].dims, ("step", "example", "time", "target_bit"))
            self.assertEqual(list(traces["step"].values), [10, 20])
            self.assertEqual(traces["read_weights"].load().shape, (2, 2, 5, 1, 7))
        with xarray.open_dataset(self.file, group="config") as config:
            self.assertEqual(config.attrs["training.batch"], 16)

    def test_h5py_with_swmr_follows_a_run_while_it_is_written(self):
        process = self.start_running()
        with self.assertRaises(OSError):
            h5py.File(self.file)
        with h5py.File(self.file, swmr=True) as file:
            first = self.check_rows(file)
            self.assertGreaterEqual(first, 20)
            time.sleep(1.2)
            for name in ("loss", "wall_time", "step"):
                file["metrics/train"][name].refresh()
            self.assertGreater(self.check_rows(file), first)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=10), 0)
        with h5py.File(self.file) as file:
            self.check_rows(file)
            self.assertEqual(file["provenance/status"][()], 2)
        process.stdin = open(os.devnull)

    def test_h5py_with_swmr_reads_a_run_after_kill(self):
        process = self.start_running()
        time.sleep(1.2)
        process.kill()
        process.wait()
        with h5py.File(self.file, swmr=True) as file:
            self.assertGreater(self.check_rows(file), 20)
            self.assertEqual(file["provenance/status"][()], 0)

    def test_h5py_reads_a_checkpoint_in_spite_of_its_trailer(self):
        path = self.run_directory.with_name("a.h5")
        subprocess.run([WRITE_RUN, "checkpoint", path], check=True)
        with h5py.File(path) as file:
            self.assertEqual(file.attrs["step"], 3)
            weight = file["model/memory/heads/weight"]
            self.assertEqual(weight.shape, (2, 3))
            self.assertEqual(weight[1, 0], 4)
            self.check_rows(file)


if __name__ == "__main__":
    unittest.main()
