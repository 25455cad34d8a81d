"""Files that appear complete or not at all."""

import os
from pathlib import Path

from .errors import IoError


def write_whole(path, what, write):
    """Calls write(part), part being a file beside `path`, then gives it its name.  Raises IoError."""
    path = Path(path)
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True) if part.parent.is_dir() else None
        raise IoError(f"{path}: {what} cannot be written: {error.strerror or error}") from error
    return path
