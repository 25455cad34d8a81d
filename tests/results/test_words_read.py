"""Pictures of stories that were read word by word."""

import sys
import unittest
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import synthetic_run as synthetic  # noqa: E402
from figure_case import RunCase, words  # noqa: E402
from page import faults, overruns  # noqa: E402
from tapehead_plot import style  # noqa: E402
from tapehead_plot.heads import head_picture  # noqa: E402
from tapehead_plot.run import open_run  # noqa: E402

VOCABULARY = [f"word{number}" for number in range(1, 11)] + ["mary", "home", "where", "garden"]
STORY = "mary home . where mary ? -".split()


def word_trace(answer="home", steps=12, heads=0):
    """One example, empty behind its last step: the right answer has probability 0.25, "garden" 0.75."""
    names = [*VOCABULARY, ".", "?", "-"]
    inputs = np.zeros((1, 1, steps, len(names)))
    outputs, targets = np.zeros((2, 1, 1, steps, len(VOCABULARY)))
    mask = np.zeros((1, 1, steps))
    for time, word in enumerate(STORY):
        inputs[0, 0, time, names.index(word)] = 1
    last = len(STORY) - 1
    mask[0, 0, last] = 1
    outputs[0, 0, last, [VOCABULARY.index("home"), VOCABULARY.index("garden")]] = 0.25, 0.75
    if answer:
        targets[0, 0, last, VOCABULARY.index(answer)] = 1
    trace = {"input": inputs, "output": outputs, "target": targets, "mask": mask}
    weights = np.full((1, 1, steps, heads, 4), 0.25)
    return trace | ({"write_weights": weights, "read_weights": weights} if heads else {})


class WordsRead(RunCase):
    def picture(self, trace=None, vocabulary=VOCABULARY, **options):
        import matplotlib

        place = self.scratch / "reader"
        synthetic.copy_run(place, last=50_000, traces={"sample": trace or word_trace(**options)}, task__name="babi")
        with h5py.File(place / "run.h5", "a") as file:
            file["vocabulary/word"] = np.array(vocabulary, dtype=synthetic.TEXT)
        with matplotlib.rc_context(style.RC):
            return head_picture(open_run(place))

    def test_what_was_read_has_a_row_a_word_in_their_order_and_ends_at_the_answer(self):
        axes = self.picture().axes[0]
        self.assertEqual(axes.get_title(loc="left") or axes.get_title(), "Words read")
        labels = [label.get_text() for label in axes.get_yticklabels()]
        self.assertEqual(labels, ["mary", "home", ".", "where", "?", "-"])
        read = axes.get_images()[0].get_array()
        self.assertEqual(read.shape, (6, len(STORY)))
        self.assertEqual([labels[row] for row in np.argmax(read, axis=0)], STORY)

    def test_the_answer_given_is_told_with_its_probability_and_the_right_one_beside_it(self):
        figure = self.picture(answer="home")
        self.assertIn("Answer: garden (0.75); right: home", words(figure))
        answers = next(a for a in figure.axes if any("garden" == x.get_text() for x in a.get_yticklabels()))
        self.assertEqual([x.get_text() for x in answers.get_yticklabels()][:2], ["garden", "home"])
        self.assertEqual(list(answers.get_images()[0].get_array()[:2, -1]), [0.75, 0.25])
        self.assertIn("Answer: garden (0.75)", words(self.picture(answer="garden")))

    def test_a_right_answer_that_is_unlikely_is_shown_all_the_same(self):
        figure = self.picture(answer="word9")
        self.assertIn("Answer: garden (0.75); right: word9", words(figure))
        self.assertIn("word9", words(figure))

    def test_several_answers_are_counted_and_steps_in_a_row_are_one(self):
        trace = word_trace()
        for step, given, right in ((3, "home", "home"), (4, "mary", "home")):
            trace["mask"][0, 0, step] = 1
            trace["output"][0, 0, step, VOCABULARY.index(given)] = 1
            trace["target"][0, 0, step, VOCABULARY.index(right)] = 1
        trace["target"][0, 0, 6] = trace["output"][0, 0, 6] > 0.5
        figure = self.picture(trace=trace)
        self.assertIn("Answers: 1 of 2 right", words(figure))
        answers = next(a for a in figure.axes if any("garden" == x.get_text() for x in a.get_yticklabels()))
        self.assertEqual([x.get_text() for x in answers.get_yticklabels()], ["home", "mary", "garden"])
        picture = answers.get_images()[0].get_array().filled(np.nan)
        self.assertEqual(list(picture[:, 4]), [0, 1, 0])
        self.assertTrue(np.isnan(picture[:, 5]).all())

    def test_one_answer_of_several_words_is_told_with_the_right_one(self):
        trace = word_trace()
        trace["mask"][0, 0, 5] = 1
        trace["output"][0, 0, 5, VOCABULARY.index("mary")] = 1
        trace["target"][0, 0, 5, VOCABULARY.index("mary")] = 1
        self.assertIn("Answer: mary, garden; right: mary, home", words(self.picture(trace=trace)))

    def test_every_word_read_is_named_up_to_thirty(self):
        trace = word_trace(steps=40)
        for time in range(17):
            trace["input"][0, 0, 7 + time] = 0
            trace["input"][0, 0, 7 + time, time] = 1
        trace["mask"][0, 0] = 0
        trace["mask"][0, 0, 30] = 1
        axes = self.picture(trace=trace).axes[0]
        self.assertEqual(len(axes.get_yticklabels()), 17)
        height = axes.get_position().height * axes.figure.get_figheight()
        self.assertGreater(height, 17 * 0.125)

    def test_a_step_for_which_no_word_is_right_is_told_so_among_several(self):
        trace = word_trace(answer=None)
        trace["mask"][0, 0, 5] = 1
        trace["output"][0, 0, 5, VOCABULARY.index("mary")] = 1
        trace["target"][0, 0, 5, VOCABULARY.index("mary")] = 1
        figure = self.picture(trace=trace)
        self.assertIn("Answer: mary, garden; right: mary, none of the words", words(figure))
        self.assertNotIn("word1", words(figure))

    def test_a_title_too_long_for_a_panel_beside_another_has_two_lines(self):
        figure = self.picture(heads=1)
        self.assertEqual((overruns(figure), faults(figure)), ([], []))
        self.assertIn("Answer: garden (0.75);\nright: home", words(figure))

    def test_an_answer_too_long_for_its_panel_is_told_below_and_its_label_has_a_line_a_word(self):
        objects = "football,milk,chocolate,apple"
        vocabulary = [objects if word == "garden" else "incomprehensibility" if word == "mary" else word for word in VOCABULARY]
        figure = self.picture(trace=word_trace(heads=1), vocabulary=vocabulary)
        self.assertEqual((overruns(figure), faults(figure)), ([], []))
        self.assertIn("Answer: wrong", words(figure))
        self.assertTrue(any(f"Answer: {objects} (0.75); right: home." in text for text in words(figure)))
        self.assertIn("football,\nmilk,\nchocolate,\napple", words(figure))
        labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
        self.assertTrue(labels[0].startswith("incomp") and labels[0].endswith("…"), labels)

    def test_where_no_word_is_right_it_is_said(self):
        self.assertIn("Answer: garden (0.75); right: none of the words", words(self.picture(answer=None)))


if __name__ == "__main__":
    unittest.main()
