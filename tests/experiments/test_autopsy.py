"""Runs that diverge, what they leave, and what an autopsy finds in them."""

import hashlib
import re
import unittest

import h5py
import numpy as np

from program import SMALL, CommandLine, contents, tapehead

# Such a rate makes the weights grow until something overflows, after some hundred steps.
DIVERGING = [
    "--training.steps=20000",
    "--training.optimizer=sgd",
    "--training.momentum=0.99",
    "--training.learning_rate=1",
    "--training.clip_gradient=inf",
    "--training.log_every=5",
    "--training.checkpoint_every=30",
]


def train(out, *more, code=0):
    """A small run; of a setting that is given twice the last one counts."""
    settings = {text.partition("=")[0]: text for text in [*SMALL, *more]}
    return tapehead("train", "ntm2014/copy-ntm-lstm", *settings.values(), "--out", out, code=code)


def digests(run):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in run.rglob("*") if path.is_file()}


class Autopsies(CommandLine):
    def diverged(self, *more):
        run = self.place / "run"
        error = train(run, *DIVERGING, *more, code=3).stderr
        found = re.search(r"diverged at step (\d+) with seed 1: (.*)", error)
        self.assertIsNotNone(found, error)
        return run, int(found[1]), found[2]

    def test_a_diverged_run_keeps_its_last_good_checkpoint_and_says_where_it_ended(self):
        run, step, what = self.diverged()
        with h5py.File(run / "run.h5") as file:
            self.assertEqual(file["provenance/status"][()], 3)
            self.assertEqual(file["summary/diverged_step"][()], step)
            self.assertEqual(file["summary/last_not_finite_step"][()], step)
            self.assertEqual(file["summary/skipped_updates"][()], 0)
            self.assertEqual(file["summary/rollbacks"][()], 0)
            self.assertLess(file["metrics/train/step"][-1], step)
        self.assertIn(what, (run / "log.txt").read_text())
        checkpoints = sorted((run / "checkpoints").glob("*.h5"))
        self.assertTrue(checkpoints)
        for path in checkpoints:
            with h5py.File(path) as file:
                self.assertLess(file.attrs["step"], step)
                file["model"].visititems(
                    lambda name, item: self.assertTrue(
                        not isinstance(item, h5py.Dataset) or np.isfinite(item[()]).all(), name
                    )
                )
        tapehead("evaluate", run, "--sequences", 1)

    def test_an_autopsy_replays_the_run_to_the_bit_and_writes_nothing(self):
        run, step, what = self.diverged()
        before = digests(run)
        report = tapehead("autopsy", run).stdout
        self.assertEqual(digests(run), before)
        self.assertIn(f"step {step:,} is not finite\n{what}\n", report)
        start = max(int(path.stem[5:]) for path in (run / "checkpoints").glob("step-*"))
        self.assertRegex(report, rf"replayed {step - start} steps? from \S*checkpoints/(step-{start:09d}|best)\.h5")
        logged = len(range(start // 5 * 5 + 5, step, 5))
        self.assertRegex(report, rf"{logged} rows? .* the same to the bit" if logged else "no row was logged")
        for part in ("what is not finite", "made by", "ranges on the way there", "gradient norm", "key_strength"):
            self.assertIn(part, report)
        self.assertLess(report.count("\n"), 50)

    def test_an_autopsy_without_the_newest_checkpoints_replays_from_an_older_one_or_the_start(self):
        run, step, what = self.diverged()
        for path in sorted((run / "checkpoints").glob("*.h5"))[1:]:  # all but best.h5, by name
            damaged = bytearray(path.read_bytes())
            damaged[len(damaged) // 2] ^= 1
            path.write_bytes(damaged)
        done = tapehead("autopsy", run)
        self.assertIn("skipped", done.stderr)
        self.assertIn(f"{what}\n", done.stdout)
        self.assertIn("the same to the bit", done.stdout)
        for path in (run / "checkpoints").glob("*.h5"):
            path.unlink()
        report = tapehead("autopsy", run).stdout
        self.assertIn(f"{what}\nreplayed {step} steps from the start of the run; ", report)
        self.assertIn(f"{(step - 1) // 5} rows that were logged on the way are the same to the bit", report)

    def test_an_autopsy_says_which_rows_came_out_otherwise(self):
        run, step, what = self.diverged()
        for path in (run / "checkpoints").glob("*.h5"):
            path.unlink()
        with h5py.File(run / "run.h5", "r+") as file:
            loss = file["metrics/train/loss"]
            loss[2] = np.nextafter(loss[2], np.inf)
            file["provenance"].attrs["blas_kernel"] = "Abacus"
        report = tapehead("autopsy", run).stdout
        self.assertRegex(report, r"1 of \d+ rows .* came out otherwise, the first at step 15\n")
        self.assertRegex(report, "another program or machine: .*Abacus")

    def test_a_failure_that_does_not_happen_again_is_told(self):
        run = self.place / "run"
        train(run, "--training.steps=100")
        with h5py.File(run / "run.h5", "r+") as file:
            file["provenance/status"][()] = 3
            file["summary/diverged_step"][()] = 95
        report = tapehead("autopsy", run).stdout
        self.assertIn("not reproduced", report)
        self.assertIn("faulty memory", report)
        with h5py.File(run / "run.h5", "r+") as file:
            file["summary/diverged_step"][()] = np.nan
        report = tapehead("autopsy", run).stdout
        self.assertIn("not reproduced", report)
        self.assertIn("step 100 came out finite", report)

    def test_a_run_that_did_not_diverge_needs_no_autopsy(self):
        run = self.place / "run"
        train(run, "--training.steps=20")
        self.assertIn("there is nothing to look into", tapehead("autopsy", run).stdout)
        self.assertIn("step 20 is finite\n", tapehead("autopsy", run, "--step", 20).stdout)
        self.assertIn("ends at step 20", self.refused("autopsy", run, "--step", 21))
        self.refused("autopsy")
        self.refused("autopsy", self.place, code=65)

    def test_a_run_that_rolls_back_logs_it_and_is_the_same_when_it_was_interrupted(self):
        more = [*DIVERGING, "--training.on_nan=rollback", "--training.evaluate_every=20"]
        whole = self.place / "whole"
        error = train(whole, *more, code=3).stderr
        self.assertIn("after 10 rollbacks to the same parameters", error)
        with h5py.File(whole / "run.h5") as file:
            rollbacks, step = int(file["summary/rollbacks"][()]), int(file["summary/diverged_step"][()])
        log = (whole / "log.txt").read_text()
        self.assertEqual(len(re.findall(r"step [\d,]+: back to the parameters of \d+ updates: ", log)), rollbacks)
        self.assertGreaterEqual(rollbacks, 10)
        report = tapehead("autopsy", whole).stdout
        self.assertIn(f"step {step:,} is not finite", report)
        self.assertNotIn("otherwise", report)
        first = int(re.search(r"step ([\d,]+): back to", log)[1].replace(",", ""))
        self.assertIn(f"step {first:,} is not finite", tapehead("autopsy", whole, "--step", first).stdout)

        # Where an evaluation is due anyway.
        last, before = (step - 1) // 20 * 20, max(first // 20 * 20, 20)
        one, parts = self.place / "one", self.place / "parts"
        train(one, *more, f"--training.steps={last}")
        for stop in (before, before + 20, (before + last) // 40 * 20, last - 20, last):
            if parts.exists():
                tapehead("train", "--resume", parts, f"--training.steps={stop}")
            else:
                train(parts, *more, f"--training.steps={stop}")
        self.same(one, parts, last)

    def same(self, one, other, step):
        expected, found = contents(one, step), contents(other, step)
        self.assertEqual(sorted(expected), sorted(found))
        for name, values in expected.items():
            np.testing.assert_array_equal(values, found[name], err_msg=name)


if __name__ == "__main__":
    unittest.main()
