"""Atomic writes: a file appears under its name only when it is complete."""

from __future__ import annotations

import os
import platform
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Union

from .exceptions import ScaleInvalidArgument

TEMP_SUFFIX = ".new"
MAX_NAME_BYTES = 240  # of a file; file systems allow 255, of which an export's folder needs some

PathLike = Union[str, os.PathLike[str]]


@contextmanager
def atomic_write(path: Path, folder: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file, which replaces `path` when the block succeeds, and else is removed.

    Args:
        path: The file's name; an older file of that name is replaced.
        folder: Where the temporary file is written, on the same disk.
    """
    temporary = folder / f"{_machine()}-{os.getpid()}-{uuid.uuid4().hex}{TEMP_SUFFIX}"
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_temp_files(folder: Path) -> None:
    """Remove all temporary files from a folder that only one job uses."""
    for file in folder.glob(f"*-*-{'?' * 32}{TEMP_SUFFIX}"):
        file.unlink(missing_ok=True)


def remove_stale_temp_files(folder: Path) -> None:
    """Remove temporary files that ended processes of this machine left in a shared folder."""
    for file in folder.glob(f"{_machine()}-*-{'?' * 32}{TEMP_SUFFIX}"):
        process = file.name.split("-")[1]
        if process.isdigit() and not _is_running(int(process)):
            file.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _machine() -> str:
    """Return a short name of this machine, since a folder may be on a disk that several share."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _is_running(process: int) -> bool:
    if os.name == "nt":  # where there is no way to ask that could not end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # somebody else's
    return True


def validate_output_path(path: Any) -> Path:
    """Return the path of a file in an existing folder; a symbolic link is followed.

    Raises:
        ScaleInvalidArgument: If it is no such path, or its name is too long.
    """
    if not isinstance(path, (str, os.PathLike)) or not str(path) or "\0" in str(path):
        raise ScaleInvalidArgument(f"path must be the path of a file, got {path!r:.300}")
    if len(os.fsencode(Path(path).name)) > MAX_NAME_BYTES:
        raise ScaleInvalidArgument(
            f"path must end in a name of at most {MAX_NAME_BYTES} bytes, got {path!r:.300}"
        )
    target = Path(os.path.realpath(path)) if os.path.islink(path) else Path(path)
    if target.is_dir() or not target.parent.is_dir():
        raise ScaleInvalidArgument(f"path must be a file in an existing folder, got {path!r}")
    return target
