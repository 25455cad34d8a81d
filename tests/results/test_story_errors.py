"""Errors by bAbI task beside the published ones, drawn from a small table."""

import sys
import unittest
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from figure_case import FigureCase, drawn, words  # noqa: E402
from page import faults, overruns  # noqa: E402
from tapehead_plot import style  # noqa: E402
from tapehead_plot.story_errors import is_story_table, story_error_figure  # noqa: E402

HEADER = "variant,task,published,test_error,mean_of_all_nets,deviation,nets"
LINES = ("a,1,10,12,14,1,3", "a,2,20,26,28,2,3", "a,3,30,90,95,,3")


class StoryErrors(FigureCase):
    def figure(self, header, lines):
        import matplotlib

        path = self.scratch / "paper-table-table.csv"
        path.write_text("\n".join([header, *lines]) + "\n")
        self.assertTrue(is_story_table(path))
        with matplotlib.rc_context(style.RC):
            return story_error_figure(path)

    def test_the_means_are_over_all_tasks(self):
        figure = self.figure(HEADER, LINES)
        self.assertIn("a: mean over 3 of 20 tasks 42.7 %, paper 20.0 %, all nets 45.7 %", words(figure))
        self.assertEqual([point[:2] for point in drawn(figure)["a", "ours"]], [(1, 12), (2, 26), (3, 90)])

    def test_a_variant_has_the_papers_name_and_its_means_are_rounded_as_in_the_table(self):
        figure = self.figure(HEADER + ",label", [f"a,{task},29.95,15.95,0.05,1,1,AM+NG" for task in range(1, 21)])
        self.assertIn("AM+NG: mean 16.0 %, paper 30.0 %, all nets 0.1 %", words(figure))
        self.assertTrue(any(text.startswith("Of 1 net for each task") for text in words(figure)))
        self.assertNotIn("no net", words(figure))

    def test_a_task_without_a_net_is_told_to_have_none(self):
        self.assertEqual(words(self.figure(HEADER, LINES)).count("no net"), 17)

    def test_a_task_whose_nets_all_diverged_has_no_bar_and_is_in_no_mean(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            figure = self.figure(HEADER, (*LINES[:2], "a,3,30,,,,3", "b,1,10,,,,3"))
        self.assertIn("a: mean over 2 of 20 tasks 19.0 %, paper 15.0 %, all nets 21.0 %", words(figure))
        self.assertIn("b: mean over 0 of 20 tasks –, paper –, all nets –", words(figure))
        self.assertEqual([words(axes).count("diverged") for axes in figure.axes], [1, 1])
        self.assertEqual([words(axes).count("no net") for axes in figure.axes], [17, 19])
        self.assertEqual((overruns(figure), faults(figure)), ([], []))

    def test_a_task_that_is_not_judged_is_drawn_faintly_and_is_in_no_mean(self):
        judged = ("yes", "yes", "no")
        figure = self.figure(HEADER + ",judged", [f"{line},{one}" for line, one in zip(LINES, judged)])
        self.assertIn("a: mean over 2 of 20 tasks 19.0 %, paper 15.0 %, all nets 21.0 %, without task 3", words(figure))
        self.assertEqual([point[1] for point in drawn(figure)["a", "paper"]], [10, 20, 30])
        bars = figure.axes[0].containers[0]
        self.assertEqual([bar.get_alpha() == 1 for bar in bars], [True, True, False])


if __name__ == "__main__":
    unittest.main()
