"""Errors by bAbI task beside the published ones: a panel of bars for each variant of a table that `reproduce` wrote."""

import numpy as np

from . import style
from .errors import DataError
from .figure import Figure
from .tables import read_table

COLUMNS = ("variant", "task", "published", "test_error", "mean_of_all_nets", "deviation", "nets")
LEFT, ACROSS, DOWN = 0.62, 6.42, 1.25  # inches
BAR = 0.38  # of the distance between tasks
HIGHEST = (5, 20, 100)  # %, of the axes: the lowest that has room for all bars
NOT_JUDGED = 0.35  # opacity of tasks that are in no mean
TASKS = 20
ABSENT = {"size": 6.5, "color": style.MUTED, "ha": "center", "va": "bottom", "rotation": 90}


def is_story_table(path):
    """Whether a CSV file has the columns of such a table."""
    try:
        with open(path, encoding="utf-8") as file:
            header = file.readline().strip().split(",")
    except (OSError, UnicodeDecodeError):
        return False
    return all(column in header for column in COLUMNS)


def story_error_figure(path):
    """The figure of results/reproductions/<paper>-<table>-table.csv.  Raises DataError, IoError."""
    table = read_table(path, COLUMNS)
    variants = {}
    for row in table.rows:
        variants.setdefault(row.get("label") or table.text(row, "variant"), []).append(
            [table.whole(row, "task", 1)] + [table.number(row, name) for name in COLUMNS[2:]] + [row.get("judged") != "no"]
        )
    if not variants:
        raise DataError(f"{path}: there are no nets in it")
    top, step = style.HEADLINE + 0.2, DOWN + 0.55
    figure = Figure(figsize=(style.WIDTH, top + step * len(variants) + 0.72))
    handles = []
    for number, (name, rows) in enumerate(variants.items()):
        axes = style.add_axes(figure, LEFT, top + step * number, ACROSS, DOWN)
        handles = _draw(figure, axes, name, np.array(sorted(rows), dtype=float))
    axes.set_xlabel("bAbI task")
    choice = table.rows[0].get("chosen_by") or "training"
    nets = sorted({int(row[-2]) for rows in variants.values() for row in rows})
    of = f"{nets[0]} to {nets[-1]} nets" if len(nets) > 1 else f"{nets[0]} net{'' if nets[0] == 1 else 's'}"
    style.add_legend(figure, LEFT, top + step * len(variants) + 0.05, handles, "")
    style.headline(
        figure,
        f"{path.stem.removesuffix('-table').replace('-', ', ', 1).replace('-', ' ')}: test error by task",
        f"Of {of} for each task the one with the lowest {choice} error; line: mean of all, ± standard deviation",
    )
    return figure


def _percent(value):
    """With one digit, halves rounded up as in the program's tables."""
    return f"{np.floor(10 * value + 0.5 + 1e-9) / 10:.1f} %"


def _draw(figure, axes, name, rows):
    task, published, chosen, mean, deviation = rows[:, :5].T
    judged, has_net = rows[:, 6] > 0, np.isfinite(chosen)
    counted = judged & has_net
    ours = axes.bar(task - BAR / 2, chosen, BAR, color=style.COLOURS[0], label="ours")
    paper = axes.bar(task + BAR / 2, published, BAR, color=style.PAPER, label="the paper's")
    for bars in (ours, paper):
        for bar, counts in zip(bars, judged):
            bar.set_alpha(1 if counts else NOT_JUDGED)
    spread = axes.errorbar(
        task[has_net] - BAR / 2,
        mean[has_net],
        np.nan_to_num(deviation[has_net]),
        fmt="_",
        color="black",
        linewidth=0.8,
        markersize=5,
        label="all nets",
    )
    means = [_percent(np.nanmean(errors[counted])) if counted.any() else "–" for errors in (chosen, published, mean)]
    without = "".join(f", without task {number:.0f}" for number in task[~judged & has_net])
    few = f" over {counted.sum()} of {TASKS} tasks" if has_net.sum() < TASKS else ""
    axes.set_title(f"{name}: mean{few} {means[0]}, paper {means[1]}, all nets {means[2]}{without}")
    for absent in set(range(1, TASKS + 1)) - set(task.astype(int)):
        axes.text(absent, 0.02, "no net", transform=axes.get_xaxis_transform(), **ABSENT)
    for diverged in task[~has_net]:
        axes.text(diverged - BAR / 2, 0.02, "diverged", transform=axes.get_xaxis_transform(), **ABSENT)
    axes.set_xticks(range(1, TASKS + 1))
    axes.set_xlim(0.4, TASKS + 0.6)
    largest = np.nanmax([*chosen, *published, *mean])
    axes.set_ylim(0, next(limit for limit in HIGHEST if largest <= limit))
    axes.set_ylabel("error (%)")
    axes.grid(False, axis="x")
    figure.record(name, "ours", task, chosen)
    figure.record(name, "paper", task, published)
    figure.record(name, "all nets", task, mean, mean - deviation, mean + deviation, rows[:, 5])
    return [ours, paper, spread]
