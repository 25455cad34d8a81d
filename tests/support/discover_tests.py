"""Writes the ctest file of a Catch2 executable: one test for every TEST_CASE, under its own sentence.

    discover_tests.py EXECUTABLE CASES.cmake [--suffix TEXT] [--catch MAJOR]

A case tagged [slow] gets the label "slow", one tagged [golden] has "golden" in its name, and the suffix tells apart
executables that have cases of the same name.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

SKIPPED = 77  # kSkippedExitCode of tests/support/skip.hpp
TIME_LIMIT, SLOW_TIME_LIMIT = 300, 7200  # seconds


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


def ctest_lines(name, case, executable, catch, slow):
    # A case is named by a test specification, in which some characters mean something.
    specification = re.sub(r'([\\,\["~*])', r"\\\1", case)
    command = [str(executable), specification]
    if catch < 3:
        command += ["--warn", "NoTests"]  # a case that is no longer there must not pass
    properties = {"SKIP_RETURN_CODE": SKIPPED, "TIMEOUT": SLOW_TIME_LIMIT if slow else TIME_LIMIT}
    properties["WORKING_DIRECTORY"] = str(Path.cwd())
    if slow:
        properties["LABELS"] = "slow"
    yield f"add_test({' '.join(map(bracketed, [name, *command]))})"
    yield f"set_tests_properties({bracketed(name)} PROPERTIES " + " ".join(
        f"{key} {bracketed(str(value))}" for key, value in properties.items()
    ) + ")"


def main():
    parser = argparse.ArgumentParser(description="Writes the ctest file of a Catch2 executable.")
    parser.add_argument("executable", type=Path)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--suffix", default="")
    parser.add_argument("--catch", type=int, default=2, help="Catch2's major version")
    arguments = parser.parse_args()

    def listed(*specification):
        return list_cases(arguments.executable, arguments.catch, *specification)

    slow, golden, lines = set(listed("[slow]")), set(listed("[golden]")), []
    cases = listed("*")
    if not cases:
        sys.exit(f"{arguments.executable} contains no tests")
    for case in cases:
        name = case + arguments.suffix
        if case in golden and "golden" not in name:
            name = "golden: " + name
        lines += ctest_lines(name, case, arguments.executable, arguments.catch, case in slow)
    arguments.cases.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
