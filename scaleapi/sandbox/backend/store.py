"""The sandbox's data, in SQLite.

Each object is one row: its whole JSON, and beside it, as columns, the keys that are looked up,
filtered or sorted on. Rows belong to an account, which stands for one API key.
Keys that start with `_` are the sandbox's own and never leave it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..http import json_limits

APPLICATION = 0x5CA1E  # in the head of the file, where SQLite has a place for each
SORT_THRESHOLD = 10_000  # rows that are sorted sooner than found in order
CACHE = 64 * 1024  # KiB; loading a large data set touches all indexes

VERSION = 1  # of the tables below; to be raised with every change to them

Doc = dict[str, Any]
Cursor = tuple[str, int]  # created_at and row number: where a page ended


@dataclass(frozen=True)
class Table:
    """A kind of object, and which of its keys are columns.

    Attributes:
        name: of the table.
        key: the column that `update` finds a row by.
        columns: keys of the object that can be filtered on.
        unique: groups of columns of which two rows of an account never hold the same values.
        indexes: groups of columns to find rows by quickly; give `created_at` last for listings.
        labels: keys that hold lists of texts, filtered with `has`.
    """

    name: str
    key: str
    columns: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    labels: tuple[str, ...] = ()


TASKS = Table(
    "tasks",
    key="task_id",
    columns=(
        "task_id", "unique_id", "project", "batch", "type", "status", "customer_review_status",
        "created_at", "updated_at", "completed_at", "_delivery", "_waiting_since",
    ),
    unique=(("task_id",), ("unique_id",)),
    indexes=(
        ("created_at",), ("updated_at",), ("completed_at",),
        ("status", "created_at"), ("type", "created_at"), ("customer_review_status", "created_at"),
        ("project", "created_at"), ("batch", "created_at"),
        ("project", "status", "created_at"), ("batch", "status", "created_at"),
        ("_delivery", "created_at"),
    ),
    labels=("tags", "_annotations"),
)  # fmt: skip
BATCHES = Table(
    "batches",
    key="name",
    columns=(
        "_id", "name", "project", "status", "created_at", "_completed_at", "_archived",
        "_released_at",
    ),
    unique=(("_id",), ("name",)),
    indexes=(("created_at",), ("project", "created_at"), ("status", "created_at")),
)  # fmt: skip
PROJECTS = Table(
    "projects",
    key="name",
    columns=("_id", "name", "type", "created_at", "_archived"),
    unique=(("_id",), ("name",)),
    indexes=(("created_at",),),
)
FILES = Table(
    "files",
    key="id",
    columns=("id", "reference_id", "created_at"),
    unique=(("id",), ("reference_id",)),
)
QUALITY_TASKS = Table(
    "quality_tasks",
    key="id",
    columns=("id", "unique_id", "project", "created_at"),
    unique=(("id",), ("unique_id",)),
)
TEAMMATES = Table("teammates", key="email", columns=("email",), unique=(("email",),))
ASSIGNMENTS = Table(
    "assignments", key="email", columns=("email", "project"), unique=(("email", "project"),)
)
GROUPS = Table(
    "project_groups",
    key="id",
    columns=("id", "_project", "name"),
    unique=(("id",), ("_project", "name")),
)
DELIVERIES = Table(
    "deliveries",
    key="_id",
    columns=("_id", "name", "project", "delivered_at"),
    unique=(("_id",), ("project", "name")),
)
DATASETS = Table("datasets", key="_id", columns=("_id", "name"), unique=(("_id",), ("name",)))
DATASET_DELIVERIES = Table(
    "dataset_deliveries",
    key="_id",
    columns=("_id", "name", "dataset", "delivered_at"),
    unique=(("_id",), ("dataset", "name")),
)
DATASET_TASKS = Table(
    "dataset_tasks",
    key="task_id",
    columns=("task_id", "dataset", "delivery", "created_at"),
    unique=(("task_id",),),
    indexes=(("dataset", "created_at"), ("delivery", "created_at")),
)

TABLES = (
    TASKS, BATCHES, PROJECTS, FILES, QUALITY_TASKS, TEAMMATES, ASSIGNMENTS, GROUPS,
    DELIVERIES, DATASETS, DATASET_DELIVERIES, DATASET_TASKS,
)  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """A condition on a column; `value` is a list for `in` and `has` (one of them is enough)."""

    column: str
    operator: str  # "=", ">=", "<=", "in" or "has"
    value: Any


@dataclass(frozen=True)
class Page:
    """A stretch of a listing."""

    docs: list[Doc]
    total: int
    more: bool
    end: Cursor | None


class IncompatibleDatabase(sqlite3.DatabaseError):
    """The file holds something else, or what another version of the sandbox left there."""


class UniqueViolationError(Exception):
    """Another object of the account already has this value."""

    def __init__(self, column: str, value: Any) -> None:
        super().__init__(f"{column} {value!r} is already in use")


class Store:
    """All objects of all accounts. Safe for use by many threads.

    Args:
        path: the database file; in memory without one.
    """

    def __init__(self, path: str | None = None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        try:
            # In this mode the system has every commit before it is acknowledged, which a killed
            # process cannot take back. Power failing may undo the last ones, and breaks nothing;
            # FULL would prevent that, for a wait on the disk at every call.
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(f"PRAGMA cache_size=-{CACHE}")
            with self.transaction():  # so that nobody ever finds half of the tables
                self._make_tables()
        except sqlite3.Error as exc:
            self._connection.close()
            if path is None or isinstance(exc, IncompatibleDatabase):
                raise
            raise type(exc)(f"{path}: {exc}") from None
        except BaseException:
            self._connection.close()
            raise

    def _make_tables(self) -> None:
        found = [self._pragma(name) for name in ("application_id", "user_version")]
        if found == [APPLICATION, VERSION]:
            return
        path = self._connection.execute("PRAGMA database_list").fetchone()[2]
        tables = self._connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
        if found != [0, 0] or tables:
            raise IncompatibleDatabase(
                f"{path} is no database of this version of the sandbox. Name another file, or move"
                " this one away; if another version made it, --export with that and --seed here"
            )
        for statement in _schema():
            self._connection.execute(statement)
        self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _pragma(self, name: str) -> Any:
        return self._connection.execute(f"PRAGMA {name}").fetchone()[0]

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside happens together or not at all; one inside another joins it."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nobody else reads or changes anything meanwhile; each change inside is its own."""
        with self._lock:
            yield

    def reset(self) -> None:
        """Forget everything."""
        with self.transaction():
            for name in [table.name for table in TABLES] + ["labels", "contents"]:
                self._connection.execute(f"DELETE FROM {name}")

    def insert(self, table: Table, account: str, doc: Doc) -> None:
        """Add an object.

        Raises:
            UniqueViolationError: a value that must be unique is in use.
            NestingError: the object is nested too deeply.
        """
        with self.transaction():
            self._check_unique(table, account, doc, None)
            names = ("account", "doc") + table.columns
            cursor = self._connection.execute(
                f"INSERT INTO {table.name} ({', '.join(names)})"
                f" VALUES ({', '.join('?' * len(names))})",
                [account, json_limits.dumps(doc), *_values(table, doc)],
            )
            self._index_labels(table, doc, int(cursor.lastrowid or 0))

    def update(self, table: Table, account: str, doc: Doc) -> None:
        """Put `doc` in the place of the object with the same key.

        Raises:
            UniqueViolationError: a value that must be unique is in use by another object.
            NestingError: the object is nested too deeply.
        """
        with self.transaction():
            row = self._connection.execute(
                f"SELECT seq FROM {table.name} WHERE account = ? AND {table.key} = ?",
                [account, doc[table.key]],
            ).fetchone()
            if row is None:
                return
            self._check_unique(table, account, doc, row[0])
            changes = ", ".join(f"{name} = ?" for name in ("doc",) + table.columns)
            self._connection.execute(
                f"UPDATE {table.name} SET {changes} WHERE seq = ?",
                [json_limits.dumps(doc), *_values(table, doc), row[0]],
            )
            self._index_labels(table, doc, row[0])

    def delete(self, table: Table, account: str, **values: Any) -> None:
        """Remove the objects that have these values."""
        condition, bindings = _where(table, account, equal(**values))
        with self._lock:
            self._connection.execute(f"DELETE FROM {table.name} WHERE {condition}", bindings)

    def get(self, table: Table, account: str, **values: Any) -> Doc | None:
        """The object that has these values, or None."""
        found = self.all(table, account, equal(**values))
        return found[0] if found else None

    def owners(self, table: Table, key: str) -> list[str]:
        """The accounts that hold an object with this key."""
        with self._lock:
            rows = self._connection.execute(
                f"SELECT account FROM {table.name} WHERE {table.key} = ?", [key]
            ).fetchall()
        return [row[0] for row in rows]

    def due_tasks(self, before: str) -> list[tuple[str, str]]:
        """Account and id of each task that has been free to be worked on since this moment."""
        with self._lock:
            return self._connection.execute(
                "SELECT tasks.account, task_id FROM tasks"
                " LEFT JOIN batches ON batches.account = tasks.account AND name = batch"
                " WHERE tasks.status = 'pending' AND _waiting_since <= ?"
                " AND (batch IS NULL"
                " OR batches.status = 'in_progress' AND batches._released_at <= ?)"
                " ORDER BY _waiting_since, tasks.seq",
                [before, before],
            ).fetchall()

    def all(self, table: Table, account: str, filters: Sequence[Filter] = ()) -> list[Doc]:
        """Every object that passes the filters, oldest first."""
        condition, bindings = _where(table, account, filters)
        with self._lock:
            rows = self._connection.execute(
                f"SELECT doc FROM {table.name} WHERE {condition} ORDER BY seq", bindings
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def page(
        self,
        table: Table,
        account: str,
        filters: Sequence[Filter],
        limit: int,
        offset: int = 0,
        after: Cursor | None = None,
    ) -> Page:
        """The newest `limit` objects that pass the filters, after a place or an offset."""
        condition, bindings = _where(table, account, filters)
        with self.transaction():
            total = self._connection.execute(
                f"SELECT COUNT(*) FROM {table.name} WHERE {condition}", bindings
            ).fetchone()[0]
            condition, bindings = _where(table, account, filters, few=total <= SORT_THRESHOLD)
            start, count, order = (0 if after else offset), limit + 1, "DESC"
            if after is not None:
                condition += " AND (created_at, seq) < (?, ?)"
                bindings += after
            elif offset > total // 2:  # nearer to the end: counted from there
                count = min(max(total - offset, 0), limit)
                start, order = max(total - offset - count, 0), "ASC"
            rows = self._connection.execute(
                f"SELECT doc, created_at, seq FROM {table.name} WHERE {condition}"
                f" ORDER BY created_at {order}, seq {order} LIMIT ? OFFSET ?",
                [*bindings, count, start],
            ).fetchall()
        kept = rows[:limit] if order == "DESC" else rows[::-1]
        return Page(
            docs=[json.loads(row[0]) for row in kept],
            total=total,
            more=len(rows) > limit if order == "DESC" else offset + limit < total,
            end=(kept[-1][1], kept[-1][2]) if kept else None,
        )

    def count_by(
        self, table: Table, account: str, column: str, filters: Sequence[Filter]
    ) -> dict[str, int]:
        """How many objects that pass the filters have each value of a column."""
        condition, bindings = _where(table, account, filters)
        with self._lock:
            return dict(
                self._connection.execute(
                    f"SELECT {column}, COUNT(*) FROM {table.name} WHERE {condition}"
                    f" GROUP BY {column}",
                    bindings,
                ).fetchall()
            )

    def newest_by_account(self, table: Table) -> dict[str, str]:
        """The accounts that have objects, and when the newest of each was made."""
        with self._lock:
            return dict(
                self._connection.execute(
                    f"SELECT account, MAX(created_at) FROM {table.name} GROUP BY account"
                ).fetchall()
            )

    def iter_all(self, table: Table) -> Iterator[tuple[str, Doc]]:
        """Account and object, for every object of every account, oldest first."""
        rows = self._connection.execute(f"SELECT account, doc FROM {table.name} ORDER BY seq")
        for account, text in rows:
            yield account, json.loads(text)

    def put_content(self, file_id: str, content: bytes) -> None:
        """Keep the bytes of a file."""
        with self._lock:
            self._connection.execute("INSERT INTO contents VALUES (?, ?)", [file_id, content])

    def get_content(self, file_id: str) -> bytes | None:
        """The bytes of a file, or None."""
        with self._lock:
            row = self._connection.execute(
                "SELECT content FROM contents WHERE file = ?", [file_id]
            ).fetchone()
        return row[0] if row else None

    def _check_unique(self, table: Table, account: str, doc: Doc, own_row: int | None) -> None:
        for columns in table.unique:
            values = {column: doc.get(column) for column in columns}
            if None in values.values():
                continue
            condition, bindings = _where(table, account, equal(**values))
            row = self._connection.execute(
                f"SELECT seq FROM {table.name} WHERE {condition}", bindings
            ).fetchone()
            if row is not None and row[0] != own_row:
                raise UniqueViolationError(columns[-1], values[columns[-1]])

    def _index_labels(self, table: Table, doc: Doc, row: int) -> None:
        if not table.labels:
            return
        self._connection.execute("DELETE FROM labels WHERE seq = ?", [row])
        self._connection.executemany(
            "INSERT OR IGNORE INTO labels VALUES (?, ?, ?)",
            [(key, label, row) for key in table.labels for label in doc.get(key, ())],
        )


def equal(**values: Any) -> list[Filter]:
    """Filters that ask for exactly these values."""
    return [Filter(column, "=", value) for column, value in values.items()]


def public(doc: Doc) -> Doc:
    """The object as the API shows it."""
    return {key: value for key, value in doc.items() if not key.startswith("_")}


def _schema() -> Iterator[str]:
    for table in TABLES:
        columns = ", ".join(f"{name} TEXT" for name in table.columns)
        yield (
            f"CREATE TABLE {table.name} (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
            f" account TEXT NOT NULL, doc TEXT NOT NULL, {columns})"
        )
        yield from _indexes(table, "UNIQUE INDEX", table.unique)
        yield from _indexes(table, "INDEX", table.indexes)
    yield (
        "CREATE TABLE labels"
        " (key TEXT, label TEXT, seq INTEGER, PRIMARY KEY (key, label, seq)) WITHOUT ROWID"
    )
    yield "CREATE INDEX labels_by_seq ON labels (seq)"
    # For `owners` and `due`, which look at all accounts.
    yield "CREATE INDEX tasks_by_id ON tasks (task_id)"
    yield ("CREATE INDEX tasks_that_wait ON tasks (_waiting_since) WHERE status = 'pending'")
    yield "CREATE TABLE contents (file TEXT PRIMARY KEY, content BLOB)"


def _indexes(table: Table, kind: str, groups: Sequence[Sequence[str]]) -> Iterator[str]:
    for columns in groups:
        name = "_by_".join([table.name, "_".join(columns)])
        listed = ", ".join(("account", *columns))
        yield f"CREATE {kind} {name} ON {table.name} ({listed})"


def _where(
    table: Table, account: str, filters: Sequence[Filter], few: bool = True
) -> tuple[str, list[Any]]:
    # A plus sign keeps SQLite from using an index for a column. Few rows are found by what they
    # have in common, and then sorted; many are soon met on the way back through time.
    by_label = few and any(item.operator == "has" for item in filters)
    conditions, bindings = ["+account = ?" if by_label else "account = ?"], [account]
    for item in filters:
        marks = ", ".join("?" * len(item.value)) if item.operator in ("in", "has") else "?"
        if item.operator == "has":
            labelled = f"SELECT seq FROM labels WHERE key = '{item.column}' AND label IN ({marks})"
            conditions.append(f"seq IN ({labelled})")
        elif item.operator == "in":
            conditions.append(f"{item.column} IN ({marks})")
        else:
            is_bound = item.operator != "=" and item.column != "created_at"
            mark = "+" if is_bound and not few else ""
            conditions.append(f"{mark}{item.column} {item.operator} ?")
        bindings += item.value if item.operator in ("in", "has") else [item.value]
    return " AND ".join(conditions), bindings


def _values(table: Table, doc: Doc) -> list[Any]:
    return [doc.get(column) for column in table.columns]
