"""Heat maps over two quantities: the numbers in the cells, against values worked out by hand."""

import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import page  # noqa: E402
import synthetic_run as synthetic  # noqa: E402
from figure_case import FigureCase, drawn  # noqa: E402
from tapehead_plot import UnavailableError, UsageError, open_run, style  # noqa: E402
from tapehead_plot.heatmap import brief, cost_over_two_quantities  # noqa: E402


class HeatMap(FigureCase):
    def grid_run(self, name, seed, scale, **more):
        cells = {(5, 5): 0.0, (10, 5): 1.0, (5, 20): 20.0, (10, 20): 40.0}
        evaluation = {"step": [1, 2], "loss": [3, 2]}
        for (length, repeats), value in cells.items():
            for measure, factor in (("bits", 2), ("wrong_bits", 1)):
                column = f"{measure}_length_{length}_repeats_{repeats}"
                evaluation[column] = [np.nan, factor * scale * value]
        config = synthetic.settings(
            seed=seed,
            task__name="repeat_copy",
            task__max_length=10,
            task__min_repeats=1,
            task__max_repeats=10,
            **more,
        )
        synthetic.write_run(self.scratch / name, config, evaluation=evaluation)
        return open_run(self.scratch / name)

    def picture(self, runs, *arguments):
        import matplotlib

        with matplotlib.rc_context(style.RC):
            figure = cost_over_two_quantities(runs, *arguments)
            self.assertEqual(page.faults(figure), [])
        return figure

    def test_a_test_grid_becomes_the_newest_finite_value_in_each_cell(self):
        figure = self.picture([self.grid_run("a", 1, 1)])
        found = drawn(figure)
        self.assertEqual(
            [cell[:2] for cell in found["Wrong bits per sequence", "repeats = 5"]], [(5, 0), (10, 1)]
        )
        self.assertEqual(
            [cell[:2] for cell in found["Wrong bits per sequence", "repeats = 20"]], [(5, 20), (10, 40)]
        )
        self.assertEqual(found["Cost per sequence (bits)", "repeats = 20"][1][1], 80)
        texts = [text.get_text() for text in figure.axes[1].texts]
        self.assertEqual(texts, ["0", "1.0", "20", "40"])
        self.assertTrue(any("trained on" in text.get_text() for text in figure.texts))

    def test_grouped_runs_give_the_median_and_quartiles_of_each_cell_and_n(self):
        runs = [self.grid_run(str(seed), seed, scale) for seed, scale in ((1, 1), (2, 3), (3, 2))]
        figure = self.picture(runs, "preset")
        cell = drawn(figure)["Wrong bits per sequence · ntm2014/copy-ntm-lstm", "repeats = 20"][1]
        self.assertEqual(cell, (10, 80, 60, 100, 3))
        titles = [axes.get_title(loc="left") for axes in figure.axes]
        self.assertTrue(all("(n = 3)" in title for title in titles), titles)
        self.assertEqual(len(self.picture(runs).axes), 6)  # without groups each run has its own two

    def slots_run(self, slots, seed, wrong, **more):
        name = f"{slots}-{seed}"
        synthetic.copy_run(
            self.scratch / name,
            last=5000,
            seed=seed,
            memory__slots=slots,
            lengths={10: (0.01, 0), 120: (wrong * 2, wrong)},
            **more,
        )
        return open_run(self.scratch / name)

    def test_runs_that_differ_in_one_setting_become_that_setting_against_length(self):
        runs = [self.slots_run(slots, seed, slots + seed) for slots in (128, 16) for seed in (1, 2, 4)]
        found = drawn(self.picture(runs))
        self.assertEqual(
            [series for panel, series in found if panel == "Wrong bits per sequence"],
            ["memory.slots = 16", "memory.slots = 128"],
        )
        self.assertEqual(found["Wrong bits per sequence", "memory.slots = 128"][1], (120, 130, 129.5, 131, 3))

    def test_titles_and_names_of_rows_fit_the_smallest_heat_maps(self):
        self.assertEqual(page.overruns(self.picture([self.grid_run("a", 1, 1)])), [])
        runs = [self.slots_run(slots, seed, 3) for slots in (16, 32) for seed in (1, 2)]
        self.assertEqual(page.overruns(self.picture(runs)), [])
        self.assertEqual(page.overruns(self.picture(runs[:2], "training.learning_rate")), [])

    def test_runs_that_differ_in_more_need_to_be_told_the_rows(self):
        runs = [self.slots_run(16, 1, 1), self.slots_run(32, 1, 2, model__name="dnc")]
        with self.assertRaisesRegex(UsageError, "differ in memory.slots, model.name; choose .* --group-by"):
            cost_over_two_quantities(runs)
        self.assertIn(
            ("Wrong bits per sequence", "model.name = dnc"), drawn(self.picture(runs, "model.name"))
        )
        with self.assertRaisesRegex(UnavailableError, "differ in no setting"):
            cost_over_two_quantities([self.slots_run(16, seed, 1) for seed in (1, 2)])

    def test_cells_that_not_all_runs_have_are_counted(self):
        runs = [self.slots_run(16, 1, 4), self.slots_run(32, 1, 2)]
        synthetic.copy_run(self.scratch / "b", last=5000, seed=5, memory__slots=32, lengths={10: (0.01, 0)})
        figure = self.picture([*runs, open_run(self.scratch / "b")])
        cells = drawn(figure)["Wrong bits per sequence", "memory.slots = 32"]
        self.assertEqual([cell[-1] for cell in cells], [2, 1])
        self.assertIn("(n = 1 to 2)", figure.axes[1].get_title(loc="left"))

    def test_one_run_without_a_grid_names_the_command_that_evaluates_one(self):
        with self.assertRaisesRegex(UnavailableError, r"tapehead sweep PRESET memory.slots=32,64,128"):
            cost_over_two_quantities([self.slots_run(16, 1, 1)])
        config = synthetic.settings(seed=1, task__name="repeat_copy")
        synthetic.write_run(self.scratch / "r", config, evaluation={"step": [1], "loss": [3]})
        with self.assertRaisesRegex(
            UnavailableError, r"tapehead evaluate .* --task.length=.* --task.repeats="
        ):
            cost_over_two_quantities([open_run(self.scratch / "r")])

    def test_numbers_in_cells_are_short(self):
        for value, text in (
            (0, "0"),
            (0.00021, "2e−4"),
            (0.05, "0.05"),
            (0.999, "1.0"),
            (9.96, "10"),
            (83.6, "84"),
            (1234, "1,234"),
        ):
            self.assertEqual(brief(value), text)


if __name__ == "__main__":
    unittest.main()
