"""v2 listings: pages, order, filters; keys, failures and unknown routes."""

from urllib.parse import quote

import pytest

from tests.fixtures.v2 import V2, Bearer


def make_tasks(v2, number, **more):
    return [v2.create_chat_task(project_name="p", **more)["task_id"] for _ in range(number)]


def ids(v2, **query):
    return [task["task_id"] for task in v2.get_tasks(**query)["tasks"]]


def walk(v2, operation, key, **query):
    """The pages of a listing."""
    pages = []
    while True:
        page = getattr(v2, operation)(**query)
        pages.append(page[key])
        if "next_token" not in page:
            return pages
        query["next_token"] = page["next_token"]


def test_v2_tasks_pages_are_newest_first_and_the_last_has_no_token(v2):
    made = make_tasks(v2, 5)[::-1]
    pages = walk(v2, "get_tasks", "tasks", project_name="p", limit=2)
    found = [[task["task_id"] for task in page] for page in pages]
    assert found == [made[:2], made[2:4], made[4:]]
    assert len(walk(v2, "get_tasks", "tasks", project_name="p", limit=5)) == 1
    assert ids(v2, project_name="p") == made


def test_v2_next_token_is_stable_when_tasks_are_added(v2):
    made = make_tasks(v2, 4)
    token = v2.get_tasks(project_name="p", limit=2)["next_token"]
    make_tasks(v2, 1)
    assert ids(v2, project_name="p", limit=2, next_token=token) == made[1::-1]


def test_v2_batches_have_pages(v2):
    for number in range(3):
        v2.create_batch(name=f"b{number}", project_name="p")
    pages = walk(v2, "get_batches", "batches", limit=2)
    assert [[batch["name"] for batch in page] for page in pages] == [["b2", "b1"], ["b0"]]


def test_v2_deliveries_and_datasets_have_pages(sandbox, v2):
    made = make_tasks(v2, 3)[::-1]
    delivery = sandbox.deliver("p", api_key="test_key")["id"]
    pages = walk(v2, "get_delivery", "tasks", delivery_id=delivery, limit=2)
    assert [[task["task_id"] for task in page] for page in pages] == [made[:2], made[2:]]
    pages = walk(v2, "get_delivery_tasks", "docs", project_name="p", limit=2)
    assert [[task["task_id"] for task in page] for page in pages] == [made[:2], made[2:]]
    page = v2.get_delivery_tasks(project_name="p", limit=2)
    assert page["total"] == 2
    sent = sandbox.add_dataset("d", 3, api_key="test_key")
    pages = walk(v2, "get_dataset_tasks", "tasks", dataset_id=sent["dataset"], limit=2)
    assert [len(page) for page in pages] == [2, 1]
    assert pages == walk(v2, "get_dataset_delivery", "tasks", delivery_id=sent["id"], limit=2)


@pytest.mark.parametrize("operation", ["get_tasks", "get_batches", "get_delivery_tasks"])
@pytest.mark.parametrize(
    "wrong",
    [{"limit": value} for value in (0, 101, -1, "ten", "5.0", "")]
    + [{"next_token": value} for value in ("nonsense", "é", "W10")]
    + [{"next_token": "W1tb" * 5000}],  # base64 of "[" * 15000
    ids=lambda wrong: str(wrong)[:30],
)
def test_v2_invalid_limit_or_token_is_400(v2, operation, wrong):
    response = v2.response(operation, project_name="p", **wrong)
    assert response.status_code == 400
    assert next(iter(wrong)) in response.json()["error"]


@pytest.mark.parametrize(
    "operation, wrong",
    [
        ("get_tasks", {"status": "finished"}),
        ("get_tasks", {"status": "completed,pending"}),
        ("get_tasks", {"completed_after": "yesterday"}),
        ("get_tasks", {"completed_before": ""}),
        ("get_batches", {"status": "canceled"}),
        ("get_batches", {"created_after": "2025-13-01"}),
        ("get_batches", {"created_after": "9999-12-31T23:59:59.9999Z"}),
        ("get_projects", {"created_before": "x"}),
        ("get_deliveries", {"delivered_after": "x"}),
        ("get_dataset_deliveries", {"delivered_before": "x"}),
    ],
)
def test_v2_invalid_filter_is_400(v2, operation, wrong):
    response = v2.response(operation, **{"project_name": "p", **wrong})
    assert response.status_code == 400
    assert next(iter(wrong)) in response.json()["error"]


