"""Convert tasks to Arrow tables and Parquet files, all with one schema."""

from __future__ import annotations

import datetime as dt
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, Callable, Optional

from ._arrow_arrays import make_array
from ._lazy import OptionalPackage, import_extra
from ._raw_json import RawValue, read_object
from ._task_columns import Column, is_encodable, parse_columns, whole_string
from ._task_sources import TaskSource, task_json, tasks_in
from ._timestamps import parse_utc
from .exceptions import ScaleInvalidArgument

if TYPE_CHECKING:
    import pyarrow
else:
    pyarrow = OptionalPackage("pyarrow")

SCHEMA_VERSION = 1
"""Stands in the metadata of the schema, as `scaleapi.schema_version`."""

STRING, ENUM, TIMESTAMP, STRINGS, JSON = "string", "enum", "timestamp", "strings", "json"
TASK_COLUMNS: Mapping[str, str] = {
    "task_id": STRING,
    "type": ENUM,
    "status": ENUM,
    "project": ENUM,
    "batch": ENUM,
    "unique_id": STRING,
    "created_at": TIMESTAMP,
    "updated_at": TIMESTAMP,
    "completed_at": TIMESTAMP,
    "tags": STRINGS,
    "instruction": STRING,
    "params": JSON,
    "metadata": JSON,
    "response": JSON,
}
OTHER = "other"
"""The last of these columns: an object with all that they do not hold exactly."""

BATCH_ROWS, BATCH_CHARACTERS = 250, 250_000  # of JSON; cells take several times as much memory
GROUP_BYTES, PAGE_BYTES = 2_000_000, 64 * 1024  # of a Parquet file, before compression

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
_MILLISECOND = dt.timedelta(milliseconds=1)
_FINER = re.compile(r"[.,]\d{3}\d*[1-9]")
_HALF_PAIR = re.compile("[\ud800-\udfff]")


def to_arrow(tasks: TaskSource, columns: Optional[Mapping[str, str]] = None) -> pyarrow.Table:
    r"""Return an Arrow table with one row per task, in their order, which needs the extra `arrow`.

    Args:
        tasks: Any iterable of tasks, such as `client.get_tasks(...)`; of their JSON, as
            dictionaries, strings or bytes; or the path of a file that `export_tasks` wrote.
        columns: Types of further columns by path, such as `{"metadata.camera": "int64"}`: "bool",
            "float64", "int64", "json", "string" or "timestamp". A dot within a key is written as
            "\.". A task that has no such value has a null.

    Returns:
        A table. Its columns do not depend on the tasks. They are `task_id`, `unique_id` and
        `instruction` as strings; `type`, `status`, `project` and `batch` as dictionary-encoded
        strings; `created_at`, `updated_at` and `completed_at` in milliseconds, UTC; `tags` as a
        list of strings; `params`, `metadata` and `response` as JSON, with all digits that the
        service sent; `other`, a JSON object of all else that a task has, and of each value that its
        own column can't hold exactly, null if there is none; then those of `columns`.

    Raises:
        ImportError: If pyarrow is not installed.
        ScaleInvalidArgument: If an argument or one of the tasks is invalid, or a value is not of
            the type that `columns` gives it.
        OSError: If the file can't be read.

    See https://scale.com/docs/api-reference/tasks.
    """
    return make_table(TaskRows(parse_task_columns(columns)), map(task_line, tasks_in(tasks)))


def parse_task_columns(columns: Optional[Mapping[str, str]]) -> list[Column]:
    """Return the columns of `to_arrow`'s argument of that name.

    Raises:
        ScaleInvalidArgument: If it is invalid.
    """
    return parse_columns(columns, (*TASK_COLUMNS, OTHER))


class Rows(ABC):
    """What a table of tasks consists of.

    Attributes:
        schema: The schema of the table.
    """

    schema: pyarrow.Schema

    @abstractmethod
    def rows(self, task: Mapping[str, RawValue]) -> Iterable[list[Any]]:
        """Return the rows of a task, each a list of cells, from the members of its JSON."""


