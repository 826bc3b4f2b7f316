"""Merge the part files of an export into one file, without duplicates."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any

from ..._atomic import atomic_write
from ...exceptions import ScaleException
from ...tasks import task_query
from .checkpoint import Checkpoint
from .raw_json import TaskPageReader


class IncompleteListing(ScaleException):
    """The service lists fewer tasks than it counts."""


def merge(
    reader: TaskPageReader, checkpoint: Checkpoint, target: Path, files: Iterable[Path]
) -> int:
    """Write the file, newest tasks first, each once, and return the number of tasks.

    Raises:
        IncompleteListing: If there are fewer than the service counted, before and after.
    """
    with atomic_write(target, checkpoint.folder) as file:
        output: AbstractContextManager[Any] = nullcontext(file)
        if target.suffix == ".gz":
            # Without name and time, so that the same tasks always produce the same bytes.
            output = gzip.GzipFile("", "wb", 6, file, mtime=0)
        tasks = 0
        with output as lines:
            for line in iter_unique_lines(files):
                lines.write(line)
                tasks += 1
        if tasks < checkpoint.plan.total and tasks < (
            now := reader.count(task_query(checkpoint.plan.filters))
        ):
            raise IncompleteListing(
                f"{tasks} tasks were read, but the service counted {checkpoint.plan.total} at "
                f"first and {now} at last: call export_tasks again with resume=False"
            )
    return tasks


def iter_unique_lines(files: Iterable[Path]) -> Iterator[bytes]:
    """Yield the JSON lines of all parts, only the first of those with the same id."""
    import sqlite3  # here, since some Pythons are built without it

    # An empty name is a temporary database on disk, so that memory stays bounded.
    with closing(sqlite3.connect("")) as database:
        database.execute("CREATE TABLE seen (id BLOB PRIMARY KEY) WITHOUT ROWID")
        for part in files:
            with open(part, "rb") as lines:
                for line in lines:
                    task_id, _, task = line.partition(b"\t")
                    added = database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (task_id,))
                    if added.rowcount:
                        yield task
