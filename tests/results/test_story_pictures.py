"""Pictures of runs on stories: learning curves, and where the hops looked."""

import sys
import unittest
import warnings
from pathlib import Path

import h5py
import matplotlib
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import synthetic_run as synthetic  # noqa: E402
from figure_case import RunCase, words  # noqa: E402
from page import faults  # noqa: E402
from tapehead_plot import style  # noqa: E402
from tapehead_plot.curve import learning_curve  # noqa: E402
from tapehead_plot.run import open_run  # noqa: E402
from tapehead_plot.story import story_picture  # noqa: E402

VOCABULARY = ["garden", "is", "john", "left", "mary", "where"]


class StoryPictures(RunCase):
    def story_run(self, losses, traces=None, **config):
        place = self.scratch / "reader"
        steps = np.arange(1, len(losses) + 1) * 100
        table = {"step": steps, "loss": losses, "sequences": steps}
        settings = synthetic.settings(task__name="babi", model__name="memn2n", **config)
        synthetic.write_run(place, settings, table, table, traces)
        with h5py.File(place / "run.h5", "a") as file:
            file["vocabulary/word"] = np.array(VOCABULARY, dtype=synthetic.TEXT)
        return open_run(place)

    def test_a_learning_curve_says_which_questions_it_was_evaluated_on(self):
        text = words(learning_curve([self.story_run([2.0, 1.0], task__validation=0.1)]))
        self.assertIn("evaluation, validation questions", text)
        self.assertTrue(any(label.startswith("Cost per question") for label in text))
        text = words(learning_curve([self.story_run([2.0, 1.0], task__validation=0.0)]))
        self.assertIn("evaluation, training questions", text)
        text = words(learning_curve([self.story_run([2.0, 1.0], task__view="stories", task__validation=0.1)]))
        self.assertTrue(any(label.startswith("Cost per sequence") for label in text))

    def test_a_single_evaluation_is_a_point_that_can_be_seen(self):
        figure = learning_curve([self.story_run([2.0])])
        self.assertIn("o", [line.get_marker() for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 1])

    def test_a_cost_of_zero_is_drawn_without_a_warning(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            figure = learning_curve([self.story_run([0.0, 0.0])])
            figure.canvas.draw()
        low, high = figure.axes[0].get_ylim()
        self.assertLess(low, high)
        self.assertIn("nothing above 0", words(figure.axes[1]))
        with matplotlib.rc_context(style.RC):
            self.assertEqual(faults(learning_curve([self.story_run([0.0, 0.0])])), [])

    def test_a_single_evaluation_of_cost_zero_is_not_cut_in_half(self):
        figure = learning_curve([self.story_run([0.0])])
        self.assertEqual([line.get_clip_on() for line in figure.axes[0].get_lines()], [False, False])
        figure = learning_curve([self.story_run([1.0, 0.0])])
        self.assertTrue(all(line.get_clip_on() for line in figure.axes[0].get_lines()))

    def trace(self, attention):
        return {
            "story": np.array([[[[5.0, 4, 0], [3, 4, 0]]]]),
            "question": np.array([[[6.0, 2, 5]]]),
            "right_answer": np.array([[1.0]]),
            "answer": np.array([[1.0]]),
            "answer_probability": np.array([[0.5]]),
            "support": np.array([[[1.0, 0]]]),
            "attention": np.array([[attention]]),  # [step, example, hop, sentence]
        }

    def test_attention_without_its_softmax_is_told_to_be_scores_and_shown_whole(self):
        run = self.story_run([1.0], {"sample": self.trace([[-0.75, 2.5], [0.001, -0.001]])})
        text = words(story_picture(run, run.trace("sample")))
        self.assertIn("● supporting fact; linear start: scores, not probabilities", text)
        for number in ("−0.75", "2.50", "0.00"):
            self.assertIn(number, text)
        self.assertNotIn("−0.00", text)

    def test_attention_that_is_not_finite_is_shown_as_such_and_not_told_to_be_scores(self):
        run = self.story_run([1.0], {"sample": self.trace([[np.nan, np.nan], [np.nan, np.nan]])})
        text = words(story_picture(run, run.trace("sample")))
        self.assertIn("● supporting fact", text)
        self.assertIn("nan", text)

    def test_attention_is_shown_as_probabilities(self):
        run = self.story_run([1.0], {"sample": self.trace([[0.75, 0.25], [0.0, 1.0]])})
        text = words(story_picture(run, run.trace("sample")))
        self.assertIn("● supporting fact", text)
        self.assertIn("0.75", text)
        self.assertNotIn("0.00", text)


if __name__ == "__main__":
    unittest.main()