class TaskRows(Rows):
    """A row for each task.

    Args:
        columns: The further columns.
    """

    def __init__(self, columns: list[Column]) -> None:
        self.schema = make_schema(columns)
        self._columns = columns

    def rows(self, task: Mapping[str, RawValue]) -> Iterable[list[Any]]:
        """See `Rows`."""
        return [_row(task, self._columns)]


class BatchBuilder:
    """Collects the rows of tasks into record batches.

    Args:
        rows: What the table consists of.
    """

    def __init__(self, rows: Rows) -> None:
        self.schema = rows.schema
        self._source = rows
        self._rows: list[list[Any]] = []
        self._characters = 0

    def add(self, task: Mapping[str, RawValue], characters: int) -> Iterator[pyarrow.RecordBatch]:
        """Add a task whose JSON has so many characters, and yield a batch if there is a full one.

        Raises:
            ScaleInvalidArgument: If it is no task.
        """
        self._rows += self._source.rows(task)
        self._characters += characters
        if len(self._rows) >= BATCH_ROWS or self._characters >= BATCH_CHARACTERS:
            yield from self.finish()

    def finish(self) -> Iterator[pyarrow.RecordBatch]:
        """Yield the rows that no batch has yet, if there are any."""
        if not self._rows:
            return
        columns = zip(*self._rows)
        arrays = [make_array(cells, field.type) for cells, field in zip(columns, self.schema)]
        self._rows, self._characters = [], 0
        yield _arrow().RecordBatch.from_arrays(arrays, schema=self.schema)


def make_table(rows: Rows, lines: Iterable[str]) -> pyarrow.Table:
    """Return a table of tasks in JSON lines.

    Raises:
        ScaleInvalidArgument: If one of them is no task.
    """
    builder = BatchBuilder(rows)
    batches = [batch for line in lines for batch in builder.add(_members(line), len(line))]
    batches += builder.finish()
    table: pyarrow.Table = _arrow().Table.from_batches(batches, rows.schema)
    return table


def make_schema(columns: Iterable[Column]) -> pyarrow.Schema:
    """Return the schema of tasks, followed by further columns."""
    arrow = _arrow()
    timestamp = arrow.timestamp("ms", "UTC")
    types = {
        STRING: arrow.string(),
        ENUM: arrow.dictionary(arrow.int32(), arrow.string()),
        TIMESTAMP: timestamp,
        STRINGS: arrow.list_(arrow.field("element", arrow.string())),  # as Parquet names it
        JSON: arrow.string(),
        "bool": arrow.bool_(),
        "float64": arrow.float64(),
        "int64": arrow.int64(),
    }
    fields = [
        arrow.field(name, types[kind], nullable=name != "task_id")
        for name, kind in {**TASK_COLUMNS, OTHER: JSON}.items()
    ]
    fields += [arrow.field(column.name, types[column.type]) for column in columns]
    metadata = {"scaleapi.schema_version": str(SCHEMA_VERSION)}
    schema: pyarrow.Schema = arrow.schema(fields, metadata)
    return schema


def write_parquet(
    files: Sequence[IO[bytes]], tables: Sequence[Rows], lines: Iterable[bytes]
) -> None:
    """Write tables of tasks to Parquet files, with bounded memory.

    Args:
        files: The files, opened for writing.
        tables: What the table of each of them consists of.
        lines: The tasks, as JSON.
    """
    parquet = import_extra("pyarrow.parquet", "arrow", "A Parquet file")
    with ExitStack() as stack:
        groups = []
        for file, rows in zip(files, tables):
            enums = [
                field.name for field in rows.schema if _arrow().types.is_dictionary(field.type)
            ]
            options = {"use_dictionary": enums, "data_page_size": PAGE_BYTES}
            writer = parquet.ParquetWriter(file, rows.schema, compression="zstd", **options)
            groups.append(RowGroups(stack.enter_context(writer), rows))
        for line in map(task_line, lines):
            task = _members(line)
            for each in groups:
                each.add(task, len(line))
        for each in groups:
            each.finish()


