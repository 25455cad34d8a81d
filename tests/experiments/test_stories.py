"""Stories from end to end: `tapehead generate`, a memory network trained on them, `evaluate` and `ask`."""

import re
import subprocess
import unittest

import h5py
import numpy as np

from program import PROGRAM, tapehead
from stories import FEW, STEPS, StoryCommandLine


def told(run, text, code=0):
    """What `ask` prints for a story on its standard input."""
    done = subprocess.run([PROGRAM, "ask", str(run)], input=text, capture_output=True, text=True, timeout=60)
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode}, expected {code}\n{done.stdout}{done.stderr}")
    return done


SMALL_MACHINE = (
    "--model.controller_size=10", "--memory.slots=8", "--memory.width=6", "--task.questions=100", "--task.validation=0.1"
)


class Stories(StoryCommandLine):
    def test_the_same_seed_generates_the_same_files_in_the_layout_of_babi(self):
        out = self.generated("--tasks", "1,19", "--questions", 50, "--test", 20, "--seed", 7)
        names = sorted(path.name for path in out.iterdir())
        self.assertEqual(names, ["qa19_path-finding_test.txt", "qa19_path-finding_train.txt",
                                 "qa1_single-supporting-fact_test.txt", "qa1_single-supporting-fact_train.txt"])
        text = {name: (out / name).read_text() for name in names}
        self.assertEqual(text["qa1_single-supporting-fact_train.txt"].count("\t"), 2 * 50)
        self.assertEqual(text["qa19_path-finding_test.txt"].count("\t"), 2 * 20)
        again = self.place / "again"
        tapehead("generate", "babi", "--out", again, "--tasks", "1,19", "--questions", 50, "--test", 20, "--seed", 7)
        self.assertEqual(text, {name: (again / name).read_text() for name in names})
        other = self.place / "other"
        tapehead("generate", "babi", "--out", other, "--tasks", 1, "--questions", 50, "--seed", 8)
        self.assertNotEqual(text["qa1_single-supporting-fact_train.txt"],
                            (other / "qa1_single-supporting-fact_train.txt").read_text())

    def test_nothing_is_generated_over_what_is_there(self):
        out = self.generated("--tasks", 1, "--questions", 5)
        self.assertIn("not empty", tapehead("generate", "babi", "--out", out, code=2).stderr)
        self.assertIn("--out DIR", tapehead("generate", "babi", code=2).stderr)
        self.assertIn("generate babi", tapehead("generate", "fables", "--out", self.place / "f", code=2).stderr)

    def test_a_net_is_trained_on_a_directory_of_stories_and_evaluated_on_each_of_its_sets(self):
        out = self.generated("--tasks", "1,2", "--questions", 200, "--test", 50)
        run = self.place / "run"
        tapehead("train", "memn2n2015/pe-ls-rn", f"--task.data={out}", "--task.tasks=1,2", *FEW, "--out", run)
        printed = tapehead("evaluate", run, "--task.task=1,2").stdout
        self.assertIn("test questions, task 2", printed)
        tapehead("evaluate", run)
        tapehead("evaluate", run, "--split", "train")
        with h5py.File(run / "run.h5") as file:
            self.assertIn("kitchen", list(file["vocabulary/word"].asstr()))
            columns = file["metrics/eval"]
            for name in ("nats_test", "wrong_classes_test", "wrong_classes_test_task_1", "wrong_classes_test_task_2",
                         "wrong_classes_train"):
                self.assertIn(name, columns)
            mean = (columns["wrong_classes_test_task_1"][-1] + columns["wrong_classes_test_task_2"][-1]) / 2
            self.assertAlmostEqual(columns["wrong_classes_test"][-1], mean)
        self.assertIn("--split", tapehead("evaluate", run, "--split", "dev", code=2).stderr)
        self.assertIn("task.task 3", tapehead("evaluate", run, "--task.task=3", code=2).stderr)

    def test_a_net_is_not_given_other_stories_than_it_was_trained_on(self):
        out = self.generated("--tasks", 1, "--questions", 50, "--test", 50)
        run = self.place / "run"
        tapehead("train", "memn2n2015/pe-ls-rn", f"--task.data={out}", "--task.tasks=1", *FEW, "--out", run)
        commands = [("train", "--resume", run, f"--training.steps={2 * STEPS}"), ("evaluate", run), ("ask", run)]
        for kind, change in (("train", {"garden": "kitchen", "kitchen": "garden"}),  # as many words, of the same numbers
                             ("test", {"garden": "kitchen", "kitchen": "garden"}),
                             ("train", {"garden": "yard"}),  # more words: no checkpoint would fit
                             ):
            file = out / f"qa1_single-supporting-fact_{kind}.txt"
            text = file.read_text()
            file.write_text(re.sub("|".join(change), lambda found: change[found[0]], text))
            self.assertNotEqual(file.read_text(), text)
            for command in commands:
                self.assertIn("other examples", tapehead(*command, code=65).stderr)
            file.write_text(text)
        tapehead("train", "--resume", run, f"--training.steps={2 * STEPS}")

    def test_without_stories_it_is_said_where_to_get_some(self):
        error = tapehead("train", "memn2n2015/pe-ls-rn", "--out", self.place / "run", code=69).stderr
        for part in ("--task.data=DIR", "TAPEHEAD_BABI", "babi", "./tapehead generate babi"):
            self.assertIn(part, error)
        self.assertFalse((self.place / "run").exists())
        error = tapehead("train", "memn2n2015/pe-ls-rn", "--task.data=/nowhere", "--out", self.place / "run", code=69).stderr
        self.assertIn("/nowhere is not a directory", error)

    def test_a_damaged_file_is_told_with_its_line(self):
        out = self.generated("--tasks", 1, "--questions", 5)
        with open(out / "qa1_single-supporting-fact_test.txt", "a") as file:
            file.write("1 Mary slept.\n5 Where?\tbed\t1\n")
        error = tapehead("train", "memn2n2015/pe-ls-rn", f"--task.data={out}", "--out", self.place / "run", code=65).stderr
        self.assertRegex(error, r"qa1_single-supporting-fact_test\.txt:\d+: line number 5")

    def test_a_net_answers_questions_and_shows_where_it_looked(self):
        run = self.trained()
        story = "Mary went to the kitchen.\nJohn went to the garden.\nWhere is Mary?\n\nWhere is John?\n"
        printed = told(run, story).stdout
        self.assertRegex(printed, r"hop 1 +hop 2 +hop 3\n +mary went to the kitchen +[01]\.\d\d +[01]\.\d\d +[01]\.\d\d")
        self.assertEqual(printed.count("where is"), 2)
        self.assertEqual(printed.count("mary went"), 1)  # the empty line began a new story
        numbered = told(run, "1 Mary went to the kitchen.\n2 John went to the garden.\n3 Where is Mary?\tgarden\t1\n").stdout
        self.assertEqual(numbered, printed.split("\n\n")[0] + "\n\n")
        for line, wrong in (("Mary went\t.\n", "a tab belongs"), ("Where is " * 20 + "?\n", "more words than")):
            self.assertIn(f"standard input:1: {wrong}", told(run, line, code=65).stderr)
        self.assertIn("there was no question", told(run, "Where is Mary\n").stderr)
        error = told(run, "Mary went to the moon.\n", code=65).stderr
        self.assertIn("standard input:1: the net does not know the word 'moon'; it knows: ", error)

    def test_a_machine_that_reads_word_by_word_is_judged_and_asked_like_a_memory_network(self):
        run = self.place / "run"
        sizes = *SMALL_MACHINE, "--task.view=words"
        tapehead("train", "babi/ntm", "--training.steps=20", *sizes, "--out", run)
        printed = tapehead("evaluate", run).stdout
        self.assertIn("test questions", printed)
        self.assertIn("most frequent answer", printed)
        with h5py.File(run / "run.h5") as file:
            wrong = file["metrics/eval/wrong_classes_test"][-1]
            counts = file["answers/test"]
            right = counts["count"][()][counts["answer"][()] == counts["right_answer"][()]].sum()
            self.assertAlmostEqual(wrong, 1 - right / 100)
            self.assertGreater(wrong, 0)
        self.assertEqual(tapehead("trace", run, "--examples", 3).stdout, "sample\n")
        with h5py.File(run / "run.h5") as file:
            trace = file["traces/sample"]
            words = list(file["vocabulary/word"].asstr())
            read = trace["input"][0, 0].argmax(axis=-1)[trace["input"][0, 0].any(axis=-1)]
            text = " ".join([*words, ".", "?", "-"][word] for word in read)
            self.assertRegex(text, r"^\w+ \w+ .* \. where is \w+ \? -$")
            self.assertEqual(list(trace["mask"][0].sum(axis=-1)), [1, 1, 1])
            self.assertIn("read_weights", trace)
        self.assertIn("heads-sample.png", tapehead("plot", run, "--out", self.place / "figures").stdout)
        self.assertRegex(told(run, "Mary went to the kitchen.\nWhere is Mary?\n").stdout, r"^  mary went to the kitchen\n  where is mary\? +\w+ \(0\.\d\d\)\n")
        for setting in "--task.noise=0.1", "--task.view=pictures":
            tapehead("train", "babi/ntm", setting, "--out", self.place / "other", code=2)
        refused = tapehead("train", "babi/ntm", "--model.name=memn2n", "--out", self.place / "other", code=2)
        self.assertIn("task.view=sentences", refused.stderr)

    def test_whole_stories_are_read_with_all_their_questions(self):
        run = self.place / "run"
        tapehead("train", "babi/ntm", "--training.steps=20", *SMALL_MACHINE, "--out", run)
        tapehead("evaluate", run)
        tapehead("trace", run, "--examples", 3)
        with h5py.File(run / "run.h5") as file:
            counts = file["answers/test"]
            right = counts["count"][()][counts["answer"][()] == counts["right_answer"][()]].sum()
            self.assertEqual(counts["count"][()].sum(), 100)  # questions, five a story
            self.assertAlmostEqual(file["metrics/eval/wrong_classes_test"][-1], 1 - right / 100)
            self.assertEqual(list(file["traces/sample/mask"][0].sum(axis=-1)), [5, 5, 5])
        self.assertIn("heads-sample.png", tapehead("plot", run, "--out", self.place / "figures").stdout)
        asked = told(run, "Mary went to the kitchen.\nWhere is Mary?\n")
        self.assertRegex(asked.stdout, r"where is mary\? +\w+ \(0\.\d\d\)\n")
        self.assertIn("it is asked for one word, and not told what was asked before", asked.stderr)
        error = tapehead("train", "babi/ntm", "--task.statements=9", "--out", self.place / "other", code=2).stderr
        self.assertIn("'task.statements' has no effect with task.view = stories", error)

    def test_what_a_directory_of_stories_lacks_is_taken_from_the_next(self):
        out = self.generated("--tasks", "1,3", "--questions", 50, "--test", 20)
        other = out.rename(self.place / "all")
        first = self.place / "some"
        first.mkdir()
        for path in other.glob("qa1_*"):
            path.rename(first / path.name)
        run = self.place / "run"
        tapehead("train", "memn2n2015/pe-ls-rn", f"--task.data={first}:{other}", "--task.tasks=1,3", *FEW, "--out", run)
        self.assertIn("test questions, task 3", tapehead("evaluate", run, "--task.task=1,3").stdout)
        error = tapehead("train", "memn2n2015/pe-ls-rn", f"--task.data={first}", "--task.tasks=3", "--out", self.place / "no", code=69)
        self.assertIn(f"{first}: expected qa3_NAME_train.txt", error.stderr)

    def test_where_the_hops_looked_is_recorded_and_drawn(self):
        run = self.trained("--task.tasks=2")
        self.assertEqual(tapehead("trace", run, "--examples", 3).stdout, "sample\n")
        with h5py.File(run / "run.h5") as file:
            trace = file["traces/sample"]
            attention, story = trace["attention"][()], trace["story"][()]
            self.assertEqual(attention.shape[:3], (1, 3, 3))  # step, example, hop
            self.assertEqual(story.shape[:2], (1, 3))
            self.assertTrue(np.allclose(attention.sum(axis=-1), 1, atol=1e-5))  # empty places have their share
            self.assertEqual(attention.shape[-1], story.shape[-2])
            self.assertEqual(list(trace["support"][0].sum(axis=-1)), [2, 2, 2])
            words = list(file["vocabulary/word"].asstr())
            self.assertEqual(words[int(trace["question"][0, 0, 0]) - 1], "where")
            self.assertTrue((trace["answer_probability"][()] > 0).all())
            self.assertTrue((trace["right_answer"][()] >= 1).all())
        done = tapehead("plot", run, "--out", self.place / "figures")
        self.assertIn("story-sample.png", done.stdout)
        self.assertEqual(done.stderr, "")
        table = self.place / "hops.csv"
        tapehead("plot", run, "--kind", "heads", "--example", 2, "-o", self.place / "hops.svg", "--csv", table)
        self.assertIn("attention,", table.read_text())
        self.assertIn("--example 3", tapehead("plot", run, "--kind", "heads", "--example", 3, code=2).stderr)

    def test_an_entity_network_is_trained_evaluated_asked_traced_and_drawn(self):
        run = self.place / "run"
        few = ["--model.slots=4", "--model.width=16", "--training.steps=40", "--training.evaluate_every=40"]
        tapehead("train", "henaff2017/entnet", "--task.data=generated", *few, "--out", run)
        self.assertIn("test questions", tapehead("evaluate", run).stdout)
        asked = told(run, "Mary went to the kitchen.\nWhere is Mary?\n").stdout
        self.assertRegex(asked, r"gate\n.*mary went to the kitchen +[01]\.\d\d\n")
        self.assertEqual(tapehead("trace", run, "--examples", 3).stdout, "sample\n")
        with h5py.File(run / "run.h5") as file:
            trace = file["traces/sample"]
            gates, weights, story = trace["gates"][()], trace["slot_weights"][()], trace["story"][()]
            self.assertEqual(gates.shape, (1, 3, story.shape[-2], 4))  # step, example, sentence, slot
            there = (story > 0).any(axis=-1)
            self.assertTrue((gates[there] > 0).all())
            self.assertTrue((gates[~there] == 0).all())
            self.assertTrue(np.allclose(weights.sum(axis=-1), 1, atol=1e-5))
        done = tapehead("plot", run, "--out", self.place / "figures")
        self.assertIn("story-sample.png", done.stdout)
        self.assertEqual(done.stderr, "")

    def test_only_a_net_that_reads_stories_can_be_asked(self):
        run = self.place / "copy"
        tapehead("train", "demo", "--training.sequences=8", "--out", run)
        self.assertIn("not on stories", tapehead("ask", run, code=2).stderr)

    def test_models_and_tasks_that_do_not_fit_are_refused(self):
        for model, task in (("ntm", "babi"), ("lstm", "babi"), ("memn2n", "copy"), ("entnet", "copy")):
            preset = "memn2n2015/pe-ls-rn" if task == "babi" else "demo"
            changes = [f"--model.name={model}", f"--task.name={task}"] + (["--task.data=generated"] if task == "babi" else [])
            error = tapehead("train", preset, *changes, "--out", self.place / "run", code=2).stderr
            self.assertIn("stories", error)


if __name__ == "__main__":
    unittest.main()
