"""The formats of an exported file, by the ending of its name."""

from __future__ import annotations

import gzip
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from ...exceptions import ScaleInvalidArgument

if TYPE_CHECKING:
    from typing import Protocol

    class Output(Protocol):
        """A file to which tasks are written."""

        def write(self, line: bytes, /) -> object:
            """Write a task, a line of JSON."""


class OutputFormat(ABC):
    """How tasks are written to a file."""

    @abstractmethod
    def open(self, file: IO[bytes]) -> AbstractContextManager[Output]:
        """Return a context manager that gives the output, and completes the file at its end."""


class JSONLines(OutputFormat):
    """A line for each task, as the service sent it."""

    def open(self, file: IO[bytes]) -> AbstractContextManager[Output]:
        """See `OutputFormat`."""
        return nullcontext(file)


class CompressedJSONLines(OutputFormat):
    """JSON lines compressed with gzip; equal tasks always produce equal bytes."""

    def open(self, file: IO[bytes]) -> AbstractContextManager[Output]:
        """See `OutputFormat`."""
        compressed = gzip.GzipFile("", "wb", 6, file, mtime=0)  # neither name nor time
        return cast("AbstractContextManager[Output]", compressed)


JSON_LINES_SUFFIXES = ("", ".jsonl", ".ndjson")
FORMATS = "'.jsonl' or '.ndjson' (or none), with '.gz' after it to compress"


def format_of(path: Path) -> OutputFormat:
    """Return the format that the ending of a file's name stands for.

    Raises:
        ScaleInvalidArgument: If the ending is unknown.
    """
    suffix = path.suffix.lower()
    compressed = suffix == ".gz"
    inner = Path(path.stem).suffix.lower() if compressed else suffix
    if inner in JSON_LINES_SUFFIXES:
        return CompressedJSONLines() if compressed else JSONLines()
    raise ScaleInvalidArgument(f"path must end in {FORMATS}, got {path.name!r}")
