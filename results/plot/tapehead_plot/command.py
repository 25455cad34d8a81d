"""The command line: `plot.py RUN… [-o FILE] [--kind …]` and `plot.py --reproduction FILE.csv [-o FILE]`."""

import argparse
import re
import sys
from pathlib import Path

from .errors import DataError, PlotError, UsageError, no_such_run
from .style import FORMATS

KINDS = ("curve", "length", "heatmap", "confusion", "heads")
OF_ONE_RUN = ("confusion", "heads")
OF_RUNS = ("group_by", "kind", "probe", "head", "step", "most")  # options that a reproduction has no use for


def main(arguments):
    """Draws what the arguments ask for.  Returns the exit code of the program."""
    try:
        options = _parse(arguments)
        # Loading what draws takes half a second: only once the command line and the paths are good.
        _check_paths(options)
        from . import drawing

        return drawing.draw(options)
    except PlotError as error:
        print(f"plot: {error}", file=sys.stderr)
        return error.code


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./tapehead plot",
        allow_abbrev=False,
        description="Draws runs and prints the figures it wrote as bare paths, one a line.",
        epilog="Without -o, figures go into RUN/figures, or, for several runs, into the "
        "current directory; the figure of a reproduction goes beside its CSV file.",
    )
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="a run directory, or its run.h5, finished or running; a directory of runs stands for all of them",
    )
    parser.add_argument(
        "--reproduction",
        metavar="FILE",
        type=Path,
        help="instead of runs: the published figure redrawn from a CSV file that reproduce wrote, with the "
        "-curves.csv beside it",
    )
    parser.add_argument(
        "-o", metavar="FILE", dest="output", type=Path, help="write one figure; .png, .svg or .pdf"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="directory for the figures")
    parser.add_argument(
        "--csv",
        metavar="FILE",
        type=Path,
        help="also write what was drawn as a table: panel, series, x, y, low, high, n; with several figures "
        "FILE-<figure>.csv for each",
    )
    parser.add_argument(
        "--kind",
        choices=KINDS + ("all",),
        help="curve: learning curve; length: cost against length; heatmap: over length and repeats, or over "
        "length and the setting in which the runs differ; confusion: answers given to stories' questions against "
        "the right ones; heads: input, output and memory of a traced sequence. Default: all that the run has; with -o, curve",
    )
    parser.add_argument(
        "--group-by",
        metavar="KEY",
        help="median and quartiles of the runs with the same value of "
        "this setting, e.g. model.name or preset; for a heat map its rows",
    )
    parser.add_argument("--formats", help=f"default: {','.join(FORMATS)}; of a reproduction {FORMATS[0]}")
    parser.add_argument(
        "--probe",
        metavar="NAME",
        help="heads: the trace to draw; default: each, with -o the first that shows heads; confusion: the set of "
        "questions, such as test_task_2",
    )
    parser.add_argument(
        "--most",
        metavar="N",
        type=int,
        help="confusion: so many answers, the most frequent ones; the others are one; default: 30",
    )
    parser.add_argument("--example", metavar="N", type=int, default=0, help="heads: the example; default: 0")
    parser.add_argument("--head", metavar="N", type=int, help="heads: only this head; default: all")
    parser.add_argument(
        "--step", metavar="N", type=int, help="heads: the training step; default: the last recorded"
    )
    options = parser.parse_args(arguments)
    options.runs = [run for name in options.runs for run in _runs_of(name)]
    _check_reproduction(options) if options.reproduction else _check_runs(options)
    _check_files(options)
    return options


def _runs_of(name):
    """The run of that name, or all runs below a directory that is none, as that of a sweep."""
    directory = Path(name)
    if not directory.is_dir() or (directory / "run.h5").exists() or (directory / "checkpoints").exists():
        return [name]
    return sorted(str(file.parent) for file in directory.rglob("run.h5")) or [name]


def _check_reproduction(options):
    if options.runs:
        raise UsageError(f"--reproduction draws one CSV file; leave out {options.runs[0]}")
    for name in OF_RUNS:
        if getattr(options, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} is for runs; --reproduction draws one figure")


def _check_runs(options):
    if not options.runs:
        raise UsageError(
            "which run? Give a run directory, or --reproduction FILE.csv\nsee: ./tapehead plot --help"
        )
    if options.kind in OF_ONE_RUN and len(options.runs) > 1:
        raise UsageError(f"--kind {options.kind} draws one run, {len(options.runs)} are given")


def _check_files(options):
    default = FORMATS[:1] if options.reproduction else FORMATS
    options.formats = (
        list(default) if options.formats is None else [name for name in options.formats.split(",") if name]
    )
    for name in options.formats:
        if name not in FORMATS:
            raise UsageError(f"--formats {name}: known are {', '.join(FORMATS)}")
    if options.output is not None:
        if options.output.suffix[1:].lower() not in FORMATS:
            raise UsageError(f"-o {options.output}: the name has to end in .png, .svg or .pdf")
        if options.out is not None:
            raise UsageError("-o names one file and --out a directory for several; give one of them")
        if options.kind == "all":
            raise UsageError(f"-o writes one figure; choose --kind {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    if options.csv is not None and options.csv.suffix.lower() != ".csv":
        raise UsageError(f"--csv {options.csv}: the name has to end in .csv")
    if options.reproduction and options.csv and options.csv.resolve() == options.reproduction.resolve():
        raise UsageError(f"--csv {options.csv}: this is the file that is drawn; choose another name")


def _check_paths(options):
    for run in options.runs:
        if not Path(run).exists():
            raise no_such_run(run)
    file = options.reproduction
    if file and not file.exists():
        name = re.sub(r"^([a-z0-9]+)-", r"\1/", file.stem)
        raise DataError(f"{file}: no such file\nwrite it with: ./tapehead reproduce {name}")
