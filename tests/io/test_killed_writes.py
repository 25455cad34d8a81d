"""A run that is stopped at any write: what a kill at that moment leaves is readable, right, and nothing safe is lost.

The environment variables TAPEHEAD_WRITE_FLUSHES and TAPEHEAD_READ_RUNS name the programs built from write_flushes.cpp
and read_runs.cpp.
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from io_shim import MEMORY, NO_SHIM, SHIM, read_record, shimmed
from run_images import Replay

WRITE_FLUSHES = os.environ.get("TAPEHEAD_WRITE_FLUSHES")
SLOW = "TAPEHEAD_SLOW" in os.environ


@unittest.skipUnless(SHIM, NO_SHIM)
class KilledWrites(unittest.TestCase):
    def recorded(self, place, flushes, rows):
        """Writes a run into place/run and returns the calls."""
        run, record = place / "run", place / "record"
        subprocess.run([WRITE_FLUSHES, run, str(flushes), str(rows)], env=shimmed(run, record), check=True)
        return read_record(record)

    def replayed(self, flushes, rows):
        with tempfile.TemporaryDirectory(dir=MEMORY) as place:
            place = Path(place).resolve()
            calls = self.recorded(place, flushes, rows)
            replay = Replay(self, place / "run", place / "copy", every_page=True)
            self.addCleanup(replay.close)
            replay.replay(calls, place / "run", keeps_all=True)
            steps = replay.before.tables["train"]["step"]
            np.testing.assert_array_equal(steps, np.arange(1, flushes * rows + 1))
            np.testing.assert_array_equal(replay.before.tables["train"]["loss"], 1 / steps)
            print(
                f"{flushes} flushes of {rows} rows: {replay.states} states, {replay.run_states} of run.h5, "
                f"{replay.checkpoint_states} of the checkpoints",
                file=sys.stderr,
            )
            return replay

    def test_a_kill_at_any_write_leaves_a_readable_run_with_all_that_was_flushed(self):
        self.assertGreater(self.replayed(flushes=18, rows=5).run_states, 250)

    def test_so_does_one_while_tables_grow_by_chunks(self):
        self.assertGreater(self.replayed(flushes=60 if SLOW else 10, rows=1000).run_states, 250)

    def test_what_gets_its_name_is_on_the_disk_before_and_its_name_after(self):
        with tempfile.TemporaryDirectory(dir=MEMORY) as place:
            calls = self.recorded(Path(place).resolve(), flushes=6, rows=5)
        renames = [at for at, call in enumerate(calls) if call.kind == "rename"]
        self.assertEqual(len(renames), 3)  # run.h5 and two checkpoints
        for at in renames:
            rename = calls[at]
            before = [call.kind for call in calls[:at] if call.path == rename.path]
            self.assertIn("fsync", before)
            self.assertNotIn("write", before[before.index("fsync") :], f"{rename.path}: written to after its sync")
            after = [call.kind for call in calls[at:] if call.path == os.path.dirname(rename.other)]
            self.assertEqual(after[:2], ["open", "fsync"], f"{rename.other}: the name is not synced")


if __name__ == "__main__":
    unittest.main()
