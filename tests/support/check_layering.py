"""Proves that includes run downhill: `check_layering.py ROOT`, or `check_layering.py --self-test`.

Every `#include` of the tree is checked against the tables below, directly and through what it includes in turn; every
violation is printed as FILE:LINE. Files of more than 300 lines are mentioned, which is not an error.
"""

import re
import sys
import tempfile
from pathlib import Path

# What each layer may include beside itself, directly or through others.
_tensor = {"framework/tensor"}
_autodiff = _tensor | {"framework/autodiff"}
_nn = _autodiff | {"framework/nn"}
_memory = _nn | {"framework/attention", "framework/memory"}
_data = _tensor | {"framework/data"}
_models = _memory | _data | {"framework/models"}
_program = _models | {"framework/training", "framework/io", "tasks"}
LAYERS = {
    "framework/tensor": set(),
    "framework/autodiff": _tensor,
    "framework/nn": _autodiff,
    "framework/attention": _nn,
    "framework/memory": _memory,
    "framework/data": _tensor,
    "framework/models": _memory | _data,  # the loss of a model is that of a batch
    "framework/training": _models,
    "framework/io": _tensor,
    "tasks": _data,
    "experiments": _program,
    "tests": _program | {"experiments"},
}
FOLDERS = ("framework", "tasks", "experiments", "tests", "results")
GENERATED = {"tapehead_build_info.hpp": ("experiments", "tests")}  # header, and the layers that may see it

