"""Answers to questions about stories, counted and compared: `demo babi`, `evaluate` of other stories, `generate --compare`."""

import csv
import unittest

import h5py

from program import SANITIZED, tapehead
from stories import FEW, STEPS, StoryCommandLine


class Answers(StoryCommandLine):
    @unittest.skipIf(SANITIZED, "it trains at full size")
    def test_the_demo_answers_a_story_of_each_kind_and_prints_its_figures(self):
        run = self.place / "run"
        done = tapehead("demo", "babi", "--out", run)
        figures = done.stdout.splitlines()
        names = {path.rpartition("/")[2] for path in figures}
        for name in ("learning-curve.png", "confusion-test_task_2.png", "story-task_1.png", "story-task_2.png"):
            self.assertIn(name, names)
        for path in figures:
            with open(path, "rb") as file:
                self.assertEqual(file.read(4), b"\x89PNG")
        self.assertEqual(done.stderr.count("  hop 1  hop 2  hop 3\n"), 2)
        self.assertRegex(done.stderr, r"  ● \w+.* [01]\.\d\d   [01]\.\d\d   [01]\.\d\d\n")
        self.assertEqual(done.stderr.count("), right\n"), 2)
        with h5py.File(run / "run.h5") as file:
            wrong = file["metrics/eval"]
            self.assertLess(wrong["wrong_classes_test_task_1"][-1], 0.01)
            self.assertLess(wrong["wrong_classes_test_task_2"][-1], 0.05)

    def test_there_are_two_demos(self):
        self.assertIn("demo babi", tapehead("demo", "sort", code=2).stderr)
        printed = tapehead("demo", "--help").stdout
        self.assertIn("demo [copy|babi]", printed)
        self.assertIn("demo-babi", printed)

    def test_an_evaluation_counts_the_answers_which_are_drawn(self):
        run = self.trained("--task.questions=300", "--task.tasks=1,2")
        printed = tapehead("evaluate", run, "--task.task=1,2").stdout
        self.assertRegex(printed, r"wrong answers per question +most frequent answer\n")
        tapehead("evaluate", run)
        with h5py.File(run / "run.h5", "a") as file:
            self.assertEqual(sorted(file["answers"]), ["test", "test_task_1", "test_task_2"])
            counts = {name: column[()] for name, column in file["answers/test"].items()}
            self.assertEqual(counts["count"].sum(), 600)
            self.assertEqual(set(counts["task"]), {1, 2})
            wrong = counts["count"][counts["answer"] != counts["right_answer"]].sum()
            columns = file["metrics/eval"]
            self.assertAlmostEqual(columns["wrong_classes_test"][-1], wrong / 600)
            self.assertGreater(columns["most_frequent_wrong_test"][-1], 0.5)
            self.assertEqual(file["answers/test"].attrs["step"], STEPS)
            words = list(file["vocabulary/word"].asstr())
            self.assertTrue({words[word - 1] for word in counts["right_answer"]} >= {"kitchen", "garden"})
            file["notes"] = "mine"
        tapehead("evaluate", run)  # once more, in the place of the earlier ones
        tapehead("trace", run)
        with h5py.File(run / "run.h5") as file:
            self.assertEqual(file["answers/test/count"][()].tolist(), counts["count"].tolist())
            self.assertIn("notes", file)
        drawn = tapehead("plot", run, "--kind", "confusion", "--formats", "png", "--out", self.place / "figures").stdout
        self.assertEqual(drawn.count("confusion-test"), 3)
        table = self.place / "drawn.csv"
        tapehead("plot", run, "--kind", "confusion", "--probe", "test_task_2", "--most", 4,
                 "-o", self.place / "few.svg", "--csv", table)
        self.assertIn("answers,others (", table.read_text())
        self.assertIn("draws one run", tapehead("plot", run, run, "--kind", "confusion", code=2).stderr)

    def test_a_net_is_asked_about_other_stories_each_task_by_itself(self):
        run = self.trained("--task.questions=300", "--task.tasks=1,2")
        other = self.place / "en-own"
        tapehead("generate", "babi", "--out", other, "--tasks", "1,2", "--questions", 50, "--test", 40, "--seed", 9)
        with open(other / "qa1_single-supporting-fact_test.txt", "a") as file:
            file.write("1 Mary went to the moon.\n2 Where is Mary?\tmoon\t1\n3 Where is Mary?\tkitchen\t1\n")
        done = tapehead("evaluate", run, f"--task.data={other}")
        self.assertIn("the net does not know these words, which are left out: moon\n", done.stderr)
        self.assertIn("1 of 82 test questions have an answer that the net does not know", done.stderr)
        for row in ("test questions of en_own, task 1 ", "test questions of en_own, task 2 ", "test questions of en_own "):
            self.assertIn(row, done.stdout)
        with h5py.File(run / "run.h5") as file:
            columns = file["metrics/eval"]
            first, second, both = (
                columns[f"wrong_classes_test_en_own{task}"][-1] for task in ("_task_1", "_task_2", "")
            )
            self.assertAlmostEqual(both, (42 * first + 40 * second) / 82)
            self.assertNotIn("wrong_classes_test", columns)
            self.assertIn("test_en_own_task_1", file["answers"])
            self.assertIn(0, file["answers/test_en_own_task_1/right_answer"][()])
        # The files that the net was trained on, read from a directory, are what it was tested on.
        same = self.place / "same"
        tapehead("generate", "babi", "--out", same, "--tasks", "1,2", "--questions", 300, "--test", 300, "--seed", 0)
        tapehead("evaluate", run, f"--task.data={same}")
        tapehead("evaluate", run)
        with h5py.File(run / "run.h5") as file:
            columns = file["metrics/eval"]
            self.assertEqual(columns["wrong_classes_test_same"][-1], columns["wrong_classes_test"][-1])
            self.assertEqual(columns["nats_test_same"][-1], columns["nats_test"][-1])

    def test_all_runs_of_a_directory_are_evaluated_and_compared_by_task(self):
        sweep, other = self.place / "sweep", self.place / "own"
        tapehead("generate", "babi", "--out", other, "--tasks", "1,6", "--questions", 40, "--test", 40, "--seed", 4)
        tapehead("sweep", "memn2n2015/pe-ls-rn", "task.tasks=1,6", "seed=1..2", "--task.data=generated",
                 "--task.questions=100", *FEW, "--out", sweep)
        printed = tapehead("evaluate", sweep, f"--task.data={other}").stdout
        self.assertEqual(printed.count("test questions of own "), 4)
        self.assertEqual(printed.count("sweep/pe-ls-rn-tasks=6-s2: memn2n2015/pe-ls-rn, seed 2"), 1)
        table = self.place / "table.csv"
        tapehead("compare", sweep, "--group-by", "task.tasks", "--csv", table)
        self.assertIn("wrong_classes_test_own", table.read_text())

    def test_other_stories_must_be_there_and_fit(self):
        run = self.trained("--task.questions=300")
        self.assertIn("/nowhere is not a directory", tapehead("evaluate", run, "--task.data=/nowhere", code=69).stderr)
        other = self.place / "other"
        tapehead("generate", "babi", "--out", other, "--tasks", 2, "--questions", 5)
        self.assertIn("expected qa1_NAME_train.txt", tapehead("evaluate", run, f"--task.data={other}", code=69).stderr)
        copy = self.place / "copy"
        tapehead("train", "demo", "--training.sequences=8", "--out", copy)
        self.assertIn("not on stories", tapehead("evaluate", copy, f"--task.data={other}", code=2).stderr)

    def test_generated_stories_are_compared_with_others(self):
        other, table = self.place / "own", self.place / "table.csv"
        tapehead("generate", "babi", "--out", other, "--tasks", "1,8", "--questions", 30, "--test", 20, "--seed", 3)
        printed = tapehead("generate", "babi", "--compare", other, "--tasks", "1,8", "--questions", 30, "--test", 20,
                           "--csv", table).stdout
        self.assertRegex(printed, r"   1  generated +50 +\d")
        self.assertRegex(printed, r"\n +own +50 +\d")
        self.assertTrue(printed.endswith(f"\n{table}\n"))
        with open(table, newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(row["task"], row["stories"]) for row in rows],
                         [("1", "generated"), ("1", "own"), ("8", "generated"), ("8", "own")])
        self.assertEqual({row["questions"] for row in rows}, {"50"})
        self.assertIn("--csv", tapehead("generate", "babi", "--out", self.place / "x", "--csv", table, code=2).stderr)
        self.assertFalse((self.place / "x").exists())


if __name__ == "__main__":
    unittest.main()
