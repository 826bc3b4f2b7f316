"""Folders of data sets, which appear under their name only when they are complete."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .._atomic import PathLike
from ..exceptions import ScaleInvalidArgument


@contextmanager
def new_folder(folder: PathLike) -> Iterator[Path]:
    """Create a folder beside `folder`, which gets its name when the block succeeds.

    Raises:
        ScaleInvalidArgument: If `folder` is not a name that is free, or of an empty folder.
    """
    target = _validate(folder)
    temporary = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
    try:
        temporary.chmod(0o777 & ~_umask())
        yield temporary
        if target.is_dir():
            target.rmdir()
        os.rename(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def write_file(path: Path, content: bytes) -> None:
    """Write a file, and create the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def copy_file(source: Path, path: Path) -> None:
    """Copy a file, and create the folders above the copy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)


def _validate(folder: Any) -> Path:
    is_path = isinstance(folder, (str, os.PathLike)) and bool(str(folder))
    if not is_path or "\0" in str(folder) or not Path(folder).absolute().parent.is_dir():
        raise ScaleInvalidArgument(
            f"folder must be the path of a new folder in an existing one, got {folder!r:.300}"
        )
    target = Path(folder).absolute()
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise ScaleInvalidArgument(f"folder must not exist, or be empty, got {folder!r:.300}")
    return target


def _umask() -> int:
    """Return which permissions new files do not get; asking for it means setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