# Third-party headers: pattern, where they may stand, and whether in one file only.
PROGRAM_ONLY = re.compile(r"experiments/|tests/")
THIRD_PARTY = [
    (re.compile(r"hdf5|H5[A-Z]"), re.compile(r"framework/io/|tests/"), False, "HDF5 belongs to framework/io"),
    (re.compile(r"cblas|xtensor-blas/|openblas"), re.compile(r"framework/tensor/"), True, "BLAS belongs to one file"),
    (re.compile(r"Random123/"), re.compile(r"framework/tensor/"), True, "Random123 belongs to one file"),
    (re.compile(r"xtensor/x(math|sort|linalg)\.hpp"), re.compile(r".*\.cpp$"), False,
     "xtensor's maths headers belong into .cpp files"),
    (re.compile(r"xsimd/"), re.compile(r"framework/tensor/|tests/"), False, "xsimd belongs to framework/tensor"),
    (re.compile(r"boost/"), PROGRAM_ONLY, False, "Boost belongs to experiments"),
    (re.compile(r"iostream|print$"), PROGRAM_ONLY, False, "the library does not print"),
    (re.compile(r"catch2/"), re.compile(r"tests/support/catch\.hpp"), False,
     "Catch2 is included through tests/support/catch.hpp"),
    (re.compile(r"benchmark/|torch/|ATen/|c10/"), re.compile(r"tests/benchmarks/"), False,
     "belongs to tests/benchmarks"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
LONG_FILE = 300


def layer_of(path):
    """The layer of a file: framework/<name>, or the first part of its path."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "framework" else parts[0]


def may_include(layer, other):
    return layer == other or other in LAYERS.get(layer, ())


def read_includes(root):
    """path -> [(line, included, quoted)] for every C++ file, paths relative to the root."""
    includes = {}
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".hpp", ".cpp", ".h"):
                continue
            found = []
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                match = INCLUDE.match(line)
                if match:
                    found.append((number, match[1] or match[2], match[1] is not None))
            includes[path.relative_to(root).as_posix()] = found
    return includes


def check_direct(root, includes):
    """Problems that one include line shows by itself."""
    users = {}  # of third-party headers that belong to one file
    for path, lines in includes.items():
        layer = layer_of(path)
        if layer not in LAYERS:
            yield f"{path}:1: no such layer as {layer}; it is to be named in check_layering.py"
            continue
        for number, included, quoted in lines:
            where = f"{path}:{number}"
            if not quoted:
                if (root / included).is_file() and included.split("/")[0] in FOLDERS:
                    yield f"{where}: the project's own <{included}> is to be included in quotes"
                for pattern, allowed, single, rule in THIRD_PARTY:
                    if not pattern.match(included):
                        continue
                    if not allowed.match(path):
                        yield f"{where}: <{included}>: {rule}"
                    elif single and users.setdefault(rule, path) != path:
                        yield f"{where}: <{included}>: {rule}, and {users[rule]} has it"
            elif included in GENERATED:
                if layer not in GENERATED[included]:
                    yield f'{where}: {layer} must not include "{included}"'
            elif not included.startswith(tuple(folder + "/" for folder in FOLDERS)):
                yield f'{where}: "{included}" is not written from the root'
            elif included not in includes:
                yield f'{where}: "{included}" does not exist'
            elif not may_include(layer, layer_of(included)):
                yield f"{where}: {layer} must not include {layer_of(included)} ({included})"


def check_transitive(includes):
    """Layers that a file reaches through others, and cycles; each with the chain that leads there."""
    own = {path: [(n, i) for n, i, quoted in lines if quoted and i in includes] for path, lines in includes.items()}
    for start in own:
        layer = layer_of(start)
        came_from = {start: None}
        line = {}  # of the include in `start` that leads to a file
        queue = [start]
        for path in queue:
            for number, included in own[path]:
                first = number if path == start else line[path]
                if included == start:
                    yield f"{start}:{first}: includes itself: {chain(came_from, path)} → {start}"
                if included not in came_from:
                    came_from[included] = path
                    line[included] = first
                    queue.append(included)
        for path in queue[1:]:
            if came_from[path] != start and not may_include(layer, layer_of(path)):
                yield f"{start}:{line[path]}: {layer} reaches {layer_of(path)}: {chain(came_from, path)}"


def chain(came_from, path):
    steps = []
    while path is not None:
        steps.append(path)
        path = came_from[path]
    return " → ".join(reversed(steps))


def check_tree(root):
    includes = read_includes(root)
    if not includes:
        return [f"{root}: no sources"]
    return [*check_direct(root, includes), *check_transitive(includes)]


def long_files(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".hpp", ".cpp", ".py"):
                lines = len(path.read_text(errors="replace").splitlines())
                if lines > LONG_FILE:
                    yield f"{path.relative_to(root).as_posix()} has {lines} lines; a second subject may have moved in"


# A small tree that breaks every rule, and the beginnings of what is to be said about it.
BROKEN_TREE = {
    "framework/tensor/up.hpp": '#include "framework/nn/layer.hpp"\n',
    "framework/tensor/blas.cpp": "#include <xtensor-blas/xblas.hpp>\n#include <Random123/philox.h>\n",
    "framework/tensor/more_blas.cpp": "\n#include <cblas.h>\n#include <Random123/threefry.h>\n",
    "framework/nn/layer.hpp": "#pragma once\n#include <xtensor/xmath.hpp>\n#include <hdf5.h>\n",
    "framework/nn/layer.cpp": "#include <xtensor/xmath.hpp>\n#include <iostream>\n#include <boost/any.hpp>\n",
    "framework/data/batch.hpp": '#include "framework/tensor/up.hpp"\n',
    "framework/io/file.hpp": '#include "file.hpp"\n#include <catch2/catch.hpp>\n# include "framework/io/gone.hpp"\n',
    "framework/io/loop.hpp": '#include "framework/io/pool.hpp"\n',
    "framework/io/pool.hpp": '#include "framework/io/loop.hpp"\n#include "tapehead_build_info.hpp"\n',
    "framework/vision/eye.hpp": "\n",
    "tasks/sort.cpp": '#include "framework/models/model.hpp"\n#include <framework/data/batch.hpp>\n',
    "framework/models/model.hpp": '#include "framework/training/trainer.hpp"\n#include <xsimd/xsimd.hpp>\n',
    "framework/training/trainer.hpp": '#include "framework/io/file.hpp"\n',
    "experiments/main.cpp": '#include "tests/support/skip.hpp"\n#include "results/plot.hpp"\n',
    "results/plot.hpp": "\n",
    "tests/support/skip.hpp": "\n",
}
EXPECTED = [
    "framework/tensor/up.hpp:1: framework/tensor must not include framework/nn",
    "framework/tensor/more_blas.cpp:2: <cblas.h>: BLAS",
    "framework/tensor/more_blas.cpp:3: <Random123/threefry.h>: Random123",
    "framework/nn/layer.hpp:2: <xtensor/xmath.hpp>",
    "framework/nn/layer.hpp:3: <hdf5.h>",
    "framework/nn/layer.cpp:2: <iostream>",
    "framework/nn/layer.cpp:3: <boost/any.hpp>",
    "framework/data/batch.hpp:1: framework/data reaches framework/nn: framework/data/batch.hpp → "
    "framework/tensor/up.hpp → framework/nn/layer.hpp",
    'framework/io/file.hpp:1: "file.hpp" is not written from the root',
    "framework/io/file.hpp:2: <catch2/catch.hpp>",
    'framework/io/file.hpp:3: "framework/io/gone.hpp" does not exist',
    "framework/io/loop.hpp:1: includes itself",
    "framework/io/pool.hpp:1: includes itself",
    "framework/io/pool.hpp:2: framework/io must not include",
    "framework/vision/eye.hpp:1: no such layer",
    "tasks/sort.cpp:1: tasks must not include framework/models",
    "tasks/sort.cpp:2: the project's own <framework/data/batch.hpp>",
    "tasks/sort.cpp:1: tasks reaches framework/training",
    "tasks/sort.cpp:1: tasks reaches framework/io",
    "framework/models/model.hpp:1: framework/models must not include framework/training",
    "framework/models/model.hpp:1: framework/models reaches framework/io",
    "framework/models/model.hpp:2: <xsimd/xsimd.hpp>",
    "framework/training/trainer.hpp:1: framework/training must not include framework/io",
    "experiments/main.cpp:1: experiments must not include tests",
    "experiments/main.cpp:2: experiments must not include results",
    "results/plot.hpp:1: no such layer",
]


def self_test():
    """The broken tree must give exactly the expected problems, and a sound one none."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for name, text in BROKEN_TREE.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        problems = check_tree(root)
    missed = [e for e in EXPECTED if not any(p.startswith(e) for p in problems)]
    invented = [p for p in problems if not any(p.startswith(e) for e in EXPECTED)]
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "framework/tensor").mkdir(parents=True)
        (root / "framework/tensor/a.hpp").write_text("#include <vector>\n")
        (root / "framework/tensor/a.cpp").write_text('#include "framework/tensor/a.hpp"\n#include <cblas.h>\n')
        invented += check_tree(root)
    return [f"not found: {e}" for e in missed] + [f"found without reason: {p}" for p in invented]


def main():
    if len(sys.argv) != 2:
        print("usage: check_layering.py ROOT | --self-test", file=sys.stderr)
        return 2
    if sys.argv[1] == "--self-test":
        problems = self_test()
    else:
        root = Path(sys.argv[1])
        problems = check_tree(root)
        for note in long_files(root):
            print(f"note: {note}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
