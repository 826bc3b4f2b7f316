"""Merge the part files of an export into one file, without duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from ...tasks import task_query
from .checkpoint import Checkpoint
from .fetching import IncompleteListing
from .formats import OutputFormat
from .pages import TaskPageReader
from .parts import read_part


def merge(
    reader: TaskPageReader,
    checkpoint: Checkpoint,
    target: Path,
    output_format: OutputFormat,
    files: Iterable[Path],
    again: str,
) -> int:
    """Write the files, newest tasks first, each once, and return the number of tasks.

    Args:
        reader: Counts the tasks.
        checkpoint: What they were divided into.
        target: The main file.
        output_format: The format of the files.
        files: The parts.
        again: What to call if some are missing.

    Raises:
        IncompleteListing: If there are fewer than the service counted, before and after.
    """
    read = written = 0

    def lines() -> Iterator[bytes]:
        nonlocal read, written
        for line in iter_unique_lines(files):
            read += 1
            if checkpoint.narrowed.accept(line):
                written += 1
                yield line

    with output_format.open(target, checkpoint.folder) as outputs:
        output_format.write(outputs, lines())
        if read < checkpoint.plan.total and read < (
            now := reader.count(task_query(checkpoint.plan.filters))
        ):
            raise IncompleteListing(
                f"{read} tasks were read, but the service counted {checkpoint.plan.total} at "
                f"first and {now} at last: call {again}"
            )
    return written


def iter_unique_lines(files: Iterable[Path]) -> Iterator[bytes]:
    """Yield the JSON lines of all parts, only the first of those with the same id.

    Raises:
        DamagedPart: If a part is not as it was written.
    """
    import sqlite3  # here, since some Pythons are built without it

    # An empty name is a temporary database on disk, so that memory stays bounded.
    with closing(sqlite3.connect("")) as database:
        database.execute("CREATE TABLE seen (id BLOB PRIMARY KEY) WITHOUT ROWID")
        for part in files:
            for task_id, task in read_part(part):
                added = database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (task_id,))
                if added.rowcount:
                    yield task
