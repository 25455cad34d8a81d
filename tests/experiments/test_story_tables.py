"""Tables of errors by bAbI task, reproduced from stories of our own. With TAPEHEAD_SLOW set all of table 3 is trained."""

import csv
import os
import signal
import subprocess
import unittest

import h5py

from program import SANITIZED, tapehead
from stories import StoryCommandLine

SLOW = "TAPEHEAD_SLOW" in os.environ
SMALL = os.environ.get("TAPEHEAD_REPRODUCE_SMALL")


class StoryTables(StoryCommandLine):
    def interrupted(self, command, directory, run_file):
        """Ends a command with SIGINT as soon as there is such a file, which it returns."""
        child = self.launch(*command)
        self.wait_for(lambda: list(directory.glob(run_file)) or child.poll() is not None)
        child.send_signal(signal.SIGINT)
        _, error = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 130, error)
        return next(directory.glob(run_file))

    @unittest.skipIf(SANITIZED, "it trains twenty nets")
    def test_a_table_is_reproduced_and_continued(self):
        out = self.generated("--questions", 100, "--test", 20)
        runs = self.place / "runs"
        command = ("reproduce", "memn2n2015/table1", f"--task.data={out}", "--quick", "--rows", "pe-ls", "--out", runs)
        printed = tapehead(*command).stdout
        self.assertRegex(printed, r"PE LS +paper +all nets")
        with h5py.File(next((runs / "quick").glob("pe-ls-task-1-*/run.h5"))) as file:
            config = file["config"].attrs
            self.assertEqual((config["training.steps"], config["training.linear_start"]), (336, 56))
        self.assertIn("20 nets, trained in", printed)
        self.assertIn("memn2n2015-table1.png", printed)
        cells = (runs / "quick" / "memn2n2015-table1-table.csv").read_text()
        self.assertEqual(len(cells.splitlines()), 21)
        records = runs / "quick" / "memn2n2015-table1.csv"
        lines = records.read_text().splitlines(keepends=True)
        self.assertEqual(len(lines), 21)
        records.write_text("".join(lines[:-1]))  # one is missing: its run is there, and recorded again
        again = tapehead(*command)
        self.assertIn("19 of 20 nets are done", again.stderr)
        self.assertEqual(records.read_text(), "".join(lines))
        self.assertEqual((runs / "quick" / "memn2n2015-table1-table.csv").read_text(), cells)
        self.assertIn("--rows: memn2n2015/table1 has no row 'ntm'", tapehead(*command[:-3], "ntm", code=2).stderr)

    @unittest.skipIf(SANITIZED or not SMALL, "it trains a net or more on each of twenty tasks")
    def test_a_task_with_a_perfect_net_gets_no_further_one_where_that_is_enough(self):
        out = self.generated("--questions", 40, "--test", 20)

        def nets(seeds):
            """{task: [(seed, validation error), ...]}, and what is said."""
            command = [SMALL, "story-table", out, self.place / "table", str(seeds)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
            found = {}
            with (self.place / "table" / "henaff2017-table2.csv").open() as file:
                for row in csv.DictReader(file):
                    found.setdefault(int(row["task"]), []).append((int(row["seed"]), float(row["validation_error"])))
            return found, done

        first, _ = nets(1)
        self.assertEqual({len(of_task) for of_task in first.values()}, {1})
        perfect = {task for task, [(_, error)] in first.items() if error == 0}
        self.assertTrue(0 < len(perfect) < 20, first)  # four questions are answered right by chance
        both, done = nets(2)
        self.assertIn(f"{20 + len(perfect)} of 40 nets are done or not needed", done.stderr)
        self.assertIn("the lowest validation error is reported", done.stdout)
        for task, of_task in both.items():
            self.assertEqual([seed for seed, _ in of_task], [1] if task in perfect else [1, 2])

    @unittest.skipIf(SANITIZED, "it trains on all twenty tasks")
    def test_joint_rows_of_a_table_are_reproduced_interrupted_and_continued(self):
        out = self.generated("--questions", 60, "--test", 20)
        runs = self.place / "runs"
        command = ("reproduce", "memn2n2015/table1", f"--task.data={out}", "--quick", "--rows", "joint-1hop", "--out", runs)
        self.interrupted(command, runs / "quick", "joint-1hop-*/run.h5")
        records = runs / "quick" / "memn2n2015-table1.csv"
        self.assertFalse(records.exists())
        printed = tapehead(*command).stdout
        self.assertIn("1 hop joint: a quick look; 1 net, trained in", printed)
        run = next((runs / "quick").glob("joint-1hop-*/run.h5")).parent
        self.assertIn("resumed at step", run.with_name(run.name + ".log").read_text())
        with records.open() as file:
            lines = list(csv.DictReader(file))
        self.assertEqual([line["task"] for line in lines], [str(task) for task in range(1, 21)])
        self.assertEqual({line["questions"] for line in lines}, {"60"})
        self.assertEqual(len({(line["training_error"], line["settings_hash"], line["stories"]) for line in lines}), 1)
        tasks = ",".join(line["task"] for line in lines)
        evaluated = tapehead("evaluate", run, f"--task.task={tasks}").stdout
        for line in lines:
            wrong = float(line["test_error"]) / 100
            self.assertRegex(evaluated, rf"test questions, task {line['task']} +[\d.]+ +{wrong:.3f} ")
        self.assertIn("1 of 1 nets are done", tapehead(*command).stderr)
        text = records.read_text()
        records.write_text(text.rsplit("\n", 2)[0] + "\n")  # a joint net that lacks a line is not there
        self.assertIn("0 of 1 nets are done", tapehead(*command).stderr)
        self.assertEqual(records.read_text(), text)
        reported = tapehead("reproduce", "memn2n2015/table1", "--report", "--quick", "--out", runs).stdout
        self.assertIn("1 hop joint: a quick look; 1 net,", reported)

    @unittest.skipIf(SANITIZED, "it trains on all twenty tasks")
    def test_by_the_papers_conventions_a_table_stands_beside_the_other(self):
        out = self.generated("--questions", 60, "--test", 20)
        runs = self.place / "runs"
        command = ("reproduce", "memn2n2015/table1", f"--task.data={out}", "--quick", "--rows", "joint-1hop", "--out", runs)
        other = (*command, "--conventions=paper")
        place = runs / "table1-paper-conventions" / "quick"
        printed = tapehead(*other).stdout
        self.assertIn("by the paper's conventions", printed)
        self.assertTrue((place / "memn2n2015-table1-paper-conventions-table.csv").exists())
        with h5py.File(next(place.glob("joint-1hop-*/run.h5"))) as file:
            config = file["config"].attrs
            chosen = config["model.conventions"], config["model.word_order"], bool(config["model.empty_slots"])
            self.assertEqual(chosen, ("paper", "position", False))
        chosen = tapehead(*command[:2], "--report", "--quick", "--out", runs, "--conventions=paper", "--choose=validation").stdout
        self.assertIn("lowest validation error is reported, not as in the paper", chosen)
        self.assertTrue((place / "memn2n2015-table1-paper-conventions-by-validation-table.csv").exists())
        self.assertIn("expected training or validation", tapehead(*command, "--choose=test", code=2).stderr)
        self.assertIn("expected released or paper", tapehead(*command, "--conventions=ours", code=2).stderr)
        wrong = tapehead(*[part for part in command if part != "--quick"], code=65).stderr
        self.assertRegex(wrong, r"qa1_.*_train\.txt: expected 1000 questions, got 60; memn2n2015/table1 is about such stories")
        refused = tapehead("reproduce", "weston2015/table3", f"--task.data={out}", "--conventions=paper", code=2).stderr
        self.assertIn("--conventions: weston2015/table3 has no others", refused)

    @unittest.skipIf(SANITIZED, "it trains on all twenty tasks")
    def test_table_3_finds_the_stories_of_task_3_beside_the_others_and_says_so(self):
        small = self.generated("--questions", 60, "--test", 20)
        large = self.place / "stories-10k"
        tapehead("generate", "babi", "--out", large, "--questions", 120, "--test", 20)
        next(large.glob("qa3_*_train.txt")).unlink()
        runs = self.place / "runs"
        command = ("reproduce", "memn2n2015/table3", "--rows", "pe-ls-rn-10k", "--out", runs)
        quick = (*command, f"--task.data={large}", "--quick")
        run = self.interrupted(quick, runs / "quick", "pe-ls-rn-10k-task-3-*/run.h5")
        with h5py.File(run) as file:
            self.assertEqual(file["config"].attrs["task.data"], f"{large}:{small}")
        if SLOW:
            self.assertIn("it was trained on 60 questions", tapehead(*quick).stdout)
            with (runs / "quick" / "memn2n2015-table3-table.csv").open() as file:
                self.assertEqual([line["task"] for line in csv.DictReader(file) if line["judged"] == "no"], ["3"])
        results = ("--results", self.place / "results")
        error = tapehead(*command, f"--task.data={large}", *results, code=65).stderr
        self.assertRegex(error, r"qa1_.*_train\.txt: expected 10000 questions, got 120; memn2n2015/table3")
        small.rename(self.place / "elsewhere")
        error = tapehead(*quick, code=69).stderr
        self.assertIn("expected qa3_NAME_train.txt: there is none", error)


if __name__ == "__main__":
    unittest.main()
