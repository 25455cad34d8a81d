"""Sweeps: what they leave, and that they can be killed at any moment and called again.

With TAPEHEAD_SLOW set the killed runs are longer, and the kills more.
"""

import csv
import os
import random
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from program import INTERRUPTED, PROGRAM, SMALL, CommandLine, newest_step, status, tapehead

SLOW = "TAPEHEAD_SLOW" in os.environ
PRESET = "ntm2014/copy-ntm-lstm"
KILLS = 40 if SLOW else 10
STEPS = 2000 if SLOW else 150  # of each of the eight runs that are killed
SEED = 20141020


def summary(directory):
    """The rows of summary.csv, clocks aside."""
    with open(directory / "summary.csv", newline="") as file:
        return [{name: cell for name, cell in row.items() if name != "wall_seconds"} for row in csv.DictReader(file)]


def children(process):
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Sweeps(CommandLine):
    def setUp(self):
        super().setUp()
        self.directory = self.place / "sweep"

    def sweep(self, *arguments, code=0):
        return tapehead("sweep", PRESET, *SMALL, "--training.steps=60", *arguments, "--out", self.directory, code=code)

    def launch_long_sweep(self):
        """A sweep of three runs that take for ever, two of which have come beyond their start."""
        steps = "--training.steps=100000000"
        grid = ["seed=1..3", "--processes", 2, "--out", self.directory]
        process = self.launch("sweep", PRESET, *SMALL, steps, *grid)
        first = [self.directory / f"copy-ntm-lstm-s{seed}" for seed in (1, 2)]
        self.wait_for(lambda: all(run.exists() and (newest_step(run) or 0) > 0 for run in first))
        return process

    def test_the_runs_of_one_sweep_may_all_be_started_at_once(self):
        grid = [PRESET, *SMALL, "--training.steps=5", "seed=1..8", "--out", self.directory]
        started = [self.launch("sweep", *grid, "--task", k) for k in range(1, 9)]
        for process in started:
            output = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, output)
        self.assertEqual(len(self.runs()), 8)
        self.assertEqual({status(run) for run in self.runs()}, {1})
        self.assertFalse((self.directory / ".lock").exists())

    def test_settings_that_change_no_number_are_no_other_run(self):
        self.sweep("seed=1", "--training.threshold=0.1")
        (self.directory / "manifest").write_text(
            (self.directory / "manifest").read_text().replace("threshold=0.1", "threshold=0.2"))
        tapehead("sweep", self.directory)

    def runs(self):
        return sorted(path for path in self.directory.iterdir() if path.is_dir())

    def test_every_combination_is_trained_and_stands_in_the_table(self):
        done = self.sweep("training.learning_rate=1e-3,1e-4", "seed=3..4", "--processes", 2)
        rows = summary(self.directory)
        self.assertEqual(
            [(row["training.learning_rate"], row["seed"]) for row in rows],
            [("1e-3", "3"), ("1e-3", "4"), ("1e-4", "3"), ("1e-4", "4")],
        )
        self.assertEqual({row["status"] for row in rows}, {"finished"})
        self.assertEqual({row["sequences"] for row in rows}, {"60"})
        self.assertEqual(len(set(row["final_loss"] for row in rows)), 4)
        self.assertIn("#SBATCH --array=1-4", done.stderr)
        self.assertIn("summary.csv", done.stdout)
        whole = self.place / "alone"
        tapehead("train", PRESET, *SMALL, "--training.steps=60", "--training.learning_rate=1e-4", "--seed", 3, "--out", whole)
        self.same(whole, self.directory / rows[2]["name"], 60)
        before = {run: (run / "run.h5").stat().st_mtime_ns for run in self.runs()}
        tapehead("sweep", self.directory)
        self.assertEqual(before, {run: (run / "run.h5").stat().st_mtime_ns for run in self.runs()})

    def test_what_is_wrong_is_refused_before_anything_is_made(self):
        for arguments, reason in [
            (["memory.slotz=8,16"], "did you mean 'memory.slots'"),
            (["memory.read_heads=1,many"], "expected a whole number"),
            (["memory.read_heads=1,1"], "comes twice"),
            (["memory.slots=8,16"], "given for all runs and listed as well"),
            (["seed=3..1"], "empty"),
            (["training.learning_rate=1e-3,0.001"], "the same run"),
            (["seed"], "expected a setting and its values"),
        ]:
            with self.subTest(arguments=arguments):
                error = self.sweep(*arguments, code=2).stderr
                self.assertIn(reason, error)
                self.assertFalse(self.directory.exists())
        self.sweep("seed=1..3", "--dry-run")
        self.assertFalse(self.directory.exists())

    def test_another_grid_in_the_same_place_is_refused_with_what_differs(self):
        self.sweep("seed=1..2", "--list")
        error = self.sweep("seed=2..3", code=2).stderr
        self.assertIn("only there:\n    seed=1\n", error)
        self.assertIn("only here:\n    seed=3\n", error)
        self.assertEqual(self.runs(), [])
        self.refused("sweep", self.directory, "--memory.slots=8")
        self.refused("sweep", self.place, code=65)

    def test_seeds_can_be_added_to_a_sweep(self):
        self.sweep("seed=1..2")
        before = {run: (run / "run.h5").stat().st_mtime_ns for run in self.runs()}
        self.sweep("seed=1..3", "--dry-run")
        self.assertNotIn("seed=3", (self.directory / "manifest").read_text())
        done = self.sweep("seed=1..3")
        self.assertEqual([(row["seed"], row["status"]) for row in summary(self.directory)],
                         [("1", "finished"), ("2", "finished"), ("3", "finished")])
        self.assertIn("--array=1-3", done.stderr)
        self.assertEqual(before, {run: (run / "run.h5").stat().st_mtime_ns for run in before})
        self.sweep("seed=1..2", code=2)
        self.sweep("seed=1..2", "--task", 2)  # queued before
        self.sweep("seed=2..3", "--task", 2, code=2)  # would be another run

    def test_a_run_that_diverges_stays_visible_and_the_others_finish(self):
        done = self.sweep("training.learning_rate=1e-3,1e30", "--training.optimizer=sgd", "--processes", 2, code=3)
        good, bad = summary(self.directory)
        self.assertEqual((good["status"], bad["status"]), ("finished", "failed"))
        self.assertRegex(bad["reason"], r"^diverged at step \d+ .*\(exit code 3: diverged\)$")
        self.assertIn(bad["reason"], done.stdout)
        rows = summary(self.directory)
        tapehead("sweep", self.directory, code=3)
        self.assertEqual(summary(self.directory), rows)
        self.assertIn(bad["reason"], tapehead("sweep", self.directory, "--list").stdout)
        tapehead("sweep", self.directory, "--task", 2, code=3)

    def test_one_line_of_the_manifest_can_be_trained_alone(self):
        self.sweep("seed=1..3", "--list")
        self.assertEqual([row["status"] for row in summary(self.directory)], ["waiting"] * 3)
        done = tapehead("sweep", self.directory, "--task", 2)
        self.assertEqual([run.name for run in self.runs()], ["copy-ntm-lstm-s2"])
        self.assertEqual(done.stdout.strip(), str(self.runs()[0]))
        tapehead("sweep", self.directory, "--list")
        self.assertEqual([row["status"] for row in summary(self.directory)], ["waiting", "finished", "waiting"])
        self.refused("sweep", self.directory, "--task", 4)
        self.refused("sweep", PRESET, "seed=1..2", "--task", 1)

    def test_another_run_in_the_way_is_a_failure_and_stays_as_it_is(self):
        self.sweep("seed=1..2", "--list")
        foreign = self.directory / "copy-ntm-lstm-s1"
        settings = [setting for setting in SMALL if "slots" not in setting]
        tapehead("train", PRESET, *settings, "--memory.slots=13", "--training.steps=20", "--out", foreign)
        before = (foreign / "run.h5").read_bytes()
        tapehead("sweep", self.directory, code=65)
        one, other = summary(self.directory)
        self.assertEqual(one["reason"], "another run is in the way: memory.slots is 13 there, not 12")
        self.assertEqual((one["status"], other["status"]), ("failed", "finished"))
        self.assertEqual((foreign / "run.h5").read_bytes(), before)

    def test_a_start_without_a_checkpoint_is_made_again(self):
        self.sweep("seed=1..3", "--list")
        half = self.directory / "copy-ntm-lstm-s1"
        half.mkdir()
        (half / "lock").touch()
        no_run = self.directory / "copy-ntm-lstm-s2"
        no_run.mkdir()
        (no_run / "thesis.tex").write_text("mine")
        tapehead("sweep", self.directory, code=65)
        self.assertEqual([row["status"] for row in summary(self.directory)], ["finished", "failed", "finished"])
        self.assertEqual((no_run / "thesis.tex").read_text(), "mine")
        self.assertEqual(list(self.directory.glob("*.bad")), [])

    def test_a_run_whose_checkpoints_are_damaged_is_set_aside(self):
        process = self.launch_long_sweep()
        process.send_signal(signal.SIGTERM)
        process.communicate()
        self.assertEqual(process.returncode, 143)
        run = self.directory / "copy-ntm-lstm-s1"
        for path in (run / "checkpoints").glob("*.h5"):
            path.write_bytes(path.read_bytes()[:-100])
        again = self.launch("sweep", self.directory, "--processes", 2)
        aside = self.directory / "copy-ntm-lstm-s1.bad"
        self.wait_for(lambda: aside.exists() and (run / "run.h5").exists())
        again.send_signal(signal.SIGTERM)
        again.communicate()
        self.assertTrue((aside / "run.h5").exists())

    def test_a_signal_makes_the_runs_save_themselves(self):
        process = self.launch_long_sweep()
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, error)
        self.assertEqual([row["status"] for row in summary(self.directory)], ["waiting"] * 3)
        self.assertEqual([status(run) for run in self.runs()], [INTERRUPTED] * 2)
        self.assertIn("go on with: ./tapehead sweep", error)

    def test_runs_do_not_outlive_a_sweep_that_is_killed(self):
        process = self.launch_long_sweep()
        started = children(process.pid)
        self.assertEqual(len(started), 2)
        process.kill()
        process.communicate()
        self.wait_for(lambda: not any(Path(f"/proc/{child}").exists() for child in started))
        self.assertEqual([status(run) for run in self.runs()], [INTERRUPTED] * 2)

    def test_two_sweeps_over_one_directory_share_the_runs(self):
        self.sweep("seed=1..6", "--list")
        both = [self.launch("sweep", self.directory, "--processes", 2) for _ in range(2)]
        for process in both:
            process.communicate(timeout=120)
        self.assertIn(0, [process.returncode for process in both])
        tapehead("sweep", self.directory)
        self.assertEqual([row["status"] for row in summary(self.directory)], ["finished"] * 6)
        logs = [log.read_text() for log in self.directory.glob("*.log")]
        self.assertEqual([log.count("$ ./tapehead") for log in logs], [1] * 6)

    def test_a_run_that_somebody_else_trains_is_left_to_him(self):
        tapehead("sweep", PRESET, *SMALL, "--training.steps=100000000", "seed=1", "--out", self.directory, "--list")
        other = self.launch("sweep", self.directory, "--task", 1)
        run = self.directory / "copy-ntm-lstm-s1"
        self.wait_for(lambda: (run / "run.h5").exists())
        done = tapehead("sweep", self.directory, code=69)
        self.assertIn("running elsewhere", done.stdout)
        self.assertIsNone(other.poll())

    def test_a_sweep_killed_at_random_moments_ends_as_one_that_was_left_alone(self):
        grid = ["training.learning_rate=1e-3,1e30", "seed=1..4", "--training.optimizer=sgd", f"--training.steps={STEPS}"]
        whole, killed = self.place / "whole", self.place / "killed"
        begun = time.monotonic()
        tapehead("sweep", PRESET, *SMALL, *grid, "--out", whole, "--processes", 2, code=3)
        seconds = time.monotonic() - begun
        chance = random.Random(SEED)
        tapehead("sweep", PRESET, *SMALL, *grid, "--out", killed, "--list")
        done = 0
        for number in range(KILLS):
            # Not much beyond the time it takes in all, which would leave nothing to be killed.
            moment = chance.random() * seconds * 2.5 / KILLS
            process = subprocess.Popen(
                [PROGRAM, "sweep", killed, "--processes", "2"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            time.sleep(moment)
            if process.poll() is not None:
                done += 1
            elif number % 3 == 2:
                process.send_signal(signal.SIGTERM)
            elif number % 3 == 1:
                kill(process.pid)  # the runs are told by the kernel, and save themselves
            else:
                for child in children(process.pid):
                    kill(child)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
        tapehead("sweep", killed, "--processes", 2, code=3)
        self.assertLess(done, KILLS // 2, "most kills came too late")
        self.assertEqual(summary(killed), summary(whole))
        for row in summary(whole):
            if row["status"] == "finished":
                self.same(whole / row["name"], killed / row["name"], STEPS)
        attempts = sum(log.read_text().count("$ ./tapehead") for log in killed.glob("*.log"))
        print(f"{KILLS} kills, {done} of them too late; {attempts} attempts at 8 runs", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
