"""Data sets: loaded, written, loaded again; and large ones."""

import inspect
import json
import re

import pytest

from scaleapi.sandbox import Sandbox
from scaleapi.sandbox.backend import store as store_module
from scaleapi.sandbox.backend.store import TASKS
from scaleapi.sandbox.http.json_limits import MAX_STORED_DEPTH
from scaleapi.sandbox.routes import tasks

LAST_WEEK = "2025-03-04T10:15:00.000Z"
PROJECT = {"kind": "project", "name": "p", "type": "categorization", "params": {"a": 1}}
BATCH = {"kind": "batch", "name": "b", "project": "p", "status": "completed"}
TASK = {"kind": "task", "batch": "b", "params": {"categories": ["cat"]}}


def get(http, path):
    response = http.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def test_seed_fills_in_missing_fields(sandbox, http):
    counts = sandbox.seed([PROJECT, BATCH, TASK, TASK], api_key="test_key")
    assert counts == {"project": 1, "batch": 1, "task": 2}
    assert get(http, "/projects/p")["param_history"][0]["a"] == 1
    assert get(http, "/batches/b/status") == {"status": "completed", "completed": 2}
    made = http.make_task(project="p", batch=None)
    for task in get(http, "/tasks?batch=b")["docs"]:
        assert made.keys() - task.keys() == set()
        assert (task["type"], task["response"]) == ("categorization", {"category": "cat"})


def test_seed_keeps_given_fields(sandbox, http):
    given = {
        "task_id": "f" * 24, "unique_id": "u", "tags": ["night"], "metadata": {"row": 1},
        "status": "error", "response": {"error": "no file"}, "created_at": "2025-03-04 11:15+01:00",
        "type": "categorization", "params": {}, "audits": [], "from_another_place": True,
        "customer_review_status": "rejected",
    }  # fmt: skip
    sandbox.seed([{"kind": "task", "api_key": "test_key", **given}])
    task = get(http, f"/task/{'f' * 24}")
    assert task["created_at"] == task["updated_at"] == LAST_WEEK
    assert {**task, **given, "created_at": LAST_WEEK} == task
    for query in ({"tags": "night"}, {"unique_id": "u"}, {"end_time": "2025-03-05"}):
        assert http.ids(**query) == [task["task_id"]]


@pytest.mark.parametrize("live, status", [(True, "pending"), (False, "completed")])
def test_seed_without_status_is_as_if_created_now(http_for, live, status):
    with Sandbox(live=live) as sandbox:
        sandbox.seed([PROJECT, {**BATCH, "status": None}, TASK], api_key="test_key")
        counts = get(http_for(sandbox), "/batches/b/status")
    assert counts == {"status": "staging" if live else "in_progress", status: 1}


def test_seed_chat_task_is_found_by_its_annotations(sandbox):
    sandbox.seed(
        [{"kind": "project", "name": "c", "type": "chat"}, {"kind": "task", "project": "c"}]
    )
    with sandbox.client() as client:
        (task,) = client.v2.get_tasks(project_name="c").tasks
        found = client.v2.get_task(task_id=task.task_id)
        annotation = found.threads[0].annotations[0]
        assert client.v2.get_annotation(annotation_id=annotation.id).id == annotation.id


def test_seed_sends_no_callback(sandbox):
    sandbox.seed([{**TASK, "batch": None, "type": "annotation", "callback_url": "a@example.org"}])
    assert sandbox.callbacks == []


def test_seed_task_continues_as_any_other(live_sandbox):
    live_sandbox.seed([PROJECT, {**BATCH, "status": "in_progress"}, {**TASK, "task_id": "t"}])
    assert live_sandbox.complete_task("t", {})["status"] == "completed"


