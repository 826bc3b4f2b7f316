"""The manifest of a folder of downloaded files: a line of JSON for each complete file."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

MANIFEST_NAME = "manifest.jsonl"

FileKey = tuple[str, str, str]
"""What a file was downloaded from: a task's id, the position of a URL in it, and the URL."""


class ManifestEntry(NamedTuple):
    """A downloaded file.

    Attributes:
        task_id: The task that points to it.
        position: Where its URL is in the task, such as "response.annotations.url".
        url: The URL, without query.
        file: Its path below the folder, with slashes.
        size: Its size in bytes.
        content_type: Its media type, "" if the server sent none.
        sha256: Its SHA-256, as hex digits.
    """

    task_id: str
    position: str
    url: str
    file: str
    size: int
    content_type: str
    sha256: str


class ManifestWriter:
    """Appends to the manifest of a folder, from any thread, beside other processes.

    Each line is written by one call to a file that was opened for appending, so that lines of two
    processes do not mix. A line that a killed process left unfinished is ended first.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / MANIFEST_NAME
        self._lock = threading.RLock()
        self._listed: Optional[dict[FileKey, str]] = None
        self._owners: dict[str, FileKey] = {}

    def file_of(self, key: FileKey) -> Optional[str]:
        """Return the file of a URL that is listed, None if there is none."""
        return self._entries().get(key)

    def owner_of(self, file: str) -> Optional[FileKey]:
        """Return what a file was downloaded from, None if it is not listed."""
        self._entries()
        return self._owners.get(file)

    def add(self, entry: ManifestEntry) -> None:
        """List a file, unless it is listed."""
        with self._lock:
            entries = self._entries()
            key = entry[:3]
            if entries.get(key) == entry.file and self._owners.get(entry.file) == key:
                return
            line = json.dumps(entry._asdict()).encode() + b"\n"
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
            descriptor = os.open(self._path, flags, 0o666)
            try:
                _lock_file(descriptor)  # until it is closed
                os.write(descriptor, b"\n" * _is_unfinished(descriptor) + line)
            finally:
                os.close(descriptor)
            entries[key] = entry.file
            self._owners[entry.file] = key

    def _entries(self) -> dict[FileKey, str]:
        with self._lock:
            if self._listed is None:
                self._listed = {}
                for entry in read_manifest(self._path) if self._path.exists() else ():
                    self._listed[entry[:3]] = entry.file
                    self._owners[entry.file] = entry[:3]
            return self._listed


def _lock_file(descriptor: int) -> None:
    """Wait until no other run appends to the file; without locks, two may leave an empty line."""
    if fcntl is not None:
        with suppress(OSError):  # a file system that has no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def _is_unfinished(descriptor: int) -> bool:
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if not size:
        return False
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) != b"\n"


def read_manifest(path: Union[str, os.PathLike[str]]) -> Iterator[ManifestEntry]:
    """Yield the entries of a manifest, without lines that a killed process left unfinished.

    Args:
        path: The manifest, or the folder that has one.

    Raises:
        OSError: If it can't be read.
    """
    file = Path(path) / MANIFEST_NAME if Path(path).is_dir() else Path(path)
    with open(file, "rb") as lines:
        for line in lines:
            entry = _entry(line)
            if entry is not None:
                yield entry


def strip_query(url: str) -> str:
    """Return a URL as it stands in a manifest, without query, which may be a signature."""
    return url.partition("#")[0].partition("?")[0]


def _entry(line: bytes) -> Optional[ManifestEntry]:
    try:
        fields: Any = json.loads(line)
        return ManifestEntry(**fields)
    except (TypeError, ValueError):
        return None
