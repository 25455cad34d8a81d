"""A long run stays as it is: it takes no more memory at its end than at its beginning, and its file grows with its rows.

With TAPEHEAD_SLOW set, 100,000 steps instead of 20,000.
"""

import os
import subprocess
import time
import unittest
from pathlib import Path

import h5py

from program import PROGRAM, SANITIZED, SMALL, CommandLine

STEPS = 100_000 if os.environ.get("TAPEHEAD_SLOW") else 20_000
SHARE = 0.01  # by which resident memory may change


def resident_kib(process):
    """Resident memory as the kernel counts it, or None once the process has ended."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return None


@unittest.skipIf(SANITIZED, "a sanitizer's allocator keeps what was freed")
class Steady(CommandLine):
    def watched(self, *settings):
        """Runs a training to its end: (step of the newest checkpoint, resident KiB, bytes of run.h5), many times over."""
        run = self.place / "run"
        kept = [text for text in SMALL if text.split("=")[0] not in {setting.split("=")[0] for setting in settings}]
        command = [PROGRAM, "train", "ntm2014/copy-ntm-lstm", *kept, *settings, f"--training.steps={STEPS}"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
        seen = []
        with subprocess.Popen(
            [*command, "--out", run], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        ) as process:
            while process.poll() is None:
                names = sorted(path.stem for path in run.glob("checkpoints/step-*.h5"))
                memory = resident_kib(process)
                if names and memory is not None:
                    step = int(names[-1].removeprefix("step-"))
                    seen.append((step, memory, (run / "run.h5").stat().st_size))
                time.sleep(0.01)
        self.assertEqual(process.returncode, 0)
        return run, seen

    def test_memory_is_flat_and_the_file_grows_with_its_rows(self):
        run, seen = self.watched(
            "--training.log_every=10",
            f"--training.evaluate_every={STEPS // 20}",
            f"--training.checkpoint_every={STEPS // 20}",
        )
        with h5py.File(run / "run.h5") as file:
            self.assertEqual(len(file["metrics/train/step"]), STEPS // 10)
            columns = len(file["metrics/train"])
            chunk = file["metrics/train/step"].chunks[0] * 8 * columns

        # From a third of the run on, when everything has been made more than once. The least of each part, because a
        # checkpoint takes memory for a moment, more of it the longer the run.
        def memory(begin, end):
            return min(kib for step, kib, _ in seen if begin * STEPS <= step < end * STEPS)

        early, late = memory(0.3, 0.5), memory(0.8, 1.0)
        print(f"\n{STEPS} steps: resident {early / 1024:.2f} MiB early, {late / 1024:.2f} MiB late", end="; ")
        self.assertLess(abs(late / early - 1), SHARE)

        # A row is 8 bytes a column; the file grows by whole chunks, and a little for the index of the chunks.
        first, last = seen[0], seen[-1]
        rows, grown = (last[0] - first[0]) / 10, last[2] - first[2]
        print(f"run.h5 grew by {grown / rows:.1f} bytes a row of {8 * columns}", flush=True)
        self.assertGreaterEqual(grown, 8 * columns * rows - 2 * chunk)
        self.assertLessEqual(grown, 1.1 * (8 * columns * rows) + 2 * chunk)


if __name__ == "__main__":
    unittest.main()
