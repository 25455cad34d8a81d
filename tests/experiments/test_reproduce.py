"""`tapehead reproduce` from its runs to its table, by a program with a catalogue of tiny nets."""

import csv
import fcntl
import os
import re
import signal
import subprocess
import unittest

import h5py

from program import CommandLine

SMALL = os.environ.get("TAPEHEAD_REPRODUCE_SMALL")

CLOCKS = {"wall_seconds", "all_wall_seconds"}


@unittest.skipUnless(SMALL, "TAPEHEAD_REPRODUCE_SMALL is not set")
class Reproduce(CommandLine):
    def setUp(self):
        super().setUp()
        self.runs, self.results = self.place / "runs", self.place / "results"

    def command(self, *arguments, result="ntm2014/copy", runs=None, results=True):
        places = ["--out", runs or self.runs] + (["--results", self.results] if results else [])
        return [SMALL, "reproduce", result, *map(str, [*arguments, *places])]

    def reproduce(self, *arguments, code=0, sequences=200, figure=False, **options):
        done = subprocess.run(
            self.command(*arguments, **options),
            capture_output=True,
            text=True,
            timeout=300,
            env=os.environ | {"TAPEHEAD_SEQUENCES": str(sequences)} | ({"TAPEHEAD_FIGURE": "1"} if figure else {}),
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def rows(self, name="ntm2014-copy.csv", directory=None):
        with open((directory or self.results) / name, newline="") as file:
            return list(csv.DictReader(file))

    def table(self):
        """The table without clocks."""
        return [{k: v for k, v in row.items() if k not in CLOCKS} for row in self.rows("ntm2014-copy-table.csv")]

    def trained(self):
        return sorted(path.parent.name for path in self.runs.glob("*/run.h5"))

    def test_seeds_are_trained_recorded_and_set_beside_the_paper(self):
        done = self.reproduce(figure=True)
        names = ["copy-lstm-s1", "copy-ntm-ff-s1", "copy-ntm-ff-s2", "copy-ntm-lstm-s1", "copy-ntm-lstm-s2"]
        self.assertEqual(self.trained(), names)
        rows = self.rows()
        self.assertEqual(sorted(f"{row['row']}-s{row['seed']}" for row in rows), names)
        for row in rows:
            self.assertEqual((row["status"], row["sequences"]), ("finished", "200"))
            with h5py.File(self.runs / f"{row['row']}-s{row['seed']}" / "run.h5") as run:
                evaluations = run["metrics/eval"]
                self.assertEqual(float(row["final_loss"]), evaluations["loss"][-1])
                self.assertEqual(float(row["best_loss"]), evaluations["loss"][:].min())
                self.assertEqual(float(row["wrong_bits_length_10"]), evaluations["wrong_bits_length_10"][-1])
        curves = self.rows("ntm2014-copy-curves.csv")
        self.assertEqual(len(curves), 5 * 4)
        table = {row["row"]: row for row in self.rows("ntm2014-copy-table.csv")}
        two = sorted(float(row["late_loss"]) for row in rows if row["row"] == "copy-ntm-ff")
        self.assertAlmostEqual(float(table["copy-ntm-ff"]["median_loss"]), sum(two) / 2)
        self.assertEqual(table["copy-ntm-ff"]["median_sequences_to_threshold"], "")
        self.assertEqual(table["copy-ntm-ff"]["paper_parameters"], "17162")
        self.assertEqual(table["copy-lstm"]["verdict"], "no target")
        self.assertRegex(table["copy-ntm-lstm"]["verdict"], r"^missed by [\d.]+ bit$")
        self.assertIn("NTM, feedforward controller", done.stdout)
        self.assertIn("not reached (55,4", done.stdout)
        self.assertIn(f"{self.results}/ntm2014-copy-table.csv\n", done.stdout)
        self.assertTrue(done.stdout.endswith(f"{self.results}/ntm2014-copy.png\n"), done.stdout)
        with h5py.File(self.runs / "ntm2014-copy.h5") as file:
            self.assertEqual(file.attrs["Conventions"], "Tapehead-tables-1")
            self.assertEqual(list(file["table/row"].asstr()), ["copy-ntm-ff", "copy-ntm-lstm", "copy-lstm"])
            self.assertEqual(list(file["table/seeds"]), [2, 2, 1])
            self.assertEqual(file["curves/copy-lstm/loss"].shape, (4,))
            self.assertEqual(list(file["survival/copy-lstm/surviving"]), [1])

    def test_recorded_seeds_are_not_trained_again(self):
        self.reproduce("--rows", "ff")
        table = self.table()
        done = self.reproduce("--rows", "ff", runs=self.place / "elsewhere")
        self.assertIn("2 of 2 seeds are done", done.stderr)
        self.assertEqual(list((self.place / "elsewhere").glob("*/run.h5")), [])
        self.assertEqual(self.table(), table)
        self.reproduce("--rows", "ff", "--seeds", 3, runs=self.place / "elsewhere")
        self.assertEqual([path.parent.name for path in (self.place / "elsewhere").glob("*/run.h5")], ["copy-ntm-ff-s3"])

    def test_machines_that_share_no_files_train_different_seeds_and_put_their_rows_together(self):
        self.reproduce("--rows", "ff", "--seeds", 3)
        whole, curves = self.table(), self.rows("ntm2014-copy-curves.csv")
        self.results = self.place / "other-results"
        one = self.reproduce("--rows", "ff", "--seeds", 1, runs=self.place / "here")
        self.assertIn("0 of 1 seeds are done", one.stderr)
        parts = {path.name: path.read_text() for path in self.results.glob("*.csv")}
        self.results = self.place / "more-results"
        self.reproduce("--rows", "ff", "--seeds", "2..3", runs=self.place / "there")
        self.assertEqual(
            sorted(path.parent.name for path in (self.place / "there").glob("*/run.h5")),
            ["copy-ntm-ff-s2", "copy-ntm-ff-s3"],
        )
        for name in ("ntm2014-copy.csv", "ntm2014-copy-curves.csv"):
            with open(self.results / name, "a") as file:
                file.write(parts[name].split("\n", 1)[1])
        self.reproduce("--report", runs=self.place / "there")
        self.assertEqual(self.table(), whole)
        self.assertCountEqual(self.rows("ntm2014-copy-curves.csv"), curves)

    def test_a_baseline_of_one_seed_is_trained_only_where_that_is_asked_for(self):
        self.reproduce("--seeds", "2..3")
        self.assertEqual(
            sorted(self.trained()),
            ["copy-ntm-ff-s2", "copy-ntm-ff-s3", "copy-ntm-lstm-s2", "copy-ntm-lstm-s3"],
        )

    def test_a_net_whose_last_checkpoint_is_damaged_is_not_recorded_by_an_older_one(self):
        self.reproduce("--rows", "ff", "--seeds", 1)
        for path in self.results.iterdir():
            path.unlink()
        checkpoints = self.runs / "copy-ntm-ff-s1" / "checkpoints"
        for path in (max(checkpoints.glob("step-*.h5")), checkpoints / "best.h5"):  # the best may be the last
            path.write_bytes(path.read_bytes()[:-100])
        done = self.reproduce("--rows", "ff", "--seeds", 1, code=65)
        self.assertIn("its last checkpoint is damaged or gone; the newest good one is of step", done.stderr)
        self.assertFalse((self.results / "ntm2014-copy.csv").exists())

    def test_finished_runs_without_a_record_are_recorded_and_not_trained(self):
        self.reproduce("--rows", "ff")
        rows, table = self.rows(), self.table()
        for path in self.results.iterdir():
            path.unlink()
        stamps = {path: path.stat().st_mtime_ns for path in self.runs.glob("*/checkpoints/*")}
        self.reproduce("--rows", "ff")
        self.assertEqual(stamps, {path: path.stat().st_mtime_ns for path in self.runs.glob("*/checkpoints/*")})
        order = lambda row: row["seed"]
        self.assertEqual(sorted(rows, key=order), sorted(self.rows(), key=order))
        self.assertEqual(table, self.table())

    def test_a_budget_stops_in_time_and_the_same_command_goes_on_to_the_same_table(self):
        sequences = 4000
        self.reproduce("--rows", "ff", sequences=sequences)
        undisturbed = self.table()
        self.runs, self.results = self.place / "runs-2", self.place / "results-2"
        first = self.reproduce("--rows", "ff", "--budget", 0.001, sequences=sequences)
        self.assertIn("missing:\n  copy-ntm-ff, seeds 1, 2", first.stderr)
        again = re.search(r"go on with: (./tapehead reproduce ntm2014/copy .*)", first.stderr)[1]
        self.assertIn("--rows ff", again)
        self.assertIn("no seeds yet", first.stdout)
        for _ in range(30):
            done = self.reproduce("--rows", "ff", "--budget", 0.03, sequences=sequences)
            if "missing" not in done.stderr:
                break
        self.assertNotIn("missing", done.stderr)
        self.assertEqual(self.table(), undisturbed)

    def test_a_signal_ends_it_in_good_order(self):
        process = self.launch_reproduction("--rows", "ff", "--processes", 2, sequences=10_000_000)
        self.wait_for(lambda: len(self.trained()) == 2)
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143, error)
        self.assertIn("go on with: ./tapehead reproduce ntm2014/copy", error)
        self.assertFalse((self.results / "ntm2014-copy.csv").exists())

    def launch_reproduction(self, *arguments, sequences):
        environment = os.environ | {"TAPEHEAD_SEQUENCES": str(sequences)}
        process = subprocess.Popen(
            self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.addCleanup(lambda: (process.kill(), process.communicate()) if process.poll() is None else None)
        return process

    def test_rows_and_runs_of_other_settings_are_left_out_and_kept(self):
        self.reproduce("--rows", "ff", sequences=100)
        done = self.reproduce("--rows", "ff", sequences=150, figure=True)
        self.assertRegex(done.stderr, r"not today's: 2 seeds of copy-ntm-ff with settings [0-9a-f]{16}\n")
        self.assertIn("copy-ntm-ff-s1 has other settings and is now", done.stderr)
        self.assertEqual(sorted(row["sequences"] for row in self.rows()), ["100", "100", "150", "150"])
        self.assertEqual(self.table()[0]["seeds"], "2")
        self.assertEqual(self.table()[0]["sequences"], "150")
        self.assertEqual(len(self.trained()), 4)
        drawn = self.rows("ntm2014-copy-drawn.csv", directory=self.runs)
        self.assertEqual({row["sequences"] for row in drawn}, {"150"})

    def test_costs_are_counted_from_the_optimum_where_there_is_one(self):
        done = self.reproduce(result="ntm2014/ngrams")
        (row,) = self.rows("ntm2014-ngrams.csv")
        with h5py.File(self.runs / "ngrams-ntm-ff-s1" / "run.h5") as run:
            optimum = run["metrics/eval/optimum"][-1]
        self.assertEqual(float(row["optimum"]), optimum)
        self.assertAlmostEqual(float(row["threshold"]), optimum + 2)
        table = self.rows("ntm2014-ngrams-table.csv")[0]
        self.assertAlmostEqual(float(table["median_loss"]), float(row["late_loss"]) - optimum)
        self.assertAlmostEqual(float(table["paper_optimum"]), 131.6, places=1)
        self.assertIn("Bits per sequence above the optimum", done.stdout)

    def test_a_quick_look_is_kept_apart(self):
        done = self.reproduce("--quick", results=False)
        self.assertIn("ff 20 of 1,000,000", done.stderr)
        quick = self.runs / "quick"
        self.assertEqual({row["sequences"] for row in self.rows(directory=quick)}, {"20"})
        self.assertEqual(len(self.rows(directory=quick)), 3)
        self.assertIn("quick look", done.stdout)
        self.assertNotIn("reproduced", done.stdout)

    def test_a_report_trains_nothing(self):
        self.assertIn("no seeds yet", self.reproduce("--report").stdout)
        self.assertFalse(self.runs.exists())
        self.reproduce("--rows", "ff")
        table = self.table()
        (self.results / "ntm2014-copy-table.csv").unlink()
        self.reproduce("--report", runs=self.place / "elsewhere")
        self.assertEqual(self.table(), table)
        self.assertEqual(list((self.place / "elsewhere").glob("*/run.h5")), [])

    def test_seeds_that_diverge_are_results(self):
        done = self.reproduce(result="ntm2014/diverging", figure=True)
        rows = self.rows("ntm2014-diverging.csv")
        self.assertEqual([row["status"] for row in rows], ["diverged", "diverged"])
        self.assertEqual([row["late_loss"] for row in rows], ["", ""])
        self.assertEqual([row["sequences"] for row in rows], ["2", "2"])
        self.assertIn("there is nothing to draw", done.stderr)
        self.assertIn("2, 2 diverged", done.stdout)
        self.assertIn("missed: at least half of the seeds diverged", done.stdout)
        self.assertIn("2 of 2 seeds are done", self.reproduce(result="ntm2014/diverging").stderr)

    def test_a_failed_start_is_told_with_its_reason(self):
        (self.runs / "copy-ntm-ff-s2").mkdir(parents=True)
        (self.runs / "copy-ntm-ff-s2" / "notes.txt").write_text("not a run")
        done = self.reproduce("--rows", "ff", code=65)
        self.assertIn("\ncopy-ntm-ff-s2: something that is no run is in the way", done.stderr)
        self.assertEqual([row["seed"] for row in self.rows()], ["1"])

    def test_a_seed_that_another_process_trains_is_told_and_nothing_is_set_aside(self):
        self.reproduce("--rows", "ff", sequences=100)
        with open(self.runs / "copy-ntm-ff-s1.log") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            done = self.reproduce("--rows", "ff", code=69)
        self.assertIn("copy-ntm-ff-s1: another process trains it", done.stderr)
        self.assertEqual(self.trained()[0], "copy-ntm-ff-s1")
        self.assertEqual(len(self.trained()), 3)  # the second one of both settings

    def test_tables_that_cannot_be_written_are_told_before_training(self):
        self.results.write_text("a file")
        self.assertIn(str(self.results), self.reproduce("--rows", "ff", code=74).stderr)
        self.assertEqual(self.trained(), [])

    def test_a_list_is_of_what_is_named(self):
        listed = self.reproduce("--list", result="ntm2014/ngrams").stdout
        self.assertIn("ntm2014/ngrams: ", listed)
        self.assertNotIn("ntm2014/copy: ", listed)
        self.reproduce("--list", result="ntm2014/cpoy", code=2)

    def test_a_damaged_table_is_refused_with_its_line_and_left_as_it_is(self):
        self.reproduce("--rows", "ff")
        path = self.results / "ntm2014-copy.csv"
        damaged = path.read_text()[:-40]
        path.write_text(damaged)
        error = self.reproduce(code=65).stderr
        self.assertIn(f"{path}:3: expected ", error)
        self.assertEqual(path.read_text(), damaged)

    def test_wrong_command_lines_are_refused(self):
        for arguments, said in (
            (["--rows", "gru"], "has no row 'gru'"),
            (["--budget", "soon"], "--budget: expected minutes"),
            (["--budget", "0"], "--budget: expected minutes"),
            (["--quick"], "--quick and --results"),
            (["--report", "--seeds", 2], "--report and --seeds"),
            (["--seeds", 0], "--seeds: expected a number above 0"),
            (["--seeds", "3..2"], "--seeds: the range '3..2' is empty"),
            (["--seeds", "2.."], "--seeds: expected a number above 0, or two as 6..10"),
            (["--rows", "ff,"], "--rows: expected a list separated by commas"),
        ):
            self.assertIn(said, self.reproduce(*arguments, code=2).stderr)
        self.assertIn("did you mean 'ntm2014/copy'", self.reproduce(result="ntm2014/cpoy", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
