"""The published figures redrawn from the CSV files of a reproduction, and what is wrong with files."""

import csv
import io
import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))
import page  # noqa: E402
import synthetic_run as synthetic  # noqa: E402
import synthetic_tasks as tasks  # noqa: E402
from tapehead_plot import DataError, reference, style  # noqa: E402
from tapehead_plot.reproduction import reproduction_figure  # noqa: E402

PLOT = synthetic.ROOT / "results" / "plot" / "plot.py"

# Three seeds of one row, worked out by hand below.
SEEDS = """\
paper,result,row,preset,seed,settings_hash,status,sequences,threshold,sequences_to_threshold,optimum,\
wrong_bits_length_20
ntm2014,copy,copy-ntm-ff,p,1,aa,finished,30000,0.1,10000,0,0
ntm2014,copy,copy-ntm-ff,p,2,aa,finished,30000,0.1,20000,0,3
ntm2014,copy,copy-ntm-ff,p,3,aa,finished,30000,0.1,,0,8
"""
CURVES = """\
row,seed,settings_hash,sequences,loss
copy-ntm-ff,1,aa,10000,1
copy-ntm-ff,1,aa,30000,5
copy-ntm-ff,2,aa,10000,2
copy-ntm-ff,2,aa,30000,6
copy-ntm-ff,3,aa,10000,9
copy-ntm-ff,3,aa,20000,9
copy-ntm-ff,3,aa,30000,9
"""


def drawn(figure):
    """(panel, series) -> [(x, y, low, high, n)]."""
    found = {}
    for panel, series, *numbers in figure.drawn:
        found.setdefault((panel, series), []).append(tuple(map(float, numbers)))
    return found


def words(figure):
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


class ReproductionFiles(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)

    def files(self, seeds=SEEDS, curves=CURVES):
        path = self.scratch / "ntm2014-copy.csv"
        path.write_text(seeds)
        if curves is not None:
            (self.scratch / "ntm2014-copy-curves.csv").write_text(curves)
        return path

    def figure(self, *arguments):
        import matplotlib

        with matplotlib.rc_context(style.RC):
            return reproduction_figure(self.files(*arguments))


class ReproductionFigure(ReproductionFiles):
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
        self.assertIn("Thing, reproduced", words(figure))


