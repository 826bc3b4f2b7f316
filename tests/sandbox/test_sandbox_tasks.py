"""Tasks, in test mode as Scale's test environment has them, and in live mode."""

import re
from datetime import datetime

import pytest

from scaleapi.tasks import TaskType
from tests.task_types.payloads import PAYLOADS

IMAGE = {"attachment_type": "image", "attachment": "https://example.org/a.png"}
TEXT_FIELD = {"type": "text", "field_id": "ok", "title": "OK?"}
# For each type, a body that the test environment accepts, and the keys that it can't do without.
BODIES = {
    "imageannotation": (
        {**IMAGE, "geometries": {"box": {"objects_to_annotate": ["car"], "min_width": 5}}},
        ["attachment", "geometries"],
    ),
    "annotation": (
        {**IMAGE, "objects_to_annotate": ["car"], "min_width": "30", "with_labels": True},
        ["attachment", "objects_to_annotate"],
    ),
    "polygonannotation": (
        {**IMAGE, "objects_to_annotate": ["car"]},
        ["attachment", "objects_to_annotate"],
    ),
    "lineannotation": (
        {**IMAGE, "objects_to_annotate": ["car"]},
        ["attachment", "objects_to_annotate"],
    ),
    "categorization": (
        {**IMAGE, "instruction": "Which?", "categories": ["cat", "dog"]},
        ["instruction", "attachment_type", "attachment"],
    ),
    "transcription": (
        {**IMAGE, "instruction": "Read.", "fields": {"title": "The title"}},
        ["instruction", "attachment", "fields"],
    ),
    "datacollection": (
        {**IMAGE, "instruction": "Find.", "fields": {"title": "The title"}},
        ["instruction", "attachment", "fields"],
    ),
    "documenttranscription": (
        {
            "attachment": "https://example.org/a.pdf",
            "features": [{"type": "block", "label": "total"}],
        },
        ["attachment", "features"],
    ),
    "namedentityrecognition": (
        {"instruction": "Who?", "text": "Ada wrote it", "labels": [{"name": "person"}]},
        [],
    ),
    "textcollection": (
        {"attachments": [{"type": "text", "content": "hi"}], "fields": [TEXT_FIELD]},
        ["attachments"],
    ),
    "segmentannotation": (
        {**IMAGE, "labels": ["road", "sky"]},
        ["attachment", "labels"],
    ),
}
RESPONSES = {
    "annotation": {
        "annotations": [{"label": "car", "left": 0, "top": 0, "width": 100, "height": 100}]
    },
    "categorization": {"category": "cat"},
    "transcription": {"fields": {"title": "test response"}},
    "textcollection": {"annotations": {"ok": "sample text"}},
}
MISSING = [(kind, key) for kind, (_, keys) in BODIES.items() for key in keys]


