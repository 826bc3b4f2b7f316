"""Files that appear under their name only when they are whole."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Iterator

from .exceptions import ScaleInvalidArgument

UNFINISHED = ".new"  # how the names of files end that are being written


@contextmanager
def whole_file(path: Path, folder: Path) -> Iterator[IO[bytes]]:
    """A file to write, which takes its name when the block ends well, and else is gone.

    Args:
        path: its name, of which an older file is replaced.
        folder: where it is written, on the same disk.
    """
    unfinished = folder / f"{uuid.uuid4().hex}{UNFINISHED}"
    try:
        with open(unfinished, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove the files in a folder that were being written when their process was ended."""
    for file in folder.glob(f"{'?' * 32}{UNFINISHED}"):
        file.unlink(missing_ok=True)


def checked_target(path: Any) -> Path:
    """A path that a file can be written to."""
    if not isinstance(path, (str, os.PathLike)) or not str(path):
        raise ScaleInvalidArgument(f"path must be the path of a file, not {path!r}")
    target = Path(path)
    if target.is_dir() or not target.parent.is_dir():
        raise ScaleInvalidArgument(f"path must be a file in a folder that is there, not {path!r}")
    return target
