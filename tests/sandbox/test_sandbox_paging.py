"""Listing tasks: pages, order, filters."""

import secrets

import pytest

from scaleapi.sandbox.backend.store import TASKS


def seed_task(sandbox):
    """The id of a new task that was made at a certain moment."""
    task_id = secrets.token_hex(12)
    row = {"kind": "task", "type": "comparison", "created_at": "2025-03-04T10:15:00.000Z"}
    sandbox.seed([{**row, "task_id": task_id}], api_key="test_key")
    return task_id


def walk(http, **query):
    """The ids of all pages, by token."""
    found = []
    while True:
        page = http.get("/tasks", params=query).json()
        found += [task["task_id"] for task in page["docs"]]
        if not page["has_more"]:
            assert "next_token" not in page
            return found
        query["next_token"] = page["next_token"]


def test_tasks_listing_is_newest_first(http):
    ids = [http.make_task()["task_id"] for _ in range(5)]
    assert http.ids(limit=3) == ids[:1:-1]


def test_tasks_listing_empty_has_the_whole_envelope(http):
    page = http.get("/tasks", params={"start_time": "2999-01-01"}).json()
    assert page == {"docs": [], "total": 0, "limit": 100, "offset": 0, "has_more": False}


def test_tasks_next_token_leads_through_all_pages(http):
    ids = [http.make_task()["task_id"] for _ in range(7)]
    assert walk(http, limit=3) == ids[::-1]
    assert walk(http, limit=7) == ids[::-1]
    assert http.get("/tasks", params={"limit": 1}).json()["total"] == 7


def test_tasks_next_token_is_stable_when_tasks_are_added(http):
    ids = [http.make_task()["task_id"] for _ in range(4)]
    first = http.get("/tasks", params={"limit": 2}).json()
    http.make_task()
    second = http.get("/tasks", params={"limit": 2, "next_token": first["next_token"]}).json()
    assert [task["task_id"] for task in second["docs"]] == ids[1::-1]
    assert second["offset"] == 2


def test_tasks_next_token_keeps_the_order_of_equal_timestamps(sandbox, http):
    ids = [seed_task(sandbox) for _ in range(5)]
    assert walk(http, limit=2) == ids[::-1]


def test_tasks_offset_is_supported(http):
    ids = [http.make_task()["task_id"] for _ in range(5)]
    page = http.get("/tasks", params={"limit": 2, "offset": 2}).json()
    assert [task["task_id"] for task in page["docs"]] == [ids[2], ids[1]]
    assert (page["offset"], page["has_more"]) == (2, True)
    assert http.ids(offset=9) == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": -1},
        {"limit": "ten"},
        {"limit": "9" * 50},
        {"offset": -1},
        {"offset": "9" * 50},
        {"next_token": "nonsense"},
        {"next_token": "é"},
        {"next_token": "W10"},
        {"next_token": "WyIyMDI1LTAxLTAxIiwxZTIsMF0"},
        {"status": "finished"},
        {"type": "juggling"},
        {"customer_review_status": "accepted,meh"},
        {"start_time": "yesterday"},
        {"end_time": "2025-13-01"},
        {"completed_after": "2025-01-01T25:00:00"},
        {"updated_before": ""},
        {"limited_response": "maybe"},
        {"include_attachment_url": "maybe"},
    ],
)
def test_tasks_invalid_parameter_is_400(http, query):
    response = http.get("/tasks", params=query)
    assert response.status_code == 400
    assert next(iter(query)) in response.json()["error"]


def test_tasks_filters_by_project_batch_and_type(http):
    http.make_project("one")
    http.make_project("two")
    http.make_batch("first", "one")
    a, b = (http.make_task(project=name)["task_id"] for name in ("one", "two"))
    c = http.make_task(batch="first")["task_id"]
    d = http.post(
        "/task/namedentityrecognition", json={"text": "t", "labels": [{"name": "n"}]}
    ).json()["task_id"]
    assert http.ids(project="one") == [c, a]
    assert http.ids(project="two") == [b]
    assert http.ids(batch="first", project="one") == [c]
    assert http.ids(batch="first", project="two") == []
    assert http.ids(type="namedentityrecognition") == [d]


def test_tasks_filters_by_status(live_sandbox, live_http):
    a, b, c = (live_http.make_task()["task_id"] for _ in range(3))
    live_http.post(f"/task/{a}/cancel")
    live_sandbox.complete_task(b, {})
    found = {status: live_http.ids(status=status) for status in ("pending", "canceled", "error")}
    assert found == {"pending": [c], "canceled": [a], "error": []}
    assert live_http.ids(status="completed") == [b]


