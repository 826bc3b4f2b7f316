"""Import and export of the sandbox's data as JSON lines, one object per line.

Rows for projects, batches and tasks can be written by hand: missing keys get defaults. Those of the
other kinds are written by `dump_lines` only, and have the whole object.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, Union

from ...batches import BatchStatus
from ...tasks import TaskReviewStatus, TaskStatus, TaskType
from ..http import json_limits, timestamps
from ..http.auth import account_of
from ..http.errors import ApiError
from . import canned, chat, lifecycle, task_schema
from .lifecycle import CANCELLED, PAUSED, STAGING
from .state import SandboxState
from .store import (
    ASSIGNMENTS,
    BATCHES,
    DATASET_DELIVERIES,
    DATASET_TASKS,
    DATASETS,
    DELIVERIES,
    FILES,
    GROUPS,
    PROJECTS,
    QUALITY_TASKS,
    TASKS,
    TEAMMATES,
    Doc,
    Store,
    Table,
    UniqueViolationError,
)

# The kinds of rows, in an order in which each refers to earlier ones only.
KINDS: Mapping[str, Table] = {
    "project": PROJECTS,
    "batch": BATCHES,
    "task": TASKS,
    "file": FILES,
    "quality_task": QUALITY_TASKS,
    "teammate": TEAMMATES,
    "assignment": ASSIGNMENTS,
    "project_group": GROUPS,
    "delivery": DELIVERIES,
    "dataset": DATASETS,
    "dataset_delivery": DATASET_DELIVERIES,
    "dataset_task": DATASET_TASKS,
}
_ROW_KEYS = ("kind", "account", "api_key")
_ROW_DEPTH = json_limits.MAX_STORED_DEPTH + 1  # the object may be the value of a key
_ACCOUNT = re.compile("[0-9a-f]{64}")

PathLike = Union[str, os.PathLike[str]]


def dump_lines(store: Store) -> Iterator[str]:
    """Yield all objects of all accounts as lines of JSON, in the order that `load` requires."""
    with store.transaction():  # a consistent snapshot
        for kind, table in KINDS.items():
            for account, doc in store.iter_all(table):
                row: Doc = {"kind": kind, "account": account}
                if kind in _BUILDERS:
                    row.update(doc)
                else:  # may have any key, including those of a row
                    row["doc"] = doc
                if table is FILES:
                    row["content"] = _encode(store.get_content(doc["id"]))
                yield json.dumps(row) + "\n"


def write(store: Store, path: PathLike) -> None:
    """Write all objects of all accounts to a file, which appears when it is complete.

    Args:
        store: The data.
        path: The file; an older one is replaced.

    Raises:
        OSError: If the file can't be written.
    """
    target = os.path.realpath(path)  # a symbolic link stays one
    temporary = f"{target}.{os.getpid()}.new"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.writelines(dump_lines(store))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def load(state: SandboxState, rows: PathLike | Iterable[Any], account: str) -> dict[str, int]:
    """Add rows to the store, all or none.

    Args:
        state: The sandbox's state.
        rows: The rows, or the path of a file.
        account: Account of the rows that have none.

    Returns:
        Number of rows by kind.

    Raises:
        OSError: If the file can't be read.
        ValueError: If a row is invalid; the message has its number.
    """
    if not isinstance(rows, (str, os.PathLike)):
        return _load(state, rows, account, "row", lambda row: row)
    with open(rows, "rb") as file:
        return _load(state, file, account, f"{os.fspath(rows)}, line", _parse_line)


def _load(
    state: SandboxState, rows: Iterable[Any], account: str, label: str, parse: Callable[[Any], Any]
) -> dict[str, int]:
    counts: dict[str, int] = {}
    loader = _Loader(state, account)
    with state.store.transaction():
        for number, raw in enumerate(rows, 1):
            try:
                row = parse(raw)
                if row is not None:
                    kind = loader.add(row)
                    counts[kind] = counts.get(kind, 0) + 1
            except (ValueError, RecursionError, UniqueViolationError) as exc:
                raise ValueError(f"{label} {number}: {exc}") from None
            except ApiError as exc:
                raise ValueError(f"{label} {number}: {exc.message}") from None
    return counts


def _parse_line(line: bytes) -> Any:
    """Return the row of a line; None for an empty one."""
    try:
        return json_limits.loads(line, _ROW_DEPTH) if line.strip() else None
    except json_limits.NestingError:
        raise
    except ValueError:
        raise ValueError("this is not valid JSON") from None


class _Loader:
    """Adds rows to the store, one by one."""

    def __init__(self, state: SandboxState, account: str) -> None:
        self._state = state
        self._account = account
        self._cache: dict[tuple[str, str, str], Doc] = {}

    def add(self, row: Any) -> str:
        """Add a row, and return its kind."""
        if not isinstance(row, Mapping):
            raise ValueError("a row must be an object")
        kind = row.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise ValueError(f'"kind" must be one of {", ".join(KINDS)}, got {kind!r}')
        account = self._account_of(row)
        if kind in _BUILDERS:
            fields = {key: value for key, value in row.items() if _is_present(key, value)}
            doc = _BUILDERS[kind](self, account, fields)
        else:
            doc = _complete_document(KINDS[kind], row)
        self._state.store.insert(KINDS[kind], account, doc)
        if kind == "file" and row.get("content") is not None:
            self._state.store.put_content(doc["id"], _decode(row["content"]))
        return kind

    def _account_of(self, row: Mapping[str, Any]) -> str:
        if row.get("account") is not None:
            if not isinstance(row["account"], str) or not _ACCOUNT.fullmatch(row["account"]):
                raise ValueError('"account" must be one that an export wrote; use "api_key"')
            return row["account"]
        if row.get("api_key") is not None:
            return account_of(_string(row, "api_key"))
        return self._account

    def project(self, account: str, fields: Doc) -> Doc:
        """Return the project of a row."""
        created = _timestamp(fields, "created_at") or timestamps.current()
        params = fields.pop("params", None)
        if params is not None and not isinstance(params, dict):
            raise ValueError('"params" must be an object')
        history = [] if params is None else [{**params, "version": 0, "created_at": created}]
        doc = {
            "type": _choice(fields, "type", [kind.value for kind in TaskType]),
            "name": _string(fields, "name"),
            "param_history": history,
            "created_at": created,
            "_id": lifecycle.new_id(),
            "_archived": "false",
            "_rapid": False,
            "_studio": False,
            "_dataset": None,
            **fields,
        }
        versions = doc["param_history"]
        if not isinstance(versions, list) or not all(
            isinstance(version, dict) for version in versions
        ):
            raise ValueError('"param_history" must be a list of objects')
        return doc

    def batch(self, account: str, fields: Doc) -> Doc:
        """Return the batch of a row."""
        project = self._resolve_reference(PROJECTS, account, _string(fields, "project"))
        status = _choice(fields, "status", _BATCH_STATUSES) if "status" in fields else None
        staged = status == STAGING or (status is None and self._state.live)
        doc = {
            **lifecycle.new_batch(_string(fields, "name"), project["name"], fields, staged),
            "_calibration_batch": False,
            "_self_label_batch": False,
        }
        created = _timestamp(fields, "created_at")
        if created is not None and doc["_released_at"] is not None:
            doc["_released_at"] = created
        return {**doc, **fields}

    def task(self, account: str, fields: Doc) -> Doc:
        """Return the task of a row."""
        task_schema.validate_common(fields)
        kind = self._resolve_placement(account, fields)
        params = fields.get("params", {})
        if not isinstance(params, dict):
            raise ValueError('"params" must be an object')
        if "customer_review_status" in fields:
            _choice(fields, "customer_review_status", [status.value for status in TaskReviewStatus])
        for key in ("task_id", "_delivery"):
            if key in fields:
                _string(fields, key)
        for key in ("created_at", "updated_at", "completed_at"):
            _timestamp(fields, key)
        task = {**lifecycle.new_task(kind, {}, params, self._state.live), **fields}
        return _with_defaults(task, fields, self._state.url)

    def _resolve_placement(self, account: str, fields: Doc) -> TaskType:
        """Return the type of a task; add the keys that its batch and project imply."""
        if "batch" in fields:
            batch = self._resolve_reference(BATCHES, account, fields["batch"])
            if fields.setdefault("project", batch["project"]) != batch["project"]:
                raise ValueError(f"batch {batch['name']!r} is of project {batch['project']!r}")
        if "project" in fields:
            project = self._resolve_reference(PROJECTS, account, fields["project"])
            if fields.setdefault("type", project["type"]) != project["type"]:
                raise ValueError(f"project {project['name']!r} takes {project['type']} tasks only")
        return TaskType(_choice(fields, "type", [kind.value for kind in TaskType]))

    def _resolve_reference(self, table: Table, account: str, name: str) -> Doc:
        key = (table.name, account, name)
        if key not in self._cache:
            doc = lifecycle.resolve_reference(self._state, table, account, name)
            assert doc is not None
            self._cache[key] = doc
        return self._cache[key]


_BUILDERS: Mapping[str, Callable[[_Loader, str, Doc], Doc]] = {
    "project": _Loader.project,
    "batch": _Loader.batch,
    "task": _Loader.task,
}
_BATCH_STATUSES = (*(status.value for status in BatchStatus), PAUSED, CANCELLED)


def _with_defaults(task: Doc, fields: Doc, url: str) -> Doc:
    """Return the task with the keys that its status requires."""
    completed = TaskStatus.Completed.value
    if "status" not in fields and not task["is_test"]:
        task["status"] = TaskStatus.Pending.value
    elif "status" not in fields:
        task["status"] = completed
    _choice(task, "status", [status.value for status in TaskStatus])
    if task["status"] == completed:
        if "completed_at" not in task:
            earliest = timestamps.parse_timestamp(task["created_at"]) + lifecycle.WORK_TIME
            task["completed_at"] = timestamps.format_timestamp(earliest)
        if "response" not in task:
            task["response"] = canned.response(task, url)
        if task["type"] == TaskType.Chat.value and "_annotations" not in task:
            task["response"] = chat.fill_in(task, task["response"])
            task["_annotations"] = chat.annotation_ids(task["response"])
    if "created_at" in fields:
        if "updated_at" not in fields:
            task["updated_at"] = task.get("completed_at", task["created_at"])
        if "_waiting_since" not in fields:
            task["_waiting_since"] = task["created_at"]
    return task


def _is_present(key: str, value: Any) -> bool:
    """Return whether a key of a row belongs to the object; null counts as omitted."""
    if value is None and key != "response":
        return key.startswith("_")  # private keys, of `dump_lines`, are loaded unchanged
    return key not in _ROW_KEYS


def _complete_document(table: Table, row: Mapping[str, Any]) -> Doc:
    doc = row.get("doc")
    if not isinstance(doc, dict):
        raise ValueError('"doc" must be an object')
    for column in table.columns:
        if not isinstance(doc.get(column), (str, type(None))):
            raise ValueError(f'"{column}" must be a string')
    _string(doc, table.key)
    return doc


def _string(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f'"{key}" must be a non-empty string')
    return value


def _choice(fields: Mapping[str, Any], key: str, allowed: Iterable[str]) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f'"{key}" must be one of {", ".join(allowed)}, got {value!r}')
    return value


def _timestamp(fields: Doc, key: str) -> str | None:
    """Return the time under this key, formatted in place; None without one."""
    if key not in fields:
        return None
    try:
        fields[key] = timestamps.format_timestamp(timestamps.parse_timestamp(_string(fields, key)))
    except ValueError as exc:
        raise ValueError(f'"{key}": {exc}') from None
    return str(fields[key])


def _encode(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _decode(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError('"content" must be base64') from None
