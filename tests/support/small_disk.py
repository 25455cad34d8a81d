"""Disks of a few kilobytes, seen by this process and its children alone.

To be imported before anything that starts threads, numpy for one: a user who is not root can mount in a user namespace
of his own only, and a process with threads cannot enter one.
"""

import contextlib
import ctypes
import os
from pathlib import Path

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000  # flags of unshare(2)
_REMOUNT, _RECURSIVE, _PRIVATE = 32, 16384, 1 << 18  # flags of mount(2)
_DETACH = 2  # of umount2(2)

_libc = ctypes.CDLL(None, use_errno=True)


def _call(function, *arguments):
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{function.__name__}: {os.strerror(error)}")


def _mount(target, options, flags=0):
    _call(_libc.mount, b"none", os.fsencode(target), b"tmpfs", ctypes.c_ulong(flags), options.encode())


def _enter_namespace():
    """A mount namespace of our own. Returns why there can be none."""
    user, group = os.getuid(), os.getgid()
    try:
        try:
            _call(_libc.unshare, _NEW_MOUNTS)
        except PermissionError:
            _call(_libc.unshare, _NEW_MOUNTS | _NEW_USER)
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"0 {user} 1")
            Path("/proc/self/gid_map").write_text(f"0 {group} 1")
        _call(_libc.mount, b"none", b"/", None, ctypes.c_ulong(_RECURSIVE | _PRIVATE), None)
    except OSError as error:
        return f"a small disk cannot be mounted: {error}"
    return None


NO_SMALL_DISK = _enter_namespace()


@contextlib.contextmanager
def small_disk(place, size):
    """Mounts a disk of `size` bytes on the directory `place`, and empties it again at the end."""
    place.mkdir(exist_ok=True)
    _mount(place, f"size={size}")
    try:
        yield place
    finally:
        _call(_libc.umount2, os.fsencode(place), _DETACH)


def enlarge(place, size):
    _mount(place, f"size={size}", _REMOUNT)
