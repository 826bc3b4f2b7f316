"""Made-up responses of tasks that are odd, and yet stored: seeded, or of what nobody rejects."""

import json

import pytest

from scaleapi.sandbox import Sandbox


@pytest.fixture
def seeded(sandbox):
    """Seeds a completed task, and returns it as it is shown."""

    def seed(kind, **params):
        sandbox.seed([{"kind": "task", "type": kind, "params": params}])
        with sandbox.client() as client:
            return client.tasks()[0]

    return seed


FIELDS = [
    ({"type": "category", "field_id": "a"}, []),
    ({"type": "category", "field_id": "a", "choices": [{"label": "x"}]}, ["x"]),
    ({"type": "date", "field_id": "a"}, "2026-01-31"),
    ({"type": "text", "field_id": "a", "max_characters": 3}, "sam"),
    ({"type": "text", "field_id": "a", "max_characters": -3}, ""),
    ({"type": "number", "field_id": "a", "min": "2.5"}, "2.5"),
    ({"type": "number", "field_id": "a", "min": "few"}, "0"),
    ({"type": "number", "field_id": "a", "min": 1e30}, "0"),
    ({"type": "ranking_order", "field_id": "a", "num_options": 2}, [0, 1]),
    ({"type": "hologram", "field_id": "a"}, "sample text"),
]


@pytest.mark.parametrize("field, value", FIELDS)
def test_text_collection_value_of_an_odd_field(field, value, seeded):
    task = seeded("textcollection", fields=[field, {"type": "text"}, "no field"])
    assert task.response["annotations"] == {"a": value}


@pytest.mark.parametrize(
    "definition, value",
    [({"type": "x_line"}, 10), ({"type": "number", "min": "3"}, 3.0), ({"type": "angle"}, 0)],
)
def test_image_annotation_attribute_of_an_odd_definition(definition, value, seeded):
    geometries = {"box": {"objects_to_annotate": ["car"]}, "circle": {}, "ellipse": "all"}
    task = seeded("imageannotation", geometries=geometries, annotation_attributes={"a": definition})
    by_type = {annotation["type"]: annotation for annotation in task.response["annotations"]}
    assert by_type["box"]["attributes"] == {"a": value}
    assert "circle" not in by_type and "label" not in by_type["ellipse"]


def test_video_track_without_label(seeded, sandbox):
    task = seeded("videoplaybackannotation", geometries={"box": {}})
    with sandbox.client() as client:
        uuid = task.response["annotations"]["url"].rpartition("/")[2]
        (track,) = json.loads(client.get_task_response_file(task.id, uuid)).values()
    assert track["geometry"] == "box" and "label" not in track


def test_complete_task_chat_without_threads_is_kept(live_sandbox):
    with live_sandbox.client() as client:
        task = client.create_task("chat", template_variables={})
        live_sandbox.complete_task(task.id, {"responses": [1]})
        assert client.get_task(task.id).response == {"responses": [1]}


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_tasks_bound_out_of_range_is_rejected(text, http):
    response = http.get("/tasks", params={"updated_after": text})
    assert response.status_code == 400 and "out of range" in response.json()["error"]


def test_sandbox_of_a_file_that_is_no_database_says_which(tmp_path):
    (tmp_path / "x.db").write_text("no database" * 100)
    with pytest.raises(Exception, match=r"x\.db"):
        Sandbox(db=tmp_path / "x.db").start()
