"""Convert tasks to a pandas DataFrame."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Union, cast

from ._html import MATHJAX_IGNORE, escape_html
from ._lazy import OptionalPackage, import_extra
from ._manifest import read_manifest
from ._task_columns import Column, is_encodable, parse_columns, whole_string
from ._task_sources import TaskSource, task_json, tasks_in
from ._validation import str_or_str_list
from .annotations.reading import iter_annotations
from .drawing import label_colour
from .exceptions import ScaleInvalidArgument

if TYPE_CHECKING:
    import pandas
else:
    pandas = OptionalPackage("pandas")

FIRST_COLUMNS = (
    *("task_id", "type", "status", "project", "batch", "unique_id"),
    *("created_at", "updated_at", "completed_at"),
    *("tags", "instruction", "params", "metadata", "response"),
)
"""The usual columns, always present, to the left of all others."""
DTYPES: Mapping[str, Any] = {
    "boolean": "boolean",
    "integer": "Int64",
    "floating": "float64",
    "mixed-integer-float": "float64",
}
"""The dtype for each kind of values that pandas infers, one that allows missing values."""
TIMES = ("created_at", "updated_at", "completed_at")
NESTED = ("params", "metadata", "response")
COLUMN_DTYPES: Mapping[str, Any] = {
    "bool": "boolean",
    "float64": "Float64",
    "int64": "Int64",
    "string": "string",
}
"""The dtype for each type of a chosen column, except "json" and "timestamp"."""
JSON_TEXT, PYTHON = "json", "python"
LABEL_COLUMNS = ["label", "type", "annotations", "tasks"]
_LEFT = 'style="text-align:left"'
_NANOSECONDS = re.compile(r"\.\d{7}")


def to_dataframe(
    tasks: TaskSource,
    flatten: Union[str, Iterable[str]] = (),
    *,
    columns: Optional[Mapping[str, str]] = None,
    nested: str = JSON_TEXT,
    files: Union[str, os.PathLike[str], None] = None,
) -> pandas.DataFrame:
    r"""Return a table with one row per task, in their order, which needs the extra `pandas`.

    It can be written by any of pandas' methods, such as `to_parquet`, unless `nested` is "python".

    Args:
        tasks: Any iterable of tasks, such as `client.get_tasks(...)`; of their JSON, as
            dictionaries or strings; or the path of a file that `export_tasks` wrote.
        flatten: Columns whose objects are to be flattened, such as "metadata" or
            `["params", "response"]`: `{"a": {"b": 1}}` in "metadata" becomes 1 in "metadata.a.b".
            Lists are not flattened. A dot within a key is written as "\.".
        columns: Types of further columns by path, such as `{"metadata.camera": "int64"}`; see
            `to_arrow`.
        nested: How objects and lists are given: "json", as JSON text, or "python", as dictionaries
            and lists. As text, a column with values of several types is text as a whole; lists of
            strings are lists in both.
        files: The folder to which `download_results` wrote, or its manifest. The column "files" has
            a list of the paths of each task's files, in the order in which they were complete.

    Returns:
        A DataFrame. The usual columns come first, whether a task has them or not, then all others
        in the order in which tasks have them; a column that was flattened into others is left out.
        Times of creation, change and completion are timestamps in UTC; integers stay integers;
        keys that a task does not have are missing values.

    Raises:
        ImportError: If pandas is not installed.
        ScaleInvalidArgument: If `tasks` or one of its items is invalid.
        OSError: If the file can't be read.

    See https://scale.com/docs/api-reference/tasks.
    """
    installed = _pandas()
    names = str_or_str_list("flatten", flatten)
    chosen = parse_columns(columns, FIRST_COLUMNS)
    if nested not in (JSON_TEXT, PYTHON):
        raise ScaleInvalidArgument(f"nested must be {JSON_TEXT!r} or {PYTHON!r}, got {nested!r}")
    jsons: Iterator[Mapping[str, Any]] = map(task_json, tasks_in(tasks))
    if files is not None:
        jsons = _with_files(jsons, files)
    cells = _columns(jsons, {names} if isinstance(names, str) else set(names), chosen)
    frame: pandas.DataFrame = installed.DataFrame(cells, dtype=object)
    types = {**dict.fromkeys(TIMES, "time"), **{column.name: column.type for column in chosen}}
    for name in cells:
        frame[name] = _typed(frame[name], types.get(name, ""), nested == JSON_TEXT)
    return frame


def _typed(column: pandas.Series[Any], type_: str, as_text: bool) -> pandas.Series[Any]:
    """Convert a column to a fitting dtype, or to JSON text where its values are of no one type."""
    if type_ in COLUMN_DTYPES:
        return column.astype(COLUMN_DTYPES[type_])
    if type_ == "timestamp":
        times = _pandas().to_datetime(column, utc=True)
        return cast("pandas.Series[Any]", times.dt.as_unit("ms"))
    if as_text and (type_ == "json" or column.name in NESTED):
        return column.map(_json_text, na_action="ignore")
    if not all(is_encodable(value) for value in column if isinstance(value, str)):
        return column.map(_json_text, na_action="ignore") if as_text else column
    typed = _times(column) if type_ == "time" else _infer_dtype(column)
    return typed if not as_text or _is_uniform(typed) else column.map(_json_text, "ignore")


def _is_uniform(column: pandas.Series[Any]) -> bool:
    """Return whether the values of a column are of one dtype, strings, or lists of strings."""
    if column.dtype != object:
        return True
    values = list(column.dropna())
    return all(map(_is_string, values)) or all(
        isinstance(value, list) and all(map(_is_string, value)) for value in values
    )


def _is_string(value: Any) -> bool:
    return isinstance(value, str) and is_encodable(value)


def _json_text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if is_encodable(text) else json.dumps(value)


def _with_files(
    tasks: Iterable[Mapping[str, Any]], files: Union[str, os.PathLike[str]]
) -> Iterator[Mapping[str, Any]]:
    """Yield the tasks, each with the paths of its files."""
    source = Path(files)
    folder = source if source.is_dir() else source.parent
    paths: dict[str, list[str]] = {}
    for entry in read_manifest(source):
        paths.setdefault(entry.task_id, []).append(str(folder / entry.file))
    for task in tasks:
        yield {**task, "files": paths.get(str(task.get("task_id")), [])}


def _columns(
    tasks: Iterable[Mapping[str, Any]], flatten: set[str], chosen: list[Column]
) -> dict[str, list[Any]]:
    """Return the table column by column, each with one value per task."""
    names = (*FIRST_COLUMNS, *(column.name for column in chosen))
    columns: dict[str, list[Any]] = {name: [] for name in names}
    rows = 0
    for task in tasks:
        further = ((column.name, column.value_of(task)) for column in chosen)
        for name, value in chain(_cells(task, flatten), further):
            column = columns.setdefault(name, [])
            if len(column) > rows:
                raise ScaleInvalidArgument(
                    f"flatten and columns must not make two columns {name!r} of one task"
                )
            column.extend([None] * (rows - len(column)))
            column.append(value)
        rows += 1
    for column in columns.values():
        column.extend([None] * (rows - len(column)))
    flattened = {name for name in flatten if any(key.startswith(f"{name}.") for key in columns)}
    return {
        name: column
        for name, column in columns.items()
        if name not in flattened or any(value is not None for value in column)
    }


def _pandas() -> Any:
    return import_extra("pandas", "pandas", "A table of tasks")


def _cells(task: Mapping[str, Any], flatten: set[str]) -> Iterator[Any]:
    for name, value in task.items():
        if name in flatten:
            yield from _leaves(name, value)
        else:
            yield name, value


def _leaves(name: str, value: Any) -> Iterator[Any]:
    """Yield the values in an object at any depth, by dotted names; an empty object is a value."""
    if not isinstance(value, Mapping) or not value:
        yield name, value
        return
    for key, inner in value.items():
        escaped = str(key).replace("\\", "\\\\").replace(".", "\\.")
        escaped = escaped.encode("utf-8", "backslashreplace").decode()  # no half surrogate pairs
        yield from _leaves(f"{name}.{escaped}", inner)


def _infer_dtype(column: pandas.Series[Any]) -> pandas.Series[Any]:
    """Convert a column to the dtype of all its values, if that represents them exactly."""
    inferred = _pandas().api.types.infer_dtype(column, skipna=True)
    if inferred not in DTYPES:
        return column.infer_objects()
    try:
        typed = column.astype(DTYPES[inferred])
    except OverflowError:  # more than 64 bits
        return column
    exact = all(new == old for new, old in zip(typed.dropna(), column.dropna()))
    return typed if exact else column


def _times(column: pandas.Series[Any]) -> pandas.Series[Any]:
    """Convert strings to timestamps; if one of them is not a time, return the column unchanged."""
    # pandas also parses "now" and "NaT" as times.
    if not all(isinstance(value, str) and value[:1].isdigit() for value in column.dropna()):
        return column
    try:
        times = _pandas().to_datetime(column, utc=True, format="ISO8601")
    except ValueError:
        return column
    finer = any(_NANOSECONDS.search(value) for value in column.dropna())
    return cast("pandas.Series[Any]", times.dt.as_unit("ns" if finer else "us"))


def label_counts(
    tasks: TaskSource, *, files: Union[str, os.PathLike[str], None] = None
) -> pandas.DataFrame:
    """Return how often each label occurs, which needs the extra `pandas`.

    Args:
        tasks: See `to_dataframe`.
        files: See `scaleapi.annotations.iter_annotations`.

    Returns:
        A data frame with a row for each label, the most frequent first, and the columns `label`,
        `type`, the geometry; `annotations`, their number; and `tasks`, in how many they are.
        Notebooks display it with bars.

    Raises:
        ImportError: If pandas is not installed.
        ScaleInvalidArgument: If one of the tasks is invalid.
        OSError: If a file can't be read.
    """
    counts: Counter[tuple[str, str]] = Counter()
    seen: dict[tuple[str, str], set[str]] = {}
    for annotation in iter_annotations(tasks, files=files):
        if annotation.label is not None:
            key = (whole_string(annotation.label), annotation.type)
            counts[key] += 1
            seen.setdefault(key, set()).add(annotation.task_id)
    rows = [(*key, number, len(seen[key])) for key, number in counts.most_common()]
    frame = _counts_class()(rows, columns=LABEL_COLUMNS)
    return cast("pandas.DataFrame", frame)


@lru_cache(maxsize=1)
def _counts_class() -> Any:
    """Return a class of data frames that are displayed with bars; it needs pandas to be defined."""
    base: Any = import_extra("pandas", "pandas", "A data frame").DataFrame

    class LabelCounts(base):  # type: ignore[misc]  # frames made of it have the usual class
        """Numbers of labels."""

        def __reduce__(self) -> Any:  # a class that is made here can't be found by its name
            return base(self).__reduce__()

        def _repr_html_(self) -> Any:
            if list(self.columns) != LABEL_COLUMNS:
                return super()._repr_html_()
            most = max(self["annotations"], default=1)
            rows = (
                (label, type_, f"{number:,}", f"{tasks:,}", "\u2588" * round(30 * number / most))
                for label, type_, number, tasks in self.itertuples(index=False)
            )
            body = "".join(
                f"<tr>{''.join(f'<td {_LEFT}>{escape_html(cell)}</td>' for cell in cells)}"
                f'<td style="text-align:left;color:{label_colour(cells[0])}">{bar}</td></tr>'
                for *cells, bar in rows
            )
            head = "".join(f"<th {_LEFT}>{name}</th>" for name in (*LABEL_COLUMNS, ""))
            return f"<table {MATHJAX_IGNORE}><tr>{head}</tr>{body}</table>"

    return LabelCounts
