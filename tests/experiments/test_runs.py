"""Runs of the program: what they leave, how they end, and that they go on to the bit."""

import signal
import subprocess
import unittest
from pathlib import Path

import h5py
import numpy as np

from program import PROGRAM, SMALL, CommandLine, tapehead, train


class Runs(CommandLine):
    def test_a_run_leaves_its_files_and_prints_its_directory(self):
        run = self.place / "run"
        done = train(run, "--training.steps=60", "--seed", 7)
        self.assertEqual(done.stdout, f"{run}\n")
        for name in ("run.h5", "settings.ini", "log.txt", "checkpoints/best.h5", "checkpoints/step-000000060.h5"):
            self.assertTrue((run / name).is_file(), name)
        with h5py.File(run / "run.h5") as file:
            config = file["config"].attrs
            self.assertEqual(config["seed"], 7)
            self.assertEqual(config["training.steps"], 60)
            self.assertEqual(config["training.learning_rate"], 1e-4)
            self.assertEqual(config["preset"], "ntm2014/copy-ntm-lstm")
            self.assertEqual(list(file["metrics/train/step"]), [20, 40, 60])
            self.assertEqual(list(file["metrics/eval/step"]), [50, 60])
            self.assertTrue(np.isfinite(file["metrics/eval/loss"]).all())

    def test_an_existing_directory_is_never_written_over(self):
        self.assertIn("exists already", self.refused("train", "demo", "--out", self.place))
        self.assertEqual(list(self.place.iterdir()), [])

    def test_settings_ini_makes_the_same_run_again(self):
        first, second = self.place / "first", self.place / "second"
        train(first, "--training.steps=40", "--seed", 3)
        tapehead("train", first / "settings.ini", "--out", second)
        self.assertEqual((first / "settings.ini").read_text(), (second / "settings.ini").read_text())
        self.same(first, second, 40)

    def test_threads_do_not_change_a_bit(self):
        one, two = self.place / "one", self.place / "two"
        train(one, "--training.steps=60", "--training.batch=16", "--threads", 1)
        train(two, "--training.steps=60", "--training.batch=16", "--threads", 2)
        self.same(one, two, 60)

    def test_evaluation_and_traces_are_added_to_the_run(self):
        run = self.place / "run"
        train(run, "--training.steps=20")
        table = tapehead("evaluate", run, "--task.length=3,9", "--sequences", 8).stdout
        self.assertRegex(table, r"(?m)^ +length 9 +\d+\.\d+ +\d+\.\d+$")
        self.assertEqual(tapehead("trace", run, "--task.length=3").stdout, "length_3\n")
        with h5py.File(run / "run.h5") as file:
            self.assertTrue(np.isfinite(file["metrics/eval/bits_length_9"][-1]))
            trace = file["traces/length_3"]
            self.assertEqual(trace["read_weights"].shape, (1, 1, 8, 1, 12))  # 2 L + 2 time steps, 12 slots
            np.testing.assert_allclose(trace["write_weights"][()].sum(axis=-1), 1, atol=1e-5)
            inputs, targets, output = (trace[name][()] for name in ("input", "target", "output"))
            np.testing.assert_array_equal(inputs[0, 0, 1:4, :8], targets[0, 0, 5:8])
            self.assertTrue(((output > 0) & (output < 1)).all())

    def test_an_evaluation_leaves_what_the_run_measured_as_it_is(self):
        run = self.place / "run"
        train(run, "--training.steps=60")
        with h5py.File(run / "run.h5") as file:
            before = {name: column[()] for name, column in file["metrics/eval"].items()}
        self.assertIn("1 sequence each", tapehead("evaluate", run, "--sequences", 1).stdout)
        with h5py.File(run / "run.h5") as file:
            table = file["metrics/eval"]
            for name, values in before.items():
                np.testing.assert_array_equal(table[name][()], values, err_msg=name)
            self.assertEqual(sorted(set(table) - set(before)), ["bits_trained", "wrong_bits_trained"])
            self.assertTrue(np.isfinite(table["bits_trained"][-1]))
            self.assertEqual(table["wrong_bits_trained"].attrs["units"], "bit")

    def test_a_run_goes_on_the_same_after_an_evaluation_where_it_had_none(self):
        whole, run = self.place / "whole", self.place / "run"
        train(whole, "--training.steps=100")
        train(run, "--training.steps=57")
        tapehead("evaluate", run, "--sequences", 4)
        tapehead("train", "--resume", run, "--training.steps=73")
        tapehead("train", "--resume", run, "--training.steps=100")
        with h5py.File(whole / "run.h5") as one, h5py.File(run / "run.h5") as other:
            for name in one["summary"]:
                np.testing.assert_array_equal(one["summary"][name][()], other["summary"][name][()], err_msg=name)

    def test_the_best_checkpoint_is_missed_with_a_message(self):
        run = self.place / "run"
        train(run, "--training.steps=20")
        (run / "checkpoints" / "best.h5").unlink()
        self.assertIn("no best checkpoint", self.refused("evaluate", run, "--checkpoint", "best", code=65))

    def test_a_resumed_run_keeps_later_evaluations_and_traces(self):
        run = self.place / "run"
        train(run, "--training.steps=20")
        tapehead("evaluate", run, "--task.length=3", "--sequences", 8)
        tapehead("trace", run, "--task.length=3")
        tapehead("train", "--resume", run, "--training.steps=60")
        with h5py.File(run / "run.h5") as file:
            row = list(file["metrics/eval/step"]).index(20)
            self.assertTrue(np.isfinite(file["metrics/eval/bits_length_3"][row]))
            self.assertIn("length_3", file["traces"])

    def test_mistakes_of_evaluate_are_refused(self):
        run = self.place / "run"
        train(run, "--training.steps=20")
        self.refused("evaluate")
        self.refused("evaluate", run, "--task.length=10,x")
        self.refused("evaluate", run, "--task.lenght=10")
        self.refused("evaluate", run, "--checkpoint", "middle")
        self.refused("evaluate", self.place / "nothing", code=65)
        (self.place / "empty").mkdir()
        self.refused("evaluate", self.place / "empty", code=65)
        tapehead("evaluate", self.place)  # a directory of runs: each of them

    def test_a_damaged_run_is_named(self):
        run = self.place / "run"
        train(run, "--training.steps=20")
        whole = (run / "run.h5").read_bytes()
        (run / "run.h5").write_bytes(whole[: len(whole) // 3])
        for command in ("evaluate", "trace"):
            self.assertIn(str(run / "run.h5"), self.refused(command, run, code=65))

    def test_a_damaged_checkpoint_is_set_aside_and_the_one_before_is_used(self):
        run = self.place / "run"
        train(run, "--training.steps=100")  # checkpoints at 90 and 100
        newest = run / "checkpoints" / "step-000000100.h5"
        damaged = bytearray(newest.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        newest.write_bytes(damaged)
        (run / "checkpoints" / "best.h5").unlink()  # it may be of step 100
        self.assertIn("skipped", tapehead("evaluate", run, "--sequences", 1).stderr)
        self.assertEqual(newest.read_bytes(), damaged)  # only a writer of the run sets it aside
        self.assertIn("resumed at step 90", tapehead("train", "--resume", run).stderr)
        self.assertTrue(newest.exists())
        self.assertTrue((run / "checkpoints" / "step-000000100.h5.bad").exists())

    def test_only_one_of_two_processes_goes_on_with_a_run(self):
        run = self.place / "run"
        train(run, "--training.steps=20")
        command = [PROGRAM, "train", "--resume", str(run), "--training.steps=1000000"]
        first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        second = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.wait_for(lambda: first.poll() is not None or second.poll() is not None)
        winner, loser = (first, second) if second.poll() is not None else (second, first)
        _, error = loser.communicate(timeout=30)
        self.assertEqual(loser.returncode, 74)
        self.assertIn("another process is writing this run", error)
        self.wait_for(lambda: (run / "log.txt").read_text().count(": checkpoint") > 3)
        self.assertIn("another process is writing", self.refused("train", "--resume", run, code=74))
        winner.send_signal(signal.SIGTERM)
        winner.communicate(timeout=30)
        self.assertEqual(winner.returncode, 143)
        self.assertEqual((run / "log.txt").read_text().count("resumed at"), 1)

    def test_a_directory_that_is_no_run_is_not_written_into(self):
        self.assertIn("no checkpoint", self.refused("train", "--resume", self.place, code=65))
        self.assertEqual(list(self.place.iterdir()), [])

    def test_a_run_at_its_last_step_without_a_good_run_file_is_rebuilt_and_finished(self):
        whole, run = self.place / "whole", self.place / "run"
        train(whole, "--training.steps=60")
        train(run, "--training.steps=60")
        file = run / "run.h5"

        def damage():
            file.write_bytes(file.read_bytes()[:1000])

        def still_running():
            with h5py.File(file, "r+") as h5:
                h5["provenance/status"][()] = 0

        for spoil in (file.unlink, damage, still_running):
            spoil()
            self.assertIn("rebuilt", tapehead("train", "--resume", run).stderr)
            with h5py.File(file) as h5:
                self.assertEqual(h5["provenance/status"][()], 1)  # finished
            self.same(whole, run, 60)
        self.assertIn("nothing to do", tapehead("train", "--resume", run).stderr)

    def test_a_run_killed_before_its_last_evaluation_gets_it(self):
        whole, run = self.place / "whole", self.place / "run"
        train(whole, "--training.steps=90")
        train(run, "--training.steps=100")  # checkpoints at 90, before any evaluation there, and 100
        (run / "checkpoints" / "step-000000100.h5").unlink()
        (run / "checkpoints" / "best.h5").unlink()
        (run / "run.h5").unlink()
        self.assertIn("resumed at step 90", tapehead("train", "--resume", run, "--training.steps=90").stderr)
        self.same(whole, run, 90)

    def test_a_run_that_stopped_below_a_loss_says_what_takes_it_further(self):
        run = self.place / "run"
        train(run, "--training.steps=100", "--training.stop_below=1000")
        self.assertIn("--training.stop_below=0", tapehead("train", "--resume", run).stderr)
        done = tapehead("train", "--resume", run, "--training.stop_below=0")
        self.assertIn("finished at step 100", done.stderr)

    def test_an_interrupted_run_whose_output_cannot_be_written_still_ends_with_the_signal(self):
        run = self.place / "run"
        with open("/dev/full", "w") as full:
            process = self.launch("train", "demo", *SMALL, "--training.stop_below=0", "--out", run, stdout=full)
            self.wait_for(lambda: (run / "log.txt").exists() and "checkpoint" in (run / "log.txt").read_text())
            process.send_signal(signal.SIGHUP)
            self.assertEqual(process.wait(timeout=30), 129)

    def test_settings_beyond_all_memory_are_refused(self):
        program = Path(PROGRAM).read_bytes()
        if b"__asan_" in program or b"__tsan_" in program:
            self.skipTest("a sanitizer's allocator ends the program by itself")
        error = train(self.place / "run", "--training.batch=1000000000000000", code=69).stderr
        self.assertIn("not enough memory for these settings", error)

    def test_a_file_at_its_size_limit_ends_a_run_with_an_io_error(self):
        limited = "ulimit -f 64; exec \"$@\""
        command = [PROGRAM, "train", "ntm2014/copy-ntm-lstm", "--out", str(self.place / "run")]
        done = subprocess.run(["bash", "-c", limited, "bash", *command], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 74, done.stderr)

    def test_a_run_without_usable_checkpoints_is_refused(self):
        run = self.place / "run"
        train(run, "--training.steps=20")
        for checkpoint in (run / "checkpoints").iterdir():
            checkpoint.write_bytes(b"not a checkpoint")
        self.assertIn(str(run), self.refused("train", "--resume", run, code=65))

    def test_a_diverged_run_says_so_and_keeps_its_last_good_checkpoint(self):
        run = self.place / "run"
        error = train(
            run, "--training.steps=5000", "--training.optimizer=sgd", "--training.learning_rate=1e30", code=3
        ).stderr
        self.assertRegex(error, r"diverged at step \d+ with seed 1")
        self.assertIn(f"./tapehead autopsy {run}", error)
        with h5py.File(run / "run.h5") as file:
            self.assertEqual(file["provenance/status"][()], 3)
        self.assertTrue(list((run / "checkpoints").glob("step-*.h5")))


if __name__ == "__main__":
    unittest.main()
