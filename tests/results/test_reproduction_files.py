"""The files of a reproduction as the program reads them: what is wrong with them, where the figure goes."""

import csv
import io
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))
import synthetic_tasks as tasks  # noqa: E402
from figure_case import FigureCase, PlotProgram  # noqa: E402
from reproduction_case import CURVES, SEEDS, ReproductionCase  # noqa: E402
from tapehead_plot import DataError, reference  # noqa: E402
from tapehead_plot.reproduction import reproduction_figure  # noqa: E402


class DamagedFiles(ReproductionCase):
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


class ReproductionCommand(PlotProgram, FigureCase):
    def setUp(self):
        super().setUp()
        self.file = tasks.reproductions()["copy"].write(self.scratch)

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
