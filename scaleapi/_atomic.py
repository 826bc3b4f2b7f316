"""Atomic writes: a file appears under its name only when it is complete."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Union

from .exceptions import ScaleInvalidArgument

TEMP_SUFFIX = ".new"

PathLike = Union[str, os.PathLike[str]]


@contextmanager
def atomic_write(path: Path, folder: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file, which replaces `path` when the block succeeds, and else is removed.

    Args:
        path: The file's name; an older file of that name is replaced.
        folder: Where the temporary file is written, on the same disk.
    """
    temporary = folder / f"{uuid.uuid4().hex}{TEMP_SUFFIX}"
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_stale_temp_files(folder: Path) -> None:
    """Remove temporary files that earlier processes left in a folder."""
    for file in folder.glob(f"{'?' * 32}{TEMP_SUFFIX}"):
        file.unlink(missing_ok=True)


def validate_output_path(path: Any) -> Path:
    """Return the path of a file in an existing folder."""
    if not isinstance(path, (str, os.PathLike)) or not str(path):
        raise ScaleInvalidArgument(f"path must be the path of a file, got {path!r}")
    target = Path(path)
    if target.is_dir() or not target.parent.is_dir():
        raise ScaleInvalidArgument(f"path must be a file in an existing folder, got {path!r}")
    return target
