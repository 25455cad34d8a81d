"""Checks that the sources are what clang-format makes of them: `check_format.py ROOT [--fix]`.

Versions of clang-format disagree with each other, so only the one named below is believed; without it the check is
skipped (exit code 77).
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION = 14  # Debian 12's
FOLDERS = ("framework", "tasks", "experiments", "tests")
SKIPPED = 77


def find_clang_format():
    for name in (f"clang-format-{VERSION}", "clang-format"):
        path = shutil.which(name)
        if path and f"version {VERSION}." in subprocess.run([path, "--version"], capture_output=True, text=True).stdout:
            return path
    return None


def formatted(clang_format, root, sources):
    """What clang-format makes of each source. One process formats copies of all of them, which is several times faster
    than one process each; --dry-run is no way, for it also warns where it would change nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(root / ".clang-format", scratch)
        copies = [Path(scratch) / path.relative_to(root) for path in sources]
        for path, copy in zip(sources, copies):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        subprocess.run([clang_format, "-i", *copies], check=True)
        return [copy.read_text() for copy in copies]


def main():
    parser = argparse.ArgumentParser(description="Checks that sources are formatted.")
    parser.add_argument("root", type=Path)
    parser.add_argument("--fix", action="store_true", help="format the files instead of naming them")
    arguments = parser.parse_args()

    clang_format = find_clang_format()
    if not clang_format:
        print(f"SKIPPED: clang-format {VERSION} is not installed")
        return SKIPPED
    sources = sorted(p for folder in FOLDERS for p in (arguments.root / folder).rglob("*.?pp"))
    if arguments.fix:
        subprocess.run([clang_format, "-i", *sources], check=True)
        return 0
    wrong = 0
    for path, after in zip(sources, formatted(clang_format, arguments.root, sources)):
        before = path.read_text()
        if before != after:
            wrong += 1
            lines = zip(before.splitlines(), after.splitlines())
            line = next((n for n, (a, b) in enumerate(lines, 1) if a != b), 1)
            print(f"{path.relative_to(arguments.root)}:{line}: not as clang-format writes it")
    if wrong:
        print("To format everything: python3 tests/support/check_format.py . --fix")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
