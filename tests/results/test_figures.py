"""What stands in the figures: lines, labels, legends, panels."""

import sys
import unittest
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import synthetic_run as synthetic  # noqa: E402
from figure_case import RunCase, words  # noqa: E402
from tapehead_plot import UnavailableError, open_run  # noqa: E402
from tapehead_plot.curve import learning_curve  # noqa: E402
from tapehead_plot.length import cost_against_length, trained_range  # noqa: E402

LENGTHS = {10: (0.001, 0), 20: (0.002, 0), 50: (0.5, 0.25), 120: (90, 40)}


def lines(axes):
    return {line.get_label(): line for line in axes.get_lines()}


class Figures(RunCase):
    def test_the_learning_curve_shows_both_costs_and_the_papers_curves(self):
        run = self.run_of("a", seed=3)
        figure = learning_curve([run])
        linear, logarithmic = figure.axes
        text = words(figure)
        self.assertIn("ntm2014/copy-ntm-lstm · seed 3 · 50,000 sequences", text)
        self.assertIn("Training sequences (thousands)", text)
        self.assertEqual(text.count("Cost per sequence (bits)"), 2)
        self.assertTrue(any("Graves et al. 2014, Figure 3" in entry for entry in text))
        self.assertEqual(
            (linear.get_yscale(), linear.get_ylim(), logarithmic.get_yscale()), ("linear", (0, 10), "log")
        )
        ours = lines(linear)["evaluation, fresh sequences"]
        np.testing.assert_array_equal(ours.get_xdata(), run.metrics["eval"]["step"] / 1000)
        np.testing.assert_array_equal(ours.get_ydata(), run.metrics["eval"]["loss"])
        self.assertGreater(ours.get_linewidth(), lines(linear)["training, smoothed"].get_linewidth())
        paper = lines(linear)["NTM with LSTM Controller"]
        self.assertEqual((paper.get_xdata()[0], paper.get_ydata()[0]), (23.839, 10.0))

    def test_the_papers_curve_ends_where_its_figure_no_longer_resolves_it(self):
        figure = learning_curve([self.run_of("a", last=250_000)])
        y = lines(figure.axes[1])["NTM with Feedforward Controller"].get_ydata()
        self.assertEqual(np.nanmin(y), 0.01)
        self.assertTrue(np.isnan(y[-1]))

    def test_each_task_has_the_papers_own_curves_and_axis_and_others_none(self):
        for task, number, top in (
            ("repeat_copy", 7, 200),
            ("associative_recall", 10, 20),
            ("priority_sort", 18, 140),
        ):
            figure = learning_curve([self.run_of(task, task__name=task)])
            text = words(figure)
            self.assertTrue(any(f"Graves et al. 2014, Figure {number} " in entry for entry in text), task)
            self.assertIn(f"Learning curve on the {task.replace('_', ' ')} task", text)
            self.assertEqual(figure.axes[0].get_ylim(), (0, top))
        figure = learning_curve([self.run_of("a", task__name="reverse")])
        self.assertFalse(any("Graves" in entry for entry in words(figure)))
        self.assertIn("Learning curve on the reverse task", words(figure))

    def test_where_the_optimum_is_known_it_is_drawn_and_the_lower_panel_shows_what_is_above_it(self):
        step = np.array([10_000, 20_000, 30_000])
        for seed, cost in ((1, 140), (2, 150), (3, 160)):
            synthetic.write_run(
                self.scratch / str(seed),
                synthetic.settings(task__name="ngrams", seed=seed),
                train={"step": step, "loss": step * 0 + 170, "sequences": step},
                evaluation={
                    "step": step,
                    "loss": cost - step / 10_000,
                    "sequences": step,
                    "optimum": [133, 134, 135],
                },
            )
        runs = [open_run(self.scratch / str(seed)) for seed in (1, 2, 3)]
        figure = learning_curve(runs[:1])
        self.assertEqual(figure.axes[1].get_ylabel(), "Above the optimum (bits)")
        self.assertEqual(figure.axes[0].get_ylim(), (130, 160))
        floor = lines(figure.axes[0])["least possible on the evaluated sequences"]
        self.assertEqual(floor.get_ydata().tolist(), [133, 134, 135])
        above = lines(figure.axes[1])["evaluation, fresh sequences"]
        self.assertEqual(above.get_ydata().tolist(), [6, 4, 2])
        # the training costs are of other sequences, whose optimum nobody knows
        self.assertNotIn("training, smoothed", lines(figure.axes[1]))
        paper = lines(figure.axes[1])["LSTM"]
        self.assertLess(np.nanmax(paper.get_ydata()), 30)
        drawn = [row for row in learning_curve(runs, "preset").drawn if row[0] == "cost above the optimum"]
        self.assertEqual(
            [row[2:] for row in drawn], [(10, 16, 11, 21, 3), (20, 14, 9, 19, 3), (30, 12, 7, 17, 3)]
        )

    def ngrams_run(self, seed, optimum, sequences=(10_000, 20_000), cost=150, columns=None, **more):
        step = np.array(sequences)
        rest = {"loss": step * 0.0 + cost, "sequences": step, "optimum": step * 0.0 + optimum} | (columns or {})
        config = synthetic.settings(task__name="ngrams", seed=seed, **more)
        synthetic.write_run(self.scratch / str(seed), config, evaluation={"step": step} | rest)
        return open_run(self.scratch / str(seed))

    @staticmethod
    def floors(figure, panel="cost per sequence"):
        found = {}
        for name, series, _, y, *_ in figure.drawn:
            if name == panel and series.startswith("optimum"):
                found.setdefault(series, []).append(y)
        return found

    def test_runs_of_different_optima_have_a_floor_each_and_what_is_above_it(self):
        runs = [self.ngrams_run(1, 134), self.ngrams_run(2, 67, cost=80)]
        figure = learning_curve(runs)
        expected = {f"optimum, ntm2014/copy-ntm-lstm, seed {seed}": [y, y] for seed, y in ((1, 134), (2, 67))}
        self.assertEqual(self.floors(figure), expected)
        above = [row[3] for row in figure.drawn if row[0] == "cost above the optimum"]
        self.assertEqual(above, [16, 16, 13, 13])
        self.assertLess(figure.axes[0].get_ylim()[0], 67)
        self.assertEqual(words(figure).count("least possible on the evaluated sequences"), 1)

    def test_groups_of_different_optima_have_a_floor_each_and_a_group_that_differs_none(self):
        sizes = {1: (16, 134), 2: (16, 134 * (1 + 1e-12)), 3: (32, 120), 4: (32, 121), 5: (64, 100)}
        runs = [self.ngrams_run(seed, y, memory__slots=slots) for seed, (slots, y) in sizes.items()]
        figure = learning_curve(runs, "memory.slots")
        self.assertEqual(self.floors(figure), {"optimum, 16": [134, 134], "optimum, 64": [100, 100]})
        drawn = [row for row in figure.drawn if row[0] == "cost above the optimum"]
        np.testing.assert_allclose([row[3] for row in drawn], [16, 16, 29.5, 29.5, 50, 50])
        self.assertEqual(self.floors(learning_curve(runs[:2])), {"optimum": [134, 134]})
        figure = learning_curve(runs[2:4], "memory.slots")
        self.assertEqual(self.floors(figure), {})
        self.assertEqual(figure.axes[1].get_ylabel(), "Above the optimum (bits)")

    def test_against_length_runs_of_different_optima_have_a_floor_each(self):
        runs = [
            self.ngrams_run(seed, 1, columns={"bits_length_9": [9, 9], "optimum_length_9": [y, y]})
            for seed, y in ((1, 7), (2, 5))
        ]
        figure = cost_against_length(runs)
        expected = {f"optimum, ntm2014/copy-ntm-lstm, seed {seed}": [y] for seed, y in ((1, 7), (2, 5))}
        self.assertEqual(self.floors(figure, "Cost per sequence (bits)"), expected)
        above = [row[3] for row in figure.drawn if row[0] == "Bits above the optimum"]
        self.assertEqual(above, [2, 4])
        self.assertEqual(self.floors(cost_against_length(runs[:1]), "Cost per sequence (bits)"), {"optimum": [7]})

    def test_all_of_the_published_curves_that_is_in_sight_lies_within_both_panels(self):
        young = [self.ngrams_run(1, 133.5, (100, 200), cost=198)]
        copy = [self.run_of("copy", last=30_000, crossing=8.0)]
        for runs in (young, copy, [self.run_of("start", last=5000, crossing=500.0)]):
            figure = learning_curve(runs)
            for axes in figure.axes:
                bottom, top = axes.get_ylim()
                for line in axes.get_lines():
                    if line.get_color() == "#808080":
                        x, y = line.get_data()
                        y = y[(x <= axes.get_xlim()[1]) & np.isfinite(y)]
                        self.assertLessEqual(bottom, y.min(), line.get_label())
                        self.assertGreaterEqual(top * 1.001, y.max(), line.get_label())

    def test_an_optimum_of_zero_changes_nothing(self):
        step = np.array([10_000, 20_000])
        synthetic.write_run(
            self.scratch / "a",
            evaluation={"step": step, "loss": [3, 1], "sequences": step, "optimum": [0, 0]},
        )
        figure = learning_curve([open_run(self.scratch / "a")])
        self.assertEqual(figure.axes[1].get_ylabel(), "Cost per sequence (bits)")
        self.assertFalse(any("least possible" in entry for entry in words(figure)))

    def test_a_cost_that_is_a_plain_number_has_no_unit(self):
        step = np.array([10_000, 20_000])
        table = {"step": step, "loss": [3, 1], "sequences": step}
        synthetic.write_run(self.scratch / "a", train=table, evaluation=table)
        with h5py.File(self.scratch / "a" / "run.h5", "r+") as file:
            for table in ("train", "eval"):
                file[f"metrics/{table}/loss"].attrs["units"] = "1"
        labels = [axes.get_ylabel() for axes in learning_curve([open_run(self.scratch / "a")]).axes]
        self.assertEqual(labels, ["Cost per sequence", "Cost per sequence"])

    def test_several_runs_have_a_line_each_and_groups_their_median_and_count(self):
        runs = [self.run_of(str(seed), seed=seed, crossing=10 + seed) for seed in range(1, 6)]
        self.assertIn("ntm2014/copy-ntm-lstm, seed 4", lines(learning_curve(runs).axes[0]))
        line = lines(learning_curve(runs, "model.name").axes[0])["ntm (n = 5)"]
        expected = np.sort([run.metrics["eval"]["loss"] for run in runs], axis=0)[2]
        np.testing.assert_array_equal(line.get_ydata(), expected)

    def test_runs_of_the_same_preset_and_seed_are_told_apart_by_their_directories(self):
        labels = lines(learning_curve([self.run_of("one"), self.run_of("two")]).axes[0])
        self.assertIn("ntm2014/copy-ntm-lstm, seed 1 (one)", labels)
        self.assertIn("ntm2014/copy-ntm-lstm, seed 1 (two)", labels)

    def test_a_run_without_an_evaluation_yet_is_drawn_from_its_training(self):
        synthetic.write_run(
            self.scratch / "young",
            train={"step": [1, 2], "loss": [80, 70], "sequences": [1, 2]},
            status="interrupted",
        )
        figure = learning_curve([open_run(self.scratch / "young")])
        self.assertIn("training, smoothed", lines(figure.axes[0]))
        self.assertTrue(any("interrupted" in entry for entry in words(figure)))
        synthetic.write_run(self.scratch / "unborn")
        with self.assertRaisesRegex(UnavailableError, "train --resume"):
            learning_curve([open_run(self.scratch / "unborn")])

    def test_cost_against_length_shows_both_measures_the_training_range_and_the_papers_values(self):
        figure = cost_against_length([self.run_of("a", lengths=LENGTHS)])
        cost, wrong = figure.axes
        self.assertEqual(
            (cost.get_ylabel(), wrong.get_ylabel()), ("Cost per sequence (bits)", "Wrong bits per sequence")
        )
        self.assertEqual(cost.get_xlabel(), "Length of the test sequences (vectors)")
        mine = lines(wrong)["ntm2014/copy-ntm-lstm, seed 1"]
        self.assertEqual(mine.get_xdata().tolist(), [10, 20, 50, 120])
        self.assertEqual(mine.get_ydata().tolist(), [0, 0, 0.25, 40])
        self.assertEqual(lines(wrong)["NTM"].get_ydata().tolist(), [0, 0, 2, 1, 184])
        self.assertEqual(lines(wrong)["LSTM"].get_ydata().tolist(), [0, 0, 73, 154, 431])
        text = words(figure)
        self.assertIn("lengths trained on, 1 to 20", text)
        self.assertTrue(any("Graves et al. 2014" in entry for entry in text))

    def test_cost_against_length_takes_the_newest_finite_row(self):
        synthetic.write_run(
            self.scratch / "a",
            evaluation={"step": [1, 2, 3], "loss": [3, 2, 1], "wrong_bits_length_20": [7, 5, np.nan]},
        )
        line = lines(cost_against_length([open_run(self.scratch / "a")]).axes[1])[
            "ntm2014/copy-ntm-lstm, seed 1"
        ]
        self.assertEqual((line.get_xdata().tolist(), line.get_ydata().tolist()), ([20], [5]))

    def test_an_evaluation_of_repeats_alone_is_drawn_against_them(self):
        config = synthetic.settings(task__name="repeat_copy", task__min_repeats=1, task__max_repeats=10)
        columns = {"bits_repeats_5": [0.5], "bits_repeats_20": [60], "wrong_bits_repeats_20": [25]}
        synthetic.write_run(self.scratch / "a", config, evaluation={"step": [1], "loss": [1]} | columns)
        figure = cost_against_length([open_run(self.scratch / "a")])
        text = words(figure)
        self.assertIn("Cost against repeats on the repeat copy task", text)
        self.assertIn("Repeats of the test sequences", text)
        self.assertIn("repeats trained on, 1 to 10", text)
        mine = lines(figure.axes[0])["ntm2014/copy-ntm-lstm, seed 1"]
        self.assertEqual((mine.get_xdata().tolist(), mine.get_ydata().tolist()), ([5, 20], [0.5, 60]))

    def test_what_was_trained_on_is_read_from_settings_that_tasks_have(self):
        synthetic.write_run(self.scratch / "a", {"task.name": "copy", "task.min_items": 2, "task.max_items": 6})
        self.assertIsNone(trained_range([open_run(self.scratch / "a")]))

    def test_groups_against_length_give_the_median_at_the_lengths_all_have(self):
        runs = [
            self.run_of(str(wrong), seed=wrong, lengths={20: (1, wrong), 50 + wrong: (1, 1)})
            for wrong in (1, 2, 9)
        ]
        line = lines(cost_against_length(runs, "preset").axes[1])["ntm2014/copy-ntm-lstm (n = 3)"]
        self.assertEqual((line.get_xdata().tolist(), line.get_ydata().tolist()), ([20], [2]))

    def test_against_length_the_optimum_and_what_is_above_it_take_the_place_of_wrong_bits(self):
        synthetic.write_run(
            self.scratch / "a",
            synthetic.settings(task__name="ngrams", task__length=200),
            evaluation={
                "step": [1],
                "loss": [140],
                "bits_length_100": [75],
                "bits_length_400": [240],
                "wrong_bits_length_100": [30],
                "optimum_length_100": [70],
                "optimum_length_400": [236],
            },
        )
        figure = cost_against_length([open_run(self.scratch / "a")])
        self.assertEqual(figure.axes[1].get_ylabel(), "Bits above the optimum")
        self.assertEqual(lines(figure.axes[0])["least possible"].get_ydata().tolist(), [70, 236])
        mine = lines(figure.axes[1])["ntm2014/copy-ntm-lstm, seed 1"]
        self.assertEqual((mine.get_xdata().tolist(), mine.get_ydata().tolist()), ([100, 400], [5, 4]))

    def test_recall_has_the_papers_costs_beside_it_and_counts_items(self):
        lengths = {6: (0.1, 0), 10: (2, 1), 15: (5, 3), 20: (9, 5)}
        figure = cost_against_length([self.run_of("a", lengths=lengths, task__name="associative_recall")])
        self.assertEqual(figure.axes[0].get_xlabel(), "Items of the test sequences")
        paper = lines(figure.axes[0])["NTM with Feedforward Controller"]
        self.assertEqual(np.round(paper.get_ydata(), 2).tolist(), [0.02, 0.14, 1.47, 8.0])
        self.assertNotIn("NTM with Feedforward Controller", lines(figure.axes[1]))

    def test_a_run_without_lengths_names_the_command_that_evaluates_them(self):
        with self.assertRaisesRegex(UnavailableError, r"tapehead evaluate .* --task.length=10,20,30,50,120"):
            cost_against_length([self.run_of("a")])


if __name__ == "__main__":
    unittest.main()
