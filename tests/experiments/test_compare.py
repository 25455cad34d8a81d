"""`compare` over runs as the program leaves them."""

import csv
import unittest

from program import SMALL, CommandLine, tapehead, train

SWEEP = ["ntm2014/copy-ntm-lstm", *SMALL, "--training.steps=60", "memory.read_heads=1,2", "seed=1..2"]


class Compare(CommandLine):
    def rows(self, file):
        with open(file, newline="") as text:
            return list(csv.DictReader(text))

    def test_a_sweep_is_compared_by_its_directory_and_by_groups(self):
        directory, file = self.place / "sweep", self.place / "runs.csv"
        tapehead("sweep", *SWEEP, "--out", directory, "--processes", 2)
        tapehead("evaluate", directory / "copy-ntm-lstm-read_heads=1-s2", "--task.length=3", "--sequences", 4)
        (directory / "copy-ntm-lstm-read_heads=9-s1.bad").mkdir()
        done = tapehead("compare", directory, "--csv", file)
        self.assertEqual(done.stdout.splitlines()[-1], str(file))
        rows = self.rows(file)
        self.assertEqual([(row["memory.read_heads"], row["seed"]) for row in rows], [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")])
        self.assertEqual([row["bits_length_3"] != "" for row in rows], [False, True, False, False])
        with open(directory / "summary.csv", newline="") as text:
            self.assertEqual([row["final_loss"] for row in rows], [row["final_loss"] for row in csv.DictReader(text)])
        self.assertNotIn("memory.slots", rows[0])
        tapehead("compare", directory, "--group-by", "memory.read_heads", "--csv", file)
        groups = self.rows(file)
        self.assertEqual([group["n"] for group in groups], ["2", "2"])
        for group, (one, other) in zip(groups, [rows[:2], rows[2:]]):
            mean = (float(one["final_loss"]) + float(other["final_loss"])) / 2
            self.assertAlmostEqual(float(group["final_loss_median"]), mean, places=12)

    def test_two_runs_stand_side_by_side(self):
        one, other = self.place / "one", self.place / "other"
        train(one, "--training.steps=30")
        train(other, "--training.steps=40", "--training.learning_rate=0.001")
        lines = tapehead("compare", one, other).stdout.splitlines()
        table = {line.split()[0]: line.split()[1:] for line in lines if line}
        self.assertEqual(table["training.steps"], ["30", "40"])
        self.assertEqual(table["sequences"], ["30", "40"])
        self.assertEqual(table["status"], ["finished", "finished"])
        self.assertNotIn("seed", table)
        self.refused("compare", one)
        self.refused("compare", one, one)
        self.refused("compare", one, self.place, "--group-by", "learning_rate")
        self.refused("compare", self.place / "none", code=65)


if __name__ == "__main__":
    unittest.main()
