"""The sandbox's data, in SQLite.

Each object is one row: its whole JSON, and beside it, as columns, the keys that are looked up,
filtered or sorted on. Rows belong to an account, which stands for one API key.
Keys that start with `_` are the sandbox's own and never leave it.
"""

import json
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

Doc = Dict[str, Any]
Place = Tuple[str, int]  # created_at and row number: where a page ended


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
    columns: Tuple[str, ...]
    unique: Tuple[Tuple[str, ...], ...] = ()
    indexes: Tuple[Tuple[str, ...], ...] = ()
    labels: Tuple[str, ...] = ()


TASKS = Table(
    "tasks",
    key="task_id",
    columns=(
        "task_id", "unique_id", "project", "batch", "type", "status", "customer_review_status",
        "created_at", "updated_at", "completed_at", "_delivery",
    ),
    unique=(("task_id",), ("unique_id",)),
    indexes=(
        ("created_at",), ("updated_at",), ("completed_at",),
        ("project", "created_at"), ("batch", "created_at"),
        ("project", "status", "created_at"), ("batch", "status", "created_at"),
        ("_delivery", "created_at"),
    ),
    labels=("tags", "_annotations"),
)  # fmt: skip
BATCHES = Table(
    "batches",
    key="name",
    columns=("_id", "name", "project", "status", "created_at", "_completed_at", "_archived"),
    unique=(("_id",), ("name",)),
    indexes=(("created_at",), ("project", "created_at"), ("status", "created_at")),
)
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

    docs: List[Doc]
    total: int
    more: bool
    end: Optional[Place]


class Taken(Exception):
    """Another object of the account already has this value."""

    def __init__(self, column: str, value: Any) -> None:
        super().__init__(f"{column} {value!r} is already in use")


class Store:
    """All objects of all accounts. Safe for use by many threads.

    Args:
        path: the database file; in memory without one.
    """

    def __init__(self, path: Optional[str] = None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            for statement in _schema():
                self._connection.execute(statement)
        except sqlite3.Error:
            self._connection.close()
            raise

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

    def reset(self) -> None:
        """Forget everything."""
        with self.transaction():
            for name in [table.name for table in TABLES] + ["labels", "contents"]:
                self._connection.execute(f"DELETE FROM {name}")

    def insert(self, table: Table, account: str, doc: Doc) -> None:
        """Add an object.

        Raises:
            Taken: a value that must be unique is in use.
        """
        with self.transaction():
            self._check_free(table, account, doc, None)
            names = ("account", "doc") + table.columns
            cursor = self._connection.execute(
                f"INSERT INTO {table.name} ({', '.join(names)})"
                f" VALUES ({', '.join('?' * len(names))})",
                [account, json.dumps(doc), *_values(table, doc)],
            )
            self._label(table, doc, int(cursor.lastrowid or 0))

    def update(self, table: Table, account: str, doc: Doc) -> None:
        """Put `doc` in the place of the object with the same key.

        Raises:
            Taken: a value that must be unique is in use by another object.
        """
        with self.transaction():
            row = self._connection.execute(
                f"SELECT seq FROM {table.name} WHERE account = ? AND {table.key} = ?",
                [account, doc[table.key]],
            ).fetchone()
            if row is None:
                return
            self._check_free(table, account, doc, row[0])
            changes = ", ".join(f"{name} = ?" for name in ("doc",) + table.columns)
            self._connection.execute(
                f"UPDATE {table.name} SET {changes} WHERE seq = ?",
                [json.dumps(doc), *_values(table, doc), row[0]],
            )
            self._label(table, doc, row[0])

    def delete(self, table: Table, account: str, **values: Any) -> None:
        """Remove the objects that have these values."""
        condition, bindings = _where(table, account, equal(**values))
        with self._lock:
            self._connection.execute(f"DELETE FROM {table.name} WHERE {condition}", bindings)

    def get(self, table: Table, account: str, **values: Any) -> Optional[Doc]:
        """The object that has these values, or None."""
        found = self.all(table, account, equal(**values))
        return found[0] if found else None

    def owner(self, table: Table, key: str) -> Optional[str]:
        """The account that holds the object with this key."""
        with self._lock:
            row = self._connection.execute(
                f"SELECT account FROM {table.name} WHERE {table.key} = ?", [key]
            ).fetchone()
        return row[0] if row else None

    def all(self, table: Table, account: str, filters: Sequence[Filter] = ()) -> List[Doc]:
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
        after: Optional[Place] = None,
    ) -> Page:
        """The newest `limit` objects that pass the filters, after a place or an offset."""
        condition, bindings = _where(table, account, filters)
        reach, place = ("", []) if after is None else (" AND (created_at, seq) < (?, ?)", [*after])
        with self.transaction():
            total = self._connection.execute(
                f"SELECT COUNT(*) FROM {table.name} WHERE {condition}", bindings
            ).fetchone()[0]
            rows = self._connection.execute(
                f"SELECT doc, created_at, seq FROM {table.name} WHERE {condition}{reach}"
                " ORDER BY created_at DESC, seq DESC LIMIT ? OFFSET ?",
                [*bindings, *place, limit + 1, 0 if after else offset],
            ).fetchall()
        kept = rows[:limit]
        return Page(
            docs=[json.loads(row[0]) for row in kept],
            total=total,
            more=len(rows) > limit,
            end=(kept[-1][1], kept[-1][2]) if kept else None,
        )

    def count_by(
        self, table: Table, account: str, column: str, filters: Sequence[Filter]
    ) -> Dict[str, int]:
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

    def keep_content(self, file_id: str, content: bytes) -> None:
        """Keep the bytes of a file."""
        with self._lock:
            self._connection.execute("INSERT INTO contents VALUES (?, ?)", [file_id, content])

    def content(self, file_id: str) -> Optional[bytes]:
        """The bytes of a file, or None."""
        with self._lock:
            row = self._connection.execute(
                "SELECT content FROM contents WHERE file = ?", [file_id]
            ).fetchone()
        return row[0] if row else None

    def _check_free(self, table: Table, account: str, doc: Doc, own_row: Optional[int]) -> None:
        for columns in table.unique:
            values = {column: doc.get(column) for column in columns}
            if None in values.values():
                continue
            condition, bindings = _where(table, account, equal(**values))
            row = self._connection.execute(
                f"SELECT seq FROM {table.name} WHERE {condition}", bindings
            ).fetchone()
            if row is not None and row[0] != own_row:
                raise Taken(columns[-1], values[columns[-1]])

    def _label(self, table: Table, doc: Doc, row: int) -> None:
        if not table.labels:
            return
        self._connection.execute("DELETE FROM labels WHERE seq = ?", [row])
        self._connection.executemany(
            "INSERT OR IGNORE INTO labels VALUES (?, ?, ?)",
            [(key, label, row) for key in table.labels for label in doc.get(key, ())],
        )


