"""Runs and compiles what README.md shows: `check_readme.py ROOT --program build/tapehead --compiler g++ --flags=...`.

An HTML comment on the line before a code block, invisible to readers, says what is to become of the block:

    <!-- test -->                 run it with bash, every command in turn; `./tapehead` is the built program
    <!-- test: compile -->        compile it against the library
    <!-- test: file PATH -->      it must stand in that file, line by line

Commands run in a scratch directory that looks like the tree, so that runs land there, and `train` gets a short budget.
Local links must lead somewhere.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BUDGET = "--training.sequences=2000"
MARK = re.compile(r"<!--\s*test(?::\s*(?P<what>.+?))?\s*-->$")
LINK = re.compile(r"""\]\(([^)#\s]+)[^)]*\)|(?:src|href)=["']([^"'#]+)""")
TIME_LIMIT = 300  # seconds for one block


def marked_blocks(text):
    """(line of the block, what its mark says or None for a plain mark, content) for each marked block."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        mark = MARK.match(line.strip())
        if not mark:
            continue
        start = number + 1
        if start >= len(lines) or not lines[start].startswith("```"):
            yield number + 1, "no block", ""
            continue
        end = next((n for n in range(start + 1, len(lines)) if lines[n].startswith("```")), len(lines))
        yield start + 1, mark["what"], "\n".join(lines[start + 1 : end]) + "\n"


def links(text):
    """(line, target) for each link outside code blocks."""
    in_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            in_code = not in_code
        elif not in_code:
            for match in LINK.finditer(line):
                yield number, match[1] or match[2]


def make_scratch_tree(root, scratch, program):
    """The tree by symbolic links, with room for runs of its own and `./tapehead` leading to the program."""
    own = ("tapehead", "build", "results", ".git")
    for entry in root.iterdir():
        if entry.name not in own:
            (scratch / entry.name).symlink_to(entry)
    (scratch / "results" / "runs").mkdir(parents=True)
    if (root / "results").is_dir():
        for entry in (root / "results").iterdir():
            if entry.name != "runs":
                (scratch / "results" / entry.name).symlink_to(entry)
    launcher = scratch / "tapehead"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).resolve()}" --become "{program}" "$@"\n')
    launcher.chmod(0o755)


def become(program, arguments):
    """`./tapehead ARGUMENTS` in the scratch tree: runs in the current directory, those of `train` on a short budget."""
    starts_a_run = arguments[:1] in (["train"], ["demo"]) and not {"--help", "--resume"}.intersection(arguments)
    if starts_a_run and arguments[0] == "train":
        budgets = ("--training.sequences", "--training.steps")
        arguments = [a for a in arguments if not a.startswith(budgets)] + [BUDGET]
    if starts_a_run and not any(a.startswith("--out") for a in arguments):
        name = "demo" if arguments[0] == "demo" else arguments[1].removesuffix(".ini")
        parent = Path("results/runs") / name
        parent.mkdir(parents=True, exist_ok=True)
        arguments = [*arguments, "--out", str(parent / f"run-{len(list(parent.iterdir())) + 1}")]
    os.execv(program, [program, *arguments])


def run_block(content, scratch):
    try:
        ended = subprocess.run(["bash", "-euo", "pipefail", "-c", content], cwd=scratch, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return f"took more than {TIME_LIMIT} s"
    return f"exit code {ended.returncode}:\n{ended.stdout}" if ended.returncode else None


def compile_block(content, arguments, root):
    flags = [flag for flag in arguments.flags.split("|") if flag]
    ended = subprocess.run([arguments.compiler, *flags, f"-I{root}", "-fsyntax-only", "-x", "c++", "-"], input=content,
                           capture_output=True, text=True)
    return f"does not compile:\n{ended.stderr}" if ended.returncode else None


def compare_block(content, path):
    if not path.is_file():
        return f"{path} does not exist"
    return None if content in path.read_text() else f"does not stand in {path} like this"


def check(arguments):
    """All problems of ROOT/README.md, each with its line."""
    root = arguments.root.resolve()
    readme = root / "README.md"
    if not readme.is_file():
        return ["README.md: does not exist"]
    text = readme.read_text()
    problems, blocks = [], list(marked_blocks(text))
    if not blocks:
        problems.append("README.md: no block is marked for a test")
    with tempfile.TemporaryDirectory(prefix="tapehead-readme-") as scratch:
        make_scratch_tree(root, Path(scratch), Path(arguments.program).resolve())
        for line, what, content in blocks:
            if what is None:
                problem = run_block(content, scratch)
            elif what == "compile":
                problem = compile_block(content, arguments, root)
            elif what.startswith("file "):
                problem = compare_block(content, root / what.removeprefix("file ").strip())
            else:
                problem = f"is marked for a test, but not with one that there is ({what})"
            print(f"README.md:{line}: {what or 'run'}: {'ok' if problem is None else 'FAILED'}", flush=True)
            if problem is not None:
                problems.append(f"README.md:{line}: {problem}")
    for number, target in links(text):
        if "://" not in target and not target.startswith("mailto:") and not (root / target).exists():
            problems.append(f"README.md:{number}: the link to {target} leads nowhere")
    return problems


GOOD = """# A tree
[its licence](LICENSE)
<!-- test -->
```sh
./tapehead train paper/preset --training.steps=9
test -f results/runs/paper/preset/run-1
```
<!-- test: compile -->
```cpp
#include "one.hpp"
static_assert(one == 1);
constexpr int two = [](int x) { return x + one; }(1);
```
<!-- test: file one.hpp -->
```cpp
inline constexpr int one = 1;
```
"""
# What is done to the good page, and what must then be said.
BREAKAGES = [
    (("[its licence](LICENSE)", "[its licence](LICENCE)"), "README.md:2: the link to LICENCE leads nowhere"),
    (("run-1", "run-2"), "README.md:4: exit code 1"),
    (("one == 1", "one == 2"), "README.md:9: does not compile"),
    (("int one = 1;\n", "int one = 2;\n"), "README.md:15: does not stand in"),
    (("test: compile", "test: compile it"), "README.md:9: is marked for a test, but not"),
    (("<!-- test -->\n", "<!-- test -->\n\n"), "README.md:3: is marked for a test, but not"),
]


def self_test():
    """A page that is right passes; each way to break it is noticed, and nothing else."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "LICENSE").touch()
        (root / "one.hpp").write_text("#pragma once\ninline constexpr int one = 1;\n")
        program = root / "program"  # makes the file that --out names, if the budget is what it should be
        program.write_text(f'#!/bin/sh\n[ "$*" = "train paper/preset {BUDGET} --out $5" ] && touch "$5"\n')
        program.chmod(0o755)
        arguments = argparse.Namespace(root=root, program=program, compiler="c++", flags="-std=c++20")
        problems = [f"{p}, expected that it does not exist" for p in check(arguments) if "not exist" not in p]
        for change, expected in [(("", ""), None), *BREAKAGES]:
            (root / "README.md").write_text(GOOD.replace(*change) if change[0] else GOOD)
            found = check(arguments)
            if expected is None and found:
                problems += found
            elif expected is not None and not (len(found) == 1 and expected in found[0]):
                problems.append(f"expected '{expected}', found {found}")
        (root / "README.md").write_text("# Nothing to test\n")
        if check(arguments) != ["README.md: no block is marked for a test"]:
            problems.append("a page without tests passes")
    return problems


def main():
    if sys.argv[1:2] == ["--become"]:
        become(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description="Runs and compiles what README.md shows.")
    parser.add_argument("root", type=Path, nargs="?")
    parser.add_argument("--program", type=Path, help="the built program")
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--flags", default="", help="the compiler's, separated by bars")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        problems = self_test()
    elif arguments.root and arguments.program:
        problems = check(arguments)
    else:
        parser.error("ROOT and --program are needed")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