def test_tasks_filters_by_review_status_joined_or_repeated(http):
    a, b, _c = (http.make_task()["task_id"] for _ in range(3))
    http.post(f"/task/{a}/audit", json={"accepted": True})
    http.post(f"/task/{b}/audit", json={"accepted": False})
    assert http.ids(customer_review_status="accepted") == [a]
    assert http.ids(customer_review_status="accepted,rejected") == [b, a]
    assert http.ids(customer_review_status=["accepted", "rejected"]) == [b, a]
    assert http.ids(customer_review_status="fixed") == []


def test_tasks_filters_by_unique_ids(http):
    ids = {name: http.make_task(unique_id=name)["task_id"] for name in ("a", "b", "c,d")}
    assert http.ids(unique_id="a") == [ids["a"]]
    assert http.ids(unique_id=["a", "b"]) == http.ids(unique_id="a,b") == [ids["b"], ids["a"]]
    assert http.ids(unique_id="c,d") == [ids["c,d"]]
    assert http.ids(unique_id="none") == []


def test_tasks_filters_by_current_tags(http):
    a = http.make_task(tags=["night", "rain"])["task_id"]
    b = http.make_task(tags=["night"])["task_id"]
    assert http.ids(tags="rain") == [a]
    assert http.ids(tags=["rain", "night"]) == [b, a]
    http.delete(f"/task/{a}/tags", json=["rain"])
    assert http.ids(tags="rain") == []


@pytest.mark.parametrize(
    "since, until, column",
    [
        ("start_time", "end_time", "created_at"),
        ("updated_after", "updated_before", "updated_at"),
        ("completed_after", "completed_before", "completed_at"),
    ],
)
def test_tasks_filters_by_time_include_their_bounds(http, wait_until, since, until, column):
    first = http.make_task()
    second = wait_until(lambda: (new := http.make_task())[column] > first[column] and new)
    low, high = first[column], second[column]
    assert first["task_id"] in http.ids(**{until: low})
    assert second["task_id"] not in http.ids(**{until: low})
    assert second["task_id"] in http.ids(**{since: high})
    assert first["task_id"] not in http.ids(**{since: high})


@pytest.mark.parametrize(
    "text, is_before",
    [
        ("2025-03-04", True),
        ("2025-03-04T10:15:00.000Z", True),
        ("2025-03-04T10:15:00.000001Z", False),
        ("2025-03-04 10:15:00.000000", True),
        ("2025-03-04 10:15:01", False),
        ("2025-03-04T03:15:00-07:00", True),
        ("2025-03-04T03:15:00-0701", False),
        ("2025-03-04T11:15:00+01:00", True),
    ],
)
def test_tasks_filters_by_time_accept_every_format(sandbox, http, text, is_before):
    task_id = seed_task(sandbox)
    assert http.ids(start_time=text) == ([task_id] if is_before else [])


@pytest.mark.parametrize("flag", ["true", "True", "TRUE"])
def test_tasks_limited_response_reduces_each_task(http, flag):
    http.make_project()
    http.make_task(project="p", tags=["x"])
    (task,) = http.get("/tasks", params={"limited_response": flag}).json()["docs"]
    assert set(task) == {"task_id", "status", "metadata", "project"}


def test_tasks_query_spaces_may_be_plus_or_escaped(http):
    http.make_project("a b+c")
    task_id = http.make_task(project="a b+c")["task_id"]
    for query in ("project=a+b%2Bc", "project=a%20b%2Bc"):
        docs = http.get(f"/tasks?{query}&include_attachment_url=True").json()["docs"]
        assert [task["task_id"] for task in docs] == [task_id]


def test_tasks_page_is_found_by_an_index_without_sorting(sandbox, http):
    store, task = sandbox._open().state.store, http.make_task()
    (account,) = store.owners(TASKS, task["task_id"])
    with store.transaction():
        for number in range(5000):
            store.insert(TASKS, account, {**task, "task_id": f"{number:024x}", "batch": "b"})
    plan = store._connection.execute(
        "EXPLAIN QUERY PLAN SELECT doc FROM tasks WHERE account = '' AND batch = 'b'"
        " AND (created_at, seq) < ('2025', 7) ORDER BY created_at DESC, seq DESC LIMIT 100"
    ).fetchall()
    text = " ".join(str(row) for row in plan)
    assert "tasks_by_batch_created_at" in text
    assert "TEMP B-TREE" not in text
    assert http.get("/tasks", params={"batch": "b", "limit": 1}).json()["total"] == 5000
