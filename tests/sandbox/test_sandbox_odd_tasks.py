"""Made-up responses of tasks that are odd, and yet stored: seeded, or of what nobody rejects."""

import json

import pytest

from scaleapi import ScaleResourceNotFound
from scaleapi.sandbox import Sandbox
from scaleapi.sandbox.backend.store import TASKS, Store


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
    ({"type": "category", "field_id": "a", "choices": [{"id": 1}, "x", {"value": 2}]}, ["2"]),
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


def test_image_annotation_labels_that_are_no_labels_are_left_out(seeded):
    geometries = {"box": {"objects_to_annotate": [5, None, "car", ["van"], {"choice": ""}]}}
    task = seeded("imageannotation", geometries=geometries)
    assert [annotation["label"] for annotation in task.response["annotations"]] == ["car"]


def test_segment_annotation_of_more_labels_than_a_mask_has_values(seeded):
    labels = [f"label {number}" for number in range(300)]
    task = seeded("segmentannotation", labels=labels)
    assert set(task.response["labelMapping"]) == set(labels[:255])


def test_categorization_by_taxonomies_alone_has_no_category(seeded):
    task = seeded("categorization", taxonomies={"size": {"choices": ["small", "large"]}})
    assert task.response == {"taxonomies": {"size": "small"}}


def test_v2_task_annotations_that_are_no_list_are_shown_as_they_are(live_sandbox):
    with live_sandbox.client() as client:
        project = client.create_project("p", "chat").name
        task = client.create_task("chat", project=project, template_variables={})
        live_sandbox.complete_task(task.id, {"threads": [{"annotations": "none"}]})
        (thread,) = client.v2.get_task(task.id).as_dict()["threads"]
    assert thread["annotations"] == "none"


def test_v2_annotation_that_its_task_has_lost_is_404(sandbox):
    """As where somebody has edited an export."""
    row = {"kind": "task", "type": "chat", "_annotations": ["a"], "response": {"threads": []}}
    sandbox.seed([row])
    with sandbox.client() as client, pytest.raises(ScaleResourceNotFound):
        client.v2.get_annotation("a")


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


def test_sandbox_interrupted_while_it_makes_its_file_closes_it(tmp_path, monkeypatch):
    def interrupt(store):
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "_make_tables", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Sandbox(db=tmp_path / "x.db").start()
    assert [path.name for path in tmp_path.iterdir()] == ["x.db"]  # and no log of SQLite's


def test_store_update_of_an_object_that_was_removed_adds_none(sandbox, http):
    task, store = http.make_task(), sandbox._open().state.store
    ((account, doc),) = store.iter_all(TASKS)
    sandbox.reset()
    store.update(TASKS, account, doc)
    assert http.get(f"/task/{task['task_id']}").status_code == 404 and http.ids() == []
