"""A life of a run, stopped at any write: training that is killed, a trace, an evaluation, and training to the end.

The environment variable TAPEHEAD_READ_RUNS names the program built from tests/io/read_runs.cpp.
"""

import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from program import PROGRAM, SMALL, CommandLine

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from io_shim import NO_SHIM, SHIM, read_record, shimmed
from run_images import Replay

SLOW = "TAPEHEAD_SLOW" in os.environ
STEPS, KILLED_AT = (200, 80) if SLOW else (60, 40)

OFTEN = [
    *(setting for setting in SMALL if not setting.startswith("--training")),
    "--training.log_every=1",
    "--training.evaluate_every=15",
    "--training.evaluation_sequences=4",
    "--training.checkpoint_every=20",
    f"--training.steps={STEPS}",
]


@unittest.skipUnless(SHIM, NO_SHIM)
class KilledAtAnyWrite(CommandLine):
    def process(self, run, name, *arguments, code=0, fail=None):
        """Runs the program under the recorder; returns its calls and a copy of what it left."""
        record, end = self.place / f"{name}.record", self.place / name
        environment = shimmed(run, record, fail)
        done = subprocess.run([PROGRAM, *map(str, arguments)], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        shutil.copytree(run, end)
        return read_record(record), end

    def test_a_kill_at_any_write_leaves_a_readable_run_with_all_that_was_safe(self):
        run = self.place.resolve() / "run"
        at = f"*/step-{KILLED_AT:09d}.h5.partial"
        processes = [
            ("train", ["train", "ntm2014/copy-ntm-lstm", *OFTEN, "--out", run], -9, ("rename", at, 1, "kill")),
            ("trace", ["trace", run, "--task.length=3"], 0, None),
            ("evaluate", ["evaluate", run, "--task.length=3,5", "--sequences", 4], 0, None),
            ("resume", ["train", "--resume", run], 0, None),
        ]
        replay = Replay(self, run, self.place / "copy", every_page=SLOW)
        self.addCleanup(replay.close)
        for name, arguments, code, fail in processes:
            calls, end = self.process(run, name, *arguments, code=code, fail=fail)
            replay.replay(calls, end, keeps_all=name != "resume")
            self.assertEqual(replay.before.status, "finished" if name == "resume" else "killed")
        self.assertEqual(replay.before.rows("train"), STEPS)
        self.assertEqual(list(replay.before.traces), ["length_3"])
        self.assertGreater(replay.run_states, 200)
        self.assertGreater(replay.checkpoint_states, 20)
        print(
            f"{replay.states} states, {replay.run_states} of run.h5, {replay.checkpoint_states} of the checkpoints",
            file=sys.stderr,
        )


if __name__ == "__main__":
    unittest.main()
