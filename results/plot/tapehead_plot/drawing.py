"""Which figures a command line asks for, drawn and written."""

import re
import sys
from pathlib import Path

import matplotlib

from . import figure as figures, style
from .command import KINDS, OF_ONE_RUN
from .errors import UnavailableError
from .run import open_run

FEW_SETS = 4  # of answers that are all drawn unasked


def draw(options):
    """Writes the figures and tables, and prints their paths.  Returns the exit code; raises PlotError."""
    with matplotlib.rc_context(style.RC):
        if options.reproduction:
            return _draw_reproduction(options)
        return _draw_runs([open_run(path) for path in options.runs], options)


def _draw_reproduction(options):
    from .reproduction import reproduction_figure
    from .story_errors import is_story_table, story_error_figure

    of_stories = is_story_table(options.reproduction)
    figure = (story_error_figure if of_stories else reproduction_figure)(options.reproduction)
    name = options.reproduction.stem
    directory = options.out or options.reproduction.parent
    _write(figure, [options.output] if options.output else _in(directory, name, options))
    _write_tables([(name, figure)], options)
    return 0


def _draw_runs(runs, options):
    chosen = options.kind not in (None, "all")
    wanted = (
        [options.kind]
        if chosen
        else ["curve"] if options.output else [kind for kind in KINDS if kind not in OF_ONE_RUN or len(runs) == 1]
    )
    drawn, missing = [], []
    for kind in wanted:
        if not chosen and _needless(kind, runs, options):
            continue
        try:
            for name, figure in _figures(kind, runs, options):
                directory = options.out or (runs[0].directory / "figures" if len(runs) == 1 else Path())
                _write(figure, [options.output] if options.output else _in(directory, name, options))
                drawn.append((name, figure))
        except UnavailableError as error:
            missing.append(error)
    if missing and not drawn:
        raise missing[0]
    for error in missing:
        print(f"plot: {error}", file=sys.stderr)
    _write_tables(drawn, options)
    return 0


def _with(runs, has, why):
    """The runs of which there is something to draw; of the others it is said. All of them if there is none."""
    kept = [run for run in runs if has(run)]
    if not kept:
        return runs
    for run in runs:
        if run not in kept:
            print(f"plot: {run.directory} ({run.status}) is left out: {why}", file=sys.stderr)
    return kept


def _needless(kind, runs, options):
    """Whether a figure that nobody asked for by name would have nothing to show, and not be missed."""
    from . import heatmap, length

    if kind == "confusion":
        return not runs[0].answer_sets
    if kind in ("length", "heatmap") and all(run.words for run in runs):
        return True  # stories are not asked for by length
    has_grid = any(heatmap.grid_columns(run, measure) for run in runs for measure, _ in heatmap.MEASURES)
    has_lengths = any(length.has_lengths(run, length.quantity_of(runs)) for run in runs)
    if kind == "length":
        return has_grid and not has_lengths
    if kind == "heatmap":
        rows = [options.group_by] if options.group_by else heatmap.differing_settings(runs)
        return not has_grid and not (has_lengths and len(rows) == 1 and heatmap.numeric(runs, rows[0]))
    return False


def _figures(kind, runs, options):
    """Yields the figures of one kind, each with the name of its file."""
    if kind == "curve":
        from .curve import has_costs, learning_curve

        some = _with(runs, lambda run: has_costs(run, options.group_by), "no costs are recorded of it")
        yield "learning-curve", learning_curve(some, options.group_by)
    elif kind == "length":
        from .length import QUANTITIES, cost_against_length, has_lengths, quantity_of

        quantity = quantity_of([run for run in runs if any(has_lengths(run, name) for name in QUANTITIES)] or runs)
        some = _with(runs, lambda run: has_lengths(run, quantity), f"it was not evaluated by {quantity}")
        yield "cost-against-length", cost_against_length(some, options.group_by)
    elif kind == "heatmap":
        from .heatmap import cost_over_two_quantities

        yield "heatmap", cost_over_two_quantities(runs, options.group_by)
    elif kind == "confusion":
        yield from _confusions(runs[0], options)
    else:
        yield from _head_pictures(runs[0], options)


def _confusions(run, options):
    from .confusion import confusion_figure

    sets = run.answer_sets
    if options.kind != "confusion" and len(sets) > FEW_SETS:
        sets = [name for name in sets if "_task_" not in name] or sets[:FEW_SETS]
    if options.kind == "confusion" and options.probe:
        sets = [options.probe]
    for name in (sets[:1] if options.output else sets) or ["test"]:
        yield f"confusion-{name}", confusion_figure(run, name, options.most)


def _head_pictures(run, options):
    from . import story
    from .heads import head_picture
    from .lengths_shown import PROBES, lengths_picture, lengths_shown

    probes = [options.probe] if options.probe else list(run.probes)
    together = lengths_shown(run) if options.probe in (None, PROBES) else {}
    if together:
        # The traces of Figure 4 are one picture, in the place of the first of them.
        first = min(probes.index(name) for name in together.values()) if not options.probe else 0
        probes = (
            [name for name in probes[:first]]
            + [PROBES]
            + [name for name in probes[first:] if name not in together.values() and name != options.probe]
        )
    # One picture: the first that shows the heads, as the one of several lengths does not.
    one = [probe for probe in probes if probe != PROBES or options.probe] or probes
    for probe in (one[:1] if options.output else probes) or [None]:
        name = "heads-" + re.sub(r"[^A-Za-z0-9._-]+", "-", probe or "")
        if together and probe == PROBES:
            yield name, lengths_picture(run, options.example, options.step)
        elif probe and story.is_story(trace := run.trace(probe)):
            yield name.replace("heads-", "story-", 1), story.story_picture(run, trace, options.example, options.step)
        else:
            yield name, head_picture(run, probe, options.example, options.head, options.step)


def _in(directory, name, options):
    return [Path(directory) / f"{name}.{form}" for form in options.formats]


def _write(figure, paths):
    for path in paths:
        print(style.save(figure, path), flush=True)


def _write_tables(drawn, options):
    if options.csv is None:
        return
    for name, figure in drawn:
        path = options.csv if len(drawn) == 1 else options.csv.with_name(f"{options.csv.stem}-{name}.csv")
        print(figures.write_csv(figure, path), flush=True)
