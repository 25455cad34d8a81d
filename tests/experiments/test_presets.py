"""Presets of Graves et al. 2014: they are the rows of its Tables 1 to 3, and each trains."""

import csv
import re
import shutil
import unittest
from pathlib import Path

import h5py
import numpy as np

from program import CommandLine, tapehead

TABLES = Path(__file__).parents[2] / "results" / "reference" / "ntm2014_tables.csv"
MODELS = {"Table 1": "ntm-ff", "Table 2": "ntm-lstm", "Table 3": "lstm"}
TASKS = {"n-grams": "ngrams"}  # where the paper's name is not ours


def rows_of_the_tables():
    """What the paper gives for each preset: {"ntm2014/copy-ntm-ff": {"heads": "1", ...}}."""
    rows = {}
    with open(TABLES, newline="") as file:
        for line in csv.DictReader(file):
            if line["table"] in MODELS:
                task = TASKS.get(line["task"], line["task"]).replace(" ", "-")
                rows.setdefault(f"ntm2014/{task}-{MODELS[line['table']]}", {})[line["metric"]] = line["value"]
    return rows


def lstm_parameters(units, inputs, outputs):
    """Of three layers that all see the input, and an output that sees all three, with learned initial states.

    It gives what Table 3 prints in every row but the sort's, where two digits are swapped; for copy with nine outputs,
    of which Figure 6 shows eight.
    """
    first = 4 * units * (inputs + units + 1)
    others = 2 * 4 * units * (inputs + 2 * units + 1)
    return first + others + outputs * (3 * units + 1) + 6 * units


class Presets(CommandLine):
    def check_against_the_paper(self, name, config, paper):
        self.assertEqual(config["preset"], name)
        if "network size" in paper:
            self.assertEqual(config["model.name"], "lstm")
            self.assertEqual(f"{config['model.layers']}x{config['model.units']}", paper["network size"])
            self.assertFalse([name for name in config if name.startswith("memory.")])
        else:
            self.assertEqual(config["model.name"], "ntm")
            self.assertEqual((config["memory.read_heads"], config["memory.write_heads"]), (int(paper["heads"]),) * 2)
            layers = config["model.controller_layers"]
            size = ("" if layers == 1 else f"{layers}x") + str(config["model.controller_size"])
            self.assertEqual(size, paper["controller size"])
            self.assertEqual(f"{config['memory.slots']}x{config['memory.width']}", paper["memory size"])
            self.assertEqual(config["model.controller"], "feedforward" if name.endswith("-ff") else "lstm")
            self.assertEqual(config["memory.initial"], "learned")
        self.assertEqual(config["training.learning_rate"], float(paper["learning rate"]))
        self.assertEqual(config["training.optimizer"], "rmsprop_graves")
        self.assertEqual(config["training.momentum"], 0.9)
        self.assertEqual(config["training.clip_gradient"], 10)
        self.assertEqual(config["training.batch"], 1)

    def test_every_row_of_the_papers_tables_is_a_preset_that_trains_and_evaluates(self):
        listed = tapehead("list", "presets").stdout
        rows = rows_of_the_tables()
        self.assertEqual(len(rows), 15)
        for name, paper in rows.items():
            with self.subTest(name):
                self.assertRegex(listed, rf"(?m)^ *{re.escape(name)} ")
                run = self.place / "run"
                few = ["--training.steps=2", "--training.evaluate_every=2", "--training.evaluation_sequences=1"]
                told = tapehead("train", name, *few, "--out", run).stderr
                with h5py.File(run / "run.h5") as file:
                    config = dict(file["config"].attrs)
                    self.assertTrue(np.isfinite(file["metrics/eval/loss"][()]).all())
                    self.assertEqual(list(file["metrics/eval/step"]), [2])
                self.check_against_the_paper(name, config, paper)
                self.check_parameters(name, run, told)
                tapehead("evaluate", run, "--sequences", 1)
                shutil.rmtree(run)

    # Of the LSTM without memory: the number, and how it comes about.
    PARAMETERS = {
        "copy": (1352200, lstm_parameters(256, 10, 8)),
        "repeat-copy": (5312007, lstm_parameters(512, 8, 7)),
        "associative-recall": (1344518, lstm_parameters(256, 8, 6)),
        "ngrams": (331905, lstm_parameters(128, 1, 1)),
        "priority-sort": (348424, lstm_parameters(128, 10, 8)),
    }

    def check_parameters(self, name, run, told):
        with h5py.File(run / "checkpoints" / "step-000000002.h5") as file:
            items = []
            file["model"].visititems(lambda _, item: items.append(item))
            sizes = [item.size for item in items if isinstance(item, h5py.Dataset)]
        self.assertIn(f" {sum(sizes):,} parameters", told)
        task, _, model = name.removeprefix("ntm2014/").rpartition("-")
        if model == "lstm" and not task.endswith("-ntm"):
            self.assertEqual((sum(sizes),) * 2, self.PARAMETERS[task])

    def test_the_formula_of_the_lstm_gives_what_the_paper_prints(self):
        paper = {name: int(row["parameters"]) for name, row in rows_of_the_tables().items() if "network size" in row}
        self.assertEqual(paper.pop("ntm2014/copy-lstm"), lstm_parameters(256, 10, 9))
        swapped = paper.pop("ntm2014/priority-sort-lstm")
        self.assertEqual((swapped, lstm_parameters(128, 10, 8)), (384424, 348424))
        for name, parameters in paper.items():
            self.assertEqual(parameters, self.PARAMETERS[name.removeprefix("ntm2014/").removesuffix("-lstm")][1], name)


if __name__ == "__main__":
    unittest.main()
