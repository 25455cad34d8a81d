"""Pictures of the heads of a traced sequence: panels, rows, wrong bits."""

import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import synthetic_run as synthetic  # noqa: E402
from figure_case import RunCase, words  # noqa: E402
from tapehead_plot import UsageError  # noqa: E402
from tapehead_plot.heads import head_picture  # noqa: E402


class HeadPictures(RunCase):
    def test_the_head_picture_has_the_papers_six_panels(self):
        run = self.run_of("a", traces={"length_20": synthetic.head_trace(first=97)})
        figure = head_picture(run)
        titles = [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes]
        for title in (
            "Inputs",
            "Outputs: 0 of 160 wrong",
            "Adds",
            "Reads",
            "Write weights",
            "Read weights",
        ):
            self.assertIn(title, titles)
        text = words(figure)
        for label in (
            "Time step",
            "Bit",
            "Word element",
            "Memory slot",
            "Weight",
            "Probability of a 1",
            "start",
            "end",
        ):
            self.assertIn(label, text)
        self.assertTrue(any(entry.startswith("Slots 94 to 120 of 128") for entry in text))
        weights = figure.axes[titles.index("Write weights")].get_images()[0].get_array()
        self.assertEqual(weights.shape, (27, 42))
        self.assertEqual(np.argmax(weights[:, 10]), 97 + 10 - 94)

    def test_every_head_has_its_row_and_one_can_be_chosen(self):
        run = self.run_of("a", traces={"length_5": synthetic.head_trace(length=5, heads=3)})
        self.assertEqual(sum("Read weights, head" in entry for entry in words(head_picture(run))), 3)
        only = words(head_picture(run, head=2))
        self.assertIn("Read weights, head 2", only)
        self.assertNotIn("Read weights, head 0", only)
        for options in ({"head": 3}, {"example": 2}, {"step": 7}):
            with self.assertRaises(UsageError):
                head_picture(run, **options)

    def test_more_write_heads_than_read_heads_are_drawn(self):
        trace = synthetic.head_trace(length=4, heads=2)
        trace["read_weights"], trace["reads"] = trace["read_weights"][..., :1, :], trace["reads"][..., :1, :]
        text = words(head_picture(self.run_of("a", traces={"length_4": trace})))
        self.assertIn("Write weights, head 1", text)
        self.assertNotIn("Read weights, head 1", text)

    def test_wrong_bits_are_counted_in_the_scored_steps_only(self):
        trace = synthetic.head_trace(length=4, examples=1)
        trace["output"][0, 0, 6, 0] = 1 - trace["target"][0, 0, 6, 0]
        trace["output"][0, 0, 2, :] = 1  # before the answer is due
        text = words(head_picture(self.run_of("a", traces={"length_4": trace})))
        self.assertIn("Outputs: 1 of 32 wrong", text)

    def test_a_network_without_memory_shows_inputs_targets_and_outputs(self):
        run = self.run_of("a", traces={"length_20": synthetic.sequence_trace()})
        text = words(head_picture(run))
        self.assertTrue({"Inputs", "Targets", "Outputs: 0 of 160 wrong"} <= set(text))
        self.assertNotIn("Memory slot", text)

    def test_a_shorter_example_ends_where_its_fill_begins(self):
        trace = synthetic.head_trace(length=6)
        for array in trace.values():
            array[0, 1, 9:] = np.nan
        picture = (
            head_picture(self.run_of("a", traces={"p": trace}), example=1).axes[0].get_images()[0].get_array()
        )
        self.assertEqual(picture.shape, (10, 9))


if __name__ == "__main__":
    unittest.main()
