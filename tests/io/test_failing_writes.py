"""Each system call that writes a run or a checkpoint fails once: what is said of it, and what is left.

The environment variables TAPEHEAD_WRITE_FLUSHES and TAPEHEAD_READ_RUNS name the programs built from write_flushes.cpp
and read_runs.cpp.
"""

import collections
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from io_shim import MEMORY, NO_SHIM, SHIM, read_record, shimmed
from run_images import TABLES, Contents, RunReader, safe_by_log

WRITE_FLUSHES = os.environ.get("TAPEHEAD_WRITE_FLUSHES")
SLOW = "TAPEHEAD_SLOW" in os.environ
EVERY = 1 if SLOW else 12  # so many calls are passed over for one that is tried
FLUSHES, ROWS = 7, 20
CHECKPOINT = f"step-{6 * ROWS:09d}.h5"  # the second one


@unittest.skipUnless(SHIM, NO_SHIM)
class FailingWrites(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(dir=MEMORY)
        cls.addClassCleanup(place.cleanup)
        cls.run_directory, record = Path(place.name).resolve() / "run", Path(place.name) / "record"
        cls.reader = RunReader()
        cls.addClassCleanup(cls.reader.close)
        assert cls.write(None, record).returncode == 0
        cls.whole = Contents(cls.reader, cls.run_directory)
        cls.calls, seen = [], collections.Counter()  # kind, path, and which one of its kind on that path
        for call in read_record(record):
            seen[call.kind, call.path] += 1
            if not call.error:
                cls.calls.append((call.kind, call.path, seen[call.kind, call.path]))
        cls.last_write = seen["write", str(cls.run_directory / "run.h5")]

    @classmethod
    def write(cls, fail, record=None):
        shutil.rmtree(cls.run_directory, ignore_errors=True)
        return subprocess.run(
            [WRITE_FLUSHES, cls.run_directory, str(FLUSHES), str(ROWS)],
            env=shimmed(cls.run_directory, record, fail),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def fail_each(self, calls, what, check, last=""):
        """Lets each call fail, or it and all after it, and checks kind, process and the status of what is left."""
        for kind, path, number in calls:
            with self.subTest(f"{what}: {kind} {os.path.basename(path)}, number {number}{last}"):
                done = self.write((kind, path, f"{number}{last}", getattr(errno, what, what)))
                check(kind, done, *self.check_what_is_left())

    def check_what_is_left(self):
        """Nothing unreadable, wrong, or lost that was safe. Returns the run's status, None without run.h5, and the last
        step that was flushed."""
        run = self.run_directory
        log = (run / "log.txt").read_text() if (run / "log.txt").exists() else ""
        flushed = max(map(int, re.findall(r"flushed (\d+)\n", log)), default=0)
        checkpoints = self.reader.checkpoints(run)
        for name, step in checkpoints.items():
            self.assertIsInstance(step, int, f"{name} is not whole")
        self.assertGreaterEqual(max(checkpoints.values(), default=-1), safe_by_log(log), "a checkpoint is lost")
        self.assertEqual(list(run.rglob("*.partial")), [])
        if not (run / "run.h5").exists():
            self.assertEqual(flushed, 0)
            return None, 0
        found = self.reader.run(run)
        self.assertNotIn("error", found)
        complete = True
        for table in TABLES:
            self.assertTrue(self.whole.begins_with(table, found[table]), f"{table}: wrong values")
            self.assertGreaterEqual(found[table]["rows"], self.whole.rows_until(table, flushed), f"{table}: lost rows")
            complete = complete and found[table]["rows"] == self.whole.rows(table)
        if found["status"] == "finished":
            self.assertTrue(complete, "it says it has finished, and lacks rows")
        return found["status"], flushed

    def chosen(self, matter):
        """The calls that matter; not all of them if there is little time."""
        calls = [call for call in self.calls if matter(call[0], os.path.basename(call[1]))]
        return [call for number, call in enumerate(calls) if number % EVERY == 0 or self.is_special(call)]

    def is_special(self, call):
        """Calls on the way of one checkpoint; those that bring the first rows into run.h5, for which HDF5 has to find
        room; and those that close it."""
        name = os.path.basename(call[1])
        if name == "run.h5" and call[0] == "write":
            return call[2] <= 18 or call[2] > self.last_write - 5
        return name.startswith((CHECKPOINT, "checkpoints"))

    def test_one_that_fails_ends_the_run_in_order_with_path_and_reason(self):
        calls = self.chosen(lambda kind, name: name != "log.txt")  # write_flushes does not ask of its log
        for what in ("ENOSPC", "EIO"):

            def check(kind, done, status, flushed):
                # What was only read, or asked for in advance, may fail.
                if done.returncode == 0 and kind in ("close", "allocate", "open", "read"):
                    self.assertEqual(status, "finished")
                    return
                self.assertEqual(done.returncode, 74, done.stderr)
                self.assertIn(str(self.run_directory), done.stderr)
                self.assertIn(os.strerror(getattr(errno, what)), done.stderr)
                # Only where run.h5 has just got its name, and nothing was measured, nobody writes what became of it.
                self.assertIn(status, {None, "failed", "finished", "failed" if flushed else "killed"})

            self.fail_each(calls, what, check)
        print(f"{2 * len(calls)} calls that failed", file=sys.stderr)
        self.assertGreater(2 * len(calls), 70)

    def test_one_that_a_signal_interrupts_or_that_moves_half_of_its_bytes_is_survived(self):
        def ours(kind, name):
            # HDF5 opens, closes and truncates files itself; local file systems do not let signals interrupt that.
            return kind in ("fsync", "lock", "rename") or kind in ("open", "close") and not name.startswith("run.h5")

        def check(kind, done, status, flushed):
            self.assertEqual((done.returncode, status), (0, "finished"), done.stderr)

        tried = 0
        for what, matter in (
            ("EINTR", lambda kind, name: kind in ("read", "write", "allocate") or ours(kind, name)),
            ("half", lambda kind, name: kind in ("read", "write")),
        ):
            calls = self.chosen(matter)
            tried += len(calls)
            self.fail_each(calls, what, check)
        print(f"{tried} calls that were interrupted or short", file=sys.stderr)
        self.assertGreater(tried, 50)

    def test_a_disk_that_takes_nothing_more_leaves_what_it_has(self):
        def check(kind, done, status, flushed):
            self.assertEqual(done.returncode, 74, done.stderr)
            self.assertIn(status, (None, "failed", "killed", "finished"))

        calls = self.chosen(lambda kind, name: kind == "write" and name.endswith(("run.h5", ".partial")))
        self.fail_each(calls, "EIO", check, last="+")
        print(f"{len(calls)} points after which nothing could be written", file=sys.stderr)
        self.assertGreater(len(calls), 20)


if __name__ == "__main__":
    unittest.main()
