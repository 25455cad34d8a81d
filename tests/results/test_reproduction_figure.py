"""The published figures redrawn from the CSV files of a reproduction."""

import math
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import page  # noqa: E402
import synthetic_tasks as tasks  # noqa: E402
from figure_case import drawn, words  # noqa: E402
from reproduction_case import CURVES, SEEDS, ReproductionCase  # noqa: E402
from tapehead_plot import DataError, style  # noqa: E402
from tapehead_plot.reproduction import reproduction_figure  # noqa: E402


class ReproductionFigure(ReproductionCase):
    OURS = ("learning curve", "NTM, feedforward controller")

    def test_the_median_and_the_quartiles_of_three_seeds_are_those_worked_out_by_hand(self):
        found = drawn(self.figure())
        # at 20,000 the first two seeds are half way between their points: 3 and 4 beside 9
        self.assertEqual(found[self.OURS], [(10, 2, 1.5, 5.5, 3), (20, 4, 3.5, 6.5, 3), (30, 6, 5.5, 7.5, 3)])
        single = [key[1] for key in found if key[0] == "learning curve, single seeds"]
        self.assertEqual(single, [f"NTM, feedforward controller, seed {seed}" for seed in (1, 2, 3)])
        self.assertIn("NTM, feedforward controller (n = 3)", words(self.figure()))

    def test_the_papers_curve_is_drawn_dashed_in_the_colour_of_our_row(self):
        figure = self.figure()
        first = drawn(figure)["learning curve", "Graves et al. 2014: NTM with Feedforward Controller"][0]
        self.assertEqual(first[:2], (33.0, 10.0))
        lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
        ours, paper = lines["NTM, feedforward controller (n = 3)"], lines["NTM with Feedforward Controller"]
        self.assertEqual(ours.get_color(), paper.get_color())
        self.assertEqual((ours.get_linestyle(), paper.get_linestyle()), ("-", "--"))

    def test_survival_counts_a_seed_for_as_long_as_it_was_trained_and_a_diverged_one_for_ever(self):
        more = (
            "ntm2014,copy,copy-ntm-ff,p,4,aa,finished,15000,0.1,,0,8\n"
            "ntm2014,copy,copy-ntm-ff,p,5,aa,diverged,5000,0.1,,0,\n"
        )
        share = [point[:2] for point in drawn(self.figure(SEEDS + more))["not yet converged", self.OURS[1]]]
        # 1 of 5 at 10,000; at 20,000 seed 4 is no longer watched, so 1 of 3
        self.assertEqual([x for x, _ in share], [0, 10, 20, 30])
        for (_, y), expected in zip(share, (1, 4 / 5, 4 / 5 * 2 / 3, 4 / 5 * 2 / 3)):
            self.assertAlmostEqual(y, expected)

    def test_a_diverged_seed_counts_as_an_infinite_cost_from_where_it_ended(self):
        more = "ntm2014,copy,copy-ntm-ff,p,4,aa,diverged,20000,0.1,,0,\n"
        curve = "copy-ntm-ff,4,aa,10000,1\ncopy-ntm-ff,4,aa,20000,1\n"
        figure = self.figure(SEEDS + more, CURVES + curve)
        x, median, _, high, n = drawn(figure)[self.OURS][-1]
        self.assertEqual((x, median, high, n), (30, 7.5, math.inf, 4))  # of 5, 6, 9 and infinity
        self.assertIn("NTM, feedforward controller (n = 4, 1 diverged)", words(figure))

    def test_one_seed_has_a_line_and_no_crossing_a_survival_of_one(self):
        seeds = "".join(
            line for line in SEEDS.splitlines(True) if ",2,aa" not in line and ",1,aa" not in line
        )
        found = drawn(self.figure(seeds))
        self.assertEqual(found[self.OURS], [(10, 9, 9, 9, 1), (20, 9, 9, 9, 1), (30, 9, 9, 9, 1)])
        self.assertEqual({y for _, y, *_ in found["not yet converged", self.OURS[1]]}, {1})

    def test_losses_that_are_not_finite_and_empty_cells_are_passed_over(self):
        curves = CURVES.replace("20000,9", "20000,nan").replace("2,aa,10000,2", "2,aa,10000,")
        found = drawn(self.figure(SEEDS.replace(",0,3", ",0,"), curves))
        self.assertEqual([point[0] for point in found[self.OURS]], [30])
        wrong = found["Wrong bits per sequence", self.OURS[1]]
        self.assertEqual(wrong, [(20, 4, 2, 6, 2)])

    def test_a_seed_without_a_curve_is_counted_below_and_said(self):
        curves = "".join(line for line in CURVES.splitlines(True) if "ff,3," not in line)
        figure = self.figure(SEEDS, curves)
        self.assertEqual(drawn(figure)[self.OURS][0], (10, 1.5, 1.25, 1.75, 2))
        self.assertTrue(any("1 seed without a recorded curve" in entry for entry in words(figure)))
        with self.assertRaisesRegex(DataError, "none of its 3 seeds has a curve"):
            self.figure(SEEDS, CURVES.splitlines(True)[0])

    def test_seeds_of_other_settings_are_left_out_and_said(self):
        more = "ntm2014,copy,copy-ntm-ff,p,9,bb,finished,30000,0.1,10000,0,0\n"
        figure = self.figure(SEEDS + more, CURVES + "copy-ntm-ff,9,bb,10000,77\n")
        self.assertEqual(drawn(figure)[self.OURS][-1][-1], 3)
        self.assertTrue(any("1 seed of other settings left out" in entry for entry in words(figure)))

    def test_each_result_has_the_papers_axes_and_nothing_lies_over_anything(self):
        limits = {
            "copy": (1000, 0, 10),
            "repeat-copy": (500, 0, 200),
            "repeat-copy-grid": (500, 0, 200),
            "associative-recall": (1000, 0, 20),
            "ngrams": (1000, 130, 160),
            "priority-sort": (1000, 0, 140),
        }
        import matplotlib

        for name, reproduction in tasks.reproductions().items():
            with self.subTest(name), matplotlib.rc_context(style.RC):
                figure = reproduction_figure(reproduction.write(self.scratch / name))
                right, bottom, top = limits[name]
                self.assertEqual(
                    (*figure.axes[0].get_xlim(), *figure.axes[0].get_ylim()), (0, right, bottom, top)
                )
                self.assertEqual(page.faults(figure), [])

    def test_ngrams_show_the_optimum_ours_and_the_papers_and_the_bits_above_it(self):
        figure = reproduction_figure(tasks.reproductions()["ngrams"].write(self.scratch))
        found = drawn(figure)
        self.assertEqual(found["learning curve", "optimum"][0][1], 133.2)
        self.assertEqual(found["learning curve", "Graves et al. 2014: Optimal Estimator"][0][1], 131.6076)
        self.assertIn("Not yet within 2 bits of the optimum", words(figure))
        row = "NTM, LSTM controller"
        for cost, above in zip(found["learning curve", row], found["above the optimum", row]):
            self.assertAlmostEqual(cost[1] - 133.2, above[1])
        paper = found["above the optimum", "Graves et al. 2014: LSTM"]
        self.assertAlmostEqual(paper[-1][1], 135.7931 - 131.6076)

    def test_recall_shows_the_papers_figure_11_beside_ours(self):
        found = drawn(reproduction_figure(tasks.reproductions()["associative-recall"].write(self.scratch)))
        paper = found["Cost per sequence (bits)", "Graves et al. 2014: NTM with Feedforward Controller"]
        self.assertEqual([round(point[1], 2) for point in paper], [0.02, 0.14, 1.47, 8.0])
        ours = found["Cost per sequence (bits)", self.OURS[1]]
        self.assertEqual([point[0] for point in ours], [6, 10, 15, 20])
        self.assertAlmostEqual(ours[0][1], 0.03 * 1.2)  # the third of five seeds
        self.assertEqual(ours[0][-1], 5)

    def test_repeat_copy_shows_a_heat_map_for_each_row_or_the_few_sizes_there_are(self):
        written = tasks.reproductions()
        found = drawn(reproduction_figure(written["repeat-copy-grid"].write(self.scratch / "grid")))
        cells = found["NTM, LSTM", "repeats = 10"]
        self.assertEqual([point[0] for point in cells], [5, 10, 20])
        self.assertAlmostEqual(cells[2][1], 0.02 * 200 * 0.1 * 1.2)
        found = drawn(reproduction_figure(written["repeat-copy"].write(self.scratch / "few")))
        self.assertEqual(found["Wrong bits per sequence", "LSTM, three layers, repeats = 10"][0][0], 20)
        self.assertFalse(any(series == "repeats = 10" for _, series in found))
        shown = {key[1]: points[0][:2] for key, points in found.items() if "2014: NTM, repeats" in key[1]}
        paper = "Graves et al. 2014: NTM, repeats = "
        self.assertEqual(shown, {f"{paper}10": (20, 12), f"{paper}20": (10, 42)})  # of its Figure 8

    def test_a_result_of_another_paper_is_drawn_without_published_curves(self):
        seeds, curves = SEEDS.replace("ntm2014,copy,", "own,thing,"), CURVES
        figure = self.figure(seeds, curves)
        self.assertFalse(any("Graves" in entry for entry in words(figure)))
        self.assertIn("Thing: all seeds", words(figure))

    def test_a_short_and_bad_look_is_not_off_the_axes(self):
        curves = CURVES.replace("30000,5", "30000,40").replace("30000,6", "30000,50").replace("000,9", "000,60")
        axes = self.figure(SEEDS, curves).axes[0]
        self.assertAlmostEqual(axes.get_xlim()[1], 300)  # of the paper's 1000 thousand
        self.assertAlmostEqual(axes.get_ylim()[1], 44)


if __name__ == "__main__":
    unittest.main()
