"""The command line: `plot.py RUN… [-o FILE] [--kind …]`."""

import argparse
import re
import sys
from pathlib import Path

from .errors import PlotError, UnavailableError, UsageError, no_such_run
from .style import FORMATS

KINDS = ("curve", "length", "heads")


def main(arguments):
    """Draws what the arguments ask for.  Returns the exit code of the program."""
    try:
        options = _parse(arguments)
        # Loading what draws takes half a second: only once the command line and the paths are good.
        _check_paths(options)
        from .run import open_run

        return _draw([open_run(path) for path in options.runs], options)
    except PlotError as error:
        print(f"plot: {error}", file=sys.stderr)
        return error.code


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./tapehead plot",
        allow_abbrev=False,
        description="Draws runs and prints the figures it wrote as bare paths, one a line.",
        epilog="Without -o, figures go into RUN/figures, or, for several runs, into the "
        "current directory.",
    )
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="a run directory, or its run.h5, finished or running"
    )
    parser.add_argument(
        "-o", metavar="FILE", dest="output", type=Path, help="write one figure; .png, .svg or .pdf"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="directory for the figures")
    parser.add_argument(
        "--kind", choices=KINDS + ("all",), help="default: all that the run has; with -o, curve"
    )
    parser.add_argument(
        "--group-by",
        metavar="KEY",
        help="median and quartiles of the runs with the same value of "
        "this setting, e.g. model.name or preset",
    )
    parser.add_argument("--formats", default=",".join(FORMATS), help="default: %(default)s")
    parser.add_argument(
        "--probe", metavar="NAME", help="heads: the trace to draw; default: each, with -o the first"
    )
    parser.add_argument("--example", metavar="N", type=int, default=0, help="heads: the example; default: 0")
    parser.add_argument("--head", metavar="N", type=int, help="heads: only this head; default: all")
    parser.add_argument(
        "--step", metavar="N", type=int, help="heads: the training step; default: the last recorded"
    )
    options = parser.parse_args(arguments)

    options.formats = [name for name in options.formats.split(",") if name]
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
    if options.kind == "heads" and len(options.runs) > 1:
        raise UsageError(f"--kind heads draws one run, {len(options.runs)} are given")
    return options


def _check_paths(options):
    for run in options.runs:
        if not Path(run).exists():
            raise no_such_run(run)


def _draw(runs, options):
    import matplotlib

    from . import style

    wanted = (
        [options.kind]
        if options.kind not in (None, "all")
        else ["curve"] if options.output else [kind for kind in KINDS if kind != "heads" or len(runs) == 1]
    )
    written, missing = 0, []
    with matplotlib.rc_context(style.RC):
        for kind in wanted:
            try:
                for name, figure in _figures(kind, runs, options):
                    for path in _paths(name, runs, options):
                        print(style.save(figure, path), flush=True)
                        written += 1
            except UnavailableError as error:
                missing.append(error)
    if missing and not written:
        raise missing[0]
    for error in missing:
        print(f"plot: {error}", file=sys.stderr)
    return 0


def _figures(kind, runs, options):
    """Yields the figures of one kind, each with the name of its file."""
    if kind == "curve":
        from .curve import learning_curve

        yield "learning-curve", learning_curve(runs, options.group_by)
    elif kind == "length":
        from .length import cost_against_length

        yield "cost-against-length", cost_against_length(runs, options.group_by)
    else:
        from .heads import head_picture

        run = runs[0]
        probes = [options.probe] if options.probe else run.probes[:1] if options.output else run.probes
        for probe in probes or [None]:
            name = "heads-" + re.sub(r"[^A-Za-z0-9._-]+", "-", probe or "")
            yield name, head_picture(run, probe, options.example, options.head, options.step)


def _paths(name, runs, options):
    if options.output is not None:
        return [options.output]
    directory = options.out or (runs[0].directory / "figures" if len(runs) == 1 else Path())
    return [directory / f"{name}.{form}" for form in options.formats]
