"""plot.py as the program runs it: files, standard output, messages, exit codes."""

import csv
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import synthetic_run as synthetic  # noqa: E402
import synthetic_tasks as tasks  # noqa: E402
from figure_case import PLOT, PlotProgram  # noqa: E402

BEGINNINGS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


class PlotCommand(PlotProgram, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = Path(scratch.name)
        cls.full, cls.bare = cls.scratch / "full", cls.scratch / "bare"
        synthetic.copy_run(
            cls.full,
            last=20_000,
            lengths={10: (1, 0), 120: (50, 20)},
            traces={"length_5": synthetic.head_trace(length=5), "length_9": synthetic.head_trace(length=9)},
        )
        synthetic.copy_run(cls.bare, last=20_000, seed=2)

    def check_file(self, path):
        content = Path(path).read_bytes()
        self.assertTrue(content.startswith(BEGINNINGS[Path(path).suffix]), path)
        self.assertGreater(len(content), 5000)

    def test_every_figure_is_written_in_three_formats_and_printed_as_a_bare_path(self):
        done = self.plot(self.full)
        names = ("learning-curve", "cost-against-length", "heads-length_5", "heads-length_9")
        expected = [
            str(self.full / "figures" / f"{name}.{form}") for name in names for form in ("png", "svg", "pdf")
        ]
        self.assertEqual(done.stdout.splitlines(), expected)
        self.assertEqual(done.stderr, "")
        for path in expected:
            self.check_file(path)
        self.assertEqual(
            len(list((self.full / "figures").iterdir())), len(expected), "temporaries are left behind"
        )

    def test_the_same_run_gives_the_same_bytes(self):
        for form in ("svg", "pdf", "png"):
            first, second = self.scratch / f"first.{form}", self.scratch / f"second.{form}"
            for path in (first, second):
                self.plot(self.full, "-o", path, "--kind", "heads")
            self.assertEqual(first.read_bytes(), second.read_bytes(), form)

    def test_o_writes_one_figure_the_learning_curve_unless_told_otherwise(self):
        for options in (
            (),
            ("--kind", "length"),
            ("--kind", "heads", "--probe", "length_9", "--example", "1"),
        ):
            path = self.scratch / "new" / "one.png"
            done = self.plot(self.full, "-o", path, *options)
            self.assertEqual(done.stdout, f"{path}\n")
            self.check_file(path)
            path.unlink()

    def test_several_runs_go_into_the_directory_given(self):
        done = self.plot(
            self.full,
            self.bare,
            "--group-by",
            "preset",
            "--kind",
            "curve",
            "--formats",
            "svg",
            "--out",
            "both",
        )
        self.assertEqual(done.stdout, "both/learning-curve.svg\n")
        self.check_file(self.scratch / "both" / "learning-curve.svg")

    def table(self, path):
        with open(self.scratch / path, newline="") as file:
            return list(csv.DictReader(file))

    def test_a_directory_of_runs_stands_for_all_of_them(self):
        sweep, table = self.scratch / "sweep", self.scratch / "sweep.csv"
        for seed in (1, 2, 3):
            synthetic.copy_run(sweep / f"run-s{seed}", last=20_000, seed=seed)
            (sweep / f"run-s{seed}.log").write_text("what it said\n")
        self.plot(sweep, "--group-by", "preset", "-o", self.scratch / "sweep.png", "--csv", table)
        with table.open(newline="") as file:
            numbers = {row["n"] for row in csv.DictReader(file) if row["low"]}
        self.assertEqual(numbers, {"3"})

    def test_csv_writes_what_was_drawn_one_table_for_each_figure(self):
        done = self.plot(self.full, "-o", "one.png", "--kind", "length", "--csv", "one.csv")
        self.assertEqual(done.stdout, "one.png\none.csv\n")
        ours = [row for row in self.table("one.csv") if not row["series"].startswith("Graves")]
        found = [(row["panel"], row["x"], row["y"], row["low"], row["n"]) for row in ours]
        self.assertEqual(
            found,
            [
                ("Cost per sequence (bits)", "10", "1", "", "1"),
                ("Cost per sequence (bits)", "120", "50", "", "1"),
                ("Wrong bits per sequence", "10", "0", "", "1"),
                ("Wrong bits per sequence", "120", "20", "", "1"),
            ],
        )
        done = self.plot(self.full, "--formats", "svg", "--out", "all", "--csv", "all/of.csv")
        tables = [line for line in done.stdout.splitlines() if line.endswith(".csv")]
        names = ("learning-curve", "cost-against-length", "heads-length_5", "heads-length_9")
        self.assertEqual(tables, [f"all/of-{name}.csv" for name in names])
        costs = [row for row in self.table(tables[0]) if row["series"] == "evaluation, fresh sequences"]
        self.assertEqual([float(row["x"]) for row in costs], [2.5 * k for k in range(1, 9)])

    def test_the_traces_of_figure_4_are_one_picture_and_can_be_drawn_alone(self):
        tasks.task_run(self.scratch / "four", "copy", tasks.figure_4() | {"figure-6": synthetic.head_trace()})
        done = self.plot("four", "--kind", "heads", "--formats", "png", "--out", "f")
        self.assertEqual(done.stdout.split(), ["f/heads-figure-4.png", "f/heads-figure-6.png"])
        for probe in ("figure-4", "figure-4-length-10"):
            done = self.plot("four", "--kind", "heads", "--probe", probe, "--formats", "png", "--out", "g")
            self.assertEqual(done.stdout, f"g/heads-{probe}.png\n")
        for more, panel in (([], "write weights"), (["--probe", "figure-4"], "wrong bits")):
            self.plot("four", "--kind", "heads", *more, "-o", "first.png", "--csv", "first.csv")
            self.assertIn(panel, {row["panel"] for row in self.table("first.csv")})

    def test_a_run_of_which_there_is_nothing_to_draw_is_left_out_and_said(self):
        runs = self.scratch / "some"
        synthetic.copy_run(runs / "a", last=20_000, lengths={10: (1, 0)})
        synthetic.copy_run(runs / "b", last=0, seed=2, status="diverged")
        for kind, why in (("curve", "no costs are recorded of it"), ("length", "it was not evaluated by length")):
            done = self.plot(runs, "--kind", kind, "-o", f"{kind}.png")
            self.assertEqual(done.stderr, f"plot: {runs}/b (diverged) is left out: {why}\n")
            self.assertEqual(done.stdout, f"{kind}.png\n")
        self.plot(runs, "--group-by", "preset", "-o", "groups.png", "--csv", "groups.csv")
        self.assertEqual({row["n"] for row in self.table("groups.csv") if row["low"]}, {"1"})
        self.plot(runs / "b", "-o", "none.png", code=69)

    def test_what_a_run_does_not_have_yet_is_named_with_the_command_that_makes_it(self):
        done = self.plot(self.bare, "--formats", "png")
        self.assertEqual(done.stdout, f"{self.bare}/figures/learning-curve.png\n")
        self.assertIn(f"./tapehead evaluate {self.bare} --task.length=", done.stderr)
        self.assertIn(f"./tapehead trace {self.bare}", done.stderr)
        done = self.plot(self.bare, "--kind", "heads", code=69)
        self.assertIn(f"./tapehead trace {self.bare}", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_missing_or_damaged_run_ends_with_65_and_its_name(self):
        damaged = self.scratch / "damaged"
        damaged.mkdir()
        (damaged / "run.h5").write_bytes((self.bare / "run.h5").read_bytes()[:20000])
        for path, word in (
            (self.scratch / "nowhere", "no such run"),
            (damaged, "damaged"),
            (PLOT.parent, "no run.h5"),
        ):
            self.assertRegex(self.plot(path, code=65).stderr, f"^plot: {path}.*{word}")

    def test_a_wrong_command_line_ends_with_2(self):
        for arguments in (
            (),
            ("-o", "a.png"),
            (self.full, "-o", "a.jpg"),
            (self.full, "-o", "a.png", "--kind", "all"),
            (self.full, "--kind", "pie"),
            (self.full, "--csv", "table.txt"),
            (self.full, "--formats", "gif"),
            (self.full, "--form", "png"),
            (self.full, self.bare, "--kind", "heads"),
            (self.full, "-o", "a.png", "--out", "b"),
            (self.full, "--kind", "heads", "--example", "99"),
        ):
            with self.subTest(arguments):
                self.assertTrue(self.plot(*arguments, code=2).stderr)
        self.assertIn(
            "did you mean model.name", self.plot(self.full, "--group-by", "model.nam", code=2).stderr
        )

    def test_a_figure_that_cannot_be_written_ends_with_74(self):
        (self.scratch / "file").write_text("")
        self.assertIn(
            "cannot be written", self.plot(self.full, "-o", self.scratch / "file" / "a.png", code=74).stderr
        )

    def test_the_drawing_library_is_not_loaded_before_the_command_line_is_good(self):
        code = (
            "import sys; sys.path.insert(0, sys.argv[1]); from tapehead_plot.command import main; "
            "main(['nowhere']); sys.exit('matplotlib' in sys.modules)"
        )
        self.assertEqual(
            subprocess.run([sys.executable, "-c", code, PLOT.parent], stderr=subprocess.DEVNULL).returncode, 0
        )


if __name__ == "__main__":
    unittest.main()
