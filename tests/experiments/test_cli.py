"""The program's command line: help, lists, exit codes, and what it says of mistakes."""

import os
import subprocess
import unittest

from program import PROGRAM, CommandLine, tapehead


class Usage(CommandLine):
    def test_without_a_command_usage_is_printed_on_standard_error(self):
        done = tapehead(code=2)
        self.assertIn("usage: ./tapehead COMMAND", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_an_unknown_command_gives_the_nearest_one_and_usage(self):
        error = self.refused("trian")
        self.assertIn("unknown command 'trian'; did you mean 'train'?", error)
        self.assertIn("usage: ./tapehead COMMAND", error)

    def test_every_command_has_help(self):
        for command in ("demo", "train", "sweep", "evaluate", "compare", "trace", "reproduce", "list", "doctor", "plot"):
            help_text = tapehead(command, "--help").stdout
            self.assertIn(f"usage: ./tapehead {command}", help_text)
            self.assertLess(max(map(len, help_text.split("settings of")[0].splitlines())), 121, command)
        self.assertIn("exit codes", tapehead("--help").stdout)

    def test_help_with_a_preset_lists_its_settings_and_values(self):
        line = [
            line
            for line in tapehead("train", "demo", "--training.batch=7", "--help").stdout.splitlines()
            if line.split()[:1] == ["training.batch"]
        ]
        self.assertEqual(line[0].split()[1], "7")

    def test_the_version_is_one_line(self):
        self.assertRegex(tapehead("--version").stdout, r"^tapehead \d+\.\d+\.\d+, revision \S+( with changes)?\n$")

    def test_the_doctor_names_versions_kernels_and_paths(self):
        report = tapehead("doctor").stdout
        for fact in ("compiler", "blas_kernel", "hdf5_version", "cpu_model", "threads", "python", "source", "program"):
            self.assertRegex(report, rf"(?m)^  {fact} +\S")

    def test_tests_are_left_to_the_launcher(self):
        self.assertIn("./tapehead test", self.refused("test"))

    def test_lists_name_tasks_models_and_presets(self):
        self.assertIn("time --->", tapehead("list", "tasks").stdout)
        self.assertIn("memory.slots", tapehead("list", "models").stdout)
        self.assertIn("ntm2014/copy-ntm-lstm", tapehead("list", "presets").stdout)
        self.assertIn("did you mean 'models'", self.refused("list", "model"))

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "list"], stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 74)
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([PROGRAM, "list"], stdout=writer, stderr=subprocess.PIPE, timeout=60)
        os.close(writer)
        self.assertEqual(done.returncode, 74)


class Settings(CommandLine):
    def test_an_unknown_setting_is_refused_with_the_nearest(self):
        error = self.refused("train", "demo", "--training.learning_rat=1e-4")
        self.assertIn("'training.learning_rat'; did you mean 'training.learning_rate'?", error)

    def test_settings_are_not_to_be_abbreviated(self):
        self.refused("train", "demo", "--training.learn=1e-4")
        self.refused("train", "demo", "--se", "3")

    def test_a_bad_value_says_what_was_expected(self):
        self.assertIn("expected a whole number of at least 1, got '0'", self.refused("train", "demo", "--training.batch=0"))
        self.assertIn("one of constant, random, learned", self.refused("train", "demo", "--memory.initial=zero"))

    def test_a_setting_of_another_model_is_refused(self):
        self.assertIn("model 'lstm'", self.refused("train", "ntm2014/copy-lstm", "--memory.slots=4"))

    def test_another_model_over_a_preset_drops_the_settings_of_the_presets_own(self):
        text = tapehead("train", "demo", "--model.name=lstm", "--help").stdout
        self.assertIn("model.units", text)
        self.assertNotIn("memory.slots", text)

    def test_settings_that_make_no_task_or_model_are_refused_before_anything_is_written(self):
        out = self.place / "run"
        self.refused("train", "demo", "--task.min_length=30", "--out", out)
        self.refused("train", "demo", "--memory.slots=2", "--memory.shift_range=5", "--out", out)
        self.assertFalse(out.exists())

    def test_a_missing_preset_gives_the_near_names(self):
        self.assertIn("'ntm2014/copy-ntm-lstm'", self.refused("train", "ntm2014/copy-ntm-lsmt"))
        self.assertIn("./tapehead list presets", self.refused("train", "quite-something-else"))

    def test_a_bad_value_in_a_file_is_reported_with_file_and_line(self):
        path = self.settings_file("# mine\n[training]\nsteps = 10\nbatch = many\n")
        self.assertIn(f"{path}:4: setting 'training.batch': expected a whole number", self.refused("train", path))

    def test_other_mistakes_in_a_file_are_reported_with_file_and_line(self):
        for line, text in (
            (2, "[training]\nlearning_rat = 1\n"),
            (2, "[training]\nnonsense\n"),
            (3, "[training]\nsteps = 1\nsteps = 2\n"),
            (1, "[training\n"),
            (2, "[model]\nname = mystery\n"),
        ):
            path = self.settings_file(text)
            self.assertIn(f"{path}:{line}: ", self.refused("train", path))
        self.assertIn("no such file", self.refused("train", self.place / "absent.ini"))


if __name__ == "__main__":
    unittest.main()
