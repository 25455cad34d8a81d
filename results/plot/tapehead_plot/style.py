"""How every figure looks, and how it is written to a file."""

import itertools
from pathlib import Path

from .files import write_whole

WIDTH = 7.2  # inches; at 200 dots an inch twice the width of a README column
HEADLINE = 0.62  # inches that title and detail take at the top
FORMATS = ("png", "svg", "pdf")

# Okabe and Ito's palette, which colour-blind readers can tell apart, without its yellow, too pale on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)))
PAPER = "#808080"
MUTED = "#595959"

RC = {
    "figure.facecolor": "white",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same figure on every machine
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 5,
    "axes.labelsize": 9,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.6,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "legend.fontsize": 8,
    "legend.title_fontsize": 8,
    "legend.frameon": False,
    "lines.solid_capstyle": "round",
    "svg.hashsalt": "tapehead",  # the same figure gives the same bytes
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "savefig.dpi": 200,
}


def lines():
    """Endless pairs of colour and dash pattern, all colours of one pattern first."""
    return itertools.cycle((colour, dash) for dash in DASHES for colour in COLOURS)


def text_width(text, size, weight="normal"):
    """Inches that a line of text takes at a size in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    look = FontProperties(family=RC["font.sans-serif"], weight=weight)
    return TextPath((0, 0), text, size=size, prop=look).get_extents().width / 72


def add_axes(figure, left, top, width, height, **options):
    """Axes placed in inches from the figure's left and top edge, so that text between panels has its room."""
    across, down = figure.get_size_inches()
    return figure.add_axes(
        (left / across, 1 - (top + height) / down, width / across, height / down), **options
    )


def add_legend(figure, left, top, handles, title):
    """A legend whose upper left corner is placed in inches from the figure's left and top edge."""
    across, down = figure.get_size_inches()
    figure.legend(
        handles,
        [handle.get_label() for handle in handles],
        title=title,
        alignment="left",
        loc="upper left",
        bbox_to_anchor=(left / across, 1 - top / down),
        borderpad=0,
        borderaxespad=0,
    )


def logarithmic(axes, values, least=0.0):
    """A logarithmic y axis from the power of ten below the values to the one above; not below `least`."""
    import numpy as np
    from matplotlib.ticker import LogLocator, NullLocator

    positive = values[np.isfinite(values) & (values > 0)]
    if not positive.size:
        axes.text(0.5, 0.55, "nothing above 0", transform=axes.transAxes, ha="center", color=MUTED)
        positive = np.array([1.0])
    axes.set_ylim(  # before the scale, which else looks for values above 0 itself, and warns if there are none
        max(10.0 ** np.floor(np.log10(positive.min() * 0.99)), least),
        10.0 ** np.ceil(np.log10(positive.max() * 1.01)),
    )
    axes.set_yscale("log", nonpositive="clip")
    axes.yaxis.set_major_locator(LogLocator(numticks=12))
    axes.yaxis.set_minor_locator(NullLocator())


def show_whole(axes):
    """Markers on the edge of the axes whole, which else are cut in half."""
    low, high = axes.get_ylim()
    for line in axes.get_lines():
        y = line.get_ydata()
        line.set_clip_on(line.get_marker() in ("", "None") or not all(low <= value <= high for value in y))


def legend_height(*counts):
    """Inches that the highest of legends with these numbers of entries takes."""
    return 0.172 * (max(counts) + 1) + 0.08


def headline(figure, title, detail):
    """Title and, below it in grey, what was run."""
    height = figure.get_figheight()
    figure.text(0.012, 1 - 0.10 / height, title, size=11, weight="bold", va="top")
    figure.text(0.012, 1 - 0.32 / height, detail, size=8.5 * min(1, 108 / len(detail)), color=MUTED, va="top")


def counted(number, noun):
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def describe(run):
    """Preset, seed, sequences, and the status of a run that did not simply finish."""
    parts = [run.preset]
    if run.seed is not None:
        parts.append(f"seed {run.seed}")
    parts.append(counted(run.trained_sequences(), "sequence"))
    if run.status != "finished":
        parts.append({"running": "still running"}.get(run.status, run.status))
    return " · ".join(parts)


def describe_all(runs, group_by):
    """The line below the title: one run in words, or how many."""
    if len(runs) == 1:
        return describe(runs[0])
    return counted(len(runs), "run") + (f", grouped by {group_by}" if group_by else "")


def legend_title(runs, group_by):
    if group_by:
        return "Median of runs, band: quartiles"
    return "This run" if len(runs) == 1 else "These runs"


def save(figure, path):
    """Writes one figure, complete or not at all, with no date in it; the extension is the format."""
    form = Path(path).suffix[1:].lower()
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form)
    return write_whole(path, "the figure", lambda part: figure.savefig(part, format=form, metadata=metadata))
