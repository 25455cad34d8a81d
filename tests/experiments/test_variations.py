"""Tasks of other sizes than those of training, and what is known of each task, through the program."""

import re
import unittest

import h5py
import numpy as np

from program import CommandLine, tapehead

TINY = [
    "--model.controller_size=8",
    "--memory.slots=8",
    "--memory.width=4",
    "--training.steps=2",
    "--training.evaluation_sequences=8",
]
TASKS = ["copy", "repeat_copy", "associative_recall", "ngrams", "priority_sort", "sort", "reverse", "add"]


class Variations(CommandLine):
    def trained(self, preset, *more):
        run = self.place / "run"
        tapehead("train", f"ntm2014/{preset}", *TINY, *more, "--out", run)
        return run

    def last_row(self, run):
        with h5py.File(run / "run.h5") as file:
            return {name: column[-1] for name, column in file["metrics/eval"].items()}

    def test_lengths_and_repeats_are_evaluated_in_every_combination(self):
        run = self.trained("repeat-copy-ntm-ff")
        before = set(self.last_row(run))
        out = tapehead("evaluate", run, "--task.length=5,10", "--task.repeats=2,3", "--sequences", 4).stdout
        row = self.last_row(run)
        sizes = [(5, 2), (5, 3), (10, 2), (10, 3)]
        names = [f"length_{length}_repeats_{repeats}" for length, repeats in sizes]
        kinds = ("bits", "wrong_bits")  # the least possible cost is 0, which needs no column
        self.assertEqual(set(row) - before, {f"{kind}_{name}" for kind in kinds for name in names})
        rows = re.findall(r"(?m)^ +length (\d+), repeats (\d+) +([\d.]+) +([\d.]+)$", out)
        self.assertEqual([(int(length), int(repeats)) for length, repeats, _, _ in rows], sizes)
        for (length, repeats), name, (_, _, cost, wrong) in zip(sizes, names, rows):
            # A net that has learned nothing: about a bit for each of 7 outputs at every step of the answer.
            self.assertAlmostEqual(row[f"bits_{name}"], 7 * (length * repeats + 1), delta=2 * (length * repeats + 1))
            self.assertAlmostEqual(row[f"bits_{name}"], float(cost), places=4)
            self.assertAlmostEqual(row[f"wrong_bits_{name}"], float(wrong), places=2)

    def test_repeats_alone_leave_the_lengths_as_in_training(self):
        run = self.trained("repeat-copy-ntm-ff")
        tapehead("evaluate", run, "--task.repeats=2", "--sequences", 4)
        self.assertIn("bits_repeats_2", self.last_row(run))

    def test_the_least_possible_cost_of_n_grams_stands_beside_their_cost(self):
        run = self.trained("ngrams-ntm-ff")
        with h5py.File(run / "run.h5") as file:
            table = file["metrics/eval"]
            self.assertAlmostEqual(table["optimum"][-1], 133.25, delta=30)  # of 8 sequences
            self.assertEqual(table["optimum"].attrs["units"], "bit")
            self.assertTrue((table["optimum"][()] < table["loss"][()]).all())
            self.assertEqual(len(set(table["optimum"][()])), 1)  # of the same sequences each time
        out = tapehead("evaluate", run, "--task.length=20,50", "--sequences", 200).stdout
        self.assertIn("least possible", out)
        row = self.last_row(run)
        for length in (20, 50):
            optimum = row[f"optimum_length_{length}"]
            self.assertRegex(out, rf"(?m)^ +length {length} +[\d.]+ +[\d.]+ +{optimum:.5f}$")
            self.assertTrue(length / 2 < optimum < row[f"bits_length_{length}"])
        tapehead("evaluate", run, "--sequences", 8)
        row = self.last_row(run)
        self.assertAlmostEqual(row["optimum_trained"], row["optimum"], places=9)  # of the same sequences

    def test_a_task_without_repeats_refuses_them(self):
        run = self.trained("copy-ntm-ff")
        before = self.last_row(run)
        for command in ("evaluate", "trace"):
            error = self.refused(command, run, "--task.repeats=2")
            self.assertIn("task 'copy' has no repeats to choose (task.repeats)", error)
        error = self.refused("evaluate", run, "--task.length=3", "--task.repeats=2")
        self.assertIn("task.repeats", error)
        self.assertEqual(self.last_row(run), before)

    def test_a_size_that_a_task_cannot_have_is_refused(self):
        run = self.trained("associative-recall-ntm-ff")
        self.assertIn("task.length must be at least 2, got 1", self.refused("evaluate", run, "--task.length=1"))
        tapehead("evaluate", run, "--task.length=2,20", "--sequences", 2)
        self.assertTrue(np.isfinite(self.last_row(run)["bits_length_20"]))

    def test_longer_and_shorter_sorts_are_evaluated(self):
        run = self.trained("priority-sort-ntm-ff")
        tapehead("evaluate", run, "--task.length=4,30", "--sequences", 2)
        row = self.last_row(run)
        self.assertAlmostEqual(row["bits_length_4"], 32, delta=12)  # all 4 of them
        self.assertAlmostEqual(row["bits_length_30"], 128, delta=40)  # the first 16

    def test_the_papers_own_inputs_are_traced(self):
        for preset, probe, steps in (
            ("repeat-copy-ntm-ff", "figure-9", 113),
            ("associative-recall-ntm-ff", "figure-12", 32),
            ("ngrams-ntm-ff", "figure-14", 200),
            ("priority-sort-ntm-ff", "figure-16", 37),
        ):
            with self.subTest(probe):
                run = self.place / preset
                tapehead("train", f"ntm2014/{preset}", *TINY, "--out", run)
                self.assertIn(probe, tapehead("trace", run).stdout.split())
                with h5py.File(run / "run.h5") as file:
                    self.assertEqual(file[f"traces/{probe}/input"].shape[2], steps)


class Tasks(CommandLine):
    def test_every_task_is_listed_with_its_diagram_sizes_chance_and_optimum(self):
        listed = tapehead("list", "tasks").stdout
        parts = re.split(r"(?m)^(\w+): ", listed)
        found = dict(zip(parts[1::2], parts[2::2]))
        known = {}
        for name in TASKS:
            part = found[name]
            for line in ("time --->", "target", "mask", "task."):
                self.assertIn(line, part, name)
            line = re.search(
                r"(?m)^    inputs (\d+), targets (\d+), chance ([\d.]+) bit per sequence, "
                r"optimum (about )?([\d.]+) bit per sequence$",
                part,
            )
            self.assertIsNotNone(line, name)
            known[name] = (int(line[1]), int(line[2]), float(line[3]))
            self.assertEqual(line[4], "about " if name == "ngrams" else None)
            self.assertAlmostEqual(float(line[5]), 133.25 if name == "ngrams" else 0, delta=0.15)
        self.assertEqual(known["copy"], (10, 8, 84))
        self.assertEqual(known["associative_recall"], (8, 6, 18))
        self.assertEqual(known["ngrams"], (1, 1, 200))
        self.assertEqual(known["priority_sort"], (10, 8, 128))
        self.assertEqual(known["repeat_copy"][:2], (8, 7))
        self.assertGreater(known["repeat_copy"][2], 181.5)


if __name__ == "__main__":
    unittest.main()
