"""Signals: whenever one comes, a run ends in good order, at once, and goes on to the bit.

With TAPEHEAD_SLOW set, each signal comes at 50 random moments instead of 6.
"""

import collections
import fcntl
import os
import random
import shutil
import signal
import subprocess
import termios
import time
import unittest

import h5py

from program import (
    FINISHED,
    INTERRUPTED,
    PROGRAM,
    RUNNING,
    SANITIZED,
    SMALL,
    CommandLine,
    newest_step,
    status,
    tapehead,
    train,
)

MOMENTS = 50 if os.environ.get("TAPEHEAD_SLOW") else 2 if SANITIZED else 6
LONGEST_END = 5  # s from a signal to the end of the process
FOR_EVER = "--training.steps=1000000"
PRESET = "ntm2014/copy-ntm-lstm"

# Half a million parameters: start and checkpoint take longer than a step.
LARGE = [
    "--model.controller_size=300",
    "--memory.slots=12",
    "--memory.width=6",
    "--task.max_length=2",
    "--training.evaluation_sequences=8",
]

# Evaluations of half a second at least.
LONG_EVALUATIONS = [
    "--model.controller_size=16",
    "--memory.slots=12",
    "--memory.width=6",
    "--task.max_length=4",
    f"--training.evaluation_sequences={5000 if SANITIZED else 50000}",
]


