"""The formats of an exported file, by the ending of its name."""

from __future__ import annotations

import gzip
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Optional

from ...exceptions import ScaleInvalidArgument


class OutputFormat(ABC):
    """How tasks are written to a file."""

    @abstractmethod
    def write(self, file: IO[bytes], lines: Iterable[bytes]) -> None:
        """Write tasks.

        Args:
            file: The file, opened for writing.
            lines: The tasks, each a line of JSON with its line break.
        """


class JSONLines(OutputFormat):
    """A line for each task, as the service sent it."""

    def write(self, file: IO[bytes], lines: Iterable[bytes]) -> None:
        """See `OutputFormat`."""
        file.writelines(lines)

    def read(self, path: Path) -> Iterator[bytes]:
        """Yield the lines of a file."""
        with open(path, "rb") as file:
            yield from file


class CompressedJSONLines(JSONLines):
    """JSON lines compressed with gzip; equal tasks always produce equal bytes."""

    def write(self, file: IO[bytes], lines: Iterable[bytes]) -> None:
        """See `OutputFormat`."""
        with gzip.GzipFile("", "wb", 6, file, mtime=0) as compressed:  # neither name nor time
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
    """

    def __init__(self, columns: Optional[Mapping[str, str]]) -> None:
        from ... import arrow  # here, since few need it

        self._arrow = arrow
        self._columns = arrow.parse_task_columns(columns)
        arrow.make_schema(self._columns)  # raises if pyarrow is not installed

    def write(self, file: IO[bytes], lines: Iterable[bytes]) -> None:
        """See `OutputFormat`."""
        self._arrow.write_parquet(file, lines, self._columns)


JSON_LINES_SUFFIXES = ("", ".jsonl", ".ndjson")
FORMATS = "'.jsonl', '.ndjson' (or none), either with '.gz' after it, or '.parquet'"


def format_of(path: Path, columns: Any) -> OutputFormat:
    """Return the format that the ending of a file's name stands for.

    Args:
        path: The file.
        columns: See `to_arrow`; None for other formats than Parquet.

    Raises:
        ImportError: If pyarrow is needed and not installed.
        ScaleInvalidArgument: If the ending is unknown, or `columns` is invalid.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return Parquet(columns)
    if columns is not None:
        raise ScaleInvalidArgument(
            f"columns must be None unless path ends in '.parquet', got {columns!r:.100}"
        )
    compressed = suffix == ".gz"
    inner = Path(path.stem).suffix.lower() if compressed else suffix
    if inner not in JSON_LINES_SUFFIXES:
        raise ScaleInvalidArgument(f"path must end in {FORMATS}, got {path.name!r}")
    return CompressedJSONLines() if compressed else JSONLines()
