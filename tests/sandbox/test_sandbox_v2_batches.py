"""v2 batches: their states, their metadata, and how v1 shows them."""

import pytest

from tests.fixtures.v2 import V2

ACTIONS = ("finalize", "pause", "resume", "cancel")

# How a batch gets into each state, and where each action leads from there.
WAYS = {
    "staging": [],
    "in_progress": ["finalize"],
    "paused": ["finalize", "pause"],
    "cancelled": ["cancel"],
}
LEADS = {
    ("staging", "finalize"): "in_progress",
    ("staging", "cancel"): "cancelled",
    ("in_progress", "pause"): "paused",
    ("in_progress", "cancel"): "cancelled",
    ("paused", "resume"): "in_progress",
    ("paused", "cancel"): "cancelled",
}


@pytest.fixture(params=["test", "live"])
def v2(request):
    """In either mode."""
    http = request.getfixturevalue({"test": "http", "live": "live_http"}[request.param])
    http.make_project(kind="chat")
    return V2(http)


def do(v2, action, **named):
    response = getattr(v2, f"{action}_batch")(**(named or {"batch_name": "b"}))
    if action == "finalize":
        return response
    assert set(response) == {"batch", "message"}
    assert response["message"]
    return response["batch"]


def test_v2_create_batch_is_in_progress_unless_staged(v2):
    for name, more, status in (
        ("a", {}, "in_progress"),
        ("b", {"staging_batch": False}, "in_progress"),
        ("c", {"staging_batch": True}, "staging"),
    ):
        batch = v2.create_batch(name=name, project_name="p", **more)
        assert batch["status"] == status
        assert batch["metadata"] == {}
        assert not {"callback", "completed_at"} & set(batch)
        assert v2.get_batch(batch_id=batch["id"]) == v2.get_batch(batch_name=name) == batch


def test_v2_batches_are_shared_with_v1(v2):
    given = {"callback": "ops@example.org", "metadata": {"a": 1}}
    made = v2.create_batch(name="b/1", project_name="p", **given)
    seen = v2.http.get("/batches/b%2F1").json()
    shared = ("name", "created_at", "status", "callback", "metadata")
    assert {key: made[key] for key in shared} == {key: seen[key] for key in shared}
    assert seen["project"] == "p"
    assert not [key for key in seen if key.startswith("_")]
    made = v2.http.make_batch("other", "p", **given)
    seen = v2.get_batch(batch_name="other")
    assert {key: made[key] for key in shared} == {key: seen[key] for key in shared}
    assert [batch["name"] for batch in v2.get_batches()["batches"]] == ["other", "b/1"]


@pytest.mark.parametrize("form", ["project_id", "project_name", "project"])
def test_v2_create_batch_takes_the_project_by_id_or_name(v2, form):
    project = v2.get_project(project_name="p")["id"]
    value = "p" if form == "project_name" else project
    assert v2.create_batch(name="b", **{form: value})["project"] == project
    if form == "project":
        assert v2.create_batch(name="c", project="p")["project"] == project
    assert v2.status("create_batch", name="d", **{form: "none"}) == 404


@pytest.mark.parametrize(
    "body, status",
    [
        ({"name": "b"}, 400),
        ({"project_name": "p"}, 400),
        ({"project_name": "p", "name": ""}, 400),
        ({"project_name": "p", "name": 5}, 400),
        ({"project_name": 5, "name": "b"}, 400),
        ({"project_name": "p", "name": "b", "metadata": [1]}, 400),
        ({"project_name": "p", "name": "b", "callback": 1}, 400),
        ({"project_name": "p", "name": "b", "staging_batch": "yes"}, 400),
        ({"project_name": "p", "name": "taken"}, 409),
    ],
)
def test_v2_create_batch_invalid_is_rejected(v2, body, status):
    v2.http.make_batch("taken")
    assert v2.status("create_batch", **body) == status


@pytest.mark.parametrize("state", WAYS)
def test_v2_batch_action_is_accepted_in_its_states_alone(v2, state):
    for action in ACTIONS:
        name = f"{state} {action}"
        v2.create_batch(name=name, project_name="p", staging_batch=True)
        for step in WAYS[state]:
            do(v2, step, batch_name=name)
        assert v2.get_batch(batch_name=name)["status"] == state
        wanted = LEADS.get((state, action))
        if wanted:
            assert do(v2, action, batch_name=name)["status"] == wanted
        else:
            assert v2.status(f"{action}_batch", batch_name=name) == 400
        assert v2.get_batch(batch_name=name)["status"] == (wanted or state)


def test_v2_batch_completed_accepts_no_action(v2):
    v2.create_batch(name="b", project_name="p", staging_batch=True)
    task_id = v2.create_chat_task(project_name="p", batch_name="b")["task_id"]
    do(v2, "finalize")
    if v2.get_task(task_id=task_id)["status"] == "pending":
        v2.http.sandbox.complete_task(task_id, {})
    batch = v2.get_batch(batch_name="b")
    assert batch["status"] == "completed"
    assert batch["completed_at"] >= batch["created_at"]
    assert v2.get_batches(completed_after=batch["completed_at"])["batches"] == [batch]
    assert v2.get_batches(completed_before=batch["completed_at"])["batches"] == [batch]
    for action in ACTIONS:
        assert v2.status(f"{action}_batch", batch_name="b") == 400


