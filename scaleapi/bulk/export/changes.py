"""Tasks that were listed for a mirror, in a temporary database on disk."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..._timestamps import parse_utc


class Comparison(NamedTuple):
    """How the tasks of a mirror compare with those that were listed.

    Attributes:
        changed: Number of listed tasks whose JSON differs.
        same: Number of listed tasks whose JSON is the same.
        unlisted: Number of tasks of the mirror that were not listed.
    """

    changed: int
    same: int
    unlisted: int


class Changes:
    """Listed tasks, each once."""

    def __init__(self) -> None:
        import sqlite3  # here, since some Pythons are built without it

        self._database = sqlite3.connect("")  # on disk, so that memory stays bounded
        self._database.execute(
            "CREATE TABLE listed (id BLOB PRIMARY KEY, position INTEGER, line BLOB, known INTEGER)"
        )
        self._number = 0

    def close(self) -> None:
        """Remove the database."""
        self._database.close()

    def add(self, lines: Iterable[bytes]) -> None:
        """Add tasks, newest first."""
        for line in lines:
            self._number += 1
            row = (_key(json.loads(line)), self._number, line)
            self._database.execute("INSERT OR IGNORE INTO listed VALUES (?, ?, ?, 0)", row)

    def compare(self, lines: Iterable[bytes]) -> Comparison:
        """Compare them with the lines of a mirror, before `merge`."""
        counts: Counter[str] = Counter()
        for line in lines:
            key = _key(json.loads(line))
            listed = self._find(key)
            if listed is None:
                counts["unlisted"] += 1
            else:
                counts["same" if listed == line else "changed"] += 1
                self._database.execute("UPDATE listed SET known = 1 WHERE id = ?", (key,))
        return Comparison(counts["changed"], counts["same"], counts["unlisted"])

    @property
    def added(self) -> int:
        """Number of tasks that the mirror did not have."""
        (number,) = self._database.execute("SELECT count(*) FROM listed WHERE known = 0").fetchone()
        return int(number)

    def merge(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the lines of a mirror with these tasks in it, newest first.

        Of tasks created at the same time, those that are new to the mirror come first.
        """
        query = "SELECT line FROM listed WHERE known = 0 ORDER BY position"
        added = (line for (line,) in self._database.execute(query))
        waiting = next(added, None)
        for line in lines:
            task = json.loads(line)
            while waiting is not None and _created(json.loads(waiting)) >= _created(task):
                yield waiting
                waiting = next(added, None)
            yield self._find(_key(task)) or line
        if waiting is not None:
            yield waiting
            yield from added

    def _find(self, key: bytes) -> Any:
        row = self._database.execute("SELECT line FROM listed WHERE id = ?", (key,)).fetchone()
        return row and row[0]


class Tally:
    """Counts tasks by status, as they were at a time.

    Args:
        bound: The time.
        lines: The tasks.

    Attributes:
        before: Number of tasks that last changed before it, by status.
        until: The same, with those that changed at that time.
        after: Number of tasks that were created until then, and changed later.
    """

    def __init__(self, bound: dt.datetime, lines: Iterable[bytes]) -> None:
        self.before: Counter[str] = Counter()
        self.until: Counter[str] = Counter()
        self.after = 0
        for line in lines:
            task = json.loads(line)
            changed = parse_utc(task.get("updated_at"))
            status = str(task.get("status"))
            if changed is not None and changed <= bound:
                self.until[status] += 1
                self.before[status] += changed < bound
            else:
                created = parse_utc(task.get("created_at"))
                self.after += created is None or created <= bound


def _key(task: Mapping[str, Any]) -> bytes:
    return json.dumps(task["task_id"]).encode()


def _created(task: Mapping[str, Any]) -> str:
    return str(task.get("created_at"))
