"""Part files of an export: a line for each task, and a last line with their number and checksum.

A task's line is its id as a JSON string, a tab, and its JSON.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import IO

from ...exceptions import ScaleException
from .pages import RawTask

_END = b"#\t"  # begins the last line; a task's line begins with a quotation mark


class DamagedPart(ScaleException):
    """A part file is not as it was written."""


class PartWriter:
    """Writes a part file.

    Args:
        file: The file, opened for writing.

    Attributes:
        tasks: Number of tasks that were written.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._checksum = 0
        self.tasks = 0

    def write(self, task: RawTask) -> None:
        """Write a task."""
        line = f"{json.dumps(task.id)}\t{task.line}\n".encode("utf-8", "surrogatepass")
        self._checksum = zlib.crc32(line, self._checksum)
        self.tasks += 1
        self._file.write(line)

    def finish(self) -> None:
        """Write the last line."""
        self._file.write(_end_of(self.tasks, self._checksum))


def read_part(path: Path) -> Generator[tuple[bytes, bytes], None, None]:
    """Yield the id and the line of each task of a part file.

    Raises:
        DamagedPart: At the end, if the lines are not those that were written.
    """
    tasks = checksum = 0
    line = b""
    with open(path, "rb") as lines:
        for line in lines:
            if line.startswith(_END):
                break
            checksum = zlib.crc32(line, checksum)
            tasks += 1
            task_id, _, task = line.partition(b"\t")
            yield task_id, task
        if line != _end_of(tasks, checksum) or lines.read(1):
            raise DamagedPart(f"{path} is damaged: call again to read its tasks again")


def is_intact(path: Path) -> bool:
    """Return whether a part file exists and is as it was written."""
    try:
        with closing(read_part(path)) as lines:
            for _ in lines:
                pass
    except (FileNotFoundError, DamagedPart):
        return False
    return True


def _end_of(tasks: int, checksum: int) -> bytes:
    return b"%s%d\t%08x\n" % (_END, tasks, checksum)
