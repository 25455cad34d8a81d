"""The pictures of the tasks of Graves et al. 2014: rows, predictions, locations, lengths, as drawn and as CSV."""

import csv
import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import page  # noqa: E402
import synthetic_tasks as tasks  # noqa: E402
from figure_case import FigureCase, words  # noqa: E402
from tapehead_plot import UnavailableError, channels, ngrams, open_run, style  # noqa: E402
from tapehead_plot.figure import write_csv  # noqa: E402
from tapehead_plot.heads import head_picture  # noqa: E402
from tapehead_plot.lengths_shown import lengths_picture  # noqa: E402


def labels(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


class PictureTest(FigureCase):
    def picture(self, task, trace, probe="p", draw=head_picture, **options):
        import matplotlib

        traces = trace if probe is None else {probe: trace}
        tasks.task_run(self.scratch / task, task, traces)
        run = open_run(self.scratch / task)
        with matplotlib.rc_context(style.RC):
            figure = draw(run, **options)
            self.assertEqual(page.faults(figure), [])
        return figure

    def table(self, figure):
        """(panel, series) -> [(x, y)], read back from the file."""
        write_csv(figure, self.scratch / "drawn.csv")
        found = {}
        with open(self.scratch / "drawn.csv", newline="") as file:
            for row in csv.DictReader(file):
                y = float(row["y"]) if row["y"] else np.nan
                found.setdefault((row["panel"], row["series"]), []).append((float(row["x"]), y))
        return found


class TaskPictures(PictureTest):
    def test_repeat_copy_has_start_count_and_end_rows_and_tells_the_count(self):
        figure = self.picture("repeat_copy", tasks.repeat_copy(length=3, repeats=2))
        self.assertEqual(labels(figure.axes[0]), ["1", "6", "start", "count"])
        self.assertEqual(labels(figure.axes[2]), ["1", "6", "end"])
        text = words(figure)
        self.assertIn("Outputs: 0 of 49 wrong", text)
        self.assertTrue(any("Count: −1.22." in entry for entry in text))  # (2 - 5.5) / sqrt(8.25)
        self.assertIn("Use of the memory on the repeat copy task", text)
        pixels = figure.axes[0].get_images()[0].get_array()
        self.assertEqual((pixels[7].sum(), pixels[7, 4]), (1, 1))
        counts = dict(self.table(figure)["inputs", "count"])
        self.assertAlmostEqual(counts[4], -3.5 / 8.25**0.5, places=6)

    def test_all_that_has_to_be_told_fits_the_page(self):
        for task, trace in (("repeat_copy", tasks.repeat_copy()), ("priority_sort", tasks.priority_sort())):
            trace["output"][...] = 0.6
            text = words(self.picture(task, trace))
            told = next(entry for entry in text if "Orange" in entry)
            self.assertIn("Pale blue", told)
            self.assertRegex(told, "Count: 1.57" if task == "repeat_copy" else "Priority: black")

    def test_associative_recall_has_item_and_query_rows_and_a_row_of_panels_for_each_head(self):
        figure = self.picture("associative_recall", tasks.associative_recall(heads=4))
        self.assertEqual(labels(figure.axes[0]), ["1", "6", "item", "query"])
        self.assertEqual(labels(figure.axes[2]), ["1", "6"])
        self.assertEqual(sum("Read weights, head" in entry for entry in words(figure)), 4)
        self.assertIn("Outputs: 0 of 18 wrong", words(figure))
        queries = [x for x, y in self.table(figure)["inputs", "query"] if y]
        self.assertEqual(queries, [24, 28])

    def test_the_other_tasks_have_their_rows(self):
        for task, count, expected in (
            ("copy", 10, ["start", "end"]),
            ("reverse", 10, ["start", "end"]),
            ("sort", 6, ["start", "end"]),
            ("add", 3, ["plus", "equals"]),
            ("ngrams", 1, []),
            ("priority_sort", 10, ["priority", "flag"]),
            ("own", 4, []),
        ):
            names = channels.names(task, True, count)
            self.assertEqual(len(names), count)
            self.assertEqual([name for name in names if not name.startswith("bit ")], expected)

    def test_no_title_is_wider_than_its_panel(self):
        trace = tasks.repeat_copy(length=20, repeats=20)
        trace["output"][0, 0, 100:300] = 0.6
        for task, drawn in (("priority_sort", tasks.priority_sort(heads=8)), ("repeat_copy", trace)):
            self.assertEqual(page.overruns(self.picture(task, drawn)), [])

    def test_many_heads_are_one_picture_of_their_summed_weights(self):
        figure = self.picture("priority_sort", tasks.priority_sort(heads=8))
        text = words(figure)
        self.assertIn("Writes, 8 heads summed", text)
        self.assertFalse(any("head 0" in entry for entry in text))
        drawn = self.table(figure)
        summed = {y for _, y in drawn["writes, 8 heads summed", "slot 5"]}
        self.assertAlmostEqual(max(summed), 8 * 0.9001, places=4)
        only = words(self.picture("priority_sort", tasks.priority_sort(heads=8), head=7))
        self.assertIn("Read weights, head 7", only)
        self.assertIn("Adds, head 7", only)

    def test_priority_sort_shows_priorities_on_their_own_scale_and_locations_against_them(self):
        figure = self.picture("priority_sort", tasks.priority_sort())
        self.assertEqual(labels(figure.axes[0]), ["1", "8", "priority", "flag"])
        drawn = self.table(figure)
        priorities = [y for _, y in drawn["inputs", "priority"]][:20]
        self.assertEqual((min(priorities), max(priorities)), (-1, 1))
        pixels = figure.axes[0].get_images()[0].get_array()[8]
        np.testing.assert_allclose(pixels[:20], (np.array(priorities) + 1) / 2)
        for name, count in (("write location", 20), ("read location", 16)):
            places = drawn[name, "slot of the largest weight"]
            self.assertEqual(len(places), count)
            for priority, slot in places:
                self.assertAlmostEqual(slot, 40 - 15 * priority, delta=0.51)
        self.assertTrue(any(entry.startswith("Write location (linear: R² = 1.00") for entry in words(figure)))

    def test_a_figure_of_4_shows_every_length_with_its_wrong_bits_beside_the_papers(self):
        wrong = {30: 3, 120: 50}
        figure = self.picture("copy", tasks.figure_4(wrong), probe=None, draw=lengths_picture)
        text = words(figure)
        for entry in ("0 of 80 wrong\npaper: 0", "3 of 240 wrong\npaper: 2", "50 of 960 wrong\npaper: 184"):
            self.assertIn(entry, text)
        drawn = self.table(figure)
        self.assertEqual(drawn["wrong bits", "ours"], [(10, 0), (20, 0), (30, 3), (50, 0), (120, 50)])
        self.assertEqual(drawn["wrong bits", "paper"], [(10, 0), (20, 0), (30, 2), (50, 1), (120, 184)])
        self.assertEqual(len(drawn["output, length 50", "bit 8"]), 50)
        with self.assertRaisesRegex(UnavailableError, "Figure 4 are recorded"):
            self.picture("copy", tasks.repeat_copy(), draw=lengths_picture)


class OptimalEstimator(unittest.TestCase):
    def test_the_first_bits_and_the_first_of_each_context_are_guessed(self):
        predicted = ngrams.optimal_prediction([0, 0, 0, 0, 0, 0, 0, 1, 0])
        # context 00000 comes at the steps 5, 6 and 7: before them it was followed by nothing, a 0, two 0s
        np.testing.assert_allclose(predicted, [0.5] * 6 + [0.25, 0.5 / 3, 0.5])

    def test_a_context_of_one_bit_counts_what_followed_it(self):
        predicted = ngrams.optimal_prediction([1, 1, 1, 0, 1], context=1)
        np.testing.assert_allclose(predicted, [0.5, 0.5, 0.75, 2.5 / 3, 0.5])

    def test_the_papers_200_bits_cost_it_142_bits(self):
        bits = tasks.figure_14_bits()
        self.assertEqual(len(bits), 200)
        self.assertAlmostEqual(ngrams.cost(bits, ngrams.optimal_prediction(bits)), 142.02, places=2)
        self.assertEqual(ngrams.cost(bits, np.full(200, 0.5)), 200)

    def test_a_sure_prediction_that_is_wrong_costs_a_finite_number_of_bits(self):
        self.assertTrue(np.isfinite(ngrams.cost(np.array([1]), np.array([0.0]))))


class NgramPicture(PictureTest):
    def test_figure_14_shows_our_cost_beside_the_optimum_and_the_papers(self):
        figure = self.picture("ngrams", tasks.ngrams(predicted=np.full(200, 0.5)), "figure-14")
        text = words(figure)
        self.assertIn("This net: 200.0 bits", text)
        self.assertIn("Optimal estimator: 142.0 bits", text)
        self.assertTrue(any("NTM 145.3 bits, LSTM 148.4 bits; optimum 142.0 bits" in entry for entry in text))
        drawn = self.table(figure)
        self.assertEqual([y for _, y in drawn["bits", "bit"]], tasks.figure_14_bits().tolist())
        self.assertEqual({y for _, y in drawn["probability of a 1", "This net"]}, {0.5})
        self.assertAlmostEqual(drawn["bits for the sequence", "Optimal estimator"][0][1], 142.02, places=2)
        self.assertIn("Read weights", text)

    def test_other_bits_are_not_compared_with_the_papers_and_a_net_without_memory_has_no_weights(self):
        text = words(self.picture("ngrams", tasks.ngrams(bits=np.arange(40) % 2, heads=0), "sample"))
        self.assertIn("The 40 bits (white: 1)", text)
        self.assertFalse(any("paper" in entry for entry in text))
        self.assertNotIn("Memory slot", text)

    def test_the_context_is_that_of_the_run(self):
        tasks.task_run(
            self.scratch / "a",
            "ngrams",
            {"sample": tasks.ngrams(bits=np.array([1, 1, 1, 0, 1]), heads=0)},
            task__context=1,
        )
        drawn = self.table(head_picture(open_run(self.scratch / "a")))
        best = [y for _, y in drawn["probability of a 1", "Optimal estimator"]]
        np.testing.assert_allclose(best, [0.5, 0.5, 0.75, 2.5 / 3, 0.5])


if __name__ == "__main__":
    unittest.main()
