"""Arrow tables and Parquet files: one schema, and the rows of the JSON lines in every engine."""

import datetime as dt
import json

import pytest

import scaleapi

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

TASKS = 102
CORE = [
    "task_id", "type", "status", "project", "batch", "unique_id", "created_at", "updated_at",
    "completed_at", "tags", "instruction", "params", "metadata", "response", "other",
]  # fmt: skip


def task(number=0, **fields):
    created = "2026-03-04T10:15:00.000Z"
    return {"task_id": f"{number:024x}", "status": "pending", "created_at": created, **fields}


def row(given, **options):
    """The only row of a table of one task, given as a dictionary or as text."""
    (found,) = scaleapi.to_arrow([given], **options).to_pylist()
    return found


def rebuilt(found):
    """The task that a row was made of, from the row alone."""
    fields = json.loads(found["other"] or "{}")
    for name in ("params", "metadata", "response"):
        if found[name] is not None:
            fields[name] = json.loads(found[name])
    for name, value in found.items():
        if isinstance(value, dt.datetime):
            value = value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if value is not None and name != "other":
            fields.setdefault(name, value)
    return fields


MIXED = [
    task(0),
    task(1, metadata={}, params={}, tags=[]),
    task(2, metadata={"a": 1}, type="chat"),
    task(3, metadata={"a": "x", "b": [1, "y", None]}, type="imageannotation", tags=["a", "b"]),
    task(
        4, metadata=None, response=[1], status="completed", completed_at="2026-03-05T00:00:00.500Z"
    ),
    task(5, metadata=5, params="text", response=None, tags="odd", project=["x"], extra={"b": 1.0}),
    task(6, created_at="soon", updated_at=5, instruction=None, unique_id=17, is_test=True),
    task(7, instruction="half \ud800 pair", unique_id="\udfff", tags=["\ud800"], note="\ud800"),
    task(8, created_at="2026-03-04T10:15:00.0001Z", updated_at="2026-03-04T10:15:00.1230000Z"),
    task(9, created_at="1800-01-01T00:00:00Z", updated_at="2026-03-04T12:15:00.500+02:00"),
    task(10, metadata={"big": 2**70, "small": -(2**64), "tiny": 1e-300}),
]


def test_to_arrow_schema_does_not_depend_on_the_tasks():
    tables = [scaleapi.to_arrow(tasks) for tasks in ([], MIXED[:1], MIXED)]
    assert all(table.schema.equals(tables[0].schema, check_metadata=True) for table in tables)
    assert tables[0].schema.names == CORE
    assert tables[0].schema.metadata == {b"scaleapi.schema_version": b"1"}
    assert arrow.concat_tables(tables).num_rows == 1 + len(MIXED)
    types = {field.name: str(field.type) for field in tables[0].schema}
    enum = "dictionary<values=string, indices=int32, ordered=0>"
    assert {types[name] for name in ("type", "status", "project", "batch")} == {enum}
    times = {types[name] for name in ("created_at", "updated_at", "completed_at")}
    assert times == {"timestamp[ms, tz=UTC]"}
    assert [field.name for field in tables[0].schema if not field.nullable] == ["task_id"]


@pytest.mark.parametrize("number", range(len(MIXED)))
def test_to_arrow_row_holds_all_of_a_task(number):
    given = MIXED[number]
    found = rebuilt(row(given))
    for name in ("created_at", "updated_at", "completed_at"):
        if isinstance(given.get(name), str) and given[name] != "soon":  # written in another way
            assert (name in json.loads(row(given)["other"] or "{}")) == ("0001Z" in given[name])
            found[name] = given[name]
    assert found == given


@pytest.mark.parametrize("form", ["task", "dictionary", "str", "bytes"])
def test_to_arrow_takes_tasks_of_any_form(form, listing_client):
    given = task(1, metadata={"a": 1}, tags=["x"])
    forms = {
        "task": scaleapi.Task(given, listing_client),
        "dictionary": given,
        "str": json.dumps(given),
        "bytes": json.dumps(given).encode() + b"\n",
    }
    assert rebuilt(row(forms[form])) == given


DIGITS = (
    '{"a": 12345678901234567890123, "b": 1.10, "c": 1e400, "d": 0.1000000000000000055511151231}'
)


def test_to_arrow_json_keeps_every_digit():
    line = f'{{"task_id": "a", "metadata": {DIGITS}, "params": {DIGITS}, "x": {DIGITS}}}'
    found = row(line)
    assert found["metadata"] == found["params"] == DIGITS
    assert found["other"] == f'{{"x": {DIGITS}}}'


def test_to_arrow_chosen_json_keeps_every_digit():
    line = f'{{"task_id": "a", "metadata": {{"deep": {{"er": {DIGITS}}}}}}}'
    columns = {"metadata.deep.er": "json", "metadata.deep.none": "json", "metadata.x.y": "json"}
    found = row(line, columns=columns)
    assert found["metadata.deep.er"] == DIGITS
    assert found["metadata.deep.none"] is None and found["metadata.x.y"] is None


