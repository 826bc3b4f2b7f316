"""The sandbox's data, in SQLite.

Each object is a row: its whole JSON, and the keys that are looked up, filtered or sorted by as
columns. A row belongs to an account, which stands for one API key. Keys that start with `_` are
private to the sandbox and never shown.
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

# SQLite stores both in the header of the file.
APPLICATION_ID = 0x5CA1E
SCHEMA_VERSION = 1  # to be raised with every change to the tables
CACHE_KIB = 64 * 1024  # loading many objects touches all indexes
SORT_THRESHOLD = 10_000  # rows; more are read in the order of an index, not sorted

Doc = dict[str, Any]
Cursor = tuple[str, int]  # created_at and row number of the last object of a page


@dataclass(frozen=True)
class Table:
    """The table of one resource.

    Attributes:
        name: Name of the table.
        key: Column that identifies an object.
        columns: Keys of the objects that are columns.
        unique: Groups of columns whose values are unique within an account.
        indexes: Groups of columns with an index; `created_at` comes last, for listings.
        labels: Keys that hold lists of strings, for the operator `has`.
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
    """A condition on a column.

    Attributes:
        column: The column, or a key of `Table.labels` for `has`.
        operator: "=", ">=", "<=", "in" or "has".
        value: The value; for `in` and `has` a list, any of which matches.
    """

    column: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Page:
    """One page of a listing.

    Attributes:
        docs: The objects of the page.
        total: Number of objects on all pages.
        more: Whether a page follows.
        end: Where the page ends; None if it is empty.
    """

    docs: list[Doc]
    total: int
    more: bool
    end: Cursor | None


class IncompatibleDatabase(sqlite3.DatabaseError):
    """The file is not a database of the sandbox, or of another version of it."""


class UniqueViolationError(Exception):
    """Another object of the account has this value.

    Args:
        column: The column that must be unique.
        value: The value.
    """

    def __init__(self, column: str, value: Any) -> None:
        super().__init__(f"{column} {value!r} is already in use")


