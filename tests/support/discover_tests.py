"""Writes the ctest file of a Catch2 executable: one test for every TEST_CASE, under its own sentence.

    discover_tests.py EXECUTABLE CASES.cmake [--suffix TEXT] [--time-limit SECONDS] [--catch MAJOR]

A case tagged [slow] or [threads] gets the label "slow" or "threads", one tagged [golden] has "golden" in its name, and
the suffix tells apart executables that have cases of the same name.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

SKIPPED = 77  # kSkippedExitCode of tests/support/skip.hpp
SLOW_TIME_LIMIT = 7200  # seconds
LABELS = ("slow", "threads")


def list_cases(executable, catch, *specification):
    options = ["--list-test-names-only"] if catch < 3 else ["--list-tests", "--verbosity", "quiet"]
    listed = subprocess.run([executable, *specification, *options], capture_output=True, text=True)
    if listed.returncode < 0:
        sys.exit(f"{executable} cannot list its tests: signal {-listed.returncode}\n{listed.stdout}{listed.stderr}")
    # Catch2 quotes a name that begins with '#'.
    return [re.sub(r'^"(#.*)"$', r"\1", line) for line in listed.stdout.splitlines() if line]


def bracketed(text):
    """A CMake bracket argument, in which nothing is special."""
    equals = "="
    while f"]{equals}]" in text + "]":
        equals += "="
    return f"[{equals}[{text}]{equals}]"


def ctest_lines(name, case, executable, catch, labels, time_limit):
    # A case is named by a test specification, in which some characters mean something.
    specification = re.sub(r'([\\,\["~*])', r"\\\1", case)
    command = [str(executable), specification]
    if catch < 3:
        command += ["--warn", "NoTests"]  # a case that is no longer there must not pass
    properties = {"SKIP_RETURN_CODE": SKIPPED, "TIMEOUT": SLOW_TIME_LIMIT if "slow" in labels else time_limit}
    properties["WORKING_DIRECTORY"] = str(Path.cwd())
    if labels:
        properties["LABELS"] = ";".join(labels)
    yield f"add_test({' '.join(map(bracketed, [name, *command]))})"
    yield f"set_tests_properties({bracketed(name)} PROPERTIES " + " ".join(
        f"{key} {bracketed(str(value))}" for key, value in properties.items()
    ) + ")"


def main():
    parser = argparse.ArgumentParser(description="Writes the ctest file of a Catch2 executable.")
    parser.add_argument("executable", type=Path)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--suffix", default="")
    parser.add_argument("--time-limit", type=int, default=300, help="of a case that is not slow, in seconds")
    parser.add_argument("--catch", type=int, default=2, help="Catch2's major version")
    arguments = parser.parse_args()

    def listed(*specification):
        return list_cases(arguments.executable, arguments.catch, *specification)

    labelled = {label: set(listed(f"[{label}]")) for label in LABELS}
    golden, lines = set(listed("[golden]")), []
    cases = listed("*")
    if not cases:
        sys.exit(f"{arguments.executable} contains no tests")
    for case in cases:
        name = case + arguments.suffix
        labels = [label for label in LABELS if case in labelled[label]]
        if case in golden and "golden" not in name:
            name = "golden: " + name
        lines += ctest_lines(name, case, arguments.executable, arguments.catch, labels, arguments.time_limit)
    arguments.cases.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