def equal(**values: Any) -> List[Filter]:
    """Filters that ask for exactly these values."""
    return [Filter(column, "=", value) for column, value in values.items()]


def public(doc: Doc) -> Doc:
    """The object as the API shows it."""
    return {key: value for key, value in doc.items() if not key.startswith("_")}


def _schema() -> Iterator[str]:
    for table in TABLES:
        columns = ", ".join(f"{name} TEXT" for name in table.columns)
        yield (
            f"CREATE TABLE IF NOT EXISTS {table.name} (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
            f" account TEXT NOT NULL, doc TEXT NOT NULL, {columns})"
        )
        yield from _indexes(table, "UNIQUE INDEX", table.unique)
        yield from _indexes(table, "INDEX", table.indexes)
    yield (
        "CREATE TABLE IF NOT EXISTS labels"
        " (key TEXT, label TEXT, seq INTEGER, PRIMARY KEY (key, label, seq)) WITHOUT ROWID"
    )
    yield "CREATE INDEX IF NOT EXISTS labels_by_seq ON labels (seq)"
    yield "CREATE TABLE IF NOT EXISTS contents (file TEXT PRIMARY KEY, content BLOB)"


def _indexes(table: Table, kind: str, groups: Sequence[Sequence[str]]) -> Iterator[str]:
    for columns in groups:
        name = "_by_".join([table.name, "_".join(columns)])
        listed = ", ".join(("account", *columns))
        yield f"CREATE {kind} IF NOT EXISTS {name} ON {table.name} ({listed})"


def _where(table: Table, account: str, filters: Sequence[Filter]) -> Tuple[str, List[Any]]:
    conditions, bindings = ["account = ?"], [account]
    for item in filters:
        marks = ", ".join("?" * len(item.value)) if item.operator in ("in", "has") else "?"
        if item.operator == "has":
            labelled = f"SELECT seq FROM labels WHERE key = '{item.column}' AND label IN ({marks})"
            conditions.append(f"seq IN ({labelled})")
        elif item.operator == "in":
            conditions.append(f"{item.column} IN ({marks})")
        else:
            conditions.append(f"{item.column} {item.operator} ?")
        bindings += item.value if item.operator in ("in", "has") else [item.value]
    return " AND ".join(conditions), bindings


def _values(table: Table, doc: Doc) -> List[Any]:
    return [doc.get(column) for column in table.columns]
