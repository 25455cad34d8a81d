"""What tests of figures share: a scratch directory, the texts and numbers of a figure, and plot.py as a program."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import synthetic_run as synthetic
from tapehead_plot import open_run

PLOT = synthetic.ROOT / "results" / "plot" / "plot.py"


def words(figure):
    """Every text of a figure: titles, labels, legends."""
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def drawn(figure):
    """(panel, series) -> [(x, y, low, high, n)]."""
    found = {}
    for panel, series, *numbers in figure.drawn:
        found.setdefault((panel, series), []).append(tuple(map(float, numbers)))
    return found


class FigureCase(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)


class RunCase(FigureCase):
    def run_of(self, name, **options):
        """A run of the copy task, made up."""
        synthetic.copy_run(self.scratch / name, **({"last": 50_000} | options))
        return open_run(self.scratch / name)


class PlotProgram:
    """For a test case with a `scratch`, where plot.py is run."""

    def plot(self, *arguments, code=0):
        done = subprocess.run(
            [sys.executable, PLOT, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=self.scratch,
            timeout=120,
        )
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done