@pytest.mark.parametrize(
    "row, part",
    [
        (3, "object"),
        ({}, "kind"),
        ({"kind": "tasks"}, "kind"),
        ({"kind": ["task"]}, "kind"),
        ({"kind": "task", "type": "juggling"}, "type"),
        ({**TASK, "type": "juggling"}, "categorization"),
        ({"kind": "task"}, "type"),
        ({**TASK, "batch": "x"}, "'x'"),
        ({**TASK, "project": "x"}, "of project"),
        ({**TASK, "type": "annotation"}, "categorization"),
        ({**TASK, "status": "done"}, "status"),
        ({**TASK, "created_at": "yesterday"}, "created_at"),
        ({**TASK, "completed_at": 3}, "completed_at"),
        ({**TASK, "tags": "x"}, "tags"),
        ({**TASK, "task_id": 3}, "task_id"),
        ({**TASK, "task_id": "taken"}, "taken"),
        ({**TASK, "unique_id": "taken"}, "taken"),
        ({**TASK, "params": []}, "params"),
        ({**TASK, "account": "x"}, "account"),
        ({**TASK, "api_key": ""}, "api_key"),
        ({**TASK, "customer_review_status": "meh"}, "customer_review_status"),
        ({**BATCH, "name": ""}, "name"),
        ({**BATCH, "name": "c", "status": "finished"}, "status"),
        (BATCH, "'b'"),
        ({**PROJECT, "name": "q", "type": None}, "type"),
        ({**PROJECT, "name": "q", "param_history": 3}, "param_history"),
        ({**PROJECT, "name": "q", "params": 3}, "params"),
        ({"kind": "file", "doc": 3}, "doc"),
        ({"kind": "file", "doc": {"id": "1", "reference_id": 3}}, "reference_id"),
        ({"kind": "file", "doc": {"id": "1"}, "content": "%"}, "base64"),
    ],
)
def test_seed_invalid_row_is_reported_by_number_and_nothing_loaded(
    sandbox, http, tmp_path, row, part
):
    taken = {**TASK, "task_id": "taken", "unique_id": "taken"}
    rows = [PROJECT, BATCH, taken, row]
    with pytest.raises(ValueError, match="row 4") as caught:
        sandbox.seed(rows, api_key="test_key")
    assert part in str(caught.value)
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in rows))
    with pytest.raises(ValueError, match="rows.jsonl, line 4"):
        sandbox.seed(path, api_key="test_key")
    assert get(http, "/projects") == []
    assert http.ids() == []


@pytest.mark.parametrize("line", ["{", "nonsense", "\x00", '{"kind": "task"', "[" * 100_000])
def test_seed_line_not_json_is_reported(sandbox, tmp_path, line):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(PROJECT) + "\n\n" + line)
    with pytest.raises(ValueError, match="line 3"):
        sandbox.seed(path)


def test_seed_row_nested_too_deeply_is_reported(sandbox, http, tmp_path):
    deep = json.loads("[" * 900 + "]" * 900)
    row = {"kind": "task", "type": "annotation", "metadata": {"a": deep}}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(PROJECT) + "\n" + json.dumps(row))
    with pytest.raises(ValueError, match="row 2: .*200"):
        sandbox.seed([PROJECT, row], api_key="test_key")
    with pytest.raises(ValueError, match="line 2: .*200"):
        sandbox.seed(path, api_key="test_key")
    assert http.ids() == get(http, "/projects") == []


def test_seed_of_the_deepest_accepted_row_round_trips(sandbox, tmp_path):
    def deep(levels):
        return json.loads("[" * levels + "]" * levels)

    rows = [
        {**PROJECT, "params": {"a": deep(MAX_STORED_DEPTH - 3)}},
        {"kind": "file", "doc": {"id": "f", "metadata": deep(MAX_STORED_DEPTH - 1)}},
    ]
    sandbox.seed(rows)
    sandbox.export(tmp_path / "out")
    sandbox.reset()
    assert sandbox.seed(tmp_path / "out") == {"project": 1, "file": 1}