@pytest.mark.parametrize("action", [*ACTIONS, "get"])
def test_v2_batch_unknown_is_404(v2, action):
    for named in ({"batch_id": "none"}, {"batch_name": "none"}):
        assert v2.status(f"{action}_batch", **named) == 404
    batch = v2.create_batch(name="b", project_name="p")
    assert v2.status(f"{action}_batch", batch_id=batch["id"], batch_name="c") == 404


def test_v2_batch_states_are_mapped_to_those_of_v1(v2):
    v2.create_batch(name="b", project_name="p")

    def seen():
        found = [v2.http.get(f"/batches/b{path}").json()["status"] for path in ("", "/status")]
        for status in ("staging", "in_progress", "completed"):
            page = v2.http.get("/batches", params={"status": status}).json()
            found += [batch["status"] for batch in page["docs"]]
        return found

    do(v2, "pause")
    assert seen() == ["in_progress"] * 3
    do(v2, "cancel")
    assert seen() == ["completed"] * 3
    assert v2.get_batches(status="cancelled")["batches"][0]["name"] == "b"
    assert v2.get_batches(status="completed")["batches"] == []


def test_v2_staged_batch_can_be_finalized_by_v1(v2):
    v2.create_batch(name="b", project_name="p", staging_batch=True)
    assert v2.http.post("/batches/b/finalize").json()["status"] == "in_progress"
    assert v2.get_batch(batch_name="b")["status"] == "in_progress"


def test_v2_batch_accepts_tasks_unless_finalized_paused_or_cancelled(v2):
    def takes(name):
        return v2.status("create_chat_task", project_name="p", batch_name=name) == 200

    v2.create_batch(name="open", project_name="p")
    assert takes("open")
    v2.create_batch(name="staged", project_name="p", staging_batch=True)
    assert takes("staged")
    do(v2, "finalize", batch_name="staged")
    assert not takes("staged")
    do(v2, "pause", batch_name="open")
    assert not takes("open")
    do(v2, "resume", batch_name="open")
    assert takes("open")
    do(v2, "cancel", batch_name="open")
    assert not takes("open")


def test_v2_cancel_batch_cancels_its_pending_tasks(live_sandbox, live_v2):
    live_v2.create_batch(name="b", project_name="p")
    done, pending = (
        live_v2.create_chat_task(project_name="p", batch_name="b")["task_id"] for _ in range(2)
    )
    other = live_v2.create_chat_task(project_name="p")["task_id"]
    live_sandbox.complete_task(done, {})
    assert do(live_v2, "cancel")["status"] == "cancelled"
    found = [live_v2.get_task(task_id=name)["status"] for name in (done, pending, other)]
    assert found == ["completed", "canceled", "pending"]


def test_v2_batch_is_completed_and_called_back_with_its_last_task(live_sandbox, live_v2):
    live_v2.create_batch(name="b", project_name="p", callback="ops@example.org")
    ids = [live_v2.create_chat_task(project_name="p", batch_name="b")["task_id"] for _ in range(2)]
    live_sandbox.complete_task(ids[0], {})
    assert live_v2.get_batch(batch_name="b")["status"] == "in_progress"
    do(live_v2, "pause")
    live_sandbox.complete_task(ids[1], {})
    assert live_v2.get_batch(batch_name="b")["status"] == "paused"
    assert do(live_v2, "resume")["status"] == "completed"
    (callback,) = live_sandbox.callbacks
    assert callback.body == {"batch": "b", "project": "p", "status": "completed"}


def test_v2_batch_metadata_is_replaced_or_merged_deeply(v2):
    batch = v2.create_batch(name="b", project_name="p", metadata={"a": {"x": 1}, "b": 1})
    change = {"batch_id": batch["id"], "metadata": {"a": {"y": 2}}}
    merged = {"a": {"x": 1, "y": 2}, "b": 1}
    assert v2.set_batch_metadata(**change, merge=True)["metadata"] == merged
    assert v2.http.get("/batches/b").json()["metadata"] == merged
    assert v2.set_batch_metadata(**change)["metadata"] == {"a": {"y": 2}}
    assert v2.get_batch(batch_name="b")["metadata"] == {"a": {"y": 2}}
    assert v2.status("set_batch_metadata", batch_name="b") == 400
    assert v2.status("set_batch_metadata", batch_name="none", metadata={}) == 404


def test_v2_batch_expand_shows_the_whole_project(v2):
    v2.create_batch(name="b", project_name="p")
    project = v2.get_project(project_name="p")
    assert v2.get_batch(batch_name="b")["project"] == project["id"]
    assert v2.get_batch(batch_name="b", expand="project")["project"] == project
    (batch,) = v2.get_batches(expand="project")["batches"]
    assert batch["project"] == project


def test_v2_batches_filters_by_project_and_status(v2):
    v2.http.make_project("q", kind="chat")
    for name, project in (("a", "p"), ("b", "q")):
        v2.create_batch(name=name, project_name=project)
    do(v2, "pause")
    project = v2.get_project(project_name="q")["id"]

    def names(**query):
        return [batch["name"] for batch in v2.get_batches(**query)["batches"]]

    assert names() == ["b", "a"]
    assert names(project_name="p") == names(status="in_progress") == ["a"]
    assert names(project_id=project) == names(status="paused") == ["b"]
    assert names(project_name="p", status="paused") == []
    assert v2.status("get_batches", project_name="none") == 404


def test_v2_cancelled_batch_is_not_in_studio(v2):
    v2.create_batch(name="b", project_name="p")
    assert len(v2.http.get("/studio/batches").json()) == 1
    do(v2, "cancel")
    assert v2.http.get("/studio/batches").json() == []