def test_to_arrow_lone_surrogates_survive_in_the_json():
    metadata = b'{"\xed\xa0\x80": "\xed\xbf\xbf \\ud800"}'
    raw = b'{"task_id": "a", "metadata": %s, "unique_id": "\xed\xa0\x80"}'
    found = row(raw % metadata)
    assert found["metadata"] == '{"\\ud800": "\\udfff \\ud800"}'
    assert json.loads(found["metadata"]) == {"\ud800": "\udfff \ud800"}
    assert found["unique_id"] == "\ufffd" and found["other"] == '{"unique_id": "\\ud800"}'


VALUES = {
    "bool": [True, False],
    "int64": [0, 2**63 - 1, -(2**63)],
    "float64": [0.5, 1e300, 7],
    "string": ["", "\u00e4"],
    "timestamp": ["2026-03-04T10:15:00.000Z"],
}
ODD = {
    "bool": [0, "true", []],
    "int64": [2**63, True, 1.0, "1"],
    "float64": [2**53 + 1, True, "0.5"],
    "string": [1, {}, "\ud800"],
    "timestamp": ["soon", 5],
}


@pytest.mark.parametrize("type_, value", [(t, value) for t in VALUES for value in VALUES[t]])
def test_to_arrow_chosen_column_has_its_type(type_, value):
    given = [task(1, metadata={"a": {"b": value}}), task(2), task(3, metadata={"a": 5})]
    table = scaleapi.to_arrow(given, {"metadata.a.b": type_})
    first, *others = table["metadata.a.b"].to_pylist()
    if type_ == "timestamp":
        first = first.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert (first, others) == (value, [None, None]) and table.schema.names == [
        *CORE,
        "metadata.a.b",
    ]


@pytest.mark.parametrize("type_, value", [(t, value) for t in ODD for value in ODD[t]])
def test_to_arrow_value_of_another_type_raises(type_, value):
    with pytest.raises(
        scaleapi.ScaleInvalidArgument, match=rf"columns\['a'\] must be '{type_}' in every.*task 00"
    ):
        scaleapi.to_arrow([task(a=value)], {"a": type_})


def test_to_arrow_column_may_name_keys_with_dots():
    columns = {r"metadata.a\.b": "int64", r"metadata.\\": "int64"}
    found = row(task(metadata={"a.b": 1, "a": {"b": 2}, "\\": 3}), columns=columns)
    assert (found[r"metadata.a\.b"], found[r"metadata.\\"]) == (1, 3)


@pytest.mark.parametrize(
    "columns, message",
    [
        (5, "columns must be a dictionary"),
        (["a"], "columns must be a dictionary"),
        ({"a": "int32"}, r"columns\['a'\] must be one of \['bool', "),
        ({"a": ["int64"]}, r"columns\['a'\] must be one of"),
        ({"": "int64"}, "each path of columns must be"),
        ({5: "int64"}, "each path of columns must be"),
        ({"status": "string"}, "columns must not name 'status': the table has this column"),
        ({"other": "json"}, "columns must not name 'other'"),
    ],
)
def test_to_arrow_invalid_columns_raise(columns, message, listing_client, service, tmp_path):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        scaleapi.to_arrow([], columns)
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        listing_client.export_tasks(tmp_path / "a.parquet", project_name="p", columns=columns)
    assert service.queries == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_export_columns_of_json_lines_raise(name, listing_client, service, tmp_path):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="columns must be None unless"):
        listing_client.export_tasks(tmp_path / name, project_name="p", columns={})
    assert service.queries == []


@pytest.mark.parametrize(
    "odd", [5, "x", "{", "{}", '{"task_id": 5}', '{"task_id": "a"} x', "[]", {}]
)
def test_to_arrow_of_an_item_that_is_no_task_raises(odd):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="each of tasks must be a task or its"):
        scaleapi.to_arrow([task(), odd])


@pytest.mark.parametrize(
    "read", [scaleapi.to_arrow, scaleapi.to_dataframe, scaleapi.annotations.iter_annotations]
)
def test_tasks_of_a_parquet_file_are_refused(read, tmp_path):
    path = tmp_path / "tasks.PARQUET"
    parquet.write_table(scaleapi.to_arrow([task()]), path)
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="tasks must be JSON lines where it is"):
        read(path)


def test_to_arrow_reads_compressed_lines_whatever_the_case(listing_client, service, tmp_path):
    service.put(1)
    path = tmp_path / "tasks.jsonl.GZ"
    listing_client.export_tasks(path, project_name="p")
    assert scaleapi.to_arrow(path).num_rows == 1