def everything(sandbox, http):
    """Something of every kind."""
    http.make_project("p", params={"x": "é"})
    http.make_project("c", "chat")
    http.make_project("r", "imageannotation", rapid=True)
    http.make_batch("b")
    http.make_batch("empty", callback="someone@example.org", metadata={"a": None})
    http.make_task(batch="b", tags=["x"], unique_id="u")
    http.post("/task/chat", json={"project": "c"})
    http.post("/files/upload", files={"file": ("a.bin", b"\x00\xff")}, data={"kind": "odd"})
    http.post("/files/import", json={"file_url": "https://example.org/a", "account": "mine"})
    body = {"attachment": "a", "geometries": {}, "expected_response": {}, "kind": 1}
    http.post("/evaluation_tasks/imageannotation", json=body)
    http.post("/teams/invite", json={"emails": ["a@example.org"], "team_role": "labeler"})
    sandbox.deliver("p", api_key="test_key")
    sandbox.add_dataset("d", 2, api_key="test_key")
    sandbox.seed([PROJECT], api_key="test_other")


def test_seed_of_an_export_restores_the_same_data(sandbox, http, tmp_path):
    everything(sandbox, http)
    sandbox.export(tmp_path / "first")
    listed, files = get(http, "/tasks"), sandbox._open().state.store._connection.execute(
        "SELECT * FROM contents"
    ).fetchall()  # fmt: skip
    sandbox.reset()
    sandbox.seed(tmp_path / "first")
    sandbox.export(tmp_path / "second")
    first, second = (
        [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
        for name in ("first", "second")
    )
    assert first == second
    assert len({row["kind"] for row in first}) >= 10
    assert get(http, "/tasks") == listed
    assert (
        sandbox._open().state.store._connection.execute("SELECT * FROM contents").fetchall()
        == files
    )
    assert "test_other" not in (tmp_path / "first").read_text()


def test_seed_live_data_keep_their_state(live_sandbox, live_http, tmp_path):
    live_http.make_project()
    for name in ("staged", "cancelled", "paused"):
        live_http.make_batch(name)
        live_http.make_task(batch=name)
    live_http.post("/batches/paused/finalize")
    with live_sandbox.client("test_key") as client:
        client.v2.pause_batch(batch_name="paused")
        client.v2.cancel_batch(batch_name="cancelled")
    task_id = live_http.make_task()["task_id"]
    live_sandbox.complete_task(task_id, None)
    live_sandbox.export(tmp_path / "first")
    live_sandbox.reset()
    live_sandbox.seed(tmp_path / "first")
    live_sandbox.export(tmp_path / "second")
    first, second = ((tmp_path / name).read_text().splitlines() for name in ("first", "second"))
    assert [json.loads(line) for line in first] == [json.loads(line) for line in second]


# Parameters of GET /v1/tasks, and the column by which their few tasks are found.
FILTERS = {
    "project": ("p1", "project=?"), "batch": ("b1", "batch=?"), "type": ("annotation", "type=?"),
    "status": ("error", "status=?"), "unique_id": ("u1", "unique_id=?"),
    "customer_review_status": ("fixed", "customer_review_status=?"), "tags": ("t1", "rowid=?"),
    "start_time": ("2025-03-04T12:00", "created_at>?"),
    "end_time": ("2025-01-01", "created_at<?"),
    "updated_after": ("2025-03-04T12:00", "updated_at>?"),
    "updated_before": ("2025-01-01", "updated_at<?"),
    "completed_after": ("2025-03-04T12:00", "completed_at>?"),
    "completed_before": ("2025-01-01", "completed_at<?"),
}  # fmt: skip


@pytest.fixture(scope="module")
def large():
    """A sandbox with 3000 tasks, of which few have anything in common."""
    with Sandbox() as sandbox:
        sandbox.seed(
            [{"kind": "project", "name": f"p{number}", "type": "comparison"} for number in range(3)]
            + [{"kind": "batch", "name": "b1", "project": "p1"}]
            + [
                {"kind": "task", "type": "comparison", "created_at": LAST_WEEK, "response": {},
                 "tags": [f"t{number}", "all"], "unique_id": f"u{number}"}
                for number in range(3000)
            ],
            api_key="test_key",
        )  # fmt: skip
        yield sandbox


def plans(store, run):
    """How SQLite finds the rows of each query on tasks that `run` makes."""
    statements = []
    store._connection.set_trace_callback(statements.append)
    try:
        run()
    finally:
        store._connection.set_trace_callback(None)
    queries = [text for text in statements if text.startswith("SELECT") and "FROM tasks" in text]
    return [
        " ".join(str(row[3]) for row in store._connection.execute(f"EXPLAIN QUERY PLAN {query}"))
        for query in queries
    ]


@pytest.mark.parametrize("name", FILTERS)
def test_store_each_filter_uses_an_index(large, http_for, name):
    value, condition = FILTERS[name]
    http = http_for(large)
    found = plans(large._open().state.store, lambda: http.ids(**{name: value}))
    assert len(found) == 2  # the number of all, and the page
    for plan in found:
        assert "SCAN" not in plan
        assert condition in plan


@pytest.mark.parametrize("name, value", [("updated_after", "2001-01-01"), ("tags", "all")])
def test_store_many_rows_are_not_sorted(large, http_for, monkeypatch, name, value):
    monkeypatch.setattr(store_module, "SORT_THRESHOLD", 1000)
    store, http = large._open().state.store, http_for(large)
    (_, page) = plans(store, lambda: http.ids(**{name: value}))
    assert "TEMP B-TREE" not in page
    (_, page) = plans(store, lambda: http.ids(**{name: value, "offset": 2900}))
    assert "TEMP B-TREE" not in page


def test_store_every_filter_of_the_listing_is_covered():
    names = re.findall(r'\("(\w+)", "\w+"\)', inspect.getsource(tasks._filters))
    assert {*names, *(choice[0] for choice in tasks._CHOICES), "tags"} == set(FILTERS)


def test_store_last_page_is_counted_from_the_end(large, http_for):
    http = http_for(large)
    store = large._open().state.store
    newest_first = [task["task_id"] for task in store.all(TASKS, _account(store))][::-1]
    for offset in (0, 1499, 1500, 1501, 2899, 2900, 2950, 2999, 3000, 4000):
        page = http.get("/tasks", params={"offset": offset, "limit": 100}).json()
        assert [task["task_id"] for task in page["docs"]] == newest_first[offset : offset + 100]
        assert page["has_more"] is (offset + 100 < 3000)
        assert ("next_token" in page) is page["has_more"]
    page = http.get("/tasks", params={"offset": 2000, "limit": 100}).json()
    token = page["next_token"]
    follow = http.get("/tasks", params={"limit": 100, "next_token": token}).json()
    assert [task["task_id"] for task in follow["docs"]] == newest_first[2100:2200]


def test_store_last_page_costs_at_most_twice_the_first(large, http_for):
    http, store, costs = http_for(large), large._open().state.store, []
    for offset in (0, 2900):  # in SQLite's own steps, as time would tell other things too
        steps = []
        store._connection.set_progress_handler(lambda steps=steps: steps.append(1), 10)
        http.get("/tasks", params={"offset": offset, "limit": 100})
        store._connection.set_progress_handler(None, 0)
        costs.append(len(steps))
    assert 0 < costs[1] <= 2 * costs[0]


def _account(store):
    return store._connection.execute("SELECT account FROM tasks LIMIT 1").fetchone()[0]


def test_store_owners_of_a_task_are_found_by_an_index(large):
    store = large._open().state.store
    (plan,) = plans(store, lambda: store.owners(TASKS, "x"))
    assert "SEARCH" in plan and "tasks_by_id" in plan