class DamagedFiles(ReproductionFiles):
    def setUp(self):
        super().setUp()
        reference._read_all.cache_clear()
        self.addCleanup(reference._read_all.cache_clear)

    def test_damage_is_said_with_file_line_and_what_was_expected(self):
        for seeds, curves, message in (
            (
                SEEDS.replace("30000,0.1,20000", "many,0.1,20000"),
                CURVES,
                r"copy\.csv:3: sequences is 'many', expected",
            ),
            (SEEDS.replace(",1,aa", ",one,aa"), CURVES, r"copy\.csv:2: seed is 'one', expected a number"),
            (SEEDS.replace(",2,aa", ",-2,aa"), CURVES, r"copy\.csv:3: seed is '-2', expected a whole number"),
            (SEEDS + "ntm2014,copy\n", CURVES, r"copy\.csv:5: 2 fields, expected 12"),
            (
                SEEDS.replace("ntm2014,copy,copy-ntm-ff,p,3", "ntm2014,sort,x,p,3"),
                CURVES,
                r"copy\.csv:4: .*expected 'ntm",
            ),
            (
                SEEDS.replace("settings_hash", "hash"),
                CURVES,
                r"copy\.csv:1: no column 'settings_hash'; expected",
            ),
            ("", CURVES, r"copy\.csv:1: no column 'paper'"),
            (SEEDS.splitlines(True)[0], CURVES, r"copy\.csv:1: no seeds, expected"),
            (
                SEEDS,
                CURVES.replace("20000,9", "20000,x"),
                r"copy-curves\.csv:7: loss is 'x', expected a number",
            ),
            (SEEDS, CURVES.replace("20000,9", "-1,9"), r"copy-curves\.csv:7: sequences is '-1', expected"),
            (SEEDS, CURVES.replace(",aa,20000", ",,20000"), r"copy-curves\.csv:7: settings_hash is empty"),
            (SEEDS, CURVES.replace("loss", "lost"), r"copy-curves\.csv:1: no column 'loss'"),
            (SEEDS, CURVES + '"open', r"copy-curves\.csv:9: "),
            (SEEDS, CURVES + "copy\0,1,aa,1,1\n", r"copy-curves\.csv:9: "),
        ):
            with self.subTest(message), self.assertRaisesRegex(DataError, message):
                self.figure(seeds, curves)

    def test_a_file_that_is_no_text_is_refused(self):
        path = self.files()
        path.write_bytes(SEEDS.encode() + b"\xff\xfe\n")
        with self.assertRaisesRegex(DataError, "not UTF-8 text"):
            reproduction_figure(path)

    def test_a_missing_reference_file_is_named_with_what_brings_it_back(self):
        nowhere = self.scratch / "nowhere"
        with mock.patch.object(reference, "DIRECTORY", nowhere):
            with self.assertRaisesRegex(
                DataError, r"nowhere/ntm2014_learning_curves\.csv: no such file\n.*git checkout"
            ):
                self.figure()

    def test_a_damaged_reference_file_is_named_with_its_line(self):
        (self.scratch / "ntm2014_learning_curves.csv").write_text(
            "table,variant,x,value\nFigure 3 (copy),LSTM,1,much\n"
        )
        with mock.patch.object(reference, "DIRECTORY", self.scratch):
            with self.assertRaisesRegex(DataError, r"curves\.csv:2: value is 'much', expected a number"):
                self.figure()


class ReproductionCommand(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.file = tasks.reproductions()["copy"].write(self.scratch)

    def plot(self, *arguments, code=0):
        done = subprocess.run(
            [sys.executable, PLOT, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=self.scratch,
            timeout=120,
        )
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def test_the_figure_goes_beside_its_file_or_where_it_is_told_to(self):
        picture = self.file.with_suffix(".png")
        self.assertEqual(self.plot("--reproduction", self.file).stdout, f"{picture}\n")
        self.assertTrue(picture.read_bytes().startswith(b"\x89PNG"))
        done = self.plot("--reproduction", self.file, "-o", "new/a.pdf", "--csv", "new/a.csv")
        self.assertEqual(done.stdout, "new/a.pdf\nnew/a.csv\n")
        rows = list(csv.DictReader(io.StringIO((self.scratch / "new" / "a.csv").read_text())))
        self.assertEqual(list(rows[0]), ["panel", "series", "x", "y", "low", "high", "n"])
        medians = [row for row in rows if row["panel"] == "learning curve" and row["n"] == "10"]
        self.assertTrue(
            medians and all(float(row["low"]) <= float(row["y"]) <= float(row["high"]) for row in medians)
        )

    def test_what_cannot_be_read_ends_with_65_and_a_wrong_command_line_with_2(self):
        done = self.plot("--reproduction", "ntm2014-sort.csv", code=65)
        self.assertRegex(done.stderr, r"^plot: ntm2014-sort\.csv: no such file\n.*reproduce ntm2014/sort")
        self.file.with_name("ntm2014-copy-curves.csv").unlink()
        done = self.plot("--reproduction", self.file, code=65)
        self.assertRegex(done.stderr, r"copy-curves\.csv: no such file\n.*reproduce ntm2014/copy")
        for arguments in (
            ("--reproduction", self.file, "a-run"),
            ("--reproduction", self.file, "--kind", "curve"),
            ("--reproduction", self.file, "--csv", self.file),
            ("--reproduction", self.file, "--csv", "a.txt"),
            ("--reproduction",),
        ):
            with self.subTest(arguments):
                self.assertTrue(self.plot(*arguments, code=2).stderr)


if __name__ == "__main__":
    unittest.main()
