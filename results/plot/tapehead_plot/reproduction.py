"""A published figure redrawn from the seeds of a reproduction, the paper's digitised curves beside ours.

Above the paper's learning curves on the paper's axes; below how many seeds have converged by when, and how the
nets do on sequences of other sizes.
"""

from . import reference, reproduction_data as data, style
from .errors import DataError
from .figure import Figure
from .heatmap import draw_grid
from .reproduction_curves import Look, draw_learning, draw_survival
from .reproduction_sizes import draw_other_sizes, heat_maps

# Inches: left edges of the panels, their widths and heights, room above each (its title) and below (its axis).
LEFT, ACROSS, CURVES = 0.68, 6.28, 2.5
LEFTS, HALF, LOWER = (0.68, 4.3), 2.72, 2.1
TITLE, BELOW = 0.3, 0.56
MAP = (0.55, 0.3)  # a heat map's room on the left, and the height of its cells


def reproduction_figure(path):
    """The figure of results/reproductions/<paper>-<result>.csv.  Raises DataError, IoError."""
    found = data.read_reproduction(path)
    paper = reference.learning_figure(found.result) if found.paper == "ntm2014" else None
    published = paper.curves() if paper else []
    if not any(seed.x.size for seed in found.seeds):
        raise DataError(
            f"{path}: none of its {len(found.seeds)} seeds has a curve in {found.path.stem}-curves.csv, "
            "expected rows with the same row, seed and settings_hash"
        )
    rows = sorted(
        ((row, Look(row, number)) for number, row in enumerate(found.rows)), key=lambda pair: pair[1].order
    )
    maps = heat_maps(rows)
    notes = _notes(found, maps)
    legend = style.legend_height(len(rows), len(published))
    down = max((len(grid.rows) for grid, _ in maps), default=0) * MAP[1]
    height = style.HEADLINE + CURVES + BELOW + TITLE + LOWER + BELOW + legend + 0.17 * len(notes)
    height += (TITLE + down + BELOW) if maps else 0
    figure = Figure(figsize=(style.WIDTH, height))

    top = style.HEADLINE
    ours, theirs = draw_learning(
        figure, style.add_axes(figure, LEFT, top, ACROSS, CURVES), rows, paper, published
    )
    top += CURVES + BELOW
    style.add_legend(figure, LEFT, top, ours, "Median of our seeds, band: quartiles, thin: each seed")
    if theirs:
        style.add_legend(figure, style.WIDTH * 0.6, top, theirs, f"{paper.name} (digitised)")
    top += legend + TITLE - 0.08
    draw_survival(figure, style.add_axes(figure, LEFTS[0], top, HALF, LOWER), rows)
    draw_other_sizes(
        figure, style.add_axes(figure, LEFTS[1], top, HALF, LOWER), rows, found, published, bool(maps)
    )
    top += LOWER + BELOW + TITLE
    share = (style.WIDTH - 0.1) / max(len(maps), 1)
    for number, (grid, look) in enumerate(maps):
        axes = style.add_axes(figure, share * number + MAP[0], top, share - MAP[0] - 0.1, down)
        draw_grid(figure, axes, grid, like=[other for other, _ in maps])
        axes.set_title(axes.get_title(loc="left"), color=look.colour)
        axes.set_ylabel("Repeats" if number == 0 else "")
    figure.text(0.012, 0.07 / height, "\n".join(notes), size=8, color=style.MUTED, va="bottom")
    words = reference.task_words(found.result).capitalize()
    title = (
        f"{words}: ours beside {reference.PAPER}, Figure {paper.number}" if paper else f"{words}: all seeds"
    )
    style.headline(figure, title, _detail(found))
    return figure


def _detail(found):
    trained = sorted({seed.sequences for seed in found.seeds})
    span = f"{trained[0]:,.0f}" + (f" to {trained[-1]:,.0f}" if len(trained) > 1 else "")
    return f"{style.counted(len(found.seeds), 'seed')} · {span} training sequences each"


def _notes(found, maps):
    notes = []
    if reference.task_key(found.result) == "copy":
        notes.append(
            "Lower right, dashed: the paper's, one sequence each; grey: its NTM, controller not named."
        )
    if maps:
        notes.append("Heat maps: wrong bits per sequence, median over the seeds.")
    without = sum(not seed.x.size for seed in found.seeds)
    if without:
        notes.append(f"{style.counted(without, 'seed')} without a recorded curve: in the lower panels only.")
    if found.left_out:
        notes.append(f"{style.counted(found.left_out, 'seed')} of other settings left out.")
    return notes