class Signals(CommandLine):
    def test_sigint_at_any_moment(self):
        self.at_any_moment(signal.SIGINT)

    def test_sigterm_at_any_moment(self):
        self.at_any_moment(signal.SIGTERM)

    def test_sigusr1_at_any_moment(self):
        self.at_any_moment(signal.SIGUSR1)

    def at_any_moment(self, number):
        whole = self.place / "whole"
        settings = [*SMALL, "--training.steps=1000", "--training.batch=16", "--threads", 2]
        began = time.monotonic()
        train(whole, *settings[len(SMALL) :])
        seconds = time.monotonic() - began
        chance = random.Random(int(number))
        ends = collections.Counter()
        for i in range(MOMENTS):
            run = self.place / f"run-{i}"
            process = self.launch("train", PRESET, *settings, "--out", run)
            time.sleep(seconds * (i + chance.random()) / MOMENTS)
            ends[self.end(process, number, run)] += 1
            if status(run) == INTERRUPTED:
                tapehead("train", "--resume", run)
            if run.exists():
                self.same(whole, run, 1000)
                shutil.rmtree(run)
        self.assertGreater(ends["interrupted"], MOMENTS // 3, ends)

    def test_before_there_is_a_directory_a_run_ends_at_once_and_nothing_is_left(self):
        settings = self.place / "settings.ini"
        os.mkfifo(settings)  # the program waits here until somebody writes its settings
        process = self.launch("train", settings, "--out", self.place / "run")
        with open(settings, "wb"):
            self.assertEqual(self.end(process, signal.SIGTERM, self.place / "run"), "at once")
        self.assertEqual(list(self.place.iterdir()), [settings])

    def test_from_the_directory_on_a_run_is_saved(self):
        whole = self.place / "whole"
        settings = [*LARGE, "--training.steps=200"]
        tapehead("train", PRESET, *settings, "--out", whole)
        for i, number in enumerate((signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP)):
            run = self.place / f"run-{i}"
            process = self.launch("train", PRESET, *settings, "--out", run)
            self.wait_for(run.exists, pause=0.0005)
            time.sleep(i * 0.02)
            self.assertEqual(self.end(process, number, run), "interrupted")
            tapehead("train", "--resume", run)
            self.same(whole, run, 200)

    def test_in_an_evaluation_a_run_does_not_wait_for_its_end(self):
        whole = self.place / "whole"
        settings = [*LONG_EVALUATIONS, "--training.steps=3", "--training.evaluate_every=2"]
        tapehead("train", PRESET, *settings, "--out", whole)
        run = self.place / "run"
        parts = (
            (("train", PRESET, *settings, "--out", run), "step 0: checkpoint", 2, []),
            # The evaluation that was dropped comes first; then the one that closes the run is dropped.
            (("train", "--resume", run), "step 2: evaluation gives", 3, [2]),
        )
        for command, before, step, evaluated in parts:
            process = self.launch(*command)
            self.wait_for_log(run, before)
            time.sleep(0.1)
            self.assertEqual(self.end(process, signal.SIGTERM, run), "interrupted")
            self.assertEqual(newest_step(run), step)
            with h5py.File(run / "run.h5") as file:
                self.assertEqual(list(file["metrics/eval/step"]), evaluated)
        tapehead("train", "--resume", run)
        self.same(whole, run, 3)

    def test_in_a_checkpoint_a_run_finishes_it(self):
        settings = [*LARGE, "--training.checkpoint_every=1"]
        for i in range(MOMENTS // 2):
            run, whole = self.place / f"run-{i}", self.place / f"whole-{i}"
            process = self.launch("train", PRESET, *settings, FOR_EVER, "--out", run)
            self.wait_for_log(run, "step 1: checkpoint")
            time.sleep(0.05 * random.Random(i).random())
            self.assertEqual(self.end(process, signal.SIGINT, run), "interrupted")
            self.goes_on(run, whole, settings)

    def test_resuming_can_be_interrupted_too(self):
        run, whole = self.place / "run", self.place / "whole"
        settings = [*LARGE, "--training.log_every=1"]
        tapehead("train", PRESET, *settings, "--training.steps=30", "--out", run)
        chance = random.Random(1)
        written = lambda: (run / "settings.ini").stat().st_ino
        for i in range(MOMENTS):
            before, old = status(run), written()
            process = self.launch("train", "--resume", run, FOR_EVER)
            if i % 2 == 0:
                time.sleep(0.2 * chance.random())
                self.end(process, signal.SIGTERM, run, before)
            else:  # run.h5 is rebuilt next
                self.wait_for(lambda: written() != old, pause=0.0005)
                self.assertEqual(self.end(process, signal.SIGTERM, run, before), "interrupted")
        self.goes_on(run, whole, settings)

    def test_a_second_signal_ends_the_process_at_once_and_the_files_stay_good(self):
        kinds = {
            "steps": SMALL,
            "checkpoints": [*LARGE, "--training.checkpoint_every=1"],
            "evaluations": [*LONG_EVALUATIONS, "--training.evaluate_every=1"],
        }
        for name, settings in kinds.items():
            run, whole = self.place / name, self.place / f"whole-{name}"
            process = self.launch("train", PRESET, *settings, FOR_EVER, "--out", run)
            self.wait_for_log(run, "step 0: checkpoint")
            time.sleep(0.3)
            # Both are there when it goes on: the one that is taken second finds the other's flag.
            process.send_signal(signal.SIGSTOP)
            os.waitpid(process.pid, os.WUNTRACED)
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            process.send_signal(signal.SIGCONT)
            process.communicate(timeout=LONGEST_END)
            self.assertLess(time.monotonic() - began, 1, name)
            self.assertIn(process.returncode, (130, 143), name)
            self.assertEqual(status(run), RUNNING, name)
            if name == "evaluations":
                continue  # to go on would take as long as one
            self.goes_on(run, whole, settings)

    def test_the_same_signal_sent_twice_at_once_is_one_request(self):
        run, whole = self.place / "run", self.place / "whole"
        process = self.launch("train", PRESET, *SMALL, FOR_EVER, "--out", run)
        self.wait_for_log(run, "step 90: checkpoint")
        process.send_signal(signal.SIGTERM)
        time.sleep(0.001)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LONGEST_END)
        self.assertEqual(process.returncode, 143)
        self.assertEqual(status(run), INTERRUPTED)
        self.goes_on(run, whole, SMALL)

    def test_a_terminal_that_hangs_up_leaves_an_interrupted_run(self):
        run = self.place / "run"
        screen, terminal = os.openpty()
        process = self.launch(
            *("train", PRESET, *SMALL, FOR_EVER, "--out", run),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(terminal)
        self.wait_for_log(run, "step 90: checkpoint")
        os.close(screen)
        self.assertEqual(process.wait(timeout=LONGEST_END), 129)
        self.assertEqual(status(run), INTERRUPTED)

    def test_an_ignored_hangup_stays_ignored(self):
        run = self.place / "run"
        command = [PROGRAM, "train", PRESET, *SMALL, FOR_EVER, "--out", str(run)]
        nohup = ["bash", "-c", "trap '' HUP; exec \"$@\"", "bash", *command]
        process = subprocess.Popen(nohup, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for_log(run, "step 90: checkpoint")
        process.send_signal(signal.SIGHUP)
        checkpoints = lambda: (run / "log.txt").read_text().count(": checkpoint")
        before = checkpoints()
        self.wait_for(lambda: checkpoints() > before + 1)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=30), 143)

    def test_an_interrupted_demo_says_how_to_go_on(self):
        run = self.place / "run"
        process = self.launch("demo", "--out", run)
        self.wait_for_log(run, "step 0: checkpoint")
        process.send_signal(signal.SIGINT)
        output, error = process.communicate(timeout=LONGEST_END)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(output, "")
        self.assertIn(f"./tapehead train --resume {run}", error)
        self.assertIn(f"./tapehead trace {run} && ./tapehead plot {run}", error)
        tapehead("trace", run)

    def test_commands_that_rewrite_a_run_leave_the_old_file_or_the_new_one(self):
        run = self.place / "run"
        train(run, "--training.steps=60")
        chance = random.Random(1)
        for i in range(MOMENTS):
            for command in (("evaluate", run, "--sequences", 50), ("trace", run)):
                process = self.launch(*command)
                time.sleep(0.06 * chance.random())
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=LONGEST_END)
                self.assertIn(process.returncode, (0, -signal.SIGTERM))
                with h5py.File(run / "run.h5") as file:
                    self.assertEqual(list(file["metrics/train/step"]), [20, 40, 60])

    def test_what_a_killed_command_left_half_written_is_swept_up(self):
        run = self.place / "run"
        train(run, "--training.steps=60")
        left = [run / "run.h5.partial", run / "settings.ini.partial", run / "checkpoints" / "best.h5.partial"]
        for path in left:
            path.write_bytes(b"half")
        tapehead("evaluate", run, "--sequences", 1)
        self.assertFalse(left[0].exists())
        tapehead("train", "--resume", run, "--training.steps=70")
        self.assertEqual([path for path in left if path.exists()], [])

    def end(self, process, number, run, before=None):
        """Sends a signal; how the process ended, which is checked to be one of the good ways.

        `before` is the status of a run that was there already.
        """
        began = time.monotonic()
        process.send_signal(number)
        _, error = process.communicate(timeout=60)
        self.assertLess(time.monotonic() - began, LONGEST_END)
        code = process.returncode
        if code == -number and not run.exists():
            return "at once"
        self.assertEqual(list(run.rglob("*.partial")), [])
        if before is not None and code == -number:  # before the run was touched
            self.assertEqual(status(run), before)
            return "at once"
        if status(run) == FINISHED and code in (0, -number):  # it came after the last step
            return "finished"
        self.assertEqual(code, 128 + number, error)
        self.assertEqual(status(run), INTERRUPTED)
        self.assertIn(f"interrupted by {signal.Signals(number).name}", error)
        self.assertIn(f"./tapehead train --resume {run}", error)
        return "interrupted"

    def goes_on(self, run, whole, settings):
        """A few steps further the run is the one that was never stopped."""
        last = newest_step(run) + 3
        tapehead("train", "--resume", run, f"--training.steps={last}")
        tapehead("train", PRESET, *settings, f"--training.steps={last}", "--out", whole)
        self.same(whole, run, last)
        for place in (run, whole):
            shutil.rmtree(place)

    def wait_for_log(self, run, text):
        self.wait_for(lambda: (run / "log.txt").exists() and text in (run / "log.txt").read_text(), pause=0.005)


if __name__ == "__main__":
    unittest.main()