class Store:
    """All objects of all accounts; safe for use by many threads.

    Args:
        path: The database file; None to keep the data in memory.

    Raises:
        sqlite3.Error: If the file is not a database of this version of the sandbox.
    """

    def __init__(self, path: str | None = None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        try:
            # In these modes a commit survives the end of the process. A power failure may undo the
            # latest commits without corruption; FULL would prevent that at the cost of an fsync
            # per call.
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            with self.transaction():  # all of the tables or none
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
        header = [self._pragma(name) for name in ("application_id", "user_version")]
        if header == [APPLICATION_ID, SCHEMA_VERSION]:
            return
        path = self._connection.execute("PRAGMA database_list").fetchone()[2]
        tables = self._connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
        if header != [0, 0] or tables:
            raise IncompatibleDatabase(
                f"{path} is not a database of this version of the sandbox. Choose another file, or"
                " move this one; to convert one of another version, --export with that version and"
                " --seed with this one"
            )
        for statement in _schema():
            self._connection.execute(statement)
        self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _pragma(self, name: str) -> Any:
        return self._connection.execute(f"PRAGMA {name}").fetchone()[0]

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all changes of the block, or none if it raises; a nested one joins the outer."""
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
        """Hold the store's lock without opening a transaction."""
        with self._lock:
            yield

    def reset(self) -> None:
        """Delete all objects of all accounts."""
        with self.transaction():
            for name in (*(table.name for table in TABLES), "labels", "contents"):
                self._connection.execute(f"DELETE FROM {name}")

    def insert(self, table: Table, account: str, doc: Doc) -> None:
        """Add an object.

        Args:
            table: The table of the object.
            account: The account that it belongs to.
            doc: The object.

        Raises:
            UniqueViolationError: If a value that must be unique is in use.
            NestingError: If the object is nested too deeply.
        """
        with self.transaction():
            self._check_unique(table, account, doc, None)
            names = ("account", "doc", *table.columns)
            cursor = self._connection.execute(
                f"INSERT INTO {table.name} ({', '.join(names)})"
                f" VALUES ({', '.join('?' * len(names))})",
                [account, json_limits.dumps(doc), *_values(table, doc)],
            )
            self._index_labels(table, doc, int(cursor.lastrowid or 0))

    def update(self, table: Table, account: str, doc: Doc) -> None:
        """Replace the object with the same key, if there is one.

        Args:
            table: The table of the object.
            account: The account that it belongs to.
            doc: The new object.

        Raises:
            UniqueViolationError: If a value that must be unique is in use by another object.
            NestingError: If the object is nested too deeply.
        """
        with self.transaction():
            row = self._connection.execute(
                f"SELECT seq FROM {table.name} WHERE account = ? AND {table.key} = ?",
                [account, doc[table.key]],
            ).fetchone()
            if row is None:
                return
            self._check_unique(table, account, doc, row[0])
            changes = ", ".join(f"{name} = ?" for name in ("doc", *table.columns))
            self._connection.execute(
                f"UPDATE {table.name} SET {changes} WHERE seq = ?",
                [json_limits.dumps(doc), *_values(table, doc), row[0]],
            )
            self._index_labels(table, doc, row[0])

    def delete(self, table: Table, account: str, **values: Any) -> None:
        """Delete the objects of an account that have these values in these columns."""
        condition, bindings = _where(table, account, equal(**values))
        with self._lock:
            self._connection.execute(f"DELETE FROM {table.name} WHERE {condition}", bindings)

    def get(self, table: Table, account: str, **values: Any) -> Doc | None:
        """Return the oldest object of an account with these values in these columns, or None."""
        docs = self.all(table, account, equal(**values))
        return docs[0] if docs else None

    def owners(self, table: Table, key: str) -> list[str]:
        """Return the accounts that have an object with this key."""
        with self._lock:
            rows = self._connection.execute(
                f"SELECT account FROM {table.name} WHERE {table.key} = ?", [key]
            ).fetchall()
        return [row[0] for row in rows]

    def due_tasks(self, before: str) -> list[tuple[str, str]]:
        """Return account and id of the pending tasks that could be worked on at some time.

        Args:
            before: The time, as a formatted timestamp.

        Returns:
            The tasks whose waiting time, and whose batch's release, began before.
        """
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
        """Return the objects of an account that match all filters, oldest first."""
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
        """Return a page of the objects that match all filters, newest first.

        Args:
            table: The table to list.
            account: The account whose objects are listed.
            filters: Conditions on the objects.
            limit: Maximum number of objects.
            offset: Number of newer objects to skip; ignored with `after`.
            after: Where the page before ended.

        Returns:
            The page.
        """
        condition, bindings = _where(table, account, filters)
        with self.transaction():
            total = self._connection.execute(
                f"SELECT COUNT(*) FROM {table.name} WHERE {condition}", bindings
            ).fetchone()[0]
            condition, bindings = _where(table, account, filters, total <= SORT_THRESHOLD)
            remaining = max(total - offset, 0)
            order, count, skipped = "DESC", limit + 1, offset
            if after is not None:
                condition += " AND (created_at, seq) < (?, ?)"
                bindings += after
                skipped = 0
            elif remaining < offset:  # fewer rows are skipped from the end
                order, count = "ASC", min(count, remaining)
                skipped = remaining - count
            rows = self._connection.execute(
                f"SELECT doc, created_at, seq FROM {table.name} WHERE {condition}"
                f" ORDER BY created_at {order}, seq {order} LIMIT ? OFFSET ?",
                [*bindings, count, skipped],
            ).fetchall()
        if order == "ASC":
            rows.reverse()
        page_rows = rows[:limit]
        return Page(
            docs=[json.loads(row[0]) for row in page_rows],
            total=total,
            more=len(rows) > limit,
            end=page_rows[-1][1:] if page_rows else None,
        )

    def count_by(
        self, table: Table, account: str, column: str, filters: Sequence[Filter]
    ) -> dict[str, int]:
        """Count the objects of an account that match all filters, by the value of a column."""
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
        """Return the accounts with objects, and when the newest of each was created."""
        with self._lock:
            return dict(
                self._connection.execute(
                    f"SELECT account, MAX(created_at) FROM {table.name} GROUP BY account"
                ).fetchall()
            )

    def iter_all(self, table: Table) -> Iterator[tuple[str, Doc]]:
        """Yield account and object, for all objects of all accounts, oldest first."""
        rows = self._connection.execute(f"SELECT account, doc FROM {table.name} ORDER BY seq")
        for account, text in rows:
            yield account, json.loads(text)

    def put_content(self, file_id: str, content: bytes) -> None:
        """Store the content of a file."""
        with self._lock:
            self._connection.execute("INSERT INTO contents VALUES (?, ?)", [file_id, content])

    def get_content(self, file_id: str) -> bytes | None:
        """Return the content of a file, or None."""
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
    """Return filters for exactly these values."""
    return [Filter(column, "=", value) for column, value in values.items()]


def public(doc: Doc) -> Doc:
    """Return an object as the API shows it, without private keys."""
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
    # For `owners` and `due_tasks`, which search all accounts.
    yield "CREATE INDEX tasks_by_id ON tasks (task_id)"
    yield ("CREATE INDEX tasks_that_wait ON tasks (_waiting_since) WHERE status = 'pending'")
    yield "CREATE TABLE contents (file TEXT PRIMARY KEY, content BLOB)"


def _indexes(table: Table, kind: str, groups: Sequence[Sequence[str]]) -> Iterator[str]:
    for columns in groups:
        name = "_by_".join([table.name, "_".join(columns)])
        listed = ", ".join(("account", *columns))
        yield f"CREATE {kind} {name} ON {table.name} ({listed})"


def _where(
    table: Table, account: str, filters: Sequence[Filter], sort: bool = True
) -> tuple[str, list[Any]]:
    """Return the WHERE clause and its bindings.

    A unary + keeps SQLite from using an index on a column. Small results are found by the index of
    a filter and then sorted; large ones (not `sort`) are read in the order of created_at and
    filtered.
    """
    by_label = sort and any(item.operator == "has" for item in filters)
    conditions, bindings = ["+account = ?" if by_label else "account = ?"], [account]
    for item in filters:
        values = item.value if item.operator in ("in", "has") else [item.value]
        marks = ", ".join("?" * len(values))
        if item.operator == "has":
            labels = f"SELECT seq FROM labels WHERE key = '{item.column}' AND label IN ({marks})"
            conditions.append(f"seq IN ({labels})")
        elif item.operator == "in":
            conditions.append(f"{item.column} IN ({marks})")
        else:
            is_range = item.operator != "=" and item.column != "created_at"
            plus = "+" if is_range and not sort else ""
            conditions.append(f"{plus}{item.column} {item.operator} ?")
        bindings += values
    return " AND ".join(conditions), bindings


def _values(table: Table, doc: Doc) -> list[Any]:
    return [doc.get(column) for column in table.columns]
