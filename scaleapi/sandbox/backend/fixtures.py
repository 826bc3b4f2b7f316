"""Data sets in and out, as JSON lines: one object of the store a line.

Rows for projects, batches and tasks can be written by hand: what is missing is filled in. Those of
the other kinds are written by `dump_lines` only, and hold the whole object.
"""

from __future__ import annotations

import base64
import binascii
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

# What a row is called, in an order in which each names earlier ones only.
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
_ROW_DEPTH = json_limits.MAX_STORED_DEPTH + 1  # an object may stand under a key of the row
_ACCOUNT = re.compile("[0-9a-f]{64}")

PathLike = Union[str, os.PathLike[str]]


def dump_lines(store: Store) -> Iterator[str]:
    """Every object of every account, a line each, in the order that `load` needs."""
    with store.transaction():  # of one moment
        for kind, table in KINDS.items():
            for account, doc in store.iter_all(table):
                row: Doc = {"kind": kind, "account": account}
                if kind in _BUILDERS:
                    row.update(doc)
                else:  # may have any key, also those of the row
                    row["doc"] = doc
                if table is FILES:
                    row["content"] = _encoded(store.get_content(doc["id"]))
                yield json.dumps(row) + "\n"


def write(store: Store, path: PathLike) -> None:
    """Write `dump_lines` to a file."""
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(dump_lines(store))


def load(state: SandboxState, rows: PathLike | Iterable[Any], account: str) -> dict[str, int]:
    """Add the rows of a file, or those given; how many of each kind there were. All or nothing.

    Args:
        state: where to.
        rows: a path, or the rows.
        account: whose they are where a row does not say.

    Raises:
        OSError: the file can't be read.
        ValueError: If a row is invalid; the message has its number.
    """
    if not isinstance(rows, (str, os.PathLike)):
        return _load(state, rows, account, "row", lambda row: row)
    with open(rows, "rb") as file:
        return _load(state, file, account, f"{os.fspath(rows)}, line", _parsed)


def _load(
    state: SandboxState, rows: Iterable[Any], account: str, place: str, parse: Callable[[Any], Any]
) -> dict[str, int]:
    counts: dict[str, int] = {}
    reader = _Loader(state, account)
    with state.store.transaction():
        for number, raw in enumerate(rows, 1):
            try:
                row = parse(raw)
                if row is not None:
                    kind = reader.add(row)
                    counts[kind] = counts.get(kind, 0) + 1
            except (ValueError, RecursionError, UniqueViolationError) as exc:
                raise ValueError(f"{place} {number}: {exc}") from None
            except ApiError as refusal:
                raise ValueError(f"{place} {number}: {refusal.message}") from None
    return counts


