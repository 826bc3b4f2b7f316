"""Batches, in test mode and in live mode."""

from urllib.parse import quote

import pytest

ODD_NAMES = [
    "a/b",
    "50%",
    "50%25",
    "1+1",
    "what?",
    "#1",
    "naïve ünï 日本",
    "a b",
    "a%2Fb",
    ".x;y=z",
]


def test_create_batch_is_in_progress_at_once(http):
    http.make_project()
    batch = http.make_batch(callback="", calibration_batch=False, metadata={"owner": "ops"})
    assert set(batch) == {"project", "name", "status", "callback", "created_at", "metadata"}
    assert batch["status"] == "in_progress"
    assert http.get("/batches/b").json() == batch
    assert batch["metadata"] == {"owner": "ops"}


def test_finalize_batch_right_after_creation_returns_200(http):
    http.make_project()
    batch = http.make_batch()
    assert http.post("/batches/b/finalize").json() == batch


@pytest.mark.parametrize(
    "body, status",
    [
        ({"project": "p"}, 400),
        ({"name": "b"}, 400),
        ({"project": "p", "name": ""}, 400),
        ({"project": "p", "name": 5}, 400),
        ({"project": "none such", "name": "b"}, 400),
        ({"project": "p", "name": "b", "metadata": [1]}, 400),
        ({"project": "p", "name": "b", "self_label_batch": "yes"}, 400),
        ({"project": "p", "name": "taken"}, 409),
    ],
)
def test_create_batch_invalid_is_rejected(http, body, status):
    http.make_project()
    http.make_batch("taken")
    assert http.post("/batches", json=body).status_code == status


@pytest.mark.parametrize("path", ["", "/status", "/finalize", "/setMetadata"])
def test_get_batch_unknown_is_404(http, path):
    method = "POST" if path in ("/finalize", "/setMetadata") else "GET"
    assert http.request(method, f"/batches/none{path}", json={}).status_code == 404


@pytest.mark.parametrize("name", ODD_NAMES)
def test_batch_name_may_be_anything_when_escaped(http, name):
    http.make_project(name)
    http.make_batch(name, name)
    escaped = quote(name, safe="")
    assert http.get(f"/batches/{escaped}").json()["name"] == name
    assert http.get(f"/batches/{escaped}/status").json() == {"status": "in_progress"}
    assert http.get(f"/projects/{escaped}").json()["name"] == name
    task_id = http.make_task(batch=name)["task_id"]
    assert http.ids(batch=name, project=name) == [task_id]


def test_batch_names_that_differ_in_escapes_are_different(http):
    http.make_project()
    for name in ("a/b", "a%2Fb", "a%252Fb"):
        http.make_batch(name)
    assert http.get("/batches/a%2Fb").json()["name"] == "a/b"
    assert http.get("/batches/a%252Fb").json()["name"] == "a%2Fb"


def test_batch_set_metadata_replaces_the_whole_object(http):
    http.make_project()
    http.make_batch(metadata={"a": 1})
    assert http.post("/batches/b/setMetadata", json={"b": 2}).json()["metadata"] == {"b": 2}
    assert http.post("/batches/b/setMetadata", json={}).json()["metadata"] == {}
    assert http.get("/batches/b").json()["metadata"] == {}
    assert http.post("/batches/b/setMetadata", json="x").status_code == 400


def test_batches_listing_is_newest_first_and_pages_by_offset(http):
    http.make_project()
    for number in range(5):
        http.make_batch(f"b{number}")
    page = http.get("/batches", params={"limit": 3}).json()
    assert [batch["name"] for batch in page["docs"]] == ["b4", "b3", "b2"]
    assert {key: page[key] for key in page if key != "docs"} == {
        "totalDocs": 5,
        "limit": 3,
        "offset": 0,
        "has_more": True,
    }
    page = http.get("/batches", params={"limit": 3, "offset": 3}).json()
    assert [batch["name"] for batch in page["docs"]] == ["b1", "b0"]
    assert (page["has_more"], page["offset"]) == (False, 3)


def test_batches_filters_by_project_status_and_time(http):
    http.make_project("one")
    http.make_project("two")
    first = http.make_batch("first", "one")
    http.make_batch("second", "two")

    def names(**query):
        return [doc["name"] for doc in http.get("/batches", params=query).json()["docs"]]

    assert names(project="one") == ["first"]
    assert names(status="staging") == []
    assert names(status="in_progress", exclude_archived="False") == ["second", "first"]
    assert names(exclude_archived="True") == ["second", "first"]
    assert "first" in names(end_time=first["created_at"])
    assert "first" in names(start_time=first["created_at"])
    assert names(start_time="2999-01-01") == names(end_time="2001-01-01") == []


@pytest.mark.parametrize(
    "query", [{"status": "done"}, {"limit": 0}, {"offset": "x"}, {"exclude_archived": "perhaps"}]
)
def test_batches_invalid_parameter_is_400(http, query):
    assert http.get("/batches", params=query).status_code == 400


def test_batch_status_omits_counts_of_zero(live_sandbox, live_http):
    live_http.make_project()
    live_http.make_batch()
    assert live_http.get("/batches/b/status").json() == {"status": "staging"}
    ids = [live_http.make_task(batch="b")["task_id"] for _ in range(4)]
    live_sandbox.complete_task(ids[0], {})
    live_http.post(f"/task/{ids[1]}/cancel")
    expected = {"status": "staging", "pending": 2, "completed": 1, "canceled": 1}
    assert live_http.get("/batches/b/status").json() == expected


def test_live_batch_goes_from_staging_through_in_progress_to_completed(live_sandbox, live_http):
    live_http.make_project()
    assert live_http.make_batch(callback="ops@example.org")["status"] == "staging"
    task_id = live_http.make_task(batch="b")["task_id"]
    assert live_http.post("/batches/b/finalize").json()["status"] == "in_progress"
    assert live_http.post("/batches/b/finalize").status_code == 400
    late = {"attachment_type": "text", "attachment": "a", "instruction": "i", "batch": "b"}
    assert live_http.post("/task/categorization", json=late).status_code == 400
    live_sandbox.complete_task(task_id, {})
    assert live_http.get("/batches/b").json()["status"] == "completed"
    (callback,) = live_sandbox.callbacks
    assert callback.url == "ops@example.org"
    assert callback.body == {"batch": "b", "project": "p", "status": "completed"}


def test_live_batch_is_completed_when_its_last_task_is_canceled(live_http):
    live_http.make_project()
    live_http.make_batch()
    task_id = live_http.make_task(batch="b")["task_id"]
    live_http.post("/batches/b/finalize")
    live_http.post(f"/task/{task_id}/cancel")
    assert live_http.get("/batches/b/status").json() == {"status": "completed", "canceled": 1}


def test_batches_by_audit_have_a_task_that_was_audited(http):
    http.make_project()
    http.make_batch("b")
    http.make_batch("c")
    for batch in ({}, {"batch": "b", "project": "p"}):
        task_id = http.make_task(**batch)["task_id"]
        assert http.post(f"/task/{task_id}/audit", json={"accepted": True}).status_code == 200
    listed = http.get("/batches", params={"audited_after": "2020-01-01"}).json()["docs"]
    assert [batch["name"] for batch in listed] == ["b"]
    listed = http.get("/batches", params={"audited_before": "2020-01-01"}).json()["docs"]
    assert listed == []
