"""annotations.to_arrow: one schema, a row for each annotation, and what its cells hold."""

import json

import pytest

import scaleapi
from scaleapi.annotations import iter_annotations, to_arrow

from .samples import SAMPLES, task

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

COLUMNS = [
    "task_id", "index", "label", "type", "id", "frame", "time", "sensor", "left", "top", "width",
    "height", "rotation", "vertices", "mask_index", "area", "start", "end", "start_time",
    "end_time", "text", "x", "y", "z", "size_x", "size_y", "size_z", "yaw", "pitch", "roll",
    "source", "target", "url", "geometry", "attributes", "json",
]  # fmt: skip


def cells(type_, response):
    """The cells of the only annotation of a task that are not null and not JSON."""
    (row,) = to_arrow(task(response, type_)).to_pylist()
    common = {"task_id", "index", "type", "geometry", "attributes", "json"}
    return {name: row[name] for name in row if row[name] is not None and name not in common}


def shape(**fields):
    return cells("imageannotation", {"annotations": [fields]})


def test_schema_does_not_depend_on_the_tasks():
    tables = [to_arrow(tasks) for tasks in ([], SAMPLES[:1], SAMPLES)]
    assert all(table.schema.equals(tables[0].schema, check_metadata=True) for table in tables)
    assert tables[0].schema.names == COLUMNS
    assert tables[0].schema.metadata == {b"scaleapi.schema_version": b"1"}
    assert arrow.concat_tables(tables).num_rows == sum(table.num_rows for table in tables)
    required = [field.name for field in tables[0].schema if not field.nullable]
    assert required == ["task_id", "index", "type"]
    enum = "dictionary<values=string, indices=int32, ordered=0>"
    assert {str(tables[0].schema.field(name).type) for name in ("label", "type")} == {enum}


def test_rows_are_those_of_iter_annotations():
    found = to_arrow(SAMPLES).to_pylist()
    wanted = list(iter_annotations(SAMPLES))
    assert len(found) == len(wanted) == 15
    for row, annotation in zip(found, wanted):
        for name in ("task_id", "index", "label", "type", "id", "frame", "time"):
            assert row[name] == getattr(annotation, name)
        assert json.loads(row["json"]) == annotation.json
        assert json.loads(row["attributes"]) == annotation.attributes
        assert json.loads(row["geometry"])["type"] == annotation.type
    assert len({row["type"] for row in found}) > 10


def test_cells_of_a_box():
    found = shape(type="box", left=1, top=2.5, width=3, height=4, label="car", uuid="u")
    assert found == {"left": 1, "top": 2.5, "width": 3, "height": 4, "label": "car", "id": "u"}


def test_cells_of_vertices_have_the_rectangle_around_them():
    vertices = [{"x": 0, "y": 1}, {"x": 10, "y": 11}, {"x": -5, "y": 21}]
    extent = {"left": -5, "top": 1, "width": 15, "height": 20, "vertices": vertices}
    assert shape(type="polygon", vertices=vertices) == extent
    assert shape(type="line", vertices=vertices) == extent
    corners = [*vertices, {"x": 0, "y": 0}]
    found = shape(type="box", left=0, top=0, width=1, height=1, rotation=0.5, vertices=corners)
    assert found == {**extent, "top": 0, "height": 21, "vertices": corners, "rotation": 0.5}


def test_cells_of_a_point():
    point = {"x": 3, "y": 4.5}
    extent = {"left": 3, "top": 4.5, "width": 0, "height": 0}
    assert shape(type="point", **point) == {**extent, "vertices": [point]}


def test_cells_of_a_text_span():
    span = {"text": "Ada", "start": 5, "end": 8, "label": "person"}
    found = cells("namedentityrecognition", {"annotations": [span]})
    assert found == span


def test_cells_of_a_file_that_is_not_at_hand():
    response = {"annotations": {"url": "https://example.org/a?signature=x"}}
    assert cells("videoannotation", response) == {"url": response["annotations"]["url"]}