def test_to_arrow_without_pyarrow_names_the_extra(monkeypatch, listing_client, service, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(ImportError, match=r"needs pyarrow. Install.*scaleapi\[arrow\]"):
        scaleapi.to_arrow([])
    with pytest.raises(ImportError, match=r"needs pyarrow. Install.*scaleapi\[arrow\]"):
        listing_client.export_tasks(tmp_path / "a.parquet", project_name="p")
    assert service.queries == [] and not list(tmp_path.iterdir())


def test_to_arrow_many_tasks_become_several_batches(monkeypatch):
    monkeypatch.setattr("scaleapi.arrow.BATCH_ROWS", 10)
    assert len(scaleapi.to_arrow(map(task, range(35)))["task_id"].chunks) == 4
    monkeypatch.setattr("scaleapi.arrow.BATCH_CHARACTERS", 1)
    assert len(scaleapi.to_arrow(map(task, range(35)))["task_id"].chunks) == 35


@pytest.fixture
def exported(listing_client, service, tmp_path):
    """Tasks of several types, exported as JSON lines and as Parquet."""
    for number, fields in enumerate(MIXED[:5] * 20 + MIXED[9:]):
        service.put(number, **{**fields, "task_id": f"{number:024x}"})
    for name in ("tasks.jsonl", "tasks.parquet"):
        report = listing_client.export_tasks(tmp_path / name, project_name="p")
        assert report.tasks == TASKS
    service.tasks.clear()
    listing_client.export_tasks(tmp_path / "none.parquet", project_name="p")
    return tmp_path


@pytest.fixture
def wanted(exported):
    """The rows as pyarrow makes them of the JSON lines, in plain values."""
    return scaleapi.to_arrow(exported / "tasks.jsonl").to_pylist()


def test_exported_parquet_has_the_rows_of_the_json_lines(exported, wanted):
    table = parquet.read_table(exported / "tasks.parquet")
    assert table.to_pylist() == wanted
    lines = map(json.loads, (exported / "tasks.jsonl").read_text().splitlines())
    plain = [line for line in lines if not line["updated_at"].endswith("+02:00")]
    found = map(rebuilt, table.to_pylist())
    assert [task for task in found if task["created_at"] > "1900"] == plain and len(plain) > 100


def test_exported_parquet_schema_is_that_of_to_arrow(exported):
    full, empty = (
        parquet.read_table(exported / name) for name in ("tasks.parquet", "none.parquet")
    )
    schema = scaleapi.to_arrow([]).schema
    assert full.schema.equals(schema, check_metadata=True)
    assert empty.schema.equals(schema, check_metadata=True) and empty.num_rows == 0
    assert arrow.concat_tables([full, empty]).num_rows == TASKS


def test_exported_parquet_is_read_by_duckdb(exported, wanted):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        found = database.from_parquet(str(exported / "tasks.parquet"))
        rows = [dict(zip(found.columns, values)) for values in found.fetchall()]
        (number,) = database.execute(
            f"SELECT count(*) FROM '{exported / 'tasks.parquet'}' WHERE metadata->>'a' = '1'"
        ).fetchone()
    for given in rows:
        for name in ("created_at", "updated_at", "completed_at"):
            given[name] = given[name] and given[name].astimezone(dt.timezone.utc)
    assert rows == wanted and number == 20


def test_exported_parquet_is_read_by_polars(exported, wanted):
    polars = pytest.importorskip("polars")
    assert polars.read_parquet(exported / "tasks.parquet").to_dicts() == wanted
    assert polars.from_arrow(scaleapi.to_arrow(exported / "tasks.jsonl")).to_dicts() == wanted


def test_exported_parquet_is_read_by_pandas(exported, wanted):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(exported / "tasks.parquet", dtype_backend="pyarrow")
    found = frame.to_dict("records")
    for given in found:
        given.update({name: None for name, value in given.items() if value is pandas.NA})
        given["tags"] = None if given["tags"] is None else list(given["tags"])
    assert found == wanted


def test_exported_parquet_columns_are_typed(listing_client, service, tmp_path):
    service.put(1, metadata={"camera": 7})
    service.put(2)
    path = tmp_path / "a.parquet"
    listing_client.export_tasks(path, project_name="p", columns={"metadata.camera": "int64"})
    table = parquet.read_table(path)
    assert table["metadata.camera"].type == arrow.int64()
    assert table["metadata.camera"].to_pylist() == [None, 7]


def test_exported_parquet_of_another_type_raises_and_keeps_what_was_read(
    listing_client, service, tmp_path
):
    service.put(1, metadata={"camera": "front"})
    path, columns = tmp_path / "a.parquet", {"metadata.camera": "int64"}
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="must be 'int64' in every task"):
        listing_client.export_tasks(path, project_name="p", columns=columns)
    assert not path.exists()
    service.queries.clear()
    columns = {"metadata.camera": "string"}
    report = listing_client.export_tasks(path, project_name="p", columns=columns)
    assert report.resumed and report.requests == 0 == len(service.queries)
    assert parquet.read_table(path)["metadata.camera"].to_pylist() == ["front"]
