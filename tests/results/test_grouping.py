"""Medians and quartiles over runs, against values worked out by hand."""

import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import synthetic_run  # noqa: E402,F401  (puts tapehead_plot on the path)
from tapehead_plot import UsageError, grouping  # noqa: E402
from tapehead_plot.slots import used_slots  # noqa: E402


def run(**config):
    return SimpleNamespace(
        config={name.replace("__", "."): value for name, value in config.items()},
        preset="p",
        seed=1,
        status="finished",
    )


class Names(unittest.TestCase):
    def test_runs_are_told_apart_by_as_much_of_their_directory_as_it_takes(self):
        def named(directory, seed=1):
            return SimpleNamespace(preset="p", seed=seed, directory=Path(directory))

        self.assertEqual(grouping.names_of([named("/a/x"), named("/a/y", 2)]), ["p, seed 1", "p, seed 2"])
        self.assertEqual(
            grouping.names_of([named("/a/x"), named("/b/x"), named("/b/y", 2)]),
            ["p, seed 1 (a/x)", "p, seed 1 (b/x)", "p, seed 2"],
        )
        self.assertEqual(grouping.names_of([named("/a/x"), named("/a/y")]), ["p, seed 1 (x)", "p, seed 1 (y)"])


class Quartiles(unittest.TestCase):
    def test_five_curves_on_the_same_points_give_the_second_third_and_fourth_value(self):
        x = np.array([0.0, 1.0])
        curves = [
            (x, np.array([first, second])) for first, second in ((9, 1), (1, 5), (4, 2), (2, 4), (7, 3))
        ]
        points, lower, median, upper = grouping.quartiles(curves)
        self.assertEqual(points.tolist(), [0, 1])
        self.assertEqual((lower.tolist(), median.tolist(), upper.tolist()), ([2, 2], [4, 3], [7, 4]))

    def test_two_curves_give_their_mean_and_the_quarters_between(self):
        x = np.array([3.0])
        _, lower, median, upper = grouping.quartiles([(x, np.array([10.0])), (x, np.array([20.0]))])
        self.assertEqual((lower[0], median[0], upper[0]), (12.5, 15, 17.5))

    def test_curves_of_different_length_end_where_the_shortest_ends(self):
        points, _, median, _ = grouping.quartiles(
            [(np.array([0.0, 2, 4]), np.array([0.0, 2, 4])), (np.array([1.0, 3]), np.array([10.0, 30]))]
        )
        self.assertEqual(points.tolist(), [1, 2, 3])
        self.assertEqual(median.tolist(), [5.5, 11, 16.5])

    def test_rows_that_are_not_finite_do_not_count(self):
        x = np.array([0.0, 1, 2])
        points, _, median, _ = grouping.quartiles([(x, np.array([1, np.nan, 3])), (x, np.array([1.0, 2, 3]))])
        self.assertEqual((points.tolist(), median.tolist()), ([0, 1, 2], [1, 2, 3]))

    def test_runs_are_grouped_by_the_value_of_a_setting(self):
        runs = [run(model__name="ntm"), run(model__name="lstm"), run(model__name="ntm")]
        groups = grouping.group(runs, "model.name")
        self.assertEqual({value: len(members) for value, members in groups.items()}, {"lstm": 1, "ntm": 2})
        numbers = grouping.group([run(a=100), run(a=20), run(b=1)], "a")
        self.assertEqual(list(numbers), [20, 100, "(not set)"])

    def test_an_unknown_key_is_refused_with_the_nearest_one(self):
        with self.assertRaisesRegex(UsageError, "did you mean model.name"):
            grouping.group([run(model__name="ntm")], "model.nam")


class UsedSlots(unittest.TestCase):
    @staticmethod
    def weights(total, used):
        array = np.full((3, total), 1e-3)
        array[1, used] = 0.9
        return array

    def test_the_used_slots_and_a_margin_of_two_are_shown(self):
        slots = used_slots([self.weights(128, [50, 55]), self.weights(128, [52])])
        self.assertEqual(slots.order.tolist(), list(range(48, 58)))
        self.assertIn("Slots 48 to 57 of 128", slots.sentence())

    def test_an_arc_over_the_end_of_the_memory_stays_in_one_piece(self):
        slots = used_slots([self.weights(16, [14, 15, 0, 1])])
        self.assertEqual(slots.order.tolist(), [12, 13, 14, 15, 0, 1, 2, 3])
        self.assertIn("around the circle", slots.sentence())

    def test_a_memory_that_is_used_all_over_is_shown_whole(self):
        slots = used_slots([np.full((2, 8), 1 / 8)])
        self.assertEqual(slots.order.tolist(), list(range(8)))
        self.assertIn("All 8 slots", slots.sentence())


if __name__ == "__main__":
    unittest.main()