@pytest.mark.parametrize(
    "operation, given",
    [
        ("get_tasks", {}),
        ("get_tasks", {"project_name": ""}),
        ("get_project", {}),
        ("get_batch", {}),
        ("get_deliveries", {}),
        ("get_delivery", {}),
        ("get_delivery", {"delivery_name": "d"}),
        ("get_delivery", {"project_name": "p"}),
        ("get_delivery_tasks", {}),
        ("get_schema", {}),
        ("get_dataset_delivery", {}),
        ("get_dataset_task", {}),
        ("get_dataset_tasks", {}),
        ("finalize_batch", {}),
        ("pause_batch", {}),
        ("resume_batch", {}),
        ("cancel_batch", {}),
        ("set_batch_metadata", {"metadata": {}}),
        ("create_batch", {"name": "b"}),
    ],
)
def test_v2_missing_required_parameter_is_400(v2, operation, given):
    assert v2.status(operation, **given) == 400


def test_v2_filters_by_project_and_batch_by_id_or_name(http, v2):
    http.make_project("q", "chat")
    v2.create_batch(name="b", project_name="p")
    (mine,) = make_tasks(v2, 1, batch_name="b")
    (loose,) = make_tasks(v2, 1)
    other = v2.create_chat_task(project_name="q")["task_id"]
    project, batch = v2.get_project(project_name="p")["id"], v2.get_batch(batch_name="b")["id"]
    assert ids(v2, project_name="p") == ids(v2, project_id=project) == [loose, mine]
    assert ids(v2, batch_name="b") == ids(v2, batch_id=batch) == [mine]
    assert ids(v2, project_name="q") == [other]
    assert ids(v2, project_id=project, project_name="p", batch_id=batch) == [mine]
    assert ids(v2, project_name="q", batch_name="b") == []
    for wrong in ({"project_id": "p"}, {"batch_id": "b"}, {"batch_name": "none"}):
        assert v2.status("get_tasks", **wrong) == 404
    assert v2.status("get_tasks", project_id=project, project_name="q") == 404


def test_v2_filters_by_status(live_sandbox, live_http):
    live_http.make_project(kind="chat")
    v2 = V2(live_http)
    a, b, c = make_tasks(v2, 3)
    live_sandbox.complete_task(a, {})
    live_http.post(f"/task/{b}/cancel")
    found = {
        status: ids(v2, project_name="p", status=status)
        for status in ("completed", "canceled", "pending", "error", "deleted")
    }
    assert found == {"completed": [a], "canceled": [b], "pending": [c], "error": [], "deleted": []}


def spellings(stamp):
    """A time as v2 clients write it, in UTC and elsewhere."""
    day, clock, milliseconds = stamp[:10], stamp[11:19], stamp[20:23]
    yield f"{day}T{clock}.{milliseconds}000+0000"
    yield f"{day}T{clock}.{milliseconds}000"
    yield f"{day}T{clock}.{milliseconds}Z"
    yield f"{day} {clock}.{milliseconds}+00:00"


def test_v2_filters_by_time_accept_every_format_and_include_bounds(v2):
    task = v2.create_chat_task(project_name="p")
    batch = v2.create_batch(name="b", project_name="p")
    project = v2.get_project(project_name="p")
    for text in spellings(task["completed_at"]):
        for side in ("completed_after", "completed_before"):
            assert ids(v2, project_name="p", **{side: text}) == [task["task_id"]]
    for text in spellings(batch["created_at"]):
        for side in ("created_after", "created_before"):
            assert v2.get_batches(**{side: text})["batches"] == [batch]
    for text in spellings(project["created_at"]):
        for side in ("created_after", "created_before"):
            assert v2.get_projects(**{side: text})["projects"] == [project]
    late, early = "2999-01-01T00:00:00.000000+0000", "2001-01-01T00:00:00Z"
    assert ids(v2, project_name="p", completed_after=late) == []
    assert ids(v2, project_name="p", completed_before=task["created_at"]) == []
    assert v2.get_batches(created_after=late)["batches"] == []
    assert v2.get_batches(completed_after=early)["batches"] == []
    assert v2.get_projects(created_before=early)["projects"] == []


@pytest.mark.parametrize("name", ["a b/1+é", "50%", "1+1", "#?&=", "a%20b"])
def test_v2_names_with_either_escape_of_a_space_are_read(http, v2, name):
    http.make_project(name, "chat")
    assert v2.get_project(project_name=name)["name"] == name
    for escaped in (quote(name, safe="/"), quote(name, safe="").replace("%20", "+")):
        response = v2.send("GET", f"/v2/project?project_name={escaped}")
        assert response.json()["name"] == name


