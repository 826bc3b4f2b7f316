"""iter_annotations: one view of the responses of all task types, from which nothing is missing."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scaleapi
from scaleapi._geometry import GEOMETRY_TYPES
from scaleapi._responses import reading
from scaleapi.annotations import (
    Answer,
    Box,
    Cuboid,
    Cuboid3D,
    Ellipse,
    Event,
    Line,
    Link,
    Mask,
    Point,
    PointSegment,
    Polygon,
    ResultFile,
    RotatedBox,
    TextSpan,
    Unknown,
    iter_annotations,
)
from scaleapi.task_types import DECLARATIONS

from ..fixtures.downloads import finish_each_type, list_file
from ..task_types.payloads import PAYLOADS
from .samples import BOX, COMBINED, VERTICES, task

PAIRS = ((0, 1), (10, 11), (0, 21), (-10, 11))


def read(response, type_="imageannotation", **options):
    return list(iter_annotations(task(response, type_), **options))


def geometries(response, type_="imageannotation", **options):
    return [annotation.geometry for annotation in read(response, type_, **options)]


def shape(row, type_="imageannotation"):
    (geometry,) = geometries({"annotations": [row]}, type_)
    return geometry


@pytest.fixture
def downloaded(tmp_path):
    """Return what reads a response whose file has some content."""

    def read_file(content, key="annotations", type_="videoannotation", raw=None):
        (tmp_path / "a.json").write_bytes(raw or json.dumps(content).encode())
        list_file(tmp_path, "t1", "https://example.org/a", "a.json")
        response = {key: {"url": "https://example.org/a?signature=1"}}
        return read(response, type_, files=tmp_path)

    return read_file


@pytest.fixture(scope="module")
def completed(tmp_path_factory):
    """A finished task of each type, and the folder with the files of their results."""
    folder = tmp_path_factory.mktemp("results")
    return finish_each_type(folder), folder


@pytest.mark.parametrize("type_", PAYLOADS)
def test_every_type_is_read_and_nothing_is_unknown(type_, completed):
    tasks, folder = completed
    found = list(iter_annotations(tasks[type_], files=folder))
    assert found and [each.index for each in found] == list(range(len(found)))
    assert {each.task_id for each in found} == {tasks[type_].id}
    assert [each.json for each in found if isinstance(each.geometry, (Unknown, ResultFile))] == []


@pytest.mark.parametrize("type_", PAYLOADS)
def test_results_in_files_are_named_without_their_folder(type_, completed):
    tasks, _ = completed
    found = list(iter_annotations(tasks[type_]))
    files = [each.geometry.url for each in found if isinstance(each.geometry, ResultFile)]
    declared = DECLARATIONS[type_].files
    response = tasks[type_].response
    assert files == [value["url"] for name, value in response.items() if name in declared]


def test_each_type_is_read_as_its_geometries(completed):
    tasks, folder = completed
    found = {
        name: sorted({each.type for each in iter_annotations(task, files=folder)})
        for name, task in tasks.items()
    }
    assert found["imageannotation"] == [
        *("answer", "box", "cuboid", "ellipse", "line", "point", "polygon")
    ]
    assert found["segmentannotation"] == ["mask"]
    assert found["lidarannotation"] == ["cuboid_3d"]
    assert found["namedentityrecognition"] == ["text_span"]
    assert found["textcollection"] == found["categorization"] == ["answer"]
    assert "event" in found["videoannotation"] and "box" in found["videoplaybackannotation"]


@pytest.mark.parametrize(
    "row, geometry",
    [
        (BOX, Box(1, 2.5, 30, 4)),
        ({**BOX, "type": "BOX", "rotation": 0}, Box(1, 2.5, 30, 4)),
        (
            {**BOX, "rotation": 0.5, "vertices": VERTICES},
            RotatedBox(PAIRS, 0.5, Box(1, 2.5, 30, 4)),
        ),
        ({"type": "box", "vertices": VERTICES}, RotatedBox(PAIRS, None, None)),
        ({"type": "box", "x": 1, "y": 2, "width": 3, "height": 4}, Box(1, 2, 3, 4)),
        ({"type": "polygon", "vertices": VERTICES}, Polygon(PAIRS)),
        ({"type": "line", "vertices": VERTICES[:2]}, Line(PAIRS[:2])),
        ({"type": "point", "x": 3, "y": 4.5}, Point(3, 4.5)),
        ({"type": "ellipse", "vertices": VERTICES}, Ellipse(PAIRS)),
        (
            {"type": "ellipse", "center": {"x": 5, "y": 6}, "radius": {"x": 2, "y": 1}},
            Ellipse(((5, 5), (7, 6), (5, 7), (3, 6))),
        ),
        (
            {"type": "cuboid", "vertices": [{**VERTICES[0], "description": "a"}, VERTICES[1]]},
            Cuboid(PAIRS[:2], ("a", "")),
        ),
    ],
)
def test_shape_in_an_image(row, geometry):
    assert shape(row) == geometry and type(shape(row)) is type(geometry)


@pytest.mark.parametrize(
    "type_, row, geometry",
    [
        ("annotation", {"left": 1, "top": 2, "width": 3, "height": 4}, Box(1, 2, 3, 4)),
        ("polygonannotation", {"vertices": VERTICES}, Polygon(PAIRS)),
        ("lineannotation", {"vertices": VERTICES}, Line(PAIRS)),
        ("pointannotation", {"x": 1, "y": 2}, Point(1, 2)),
        ("cuboidannotation", {"vertices": VERTICES}, Cuboid(PAIRS, ("", "", "", ""))),
        ("imageannotation", {"vertices": VERTICES}, Polygon(PAIRS)),
        ("imageannotation", {"vertices": VERTICES[:2]}, Line(PAIRS[:2])),
    ],
)
def test_shape_without_a_type_is_that_of_the_task(type_, row, geometry):
    assert shape(row, type_) == geometry and type(shape(row, type_)) is type(geometry)


def test_annotation_has_label_attributes_id_and_its_json():
    row = {**BOX, "label": "car", "uuid": "u1", "attributes": {"parked": "No"}}
    (found,) = read({"annotations": [row]})
    assert found == ("t1", 0, "car", Box(1, 2.5, 30, 4), {"parked": "No"}, None, None, None, "u1", row)  # fmt: skip  # noqa: E501
    assert found.type == "box" and found.index == 0


def test_global_attributes_and_links_follow_the_shapes():
    response = {
        "annotations": [BOX],
        "global_attributes": {"night": "No"},
        "links": [{"id": "l", "label": "tows", "from_id": "a", "to_id": "b"}],
    }
    _, answer, link = read(response)
    assert (answer.label, answer.geometry) == ("night", Answer("No"))
    assert (link.label, link.id, link.geometry) == ("tows", "l", Link("a", "b"))


def test_segmentation_is_a_mask_for_each_label_and_instance():
    mapping = {
        "road": {"index": 1, "color": "#ff0000", "numPixels": 5},
        "car": [{"index": 2, "color": "#0f0f0f", "attributes": {"a": "b"}}],
        "bus": [],
    }
    response = {"annotations": {"combined": COMBINED}, "labelMapping": mapping}
    road, car = read(response, "segmentannotation")
    assert (road.label, road.geometry) == ("road", Mask(1, "#ff0000", 5, False, COMBINED))
    assert (car.label, car.geometry) == ("car", Mask(2, "#0f0f0f", None, True, COMBINED))
    assert car.attributes == {"a": "b"} and car.json == mapping["car"][0]


def test_entities_and_relationships_of_a_text():
    response = {
        "annotations": [{"id": "n1", "start": 0, "end": 4, "text": "Lima", "label": "city"}],
        "relationships": [
            {"id": "r1", "source_ref": "n1", "target_ref": "n2", "name": "near"},
            {"id": "r2", "source_ref": "n1", "target_ref": "n2", "name": ""},
        ],
    }
    entity, near, unnamed = read(response, "namedentityrecognition")
    assert (entity.label, entity.id, entity.geometry) == ("city", "n1", TextSpan(0, 4, "Lima"))
    assert (near.label, near.geometry) == ("near", Link("n1", "n2")) and unnamed.label is None


def test_document_shapes_have_their_page():
    location = {"type": "polygon", "vertices": VERTICES}
    rows = [
        {"uuid": "d1", "page": 2, "label": "total", "text": "5", "location": BOX},
        {"uuid": "d2", "page": 0, "label": "sum", "text": "6", "location": location},
    ]
    first, second, answer = read(
        {"annotations": rows, "values": [{"field_id": "paid", "value": True}]},
        "documenttranscription",
    )
    assert (first.frame, first.label, first.geometry) == (2, "total", Box(1, 2.5, 30, 4))
    assert (second.frame, second.geometry) == (0, Polygon(PAIRS))
    assert (answer.label, answer.geometry.value) == ("paid", {"field_id": "paid", "value": True})


@pytest.mark.parametrize(
    "type_, response, wanted",
    [
        ("textcollection", {"annotations": {"url": "x", "b": [1]}}, [("url", "x"), ("b", [1])]),
        ("textcollection", {"annotations": {"url": {"url": "x"}}}, [("url", {"url": "x"})]),
        ("categorization", {"category": ["a"], "category_id": None}, [("category", ["a"])]),
        ("categorization", {"taxonomies": {"color": "red"}}, [("color", "red")]),
        ("comparison", {"choice": "no", "fields": {"why": ""}}, [("choice", "no"), ("why", "")]),
        ("datacollection", {"fields": {"a": "b"}, "time_spent_in_seconds": 5}, [("a", "b")]),
        ("chat", {"responses": [{"type": "PromptInput", "output": {"a": 1}}]},
         [("PromptInput", {"a": 1})]),
    ],
)  # fmt: skip
def test_answers(type_, response, wanted):
    found = read(response, type_)
    assert [(each.label, each.geometry.value) for each in found] == wanted
    assert {each.type for each in found} == {"answer"}


def test_respondents_are_numbered():
    responses = [{"mood": ["good"]}, {"mood": ["bad"], "why": "Battery."}]
    found = read({"annotations": {"mood": ["good"]}, "responses": responses}, "textcollection")
    assert [(each.label, each.geometry.value, each.frame) for each in found] == [
        ("mood", ["good"], None), ("mood", ["good"], 0), ("mood", ["bad"], 1),
        ("why", "Battery.", 1),
    ]  # fmt: skip


def test_category_has_its_id():
    found = read({"category": "red", "category_id": "c7"}, "categorization")
    assert {each.label: each.geometry.value for each in found} == {
        "category": "red", "category_id": "c7",
    }  # fmt: skip


def test_rows_of_a_table_are_numbered():
    rows = {"fields": {"a": "b"}, "repeatable_fields": [{"x": "1"}, {"x": "2"}, None]}
    found = read(rows, "transcription")
    assert [(each.label, each.frame) for each in found] == [("a", None), ("x", 0), ("x", 1)]


def test_video_frames_are_numbered(downloaded):
    content = [
        {"annotations": [{**BOX, "uuid": "a"}], "global_attributes": {"night": "No"}},
        {"annotations": []},
        {"annotations": [{**BOX, "uuid": "a", "left": 7}]},
    ]
    found = downloaded(content)
    assert [(each.frame, each.id, each.type) for each in found] == [
        (0, "a", "box"), (0, None, "answer"), (2, "a", "box")
    ]  # fmt: skip
    assert found[2].geometry == Box(7, 2.5, 30, 4)


TRACK = {
    "label": "person",
    "geometry": "box",
    "frames": [
        {"key": 0, "timestamp": 0, "left": 5, "top": 6, "width": 2, "height": 5, "attributes": {}},
        {"key": 30, "timestamp": 1.5, "x": 9, "y": 6, "width": 2, "height": 5},
    ],
}


@pytest.mark.parametrize("wrap", [
    lambda tracks: tracks, lambda tracks: {"annotations": tracks},
    lambda tracks: [{"annotations": tracks}],
])  # fmt: skip
def test_video_tracks_are_read_in_all_their_forms(wrap, downloaded):
    first, second = downloaded(wrap({"u1": TRACK}), type_="videoplaybackannotation")
    assert (first.label, first.id, first.frame, first.time) == ("person", "u1", 0, 0.0)
    assert (second.frame, second.time, second.geometry) == (30, 1.5, Box(9, 6, 2, 5))
    assert second.json["key"] == 30 and second.json["label"] == "person"


@pytest.mark.parametrize("wrap", [lambda events: events, lambda events: {"events": events}])
def test_events_of_a_video(wrap, downloaded):
    rows = [
        {"label": "stop", "type": "point", "start": 5, "startTime": 0.5, "attributes": {"a": 1}},
        {"label": "turn", "type": "range", "start": 5, "end": 9, "startTime": 0.5, "endTime": 1},
    ]
    stop, turn = downloaded(wrap(rows), "events")
    assert (stop.label, stop.geometry) == ("stop", Event(5, None, 0.5, None))
    assert stop.attributes == {"a": 1} and turn.geometry == Event(5, 9, 0.5, 1)


CUBOID = {
    "uuid": "c1", "label": "car", "position": {"x": 4.2, "y": 9, "z": 1}, "yaw": 1.5,
    "dimensions": {"x": 1, "y": 4, "z": 2},
}  # fmt: skip


def test_lidar_cuboids(downloaded):
    content = [{"cuboids": []}, {"cuboids": [CUBOID, {**CUBOID, "pitch": 0.1, "roll": 0.2}]}]
    first, second = downloaded(content, type_="lidarannotation")
    assert first.geometry == Cuboid3D((4.2, 9, 1), (1, 4, 2), 1.5)
    assert (first.frame, first.id, second.geometry[3:]) == (1, "c1", (0.1, 0.2))


def test_lidar_linking_has_the_camera_and_the_cuboid(downloaded):
    rows = [{**BOX, "cuboid_uuid": "c1", "label": "car"}]
    content = [{"camera_responses": [{"camera_used": 3, "annotations": rows}]}]
    (found,) = downloaded(content, type_="lidarlinking")
    assert (found.frame, found.sensor, found.id, found.type) == (0, 3, "c1", "box")


@pytest.mark.parametrize("names", [("objects", "point_objects"), ("labels", "point_labels")])
def test_lidar_segmentation_is_the_points_of_each_label(names, downloaded):
    objects = [
        {"label": "car", "index": 1},
        {"label": "deer", "index": 2, "instance": True},
        {"label": "none", "index": 3},
    ]
    content = dict(zip(names, (objects, [[0, 1, 2, 1], [2]])))
    found = downloaded(content, "point_segmentations", "lidarsegmentation")
    assert [(each.label, each.frame, each.geometry) for each in found] == [
        ("car", 0, PointSegment(1, (1, 3), False)),
        ("deer", 0, PointSegment(2, (2,), True)),
        ("deer", 1, PointSegment(2, (0,), True)),
        ("none", None, PointSegment(3, (), False)),
    ]


def test_lidar_cuboids_have_their_camera_and_may_lack_angles(downloaded):
    row = {**CUBOID, "camera_used": 3, "pitch": None}
    (found,) = downloaded([{"cuboids": [row]}], type_="lidarannotation")
    assert (found.sensor, found.geometry) == (3, Cuboid3D((4.2, 9, 1), (1, 4, 2), 1.5))


def test_frame_with_global_attributes_alone_is_no_unknown(downloaded):
    (found,) = downloaded([{"global_attributes": {"night": "No"}}])
    assert (found.label, found.type, found.frame) == ("night", "answer", 0)


def test_points_of_no_object_are_unknown_and_kept(downloaded):
    content = {"objects": [{"label": "car", "index": 1}], "point_objects": [[0, 1, 5, 5]]}
    car, stray = downloaded(content, "point_segmentations", "lidarsegmentation")
    assert (car.geometry.points, stray.type, stray.frame) == ((1,), "unknown", 0)
    assert stray.json == {"index": 5, "points": [2, 3]}


def test_scene_attributes_of_several_sensors_are_all_kept(downloaded):
    attributes = [{"name": "seen", "sensor_id": name, "values": []} for name in "ab"]
    path = {"timestamps": [0], "values": [[1, 2, 3, 4]]}
    row = {"id": "b", "type": "box_2d", "path": path, "attributes": attributes}
    (found,) = downloaded({"annotations": [row]}, type_="sensorfusion")
    assert found.geometry == Box(1, 2, 3, 4) and found.attributes == {"seen": attributes}
    assert found.json == row


@pytest.mark.parametrize("values", [[[]], [[1]], [["a", "b"]], [5]])
def test_scene_path_of_odd_values_is_unknown(values, downloaded):
    row = {"id": "l", "type": "polyline_2d", "path": {"timestamps": [0], "values": values}}
    (found,) = downloaded({"annotations": [row]}, type_="sensorfusion")
    assert (found.type, found.id, found.time) == ("unknown", "l", 0)


@pytest.mark.parametrize("time", [10**400, "soon", None, True, float("inf")])
def test_time_that_is_no_number_of_seconds_is_none(time, downloaded):
    path = {"timestamps": [time], "values": [[1, 2, 3, 4]]}
    scene = {"annotations": [{"type": "box_2d", "path": path}]}
    (found,) = downloaded(scene, type_="sensorfusion")
    assert (found.type, found.time) == ("box", None)
    frame = {"key": 0, "timestamp": time, **BOX}
    (found,) = downloaded({"u": {"frames": [frame]}}, type_="videoplaybackannotation")
    assert (found.type, found.time) == ("box", None)


def test_scene_is_read_by_timestamp_and_sensor(downloaded):
    cuboid = {
        "id": "c1", "type": "cuboid", "label": "car",
        "path": {"timestamps": [0, 500_000], "values": [[4, 2, 1, 9, 8, 7, 0.1, 0.2, 1.5]] * 2},
        "attributes": [{"name": "parked", "values": ["No"], "static": True}],
    }  # fmt: skip
    box = {"id": "b", "type": "box_2d", "sensor_id": "front",
           "path": {"timestamps": [0], "values": [[1, 2, 3, 4]]}}  # fmt: skip
    line = {**box, "type": "polyline_2d", "path": {"timestamps": [0], "values": [[1, 2, 3, 4]]}}
    event = {"id": "e", "type": "event", "start": 1_000_000, "duration": 500_000}
    link = {"id": "l", "type": "link", "from_id": "c1", "to_id": "b"}
    other = {"id": "o", "type": "object", "label": "x"}
    content = {"time_unit": "microseconds", "annotations": [cuboid, box, line, event, link, other]}
    raw = json.dumps(content).encode() + b"\0\0"
    found = downloaded(None, type_="sensorfusion", raw=raw)
    assert [each.geometry for each in found[:6]] == [
        Cuboid3D((9, 8, 7), (4, 2, 1), 1.5, 0.2, 0.1),
        Cuboid3D((9, 8, 7), (4, 2, 1), 1.5, 0.2, 0.1),
        Box(1, 2, 3, 4),
        Line(((1, 2), (3, 4))),
        Event(None, None, 1.0, 1.5),
        Link("c1", "b"),
    ]
    assert [each.time for each in found[:3]] == [0, 0.5, 0] and found[2].sensor == "front"
    assert found[0].attributes["parked"]["values"] == ["No"] and found[0].json == cuboid
    assert (found[6].type, found[6].id, found[6].label) == ("unknown", "o", "x")


@pytest.mark.parametrize(
    "response, reason",
    [
        ("text", "a response must be an object, got 'text'"),
        ({"annotations": 5}, "annotations must be a list, got 5"),
        ({"annotations": ["x"]}, "an annotation must be an object, got 'x'"),
        ({"annotations": [{"type": "blob"}]}, "unknown geometry 'blob'"),
        ({"annotations": [{**BOX, "left": 2**60}]}, "left must be a finite number, got 11529215"),
        ({"annotations": [{**BOX, "label": 5}]}, "label must be a string, got 5"),
        ({"annotations": [{**BOX, "attributes": [5]}]}, "attributes must be an object, got [5]"),
        ({"global_attributes": [5]}, "answers must be an object, got [5]"),
        ({"links": [{"from_id": "a"}]}, "a link must have from_id and to_id"),
    ],
)
def test_odd_data_is_unknown_and_kept(response, reason):
    (found,) = read(response)
    assert found.geometry.reason.startswith(reason) and found.type == "unknown"
    assert json.dumps(found.json) in json.dumps(response)


def test_file_that_is_not_json_is_unknown(downloaded):
    (found,) = downloaded(None, raw=b"<html>")
    assert found.geometry == Unknown("a.json is not JSON")


def test_unknown_annotation_keeps_label_and_id():
    row = {"type": "blob", "label": "car", "uuid": "u", "attributes": {"a": 1}}
    (found,) = read({"annotations": [row]})
    assert (found.label, found.id, found.attributes, found.json) == ("car", "u", {"a": 1}, row)


def test_tasks_without_a_response_have_none():
    tasks = [{"task_id": "a"}, {"task_id": "b", "response": None}, task({}), task({"links": []})]
    assert list(iter_annotations(tasks)) == []


def test_sources_of_tasks(tmp_path, listing_client):
    given = task({"annotations": [BOX]})
    path = tmp_path / "tasks.jsonl"
    path.write_text(json.dumps(given))
    for source in (path, str(path), given, [given], [json.dumps(given)],
                   scaleapi.Task(given, listing_client)):  # fmt: skip
        assert [each.geometry for each in iter_annotations(source)] == [Box(1, 2.5, 30, 4)]


@pytest.mark.parametrize("wrong", [5, b"x", None])
def test_invalid_source_raises_at_once(wrong):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="tasks must be an iterable of tasks"):
        iter_annotations(wrong)


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: data[:30] + b"\0" * 60])
def test_damaged_file_raises_os_error(damage, tmp_path):
    path = tmp_path / "tasks.jsonl.gz"
    data = gzip.compress(json.dumps(task({"annotations": [BOX] * 99})).encode())
    path.write_bytes(damage(data))
    with pytest.raises(OSError, match="tasks.jsonl.gz is damaged|CRC check failed|Not a gzipped"):
        list(iter_annotations(path))


def test_line_that_is_nested_too_deeply_is_refused():
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="each of tasks must be a task"):
        list(iter_annotations(["[" * 100_000]))


@pytest.mark.parametrize("wrong", ["no such folder", 5, __file__])
def test_invalid_folder_raises_at_once(wrong):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="files must be a folder to which"):
        iter_annotations([], files=wrong)


def test_task_without_id_raises():
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="each of tasks must have a task_id"):
        list(iter_annotations({"response": {}}))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "annotations type label attributes left top x y z width vertices frames geometry "
                "cuboids position yaw path timestamps values objects point_objects index "
                "labelMapping combined color responses output relationships location page "
                "events start links global_attributes camera_responses url fields id".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)
TYPES = st.sampled_from([*PAYLOADS, "new", None, 5])


@given(response=JSON, type_=TYPES)
def test_no_response_makes_it_raise(response, type_):
    for found in read(response, type_):
        assert found.type in {"unknown", "result_file"} or found.geometry is not None


@given(content=JSON, key=st.sampled_from(["annotations", "events", "point_segmentations"]))
def test_no_file_makes_it_raise(content, key):
    readers = reading._FILE_READERS
    assert all(type(each.geometry) in GEOMETRY_TYPES for each in readers[key](content))