def test_create_task_returns_a_completed_task(http):
    task = http.make_task()
    created = datetime.fromisoformat(task["created_at"][:-1])
    completed = datetime.fromisoformat(task["completed_at"][:-1])
    assert task["status"] == "completed"
    assert 0.04 <= (completed - created).total_seconds() <= 0.5
    assert task["response"] == {"category": "cat"}
    assert task["is_test"] is True
    assert re.fullmatch("[0-9a-f]{24}", task["task_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", task["created_at"])


def test_get_task_returns_what_create_task_did(http):
    task = http.make_task(callback_url="someone@example.org", metadata={"row": 1}, extra=[1, None])
    assert http.get(f"/task/{task['task_id']}").json() == task
    assert task["callback_url"] == "someone@example.org"
    assert task["instruction"] == "What is it?"
    assert task["metadata"] == {"row": 1}


def test_create_task_unknown_keys_are_kept_in_params(http):
    task = http.make_task(priority=30, something={"new": True})
    assert task["params"]["something"] == {"new": True}
    assert task["params"]["priority"] == 30
    assert "instruction" not in task["params"]


def test_create_task_server_defaults_yield_to_given_values(http):
    body, _ = BODIES["annotation"]
    params = http.post("/task/annotation", json=body).json()["params"]
    assert (params["min_width"], params["min_height"]) == ("30", 0)


def test_create_task_has_empty_metadata_and_neither_tags_nor_unique_id(http):
    task = http.make_task()
    assert task["metadata"] == {}
    assert not {"tags", "unique_id", "project", "batch"} & set(task)


def without_ids(response):
    """The response without its UUIDs, which depend on the task's id."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", str(response))


@pytest.mark.parametrize("kind", BODIES)
def test_create_task_of_each_type_has_a_response_of_the_task_alone(http, kind):
    first, second = (http.post(f"/task/{kind}", json=BODIES[kind][0]) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.json()["type"] == kind
    if kind == "segmentannotation":
        labels = first.json()["response"]["labelMapping"]
        assert [labels[name]["index"] for name in ("road", "sky")] == [1, 2]
    else:
        alike = [without_ids(response.json()["response"]) for response in (first, second)]
        assert alike[0] == alike[1]
        assert first.json()["response"] == RESPONSES.get(kind, first.json()["response"])


@pytest.mark.parametrize("kind, key", MISSING)
def test_create_task_without_required_fields_is_rejected(http, kind, key):
    body = {name: value for name, value in BODIES[kind][0].items() if name != key}
    response = http.post(f"/task/{kind}", json=body)
    assert response.status_code == 400
    assert key.rstrip("s") in response.json()["error"]


def test_create_task_cuboid_has_described_vertices(http):
    body = {**IMAGE, "geometries": {"cuboid": {"objects_to_annotate": [{"choice": "car"}]}}}
    (cuboid,) = http.post("/task/imageannotation", json=body).json()["response"]["annotations"]
    assert cuboid["label"] == "car"
    assert set(cuboid["vertices"][0]) == {"x", "y", "type", "description"}


def test_create_task_has_a_shape_per_label_and_geometry_up_to_ten(http):
    labels = ["car", {"choice": "bus"}, *(f"label {number}" for number in range(20))]
    geometries = {"box": {"objects_to_annotate": labels}, "ellipse": {}}
    body = {"attachment": "x", "geometries": geometries}
    found = http.post("/task/imageannotation", json=body).json()["response"]["annotations"]
    assert [each["label"] for each in found[:2]] == ["car", "bus"]
    assert [each.get("label") for each in found[9:]] == ["label 7", None]
    assert len({(each["left"], each["top"]) for each in found[:10]}) == 10


@pytest.mark.parametrize("kind", [kind.value for kind in TaskType if kind.value not in BODIES])
def test_create_task_of_every_other_type_is_accepted(http, kind):
    http.make_project(kind=kind)
    body = {**PAYLOADS.get(kind, {"attachment": "x"}), "project": "p"}
    response = http.post(f"/task/{kind}", json=body)
    assert response.status_code == 200
    assert isinstance(response.json()["response"], dict)


def test_create_task_unknown_type_is_404(http):
    assert http.post("/task/juggling", json={}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"metadata": "x"},
        {"tags": "x"},
        {"tags": [1]},
        {"unique_id": ""},
        {"unique_id": 7},
        {"project": ["p"]},
        {"callback_url": 1},
        {"project": "none such"},
        {"batch": "none such"},
    ],
)
def test_create_task_invalid_common_keys_are_rejected(http, wrong):
    body = {"instruction": "i", "attachment_type": "text", "attachment": "a", **wrong}
    assert http.post("/task/categorization", json=body).status_code == 400


def test_create_task_null_counts_as_absent(http):
    task = http.make_task(unique_id=None, tags=None, callback_url=None)
    assert not {"unique_id", "tags", "callback_url"} & set(task)


def test_create_task_with_used_unique_id_is_409_and_not_stored(http):
    first = http.make_task(unique_id="row-1")
    body = {"instruction": "i", "attachment_type": "text", "attachment": "a", "unique_id": "row-1"}
    assert http.post("/task/categorization", json=body).status_code == 409
    assert http.ids() == [first["task_id"]]


@pytest.mark.parametrize("task_id", ["0" * 24, "not-an-id", "a%2Fb", "%00"])
def test_get_task_unknown_or_malformed_id_is_404(http, task_id):
    assert http.get(f"/task/{task_id}").status_code == 404
    assert http.post(f"/task/{task_id}/cancel").status_code == 404
    assert http.post(f"/task/{task_id}/audit", json={"accepted": True}).status_code == 404


def test_create_task_inherits_project_params_that_its_own_override(http):
    http.make_project(params={"instruction": "Always.", "categories": ["x"], "attachment": "p"})
    body = {"project": "p", "attachment_type": "text", "instruction": "Now.", "attachment": "t"}
    task = http.post("/task/categorization", json=body).json()
    assert task["params"]["categories"] == ["x"]
    assert task["params"]["attachment"] == "t"
    assert task["instruction"] == "Now.\nAlways."
    assert not {"version", "created_at"} & set(task["params"])


def test_create_task_uses_the_current_version_of_the_project(http):
    http.make_project(params={"categories": ["old"]})
    http.post("/projects/p/setParams", json={"categories": ["new"]})
    body = {"project": "p", "attachment_type": "text", "instruction": "i", "attachment": "t"}
    task = http.post("/task/categorization", json=body).json()
    assert task["response"] == {"category": "new"}


def test_create_task_that_names_only_a_batch_gets_its_project(http):
    http.make_project()
    http.make_batch()
    task = http.make_task(batch="b")
    assert task["project"] == "p"
    assert http.ids(project="p") == http.ids(batch="b") == [task["task_id"]]


def test_create_task_must_fit_its_project_and_batch(http):
    http.make_project()
    http.make_project("other")
    http.make_batch()
    body = {"instruction": "i", "attachment_type": "text", "attachment": "a"}
    wrong_place = {**body, "batch": "b", "project": "other"}
    assert http.post("/task/categorization", json=wrong_place).status_code == 400
    wrong_type = {"project": "p", "text": "hello"}
    assert http.post("/task/namedentityrecognition", json=wrong_type).status_code == 400


def test_cancel_task_completed_is_400(http):
    task = http.make_task()
    assert http.post(f"/task/{task['task_id']}/cancel").status_code == 400


@pytest.mark.parametrize("accepted, verdict", [(True, "accepted"), (False, "rejected")])
def test_audit_task_sets_the_review_status_and_keeps_comments(http, accepted, verdict):
    path = f"/task/{http.make_task()['task_id']}"
    assert http.post(f"{path}/audit", json={"accepted": accepted, "comments": "so"}).ok
    assert http.post(f"{path}/audit", json={"accepted": accepted, "comments": None}).ok
    task = http.get(path).json()
    assert task["customer_review_status"] == verdict
    assert task["customer_review_comments"] == ["so"]
    assert [audit["audit_result"] for audit in task["audits"]] == [verdict, verdict]


@pytest.mark.parametrize("body", [{}, {"accepted": "yes"}, {"accepted": True, "comments": 1}, []])
def test_audit_task_malformed_is_400(http, body):
    path = f"/task/{http.make_task()['task_id']}/audit"
    assert http.post(path, json=body).status_code == 400


def test_task_unique_id_of_a_task_that_is_gone_meanwhile_is_409(http, sandbox, monkeypatch):
    http.make_task(unique_id="row-1")
    task = http.make_task()
    store = sandbox._open().state.store
    get = store.get

    def get_by_id(*args, **values):
        return None if "unique_id" in values else get(*args, **values)

    monkeypatch.setattr(store, "get", get_by_id)
    response = http.post(f"/task/{task['task_id']}/unique_id", json={"unique_id": "row-1"})
    assert response.status_code == 409
    assert response.json()["error"] == "unique_id 'row-1' is already in use"


def test_task_unique_id_can_be_set_and_cleared(http):
    path = f"/task/{http.make_task()['task_id']}/unique_id"
    assert http.post(path, json={"unique_id": "u"}).json()["unique_id"] == "u"
    assert http.post(path, json={"unique_id": "u"}).status_code == 200
    other = f"/task/{http.make_task()['task_id']}/unique_id"
    assert http.post(other, json={"unique_id": "u"}).status_code == 409
    assert "unique_id" not in http.delete(path).json()
    assert http.post(other, json={"unique_id": "u"}).status_code == 200
    assert http.post(path, json={}).status_code == 400


def test_task_set_metadata_replaces_the_whole_object(http):
    path = f"/task/{http.make_task(metadata={'a': 1})['task_id']}/setMetadata"
    assert http.post(path, json={"b": 2}).json()["metadata"] == {"b": 2}
    assert http.post(path, json={}).json()["metadata"] == {}
    assert http.post(path, json=[1]).status_code == 400
    assert http.post(path).status_code == 400


def test_task_tags_are_replaced_added_and_deleted_in_order(http):
    path = f"/task/{http.make_task()['task_id']}/tags"
    assert http.put(path, json=["a", "b", "c"]).json()["tags"] == ["a", "b", "c"]
    assert http.put(path, json=["b", "d", "d"]).json()["tags"] == ["a", "b", "c", "d"]
    assert http.delete(path, json=["a", "b", "none"]).json()["tags"] == ["c", "d"]
    assert http.post(path, json=["z"]).json()["tags"] == ["z"]
    assert http.post(path, json=[]).json()["tags"] == []


@pytest.mark.parametrize("body", ["a", {"tags": []}, [1], [""], [None]])
def test_task_tags_must_be_an_array_of_strings(http, body):
    assert http.put(f"/task/{http.make_task()['task_id']}/tags", json=body).status_code == 400


def test_task_changes_move_updated_at_alone(http, wait_until):
    before = http.make_task()
    path = f"/task/{before['task_id']}/setMetadata"
    after = wait_until(
        lambda: (
            (new := http.post(path, json={"a": 1}).json())["updated_at"] > before["updated_at"]
            and new
        )
    )
    assert after["created_at"] == before["created_at"]
    assert after["completed_at"] == before["completed_at"]


def test_live_task_stays_pending_until_completed(live_sandbox, live_http):
    task = live_http.make_task()
    assert task["status"] == "pending"
    assert not {"response", "completed_at"} & set(task)
    done = live_sandbox.complete_task(task["task_id"], {"category": "dog"})
    assert done["status"] == "completed"
    assert done["response"] == {"category": "dog"}
    assert live_http.get(f"/task/{task['task_id']}").json() == done


def test_complete_task_invalid_argument_is_named(live_sandbox, live_http):
    task_id = live_http.make_task()["task_id"]
    live_sandbox.complete_task(task_id, {})
    for wrong in (task_id, "0" * 24):
        with pytest.raises(ValueError, match="task_id"):
            live_sandbox.complete_task(wrong, {})


def test_live_task_can_be_canceled_once(live_http):
    path = f"/task/{live_http.make_task(unique_id='u')['task_id']}"
    assert live_http.post(f"{path}/audit", json={"accepted": True}).status_code == 400
    task = live_http.post(f"{path}/cancel").json()
    assert (task["status"], task["unique_id"]) == ("canceled", "u")
    assert live_http.post(f"{path}/cancel").status_code == 400


@pytest.mark.parametrize("flag", ["true", "True", "TRUE"])
def test_cancel_task_frees_the_unique_id_on_request(live_http, flag):
    path = f"/task/{live_http.make_task(unique_id='u')['task_id']}/cancel"
    assert "unique_id" not in live_http.post(path, params={"clear_unique_id": flag}).json()
    assert live_http.make_task(unique_id="u")["unique_id"] == "u"
