"""Programs under the library of io_shim/: what they did to their files, call by call, and a copy that follows them.

The environment variable TAPEHEAD_IO_SHIM names the library; it is not set where sanitizers are compiled in, which have
to be loaded before anything else.
"""

import dataclasses
import os
import struct
from pathlib import Path

SHIM = os.environ.get("TAPEHEAD_IO_SHIM")
NO_SHIM = "no library to stand between program and files: sanitizers have to be loaded first"
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a directory where fsync takes no time
PAGE = 4096  # bytes that the kernel moves before it looks whether the process has been killed

_HEAD = struct.Struct("=8q")


def shimmed(under, record=None, fail=None):
    """The environment of a process whose calls on files below `under` are recorded, and one of them spoiled: `fail` is
    (kind, pattern, n, what)."""
    environment = dict(os.environ, LD_PRELOAD=SHIM, TAPEHEAD_IO_UNDER=str(Path(under).resolve()))
    if record is not None:
        environment["TAPEHEAD_IO_RECORD"] = str(record)
    if fail is not None:
        environment["TAPEHEAD_IO_FAIL"] = " ".join(map(str, fail))
    return environment


@dataclasses.dataclass
class Call:
    kind: str  # open close read write fsync truncate allocate rename remove mkdir lock stat
    path: str
    other: str  # where a rename leads
    result: int
    error: int  # errno of a call that failed, else 0
    inode: int
    offset: int  # flags of an open, the mode of an allocate, the new size of a truncate
    bytes: bytes


def read_record(path):
    """All calls of a record, in order."""
    record = Path(path).read_bytes()
    calls, at = [], 0
    while at < len(record):
        result, error, inode, offset, *lengths = _HEAD.unpack_from(record, at)
        at += _HEAD.size
        parts = []
        for length in lengths:
            parts.append(record[at : at + length])
            at += length
        kind, name, other = (part.decode() for part in parts[:3])
        calls.append(Call(kind, name, other, result, error, inode, offset, parts[3]))
    assert at == len(record), f"{path}: the last record is cut off"
    return calls


class Replica:
    """A copy of a directory that recorded calls are done to, one after the other."""

    def __init__(self, original, copy):
        self.original, self.copy = str(Path(original).resolve()), Path(copy)
        self._descriptors = {}  # inode of the original -> descriptor of the copy

    def close(self):
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()

    def path(self, name):
        return self.copy / os.path.relpath(name, self.original)

    def states(self, call, every_page):
        """Does a call, and stops after every moment at which a kill could leave something new on the disk: yields once
        for a call that changes a file, and for a longer write at the page boundaries within it too, or at the one
        in its middle."""
        if call.error:
            return
        if call.kind == "open":
            yield from self._open(call)
        elif call.kind == "write":
            for first, last in _pieces(call, every_page):
                os.pwrite(self._descriptors[call.inode], call.bytes[first:last], call.offset + first)
                yield
        elif call.kind == "truncate":
            os.truncate(self.path(call.path), call.offset)
            yield
        elif call.kind == "rename":
            os.rename(self.path(call.path), self.path(call.other))
            yield
        elif call.kind == "remove":
            os.unlink(self.path(call.path))
            yield
        elif call.kind == "mkdir":
            os.mkdir(self.path(call.path))
            yield
        else:
            # Space set aside beyond the end of a file, as all of ours is, is nothing that a reader sees.
            assert call.kind != "allocate" or call.offset & 1, "an allocation that makes a file longer"

    def _open(self, call):
        if os.path.isdir(self.path(call.path)):
            return
        before = self._descriptors.pop(call.inode, None)  # of a file that is gone, or this one
        if before is not None:
            os.close(before)
        changes = call.offset & os.O_TRUNC or call.offset & os.O_CREAT and not self.path(call.path).exists()
        flags = call.offset & (os.O_CREAT | os.O_TRUNC) | os.O_RDWR
        self._descriptors[call.inode] = os.open(self.path(call.path), flags, 0o666)
        if changes:
            yield


def _pieces(call, every_page):
    """First and last byte of the parts in which a write reaches the file."""
    size = len(call.bytes)
    cuts = list(range(PAGE - call.offset % PAGE, size, PAGE))
    if not every_page and cuts:
        cuts = [cuts[len(cuts) // 2]]
    return list(zip([0, *cuts], [*cuts, size]))