def test_v2_projects_are_those_of_v1_newest_first(http, v2):
    http.make_project("boxes", "imageannotation")
    newest, first = v2.get_projects()["projects"]
    assert (newest["name"], newest["types"]) == ("boxes", ["imageannotation"])
    assert (first["name"], first["types"]) == ("p", ["chat"])
    assert first["models"] and "models" not in newest
    assert first == v2.get_project(project_id=first["id"], project_name="p")
    assert v2.status("get_project", project_id=newest["id"], project_name="p") == 404
    assert newest["created_at"] == http.get("/projects/boxes").json()["created_at"]


def test_v2_key_is_accepted_as_bearer_or_basic(v2):
    for auth in (Bearer("test_key"), ("test_key", "")):
        response = v2.send("GET", "/v2/projects", auth=auth)
        assert [project["name"] for project in response.json()["projects"]] == ["p"]
    lower = {"Authorization": "bearer test_key"}
    assert v2.send("GET", "/v2/projects", auth=lambda sent: sent, headers=lower).status_code == 200


@pytest.mark.parametrize(
    "auth", [Bearer("key"), Bearer("live_key"), Bearer(""), ("key", ""), lambda sent: sent]
)
def test_v2_key_of_another_form_is_401(v2, auth):
    v2.http.auth = None
    assert v2.send("GET", "/v2/projects", auth=auth).status_code == 401


def test_v1_bearer_token_is_rejected(v2):
    assert v2.send("GET", "/v1/projects").status_code == 401


def test_v2_key_has_its_own_data(sandbox, http, v2):
    v2.create_batch(name="b", project_name="p")
    (task_id,) = make_tasks(v2, 1)
    sandbox.add_dataset("d", api_key="test_key")
    other = V2(http, "test_other")
    assert other.get_projects() == {"projects": []}
    assert other.get_batches() == {"batches": []}
    assert other.get_datasets() == {"datasets": []}
    assert other.status("get_task", task_id=task_id) == 404
    assert other.status("get_tasks", project_name="p") == 404


def test_v2_faults_apply_by_path_and_requests_are_recorded(sandbox, v2):
    sandbox.fail_next("GET", "/v2/*", 429, times=2, headers={"Retry-After": "3"})
    assert v2.http.get("/projects").status_code == 200
    assert v2.response("get_projects").headers["Retry-After"] == "3"
    assert v2.status("get_tasks", project_name="p", expand=["project", "batch"]) == 429
    assert v2.get_projects()["projects"]
    request = sandbox.requests[-2]
    assert (request.method, request.path, request.status) == ("GET", "/v2/tasks", 429)
    assert request.query == {"project_name": ["p"], "expand": ["project", "batch"]}
    assert "Authorization" not in request.headers


def test_v2_fail_next_after_processing_makes_the_second_attempt_409(sandbox, v2):
    sandbox.fail_next("POST", "/v2/batch", 500, after_processing=True)
    found = [v2.status("create_batch", name="b", project_name="p") for _ in range(2)]
    assert found == [500, 409]


@pytest.mark.parametrize(
    "method, path",
    [("GET", "/v2/nothing"), ("POST", "/v2/task"), ("DELETE", "/v2/batch"), ("GET", "/v2//task")],
)
def test_v2_unknown_route_is_501_with_the_list_of_routes(v2, method, path):
    response = v2.send(method, path)
    assert response.status_code == 501
    assert "POST /v2/task/chat" in response.json()["error"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b'{"project_name": "\\ud800"}']
)
@pytest.mark.parametrize("path", ["/v2/task/chat", "/v2/batch", "/v2/batch/pause"])
def test_v2_invalid_body_is_400(v2, path, body):
    assert v2.send("POST", path, data=body).status_code == 400


@pytest.mark.parametrize("number", ["1e999", "-1e999", "Infinity", "NaN"])
def test_v2_number_not_in_json_is_400(v2, number):
    (task_id,) = make_tasks(v2, 1)
    body = f'{{"task_id": "{task_id}", "metadata": {{"a": {number}}}}}'
    assert v2.send("POST", "/v2/task/metadata", data=body).status_code == 400
    assert v2.get_task(task_id=task_id)["metadata"] == {}