def _parsed(line: bytes) -> Any:
    """The JSON of a line; None for an empty one."""
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
        self._found: dict[tuple[str, str, str], Doc] = {}

    def add(self, row: Any) -> str:
        """Add a row; its kind."""
        if not isinstance(row, Mapping):
            raise ValueError("a row must be an object")
        kind = row.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise ValueError(f'"kind" must be one of {", ".join(KINDS)}, not {kind!r}')
        account = self._account_of(row)
        if kind in _BUILDERS:
            given = {key: value for key, value in row.items() if _is_present(key, value)}
            doc = _BUILDERS[kind](self, account, given)
        else:
            doc = _complete_document(KINDS[kind], row)
        self._state.store.insert(KINDS[kind], account, doc)
        if kind == "file" and row.get("content") is not None:
            self._state.store.put_content(doc["id"], _decoded(row["content"]))
        return kind

    def _account_of(self, row: Mapping[str, Any]) -> str:
        if row.get("account") is not None:
            if not isinstance(row["account"], str) or not _ACCOUNT.fullmatch(row["account"]):
                raise ValueError('"account" must be one that an export wrote; use "api_key"')
            return row["account"]
        if row.get("api_key") is not None:
            return account_of(_string(row, "api_key"))
        return self._account

    def project(self, account: str, given: Doc) -> Doc:
        """A project to be stored."""
        created = _timestamp(given, "created_at") or timestamps.current()
        params = given.pop("params", None)
        if params is not None and not isinstance(params, dict):
            raise ValueError('"params" must be an object')
        history = [] if params is None else [{**params, "version": 0, "created_at": created}]
        doc = {
            "type": _choice(given, "type", [kind.value for kind in TaskType]),
            "name": _string(given, "name"),
            "param_history": history,
            "created_at": created,
            "_id": lifecycle.new_id(),
            "_archived": "false",
            "_rapid": False,
            "_studio": False,
            "_dataset": None,
            **given,
        }
        versions = doc["param_history"]
        if not isinstance(versions, list) or not all(isinstance(one, dict) for one in versions):
            raise ValueError('"param_history" must be a list of objects')
        return doc

    def batch(self, account: str, given: Doc) -> Doc:
        """A batch to be stored."""
        project = self._resolve_reference(PROJECTS, account, _string(given, "project"))
        status = _choice(given, "status", _BATCH_STATUSES) if "status" in given else None
        staged = status == STAGING or status is None and self._state.live
        doc = {
            **lifecycle.new_batch(_string(given, "name"), project["name"], given, staged),
            "_calibration_batch": False,
            "_self_label_batch": False,
        }
        created = _timestamp(given, "created_at")
        if created is not None and doc["_released_at"] is not None:
            doc["_released_at"] = created
        return {**doc, **given}

    def task(self, account: str, given: Doc) -> Doc:
        """A task to be stored."""
        task_schema.validate_common(given)
        kind = self._resolve_placement(account, given)
        params = given.get("params", {})
        if not isinstance(params, dict):
            raise ValueError('"params" must be an object')
        if "customer_review_status" in given:
            _choice(given, "customer_review_status", [one.value for one in TaskReviewStatus])
        for key in ("task_id", "_delivery"):
            if key in given:
                _string(given, key)
        for key in ("created_at", "updated_at", "completed_at"):
            _timestamp(given, key)
        task = {**lifecycle.new_task(kind, {}, params, self._state.live), **given}
        return _finished(task, given, self._state.url)

    def _resolve_placement(self, account: str, given: Doc) -> TaskType:
        """The type of a task, after a look at the project and batch that it names."""
        if "batch" in given:
            batch = self._resolve_reference(BATCHES, account, given["batch"])
            if given.setdefault("project", batch["project"]) != batch["project"]:
                raise ValueError(f"batch {batch['name']!r} is of project {batch['project']!r}")
        if "project" in given:
            project = self._resolve_reference(PROJECTS, account, given["project"])
            if given.setdefault("type", project["type"]) != project["type"]:
                raise ValueError(f"project {project['name']!r} takes {project['type']} tasks only")
        return TaskType(_choice(given, "type", [kind.value for kind in TaskType]))

    def _resolve_reference(self, table: Table, account: str, name: str) -> Doc:
        place = (table.name, account, name)
        if place not in self._found:
            found = lifecycle.resolve_reference(self._state, table, account, name)
            assert found is not None
            self._found[place] = found
        return self._found[place]


_BUILDERS: Mapping[str, Callable[[_Loader, str, Doc], Doc]] = {
    "project": _Loader.project,
    "batch": _Loader.batch,
    "task": _Loader.task,
}
_BATCH_STATUSES = (*(status.value for status in BatchStatus), PAUSED, CANCELLED)


def _finished(task: Doc, given: Doc, url: str) -> Doc:
    """The task with all that its status calls for."""
    completed = TaskStatus.Completed.value
    if "status" not in given and not task["is_test"]:
        task["status"] = TaskStatus.Pending.value
    elif "status" not in given:
        task["status"] = completed
    _choice(task, "status", [status.value for status in TaskStatus])
    if task["status"] == completed:
        if "completed_at" not in task:
            soonest = timestamps.parse_timestamp(task["created_at"]) + lifecycle.WORK_TIME
            task["completed_at"] = timestamps.format_timestamp(soonest)
        if "response" not in task:
            task["response"] = canned.response(task, url)
        if task["type"] == TaskType.Chat.value and "_annotations" not in task:
            task["response"] = chat.completed(task, task["response"])
            task["_annotations"] = chat.annotation_ids(task["response"])
    if "created_at" in given:
        if "updated_at" not in given:
            task["updated_at"] = task.get("completed_at", task["created_at"])
        if "_waiting_since" not in given:
            task["_waiting_since"] = task["created_at"]
    return task


def _is_present(key: str, value: Any) -> bool:
    """Whether this is of the object, and not left out by being null."""
    if value is None and key != "response":
        return key.startswith("_")  # those of `dump_lines` are as they were
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


def _string(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f'"{key}" must be a non-empty string')
    return value


def _choice(given: Mapping[str, Any], key: str, allowed: Iterable[str]) -> str:
    value = given.get(key)
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f'"{key}" must be one of {", ".join(allowed)}, not {value!r}')
    return value


def _timestamp(given: Doc, key: str) -> str | None:
    """The time under this key, which is put into the API's form; None without one."""
    if key not in given:
        return None
    try:
        given[key] = timestamps.format_timestamp(timestamps.parse_timestamp(_string(given, key)))
    except ValueError as exc:
        raise ValueError(f'"{key}": {exc}') from None
    return str(given[key])


def _encoded(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _decoded(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError('"content" must be base64') from None
