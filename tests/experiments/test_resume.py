"""Runs that are taken further: what may change then, and that they go on to the bit."""

import shutil
import unittest

import h5py

from program import CommandLine, newest_step, tapehead, train


class ResumedRuns(CommandLine):
    def test_a_run_that_was_stopped_and_resumed_is_the_same_to_the_bit(self):
        whole = self.place / "whole"
        train(whole, "--training.steps=200")
        for stop in (1, 57, 199):
            run = self.place / f"stopped-{stop}"
            train(run, f"--training.steps={stop}")
            tapehead("train", "--resume", run, "--training.steps=200")
            self.same(whole, run, 200)

    def test_only_the_end_of_a_resumed_run_may_change(self):
        run = self.place / "run"
        train(run, "--training.steps=20")
        error = self.refused("train", "--resume", run, "--training.learning_rate=1")
        self.assertIn("training.learning_rate", error)
        self.assertIn("cannot change", error)
        self.refused("train", "--resume", run, "demo")
        done = tapehead("train", "--resume", run)
        self.assertIn("nothing to do", done.stderr)

    def test_resuming_with_another_program_is_warned_of(self):
        run = self.place / "run"
        train(run, "--training.steps=20")

        def resumed_after(**provenance):
            with h5py.File(run / "run.h5", "r+") as file:
                file["provenance"].attrs.update(provenance)
            steps = newest_step(run) + 10
            return tapehead("train", "--resume", run, f"--training.steps={steps}").stderr

        self.assertNotIn("warning", resumed_after(hostname="elsewhere"))
        warning = resumed_after(git_revision="0123456", blas_kernel="Prescott")
        self.assertIn("was '0123456'; blas_kernel is '", warning)
        self.assertIn("its bits may differ from those of a run that never stopped", warning)
        self.assertIn("was '0123456'", (run / "log.txt").read_text())
        self.assertNotIn("warning", resumed_after())  # run.h5 now tells of this program

    def test_what_would_change_the_bits_cannot_change_when_a_run_is_resumed(self):
        run = self.place / "run"
        train(run, "--training.steps=20", "--training.batch=16")
        for setting in ("training.shards=4", "training.batch=8", "training.evaluate_every=7"):
            error = self.refused("train", "--resume", run, f"--{setting}")
            self.assertIn("cannot change when a run is resumed", error)

    def test_what_happens_on_a_nan_can_change_when_a_run_is_resumed(self):
        whole, run = self.place / "whole", self.place / "run"
        train(whole, "--training.steps=60")
        train(run, "--training.steps=30")
        tapehead("train", "--resume", run, "--training.steps=45", "--training.on_nan=rollback")
        tapehead("train", "--resume", run, "--training.steps=60", "--training.on_nan=skip")
        self.same(whole, run, 60)
        self.assertRegex((run / "settings.ini").read_text(), r"(?m)^on_nan = skip\b")

    def test_a_rate_that_is_to_fall_later_can_be_set_when_a_run_is_resumed(self):
        whole, run = self.place / "whole", self.place / "run"
        falling = ("--training.steps=50", "--training.schedule=linear", "--training.decay_steps=20")
        train(whole, *falling, "--training.hold_steps=30")
        train(run, "--training.steps=30")
        error = self.refused("train", "--resume", run, *falling, "--training.hold_steps=20")
        self.assertIn("update 22 of 30 would have had another; see training.hold_steps", error)
        tapehead("train", "--resume", run, *falling, "--training.hold_steps=30")
        self.same(whole, run, 50)
        with h5py.File(run / "run.h5") as file:
            self.assertLess(file["metrics/train/learning_rate"][-1], 1e-4)

    def test_a_run_killed_before_its_first_checkpoint_is_told_how_to_start_anew(self):
        run = self.place / "run"
        train(run, "--training.steps=20")
        shutil.rmtree(run / "checkpoints")
        error = self.refused("train", "--resume", run, code=65)
        self.assertIn(f"there is no checkpoint in it; start anew with: ./tapehead train {run}/settings.ini", error)


if __name__ == "__main__":
    unittest.main()
