"""Tasks as a table: a row each, nothing dropped, nothing bent."""

import gzip
import json

import pytest

import scaleapi

pandas = pytest.importorskip("pandas")
from scaleapi.dataframes import FIRST_COLUMNS  # noqa: E402

TIMES = ["created_at", "updated_at", "completed_at"]


def task(**more):
    return {"task_id": "t", "created_at": "2026-03-04T10:15:00.123Z", **more}


def test_to_dataframe_has_a_row_per_task_of_any_form(client):
    given = [
        scaleapi.Task(task(task_id="a"), client),
        task(task_id="b"),
        json.dumps(task(task_id="c")),
        json.dumps(task(task_id="d")).encode() + b"\n",
    ]
    frame = scaleapi.to_dataframe(iter(given))
    assert frame["task_id"].tolist() == ["a", "b", "c", "d"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
@pytest.mark.parametrize("as_text", [True, False])
def test_to_dataframe_reads_an_export_file_by_its_path(name, as_text, tmp_path):
    path = tmp_path / name
    opened = gzip.open(path, "wt") if name.endswith(".gz") else open(path, "w")
    with opened as file:
        file.writelines(json.dumps(task(task_id=str(row))) + "\n" for row in range(3))
    frame = scaleapi.to_dataframe(str(path) if as_text else path)
    assert frame["task_id"].tolist() == ["0", "1", "2"]


def test_to_dataframe_without_tasks_has_the_usual_columns():
    for flatten in ((), ["metadata"]):
        frame = scaleapi.to_dataframe([], flatten)
        assert list(frame.columns) == list(FIRST_COLUMNS) and len(frame) == 0
        assert {str(frame[name].dtype) for name in TIMES} == {"datetime64[us, UTC]"}


def test_to_dataframe_usual_columns_come_first_then_others_as_found():
    frame = scaleapi.to_dataframe([task(z=1), task(urgency="standard", a=None)])
    assert list(frame.columns) == [*FIRST_COLUMNS, "z", "urgency", "a"]


def test_to_dataframe_times_are_utc_timestamps():
    other = {"created_at": "2026-03-04T12:15:00+02:00", "completed_at": "2026-03-04T10:15:00"}
    frame = scaleapi.to_dataframe([task(), {**task(), **other}])
    assert frame["created_at"].tolist() == [
        pandas.Timestamp("2026-03-04T10:15:00.123Z"), pandas.Timestamp("2026-03-04T10:15:00Z"),
    ]  # fmt: skip
    assert frame["completed_at"][1] == pandas.Timestamp("2026-03-04T10:15:00Z")
    assert frame["completed_at"].isna().tolist() == [True, False]
    assert (frame["created_at"].dt.year == 2026).all()


@pytest.mark.parametrize(
    "odd",
    [
        "soon",
        5,
        1.5,
        "",
        ["2026"],
        {"at": 1},
        "2026-02-30",
        "now",
        "today",
        "NaT",
        "nan",
    ],
)
def test_to_dataframe_invalid_times_are_kept_unchanged(odd):
    frame = scaleapi.to_dataframe([task(), task(created_at=odd)], nested="python")
    assert frame["created_at"].tolist() == ["2026-03-04T10:15:00.123Z", odd]


@pytest.mark.parametrize("fraction", ["123", "123456", "123456789"])
def test_to_dataframe_times_keep_all_digits(fraction):
    frame = scaleapi.to_dataframe([task(created_at=f"2026-03-04T10:15:00.{fraction}Z")])
    assert frame["created_at"][0] == pandas.Timestamp(f"2026-03-04T10:15:00.{fraction}Z")


def test_to_dataframe_usual_column_is_dropped_only_when_replaced():
    bare = {"task_id": "t"}
    assert "metadata" in scaleapi.to_dataframe([bare], "metadata")
    spread = scaleapi.to_dataframe([bare, {**bare, "metadata": {"a": 1}}], "metadata")
    assert "metadata" not in spread and spread["metadata.a"].tolist()[1] == 1


def test_to_dataframe_integers_stay_integers_where_some_are_missing():
    frame = scaleapi.to_dataframe([task(n=2**60 + 1), task(), task(n=1)])
    assert frame["n"].tolist()[::2] == [2**60 + 1, 1] and frame["n"].isna().tolist()[1]
    huge = scaleapi.to_dataframe([task(n=2**70), task()], nested="python")
    assert huge["n"][0] == 2**70


def test_to_dataframe_other_values_have_a_fitting_dtype():
    given = {"yes": [True, None], "half": [0.5, 1], "both": [0.5, 2**60 + 1], "odd": [1, "1"]}
    rows = [{name: values[row] for name, values in given.items()} for row in range(2)]
    frame = scaleapi.to_dataframe([task(**row) for row in rows], nested="python")
    assert [str(frame[name].dtype) for name in given] == ["boolean", "float64", "object", "object"]
    assert frame["half"].mean() == 0.75
    assert frame["both"].tolist() == given["both"] and frame["odd"].tolist() == given["odd"]


def test_to_dataframe_flatten_expands_at_any_depth():
    first = task(metadata={"shift": {"day": 1, "of": ["a"]}}, params={"x": 1})
    frame = scaleapi.to_dataframe(
        [first, task(metadata={"shift": "night"})], "metadata", nested="python"
    )
    assert frame["metadata.shift.day"].tolist()[0] == 1
    assert frame["metadata.shift.of"][0] == ["a"]
    assert frame["metadata.shift"][1] == "night"
    assert frame["params"][0] == {"x": 1} and "metadata" not in frame


def test_to_dataframe_flatten_expands_several_columns():
    frame = scaleapi.to_dataframe(
        [task(metadata={"a": 1}, response={"b": 2}, own={"c": 3})], ["metadata", "response", "own"]
    )
    assert frame[["metadata.a", "response.b", "own.c"]].iloc[0].tolist() == [1, 2, 3]


def test_to_dataframe_flatten_keeps_what_is_not_a_dictionary():
    given = [task(metadata=value) for value in ({}, None, [1], "text", {"a": {}})]
    frame = scaleapi.to_dataframe(given, "metadata", nested="python")
    assert frame["metadata"].tolist()[0] == {}
    assert frame["metadata"].tolist()[2:4] == [[1], "text"]
    assert frame["metadata.a"].tolist()[4] == {}


def test_to_dataframe_flatten_escapes_a_dot_in_a_key():
    frame = scaleapi.to_dataframe([task(metadata={"a.b": 1, "a": {"b": 2}, "\\": 3})], "metadata")
    assert frame.iloc[0][["metadata.a\\.b", "metadata.a.b", "metadata.\\\\"]].tolist() == [1, 2, 3]


def test_to_dataframe_flatten_duplicate_column_raises():
    given = task(**{"metadata.a": 1, "metadata": {"a": 2}})
    with pytest.raises(
        scaleapi.ScaleInvalidArgument,
        match="flatten and columns must not make two columns.*metadata.a",
    ):
        scaleapi.to_dataframe([given], "metadata")


def test_to_dataframe_does_not_modify_its_argument():
    given = task(metadata={"a": {"b": [1]}})
    before = json.dumps(given)
    frame = scaleapi.to_dataframe([given], "metadata")
    frame.loc[0, "task_id"] = "other"
    assert json.dumps(given) == before


TABLES = {
    "no tasks": [],
    "empty objects": [task(metadata={}, params={}), task(response={"annotations": []})],
    "two types of task": [task(type="chat", params={"a": 1}), task(params={"a": [1, "x", None]})],
    "mixed values": [task(odd=value) for value in (1, "1", None, [1], {"a": 1}, True, 0.5)],
    "mixed times": [task(), task(created_at=5), task(updated_at={})],
    "mixed lists": [task(tags=["a"]), task(tags=[1]), task(tags="b"), task(tags=[])],
    "lists of strings": [task(tags=["a", "b"]), task(tags=[]), task()],
    "integers over 64 bits": [task(n=2**70), task(n=1)],
    "lone surrogates": [task(instruction="\ud800", metadata={"\ud800": "\udfff"}), task()],
    "nested lists": [task(response={"boxes": [{"label": "a"}, {"label": 5}]})],
}


@pytest.mark.parametrize("flatten", [(), ["metadata", "params", "response"]], ids=str)
@pytest.mark.parametrize("given", TABLES.values(), ids=TABLES)
def test_to_dataframe_can_be_written_as_parquet_and_back(given, flatten, tmp_path):
    pytest.importorskip("pyarrow")
    frame = scaleapi.to_dataframe(given, flatten)
    frame.to_parquet(tmp_path / "table.parquet")
    again = pandas.read_parquet(tmp_path / "table.parquet")
    assert list(again.columns) == list(frame.columns)
    for name in frame.columns:
        for old, new in zip(frame[name], again[name]):
            assert list(old) == list(new) if isinstance(old, list) else old is new or (
                old == new or (pandas.isna(old) and pandas.isna(new))
            )  # fmt: skip


def test_to_dataframe_nested_values_are_json_text():
    given = [task(metadata={"a": "\u00e4"}, tags=["x"], odd=[{"b": 1}]), task(metadata={}, odd="o")]
    frame = scaleapi.to_dataframe(given)
    assert frame["metadata"].tolist() == ['{"a": "\u00e4"}', "{}"]
    assert frame["odd"].tolist() == ['[{"b": 1}]', '"o"'] and frame["tags"][0] == ["x"]
    assert frame["params"].isna().all()
    surrogate = scaleapi.to_dataframe([task(metadata={"a": "\ud800"})])
    assert surrogate["metadata"].tolist() == ['{"a": "\\ud800"}']


def test_to_dataframe_columns_have_their_types():
    values = {
        "int64": (2**60 + 1, "Int64"), "float64": (1, "Float64"), "bool": (True, "boolean"),
        "string": ("x", "string"), "timestamp": ("2026-03-04T10:15:00Z", "datetime64[ms, UTC]"),
        "json": ([1], "object"),
    }  # fmt: skip
    metadata = {name: value for name, (value, _) in values.items()}
    columns = {f"metadata.{name}": name for name in values}
    frame = scaleapi.to_dataframe([task(metadata=metadata), task()], columns=columns)
    for name, (value, dtype) in values.items():
        column = frame[f"metadata.{name}"]
        assert str(column.dtype) == dtype or name == "json"
        expected = {"timestamp": pandas.Timestamp("2026-03-04T10:15:00Z"), "json": "[1]"}
        assert column[0] == expected.get(name, value) and pandas.isna(column[1])
    assert list(scaleapi.to_dataframe([], columns=columns).columns) == [*FIRST_COLUMNS, *columns]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"columns": {"status": "string"}}, "columns must not name 'status'"),
        ({"columns": {"metadata.a": "int"}}, "must be one of"),
        ({"columns": {"metadata.a": "int64"}, "flatten": "metadata"}, "must not make two columns"),
        ({"columns": {"metadata.a": "string"}}, "must be 'string' in every task, got 1 in task t"),
        ({"nested": "text"}, "nested must be 'json' or 'python', got 'text'"),
        ({"nested": True}, "nested must be 'json' or 'python', got True"),
    ],
)
def test_to_dataframe_invalid_option_raises(options, message):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        scaleapi.to_dataframe([task(metadata={"a": 1})], **options)


@pytest.mark.parametrize("tasks", [None, 5, b"x", {"task_id": "a"}])
def test_to_dataframe_of_no_iterable_of_tasks_raises(tasks):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="tasks must be an iterable of tasks"):
        scaleapi.to_dataframe(tasks)


@pytest.mark.parametrize("odd", [None, 5, "", "{", "[]", b"\xff", ["task_id"]])
def test_to_dataframe_of_an_item_that_is_no_task_raises(odd):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="each of tasks must be a task"):
        scaleapi.to_dataframe([task(), odd])


@pytest.mark.parametrize("flatten", [5, [5], {"metadata": 1}, ""])
def test_to_dataframe_invalid_flatten_raises(flatten):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="flatten must be"):
        scaleapi.to_dataframe([], flatten)


def test_to_dataframe_without_pandas_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'scaleapi\[pandas\]'"):
        scaleapi.to_dataframe([])
