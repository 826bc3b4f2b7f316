"""The formats of an exported file, by the ending of its name."""

from __future__ import annotations

import gzip
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Optional, Union

from ..._atomic import atomic_write
from ...exceptions import ScaleInvalidArgument


class OutputFormat(ABC):
    """How tasks are written to a file, and to the files that belong to it."""

    def paths(self, target: Path) -> list[Path]:
        """Return the paths of the files, the main one first."""
        return [target]

    @contextmanager
    def open(self, target: Path, folder: Path) -> Iterator[list[IO[bytes]]]:
        """Open the files for writing; see `atomic_write`. The main one is the last to appear."""
        with ExitStack() as stack:
            yield [stack.enter_context(atomic_write(path, folder)) for path in self.paths(target)]

    @abstractmethod
    def write(self, files: Sequence[IO[bytes]], lines: Iterable[bytes]) -> None:
        """Write tasks.

        Args:
            files: The files of `paths`, opened for writing.
            lines: The tasks, each a line of JSON with its line break.
        """


class JSONLines(OutputFormat):
    """A line for each task, as the service sent it."""

    def write(self, files: Sequence[IO[bytes]], lines: Iterable[bytes]) -> None:
        """See `OutputFormat`."""
        files[0].writelines(lines)

    def read(self, path: Path) -> Iterator[bytes]:
        """Yield the lines of a file."""
        with open(path, "rb") as file:
            yield from file


class CompressedJSONLines(JSONLines):
    """JSON lines compressed with gzip; equal tasks always produce equal bytes."""

    def write(self, files: Sequence[IO[bytes]], lines: Iterable[bytes]) -> None:
        """See `OutputFormat`."""
        with gzip.GzipFile("", "wb", 6, files[0], mtime=0) as compressed:  # neither name nor time
            for line in lines:
                compressed.write(line)

    def read(self, path: Path) -> Iterator[bytes]:
        """See `JSONLines`."""
        with gzip.open(path, "rb") as file:
            yield from file


class Parquet(OutputFormat):
    """A Parquet file with the schema of `to_arrow`.

    Args:
        columns: See `to_arrow`.
        annotations: Whether a second file gets the annotations.
    """

    def __init__(self, columns: Optional[Mapping[str, str]], annotations: bool) -> None:
        from ... import arrow  # here, since few need it

        self._write = arrow.write_parquet
        self._columns = {} if columns is None else columns
        self._tables: list[arrow.Rows] = [arrow.TaskRows(arrow.parse_task_columns(columns))]
        if annotations:
            from ...annotations.table import AnnotationRows

            self._tables.append(AnnotationRows())

    @property
    def description(self) -> list[Any]:
        """What the content depends on, apart from the tasks."""
        return [self._columns, *(str(rows.schema) for rows in self._tables)]

    def paths(self, target: Path) -> list[Path]:
        """See `OutputFormat`."""
        return [target, annotations_path(target)][: len(self._tables)]

    def write(self, files: Sequence[IO[bytes]], lines: Iterable[bytes]) -> None:
        """See `OutputFormat`."""
        self._write(files, self._tables, lines)


def annotations_path(target: Path) -> Path:
    """Return the path of the annotations that belong to a Parquet file."""
    return target.with_name(f"{target.stem}.annotations{target.suffix}")


JSON_LINES_SUFFIXES = ("", ".jsonl", ".ndjson")
FORMATS = "'.jsonl', '.ndjson' (or none), either with '.gz' after it, or '.parquet'"


def format_of(
    path: Path, columns: Any = None, annotations: Any = False
) -> Union[JSONLines, Parquet]:
    """Return the format that the ending of a file's name stands for.

    Args:
        path: The file.
        columns: See `to_arrow`; None for other formats than Parquet.
        annotations: Whether a second file gets the annotations; False for other formats.

    Raises:
        ImportError: If pyarrow is needed and not installed.
        ScaleInvalidArgument: If the ending is unknown, or another argument is invalid.
    """
    if not isinstance(annotations, bool):
        raise ScaleInvalidArgument(f"annotations must be True or False, got {annotations!r:.100}")
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return Parquet(columns, annotations)
    if columns is not None:
        raise ScaleInvalidArgument(
            f"columns must be None unless path ends in '.parquet', got {columns!r:.100}"
        )
    if annotations:
        raise ScaleInvalidArgument(
            f"annotations must be False unless path ends in '.parquet', got {path.name!r}"
        )
    compressed = suffix == ".gz"
    inner = Path(path.stem).suffix.lower() if compressed else suffix
    if inner not in JSON_LINES_SUFFIXES:
        raise ScaleInvalidArgument(f"path must end in {FORMATS}, got {path.name!r}")
    return CompressedJSONLines() if compressed else JSONLines()
