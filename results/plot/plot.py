#!/usr/bin/python3
"""Draws the figures of one or more runs. `./tapehead plot` runs this file; see `plot.py --help`."""

import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from tapehead_plot.command import main  # noqa: E402  (the path has to be set first)

if __name__ == "__main__":
    # Ctrl-C and a reader that leaves end it as they end any program, without a traceback.
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    sys.exit(main(sys.argv[1:]))
