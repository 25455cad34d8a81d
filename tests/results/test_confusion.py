"""The matrix of the answers given against the right ones: its order, its limit, and how it looks at 20 and 150 answers."""

import csv
import sys
import unittest
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import page  # noqa: E402
import synthetic_run as synthetic  # noqa: E402
from figure_case import FigureCase, words  # noqa: E402
from tapehead_plot import UnavailableError, UsageError, open_run, style  # noqa: E402
from tapehead_plot.confusion import confusion_figure, confusion_matrix  # noqa: E402
from tapehead_plot.figure import write_csv  # noqa: E402


def columns(rows):
    """Columns of /answers/<set> from rows (task, right answer, answer, count)."""
    return dict(zip(("task", "right_answer", "answer", "count"), np.array(rows, dtype=np.int64).T))


def zipf_rows(answers, seed=5):
    """Answers whose questions get fewer like 1/rank, four of five answered rightly."""
    random, rows = np.random.default_rng(seed), []
    for rank in range(1, answers + 1):
        questions = 2000 // rank + 2
        wrong = questions // 5
        rows.append((1, rank, rank, questions - wrong))
        rows += [(1, rank, int(rank - 1 + step) % answers + 1, 1) for step in random.integers(1, answers, wrong)]
    return rows


class Matrix(unittest.TestCase):
    def test_answers_come_by_their_questions_and_given_ones_without_questions_last(self):
        answers, matrix, others = confusion_matrix(
            columns([(1, 7, 7, 3), (1, 2, 2, 5), (1, 2, 9, 1), (1, 7, 2, 1)]), 30
        )
        self.assertEqual(answers, [2, 7, 9])
        self.assertEqual(matrix.tolist(), [[5, 0, 1], [1, 3, 0], [0, 0, 0]])
        self.assertEqual(others, 0)

    def test_tasks_are_added_up(self):
        answers, matrix, _ = confusion_matrix(columns([(1, 3, 3, 2), (2, 3, 3, 4)]), 30)
        self.assertEqual((answers, matrix.tolist()), ([3], [[6]]))

    def test_beyond_the_limit_answers_are_others_of_which_the_right_ones_are_counted(self):
        rows = [(1, 1, 1, 9), (1, 2, 2, 8), (1, 3, 3, 7), (1, 4, 3, 5), (1, 4, 1, 1), (1, 0, 0, 2)]
        answers, matrix, others = confusion_matrix(columns(rows), 2)
        self.assertEqual(answers, [1, 2, None])
        self.assertEqual(matrix.tolist(), [[9, 0, 0], [0, 8, 0], [1, 0, 14]])
        self.assertEqual(others, 7)  # a word that the net does not know cannot be right

    def test_a_single_answer_beyond_the_limit_keeps_its_name(self):
        answers, _, _ = confusion_matrix(columns([(1, 1, 1, 3), (1, 2, 2, 2), (1, 3, 3, 1)]), 2)
        self.assertEqual(answers, [1, 2, 3])

    def test_it_agrees_with_a_loop_over_questions(self):
        rows = zipf_rows(40)
        answers, matrix, _ = confusion_matrix(columns(rows), 100)
        for i, right in enumerate(answers):
            for j, given in enumerate(answers):
                self.assertEqual(matrix[i, j], sum(n for _, r, g, n in rows if (r, g) == (right, given)))


class Picture(FigureCase):
    def run_with(self, rows, name="test", vocabulary=None):
        most = max(max(row[1], row[2]) for row in rows)
        vocabulary = vocabulary or [f"word{number}" for number in range(1, most + 1)]
        synthetic.copy_run(self.scratch / "run", last=20_000)
        with h5py.File(self.scratch / "run" / "run.h5", "a") as file:
            file.create_dataset("vocabulary/word", data=vocabulary, dtype=h5py.string_dtype())
            group = file.create_group(f"answers/{name}")
            group.attrs["step"] = 3360
            for column, values in columns(rows).items():
                group[column] = values
        return open_run(self.scratch / "run")

    def draw(self, run, name="test", most=None):
        import matplotlib

        with matplotlib.rc_context(style.RC):
            return confusion_figure(run, name, most)

    def test_twenty_answers_have_their_counts_and_nothing_lies_over_another(self):
        run = self.run_with(zipf_rows(20))
        figure = self.draw(run)
        self.assertEqual(page.faults(figure), [])
        text = words(figure)
        self.assertIn("word20", text)
        self.assertNotIn("others", " ".join(text))
        self.assertIn("1,602 of 2,002", text)

    def test_a_hundred_and_fifty_are_others_beyond_thirty_or_all_of_them_on_a_larger_page(self):
        run = self.run_with(zipf_rows(150))
        few = self.draw(run)
        self.assertEqual(page.faults(few), [])
        self.assertIn("others (120)", words(few))
        self.assertEqual(few.get_figwidth(), style.WIDTH)
        every = self.draw(run, most=150)
        self.assertEqual(page.faults(every), [])
        self.assertIn("word150", words(every))
        self.assertGreater(every.get_figheight(), 14)

    def test_what_is_right_stands_in_the_title_and_the_table_has_every_count(self):
        run = self.run_with([(2, 1, 1, 6), (2, 1, 2, 2), (2, 0, 2, 2)], "test_task_2", ["football", "apple,milk"])
        figure = self.draw(run, "test_task_2")
        text = words(figure)
        self.assertIn("Answers to test task 2 questions: 6 of 10 right", text)
        self.assertIn("(unknown word)", text)
        write_csv(figure, self.scratch / "drawn.csv")
        with open(self.scratch / "drawn.csv", newline="") as file:
            drawn = {(row["series"], row["x"]): row["y"] for row in csv.DictReader(file)}
        self.assertEqual(drawn["football", "1"], "6")
        self.assertEqual(sum(map(int, drawn.values())), 10)

    def test_what_is_not_there_is_said(self):
        run = self.run_with(zipf_rows(3))
        with self.assertRaisesRegex(UnavailableError, "no answers 'train' .it has test.\ncount them with"):
            self.draw(run, "train")
        with self.assertRaisesRegex(UsageError, "--most 0"):
            self.draw(run, most=0)


if __name__ == "__main__":
    unittest.main()
