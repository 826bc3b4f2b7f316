"""The file of a local mirror, and the state that is stored beside it.

A change is written in three steps, each of them atomic: the state, with the fingerprints of the old
and of the new file; the file; and the state, with the new cursor. So a process killed in between
leaves a file that its state knows, and a cursor from which all changes are read again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

from ..._atomic import atomic_write, remove_temp_files
from ..._timestamps import format_iso8601, parse_utc
from ...exceptions import ScaleException, ScaleInvalidArgument
from .formats import CompressedJSONLines, JSONLines, Parquet

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

VERSION = 1
STATE_NAME, LOCK_NAME, PARQUET_NAME = "state.json", "lock", "parquet.json"


class Fingerprint:
    """The number and the checksum of the lines of a file, counted as they pass."""

    def __init__(self) -> None:
        self.tasks = 0
        self._checksum = 0

    def count(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the lines."""
        for line in lines:
            self.tasks += 1
            self._checksum = zlib.crc32(line, self._checksum)
            yield line

    @property
    def value(self) -> str:
        """The fingerprint."""
        return f"{self.tasks}-{self._checksum:08x}"


class MirrorState(NamedTuple):
    """What is known of a mirror.

    Attributes:
        cursor: All changes before this time have been read.
        files: Fingerprints of the files that may belong to it: two if a write was interrupted.
        account: A fingerprint of the API key.
    """

    cursor: dt.datetime
    files: list[str]
    account: str


class Mirror:
    """A mirror's file, and the folder beside it.

    Args:
        path: The file.
        output_format: The format of the file. Where it is not JSON lines, these are kept in the
            folder, and the file is made from them.
        job: The URL and the filters, which never change.
        key: The API key.
    """

    def __init__(
        self,
        path: Path,
        output_format: Union[JSONLines, Parquet],
        job: Mapping[str, Any],
        key: str,
    ) -> None:
        self.path = path
        self.folder = path.with_name(f"{path.name}.sync")
        self.account = hashlib.blake2b(
            key.encode(), key=json.dumps(job).encode()[:64], digest_size=3
        ).hexdigest()
        self._job = job
        self._parquet = output_format if isinstance(output_format, Parquet) else None
        self._file = self.folder / "tasks.jsonl.gz" if self._parquet else path
        self._lines = (
            output_format if isinstance(output_format, JSONLines) else CompressedJSONLines()
        )

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Create the folder, and keep other processes from it.

        Raises:
            ScaleException: If another process uses it, or its name is taken.
        """
        if os.path.lexists(self.folder) and not self.folder.is_dir():
            raise ScaleException(f"{self.folder} must be a folder, for the mirror: remove it")
        self.folder.mkdir(exist_ok=True)
        with open(self.folder / LOCK_NAME, "ab") as file:
            if fcntl is not None:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise ScaleException(f"Another process updates {self.path}") from None
            remove_temp_files(self.folder)
            yield

    def load(self) -> Optional[MirrorState]:
        """Return the stored state, None if there is none.

        Raises:
            ScaleInvalidArgument: If it is that of other filters or another URL.
            ScaleException: If it can't be read.
        """
        path = self.folder / STATE_NAME
        try:
            stored = json.loads(path.read_bytes())
            cursor, files, account = stored["cursor"], list(stored["files"]), stored["account"]
            version, job = stored["version"], dict(stored["job"])
            time = parse_utc(cursor)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            time, version, job = None, VERSION, {}
        if time is None or version != VERSION:
            raise ScaleException(
                f"{path} is not the state of a mirror of this version of scaleapi: remove it to "
                f"read all tasks again"
            )
        if job != self._job:
            raise ScaleInvalidArgument(
                f"{self.path} is the mirror of other filters ({job}), got {dict(self._job)}: "
                f"choose another path, or remove {self.folder}"
            )
        return MirrorState(time, files, account)

    def read(self) -> Iterator[bytes]:
        """Yield the lines of the file."""
        return self._lines.read(self._file)

    def is_intact(self, state: MirrorState) -> bool:
        """Return whether the file is one that was written."""
        fingerprint = Fingerprint()
        try:
            for _ in fingerprint.count(self.read()):
                pass
        except (OSError, EOFError, zlib.error):
            return False
        return fingerprint.value in state.files

    def write(self, lines: Iterable[bytes], cursor: dt.datetime, old: Optional[MirrorState]) -> int:
        """Replace the file and its state, and return the number of lines."""
        fingerprint = Fingerprint()
        waiting = self.folder / "next"
        with atomic_write(waiting, self.folder) as file:
            self._lines.write([file], fingerprint.count(lines))
        if old is not None:
            self.store(old._replace(files=[*old.files, fingerprint.value]))
        os.replace(waiting, self._file)
        self.store(MirrorState(cursor, [fingerprint.value], self.account))
        return fingerprint.tasks

    def update_parquet(self) -> None:
        """Write the Parquet files again, unless they were made from these lines."""
        if self._parquet is None:
            return
        made_path = self.folder / PARQUET_NAME
        paths = self._parquet.paths(self.path)
        made = {"from": _stamp(self._file), "format": self._parquet.description}
        try:
            known = json.loads(made_path.read_bytes())
        except (OSError, ValueError):
            known = None
        if known == {**made, "files": [_stamp(path) for path in paths]}:
            return
        with self._parquet.open(self.path, self.folder) as files:
            self._parquet.write(files, self.read())
        made["files"] = [_stamp(path) for path in paths]
        with atomic_write(made_path, self.folder) as file:
            file.write(json.dumps(made).encode())

    def store(self, state: MirrorState) -> None:
        """Store a state."""
        stored = {
            "version": VERSION,
            "job": self._job,
            "cursor": format_iso8601(state.cursor),
            "files": state.files,
            "account": state.account,
        }
        with atomic_write(self.folder / STATE_NAME, self.folder) as file:
            file.write(json.dumps(stored).encode())


def _stamp(path: Path) -> Optional[list[int]]:
    """Return what changes when a file is replaced, None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]