def test_lone_surrogates_survive_in_the_json():
    given = {"type": "box", "left": 1, "top": 2, "width": 3, "height": 4, "label": "\ud800"}
    (row,) = to_arrow(task({"annotations": [given]})).to_pylist()
    assert row["label"] == "\ufffd" and json.loads(row["json"]) == given


def test_large_integers_survive_in_the_json():
    given = {"type": "box", "left": 2**70, "top": 2, "width": 3, "height": 4}
    (row,) = to_arrow(task({"annotations": [given]})).to_pylist()
    assert row["type"] == "unknown" and json.loads(row["json"]) == given


def test_infinite_numbers_are_strings_in_the_json():
    line = '{"task_id": "t", "type": "categorization", "response": {"category": [1e400, {"a": 1}]}}'
    (row,) = to_arrow([line]).to_pylist()
    assert json.loads(row["json"]) == {"category": ["inf", {"a": 1}]}


@pytest.fixture
def exported(listing_client, service, tmp_path):
    """Samples as JSON lines, and as a Parquet file with a second one of their annotations."""
    for number, sample in enumerate(SAMPLES):
        service.put(number, **sample)
    for name, options in (("tasks.jsonl", {}), ("tasks.parquet", {"annotations": True})):
        listing_client.export_tasks(tmp_path / name, project_name="p", **options)
    return tmp_path


def test_exported_annotations_are_those_of_the_json_lines(exported):
    table = parquet.read_table(exported / "tasks.annotations.parquet")
    wanted = to_arrow(exported / "tasks.jsonl")
    assert table.schema.equals(wanted.schema, check_metadata=True)
    assert table.to_pylist() == wanted.to_pylist() and table.num_rows == 15
    tasks = parquet.read_table(exported / "tasks.parquet")
    assert set(table["task_id"].to_pylist()) <= set(tasks["task_id"].to_pylist())


def test_exported_annotations_are_read_by_duckdb_and_polars(exported):
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    path, wanted = exported / "tasks.annotations.parquet", to_arrow(exported / "tasks.jsonl")
    with duckdb.connect() as database:
        found = database.from_parquet(str(path))
        rows = [dict(zip(found.columns, values)) for values in found.fetchall()]
    assert rows == wanted.to_pylist()
    assert polars.read_parquet(path).to_dicts() == wanted.to_pylist()


def test_exported_without_tasks_has_the_schema(listing_client, service, tmp_path):
    path = tmp_path / "none.parquet"
    listing_client.export_tasks(path, project_name="p", annotations=True)
    table = parquet.read_table(path.with_name("none.annotations.parquet"))
    assert table.num_rows == 0
    assert table.schema.equals(to_arrow([]).schema, check_metadata=True)


def test_many_annotations_become_several_batches(monkeypatch):
    monkeypatch.setattr("scaleapi.arrow.BATCH_ROWS", 10)
    table = to_arrow(SAMPLES * 3)
    assert len(table["task_id"].chunks) > 3
    assert table.num_rows == 3 * to_arrow(SAMPLES).num_rows


@pytest.mark.parametrize(
    "name, annotations, message",
    [
        (
            "a.jsonl",
            True,
            "annotations must be False unless path ends in '.parquet', got 'a.jsonl'",
        ),
        ("a.jsonl.gz", True, "annotations must be False unless"),
        ("a.parquet", 1, "annotations must be True or False, got 1"),
        ("a.parquet", None, "annotations must be True or False, got None"),
    ],
)
def test_invalid_option_raises_before_sending(
    name, annotations, message, listing_client, service, tmp_path
):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        listing_client.export_tasks(tmp_path / name, project_name="p", annotations=annotations)
    assert service.queries == [] and not list(tmp_path.iterdir())


def test_without_pyarrow_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"needs pyarrow. Install.*scaleapi\[arrow\]"):
        to_arrow([])