class RowGroups:
    """Writes the rows of tasks to a Parquet file.

    Args:
        writer: The writer of the file.
        rows: What the table consists of.
    """

    def __init__(self, writer: Any, rows: Rows) -> None:
        self._writer = writer
        self._builder = BatchBuilder(rows)
        self._batches: list[pyarrow.RecordBatch] = []
        self._bytes = 0

    def add(self, task: Mapping[str, RawValue], characters: int) -> None:
        """Add a task whose JSON has so many characters."""
        for batch in self._builder.add(task, characters):
            self._batches.append(batch)
            self._bytes += batch.nbytes
        if self._bytes >= GROUP_BYTES:
            self._write()

    def finish(self) -> None:
        """Write the last rows."""
        self._batches += self._builder.finish()
        if self._batches:
            self._write()

    def _write(self) -> None:
        table = _arrow().Table.from_batches(self._batches).unify_dictionaries()
        self._batches, self._bytes = [], 0
        self._writer.write_table(table, table.num_rows)


def task_line(task: Any) -> str:
    """Return the JSON of a task, or of what stands for one.

    Raises:
        ScaleInvalidArgument: If it stands for none.
    """
    if isinstance(task, bytes):
        return task.decode("utf-8", "surrogatepass")
    return task if isinstance(task, str) else json.dumps(task_json(task))


def _row(members: Mapping[str, RawValue], columns: list[Column]) -> list[Any]:
    """Return the cells of a task."""
    cells: list[Any] = []
    other = {name: raw.text for name, raw in members.items() if name not in TASK_COLUMNS}
    for name, cell_of in _CELL_OF.items():
        raw = members.get(name)
        if raw is None:
            cells.append(None)
            continue
        value, is_exact = cell_of(raw)
        cells.append(value)
        if not is_exact:
            other[name] = raw.text
    cells.append(_object_text(other) if other else None)
    if columns:
        values = {name: raw.value for name, raw in members.items()}
        cells += [_chosen(column, values, members) for column in columns]
    return cells


def _members(line: str) -> dict[str, RawValue]:
    """Return the members of a task's JSON.

    Raises:
        ScaleInvalidArgument: If it is none.
    """
    try:
        members = read_object(line)
    except (ValueError, RecursionError):
        members = {}
    if not isinstance(members.get("task_id", RawValue(None, "")).value, str):
        raise ScaleInvalidArgument(f"each of tasks must be a task or its JSON, got {line!r:.100}")
    return members


def _chosen(column: Column, values: Mapping[str, Any], members: Mapping[str, RawValue]) -> Any:
    value = column.value_of(values)
    if column.type == JSON and column.keys[0] in members:
        text = column.text_of(members[column.keys[0]].text)
        return None if text is None else _whole_characters(text)
    return _milliseconds(value) if isinstance(value, dt.datetime) else value


def _object_text(members: Mapping[str, str]) -> str:
    texts = (f"{json.dumps(name)}: {_whole_characters(text)}" for name, text in members.items())
    return f"{{{', '.join(texts)}}}"


def _whole_characters(text: str) -> str:
    """Return JSON whose halves of surrogate pairs are escaped; they can only be in strings."""
    if is_encodable(text):
        return text
    return _HALF_PAIR.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


Cell = tuple[Any, bool]
"""A value of a table, and whether it is all that the task has."""


def _string_cell(raw: RawValue) -> Cell:
    if not isinstance(raw.value, str):
        return None, False
    return whole_string(raw.value), is_encodable(raw.value)


def _strings_cell(raw: RawValue) -> Cell:
    strings = raw.value
    if isinstance(strings, list) and all(
        isinstance(each, str) and is_encodable(each) for each in strings
    ):
        return strings, True
    return None, False


def _timestamp_cell(raw: RawValue) -> Cell:
    time = parse_utc(raw.value)
    if time is None:
        return None, False
    return _milliseconds(time), not _FINER.search(raw.value)


def _milliseconds(time: dt.datetime) -> int:
    return (time - _EPOCH) // _MILLISECOND


_CELLS: Mapping[str, Callable[[RawValue], Cell]] = {
    STRING: _string_cell,
    ENUM: _string_cell,
    TIMESTAMP: _timestamp_cell,
    STRINGS: _strings_cell,
    JSON: lambda raw: (_whole_characters(raw.text), True),
}
_CELL_OF = {name: _CELLS[kind] for name, kind in TASK_COLUMNS.items()}


def _arrow() -> Any:
    return import_extra("pyarrow", "arrow", "A table of tasks")
