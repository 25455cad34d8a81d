"""What a reader of the printed figure would not accept: text off the page, text over text."""

import itertools


def faults(figure):
    """A sentence for each text that leaves the page or lies over another; empty for a figure fit to print."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, page = canvas.get_renderer(), figure.bbox
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in _texts(figure)]
    found = [
        f"'{text}' leaves the page"
        for text, box in boxes
        if box.x0 < page.x0 - 1 or box.x1 > page.x1 + 1 or box.y0 < page.y0 - 1 or box.y1 > page.y1 + 1
    ]
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        if across > 2 and down > 2:
            found.append(f"'{one}' and '{other}' lie over one another")
    return found


def overruns(figure):
    """The titles that are wider than their panels, and the names of rows that are higher."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, found = canvas.get_renderer(), []
    for axes in figure.axes:
        panel = axes.get_window_extent(renderer)
        for title in (axes.title, axes._left_title):
            if title.get_text() and title.get_window_extent(renderer).width > panel.width:
                found.append(title.get_text())
        name = axes.yaxis.label
        if name.get_text() and name.get_window_extent(renderer).height > panel.height:
            found.append(name.get_text())
    return found


def _texts(figure):
    """All texts that are drawn, each once."""
    from matplotlib.text import Text

    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                for label in (tick.label1, tick.label2):
                    inside = low - 1e-9 <= tick.get_loc() <= high + 1e-9
                    if not (inside and label.get_visible()):
                        hidden.add(label)
    return [
        text
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in hidden
    ]
