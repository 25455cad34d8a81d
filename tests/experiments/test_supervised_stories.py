"""A memory network with supervised hops from end to end: trained, resumed, evaluated, asked, traced; its table."""

import subprocess
import unittest

import h5py
import numpy as np

from program import PROGRAM, SANITIZED, CommandLine, tapehead

STEPS = 30 if SANITIZED else 200
PRESET = "weston2015/am-ng-nl"
SMALL = ["--task.data=generated", "--task.tasks=2", "--model.width=20", "--training.evaluate_every=50",
         "--task.validation=0"]


class SupervisedStories(CommandLine):
    def trained(self, name, *arguments):
        run = self.place / name
        tapehead("train", PRESET, *SMALL, *arguments, "--out", run)
        return run

    def test_a_net_is_trained_evaluated_traced_and_asked(self):
        run = self.trained("run", f"--training.steps={STEPS}")
        self.assertRegex(tapehead("evaluate", run).stdout, r"ranking loss per sequence(.|\n)*test questions")
        self.assertRegex((run / "log.txt").read_text(), r"evaluation gives [0-9.]+ and [0-9.]+ wrong answers per question")
        self.assertIn("no question in the validation set", tapehead("evaluate", run, "--split", "validation", code=2).stderr)
        self.assertEqual(tapehead("trace", run, "--examples", 3).stdout, "sample\n")
        with h5py.File(run / "run.h5") as file:
            wrong = file["metrics/eval/wrong_classes_test"][-1]
            attention, support = file["traces/sample/attention"][()], file["traces/sample/support"][()]
            self.assertEqual(file["metrics/train/loss"].attrs["units"], "1")
            self.assertEqual(file["metrics/eval/ranking_loss_test"].attrs["units"], "1")
            self.assertTrue((file["traces/sample/answer_lead"][()] >= 0).all())
            self.assertNotIn("answer_probability", file["traces/sample"])
        self.assertEqual(attention.shape[:3], (1, 3, 10))  # step, example, hop
        self.assertTrue(np.isin(attention, (0, 1)).all())
        self.assertTrue((attention.sum(axis=-1) <= 1).all())
        if not SANITIZED:
            self.assertLess(wrong, 0.3)
            self.assertTrue((attention.sum(axis=2) == support).mean() > 0.9)
        done = tapehead("plot", run, "--out", self.place / "figures")
        self.assertIn("story-sample.png", done.stdout)
        story = "Mary went to the kitchen.\nMary got the milk.\nWhere is the milk?\n"
        asked = subprocess.run([PROGRAM, "ask", str(run)], input=story, capture_output=True, text=True, timeout=60)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertNotIn("hop 10", asked.stdout)  # it stops before
        self.assertRegex(asked.stdout, r"where is the milk\? +\w+ \(\d\.\d\d ahead\)")

    def test_a_resumed_net_has_the_bits_of_one_that_was_not_interrupted(self):
        whole = self.trained("whole", "--training.steps=30")
        part = self.trained("part", "--training.steps=14")
        tapehead("train", "--resume", part, "--training.steps=30")
        self.same(whole, part, 30)

    @unittest.skipIf(SANITIZED, "it trains twenty nets")
    def test_its_table_is_reproduced(self):
        out, runs = self.place / "stories", self.place / "runs"
        tapehead("generate", "babi", "--out", out, "--questions", 100, "--test", 20)
        printed = tapehead("reproduce", "weston2015/table3", f"--task.data={out}", "--quick", "--rows", "am",
                           "--out", runs).stdout
        self.assertRegex(printed, r"MemNN AM +paper +all nets")
        cells = (runs / "quick" / "weston2015-table3-table.csv").read_text()
        self.assertEqual(len(cells.splitlines()), 21)

    def test_it_refuses_what_is_no_story(self):
        error = tapehead("train", "demo", "--model.name=memnn", "--task.name=copy", "--out", self.place / "run", code=2).stderr
        self.assertIn("stories", error)


if __name__ == "__main__":
    unittest.main()
