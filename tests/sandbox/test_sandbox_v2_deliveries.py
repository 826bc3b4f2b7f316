"""v2 deliveries and datasets, and the methods that create them."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from scaleapi.sandbox import Sandbox
from tests.fixtures.v2 import V2


def make_tasks(v2, number, project="p"):
    return [v2.create_chat_task(project_name=project)["task_id"] for _ in range(number)]


def deliver(v2, *arguments, **more):
    return v2.http.sandbox.deliver(*arguments, api_key="test_key", **more)


def add_dataset(v2, *arguments, **more):
    return v2.http.sandbox.add_dataset(*arguments, api_key="test_key", **more)


def test_delivery_has_all_completed_tasks_not_yet_delivered(v2):
    first = make_tasks(v2, 2)
    one = deliver(v2, "p")
    second = make_tasks(v2, 1)
    two = deliver(v2, "p", name="May")
    assert (one["name"], one["task_count"]) == ("Delivery 1", 2)
    assert (two["name"], two["task_count"]) == ("May", 1)
    assert v2.get_deliveries(project_name="p")["deliveries"] == [two, one]
    for delivery, ids in ((one, first[::-1]), (two, second)):
        found = v2.get_delivery(delivery_id=delivery["id"])
        assert found["delivery"] == delivery["id"]
        assert [task["task_id"] for task in found["tasks"]] == ids
    assert deliver(v2, "p")["task_count"] == 0


def test_delivery_of_named_tasks(v2):
    a, _b = make_tasks(v2, 2)
    delivery = deliver(v2, "p", [a, a])
    assert delivery["task_count"] == 1
    (task,) = v2.get_delivery(delivery_id=delivery["id"])["tasks"]
    assert task == v2.get_task(task_id=a)


def test_delivery_omits_pending_tasks(live_sandbox, live_http):
    live_http.make_project(kind="chat")
    v2 = V2(live_http)
    done, pending = make_tasks(v2, 2)
    live_sandbox.complete_task(done, {})
    with pytest.raises(ValueError, match=pending):
        deliver(v2, "p", [pending])
    assert deliver(v2, "p")["task_count"] == 1


@pytest.mark.parametrize(
    "arguments, named",
    [
        ({"project_name": "none"}, "project_name"),
        ({"task_ids": ["none"]}, "task_ids"),
        ({"task_ids": ["delivered"]}, "task_ids"),
        ({"name": "taken"}, "name"),
        ({"name": ""}, "name"),
        ({"delivered_at": "yesterday"}, "delivered_at"),
        ({"delivered_at": 5}, "delivered_at"),
        ({"api_key": "test_other"}, "project_name"),
    ],
)
def test_delivery_invalid_is_rejected_and_delivers_nothing(v2, arguments, named):
    (task_id,) = make_tasks(v2, 1)
    deliver(v2, "p", name="taken")
    make_tasks(v2, 1)
    if arguments.get("task_ids") == ["delivered"]:
        arguments = {"task_ids": [task_id]}
    with pytest.raises(ValueError, match=named):
        v2.http.sandbox.deliver(**{"project_name": "p", "api_key": "test_key", **arguments})
    assert len(v2.get_deliveries(project_name="p")["deliveries"]) == 1
    assert deliver(v2, "p")["task_count"] == 1


def test_delivery_is_found_by_id_or_by_name_and_project(http, v2):
    http.make_project("q", "chat")
    make_tasks(v2, 1)
    delivery, other = deliver(v2, "p"), deliver(v2, "q")
    project = v2.get_project(project_name="p")["id"]
    for more in ({"project_name": "p"}, {"project_id": project}):
        found = v2.get_delivery(delivery_name="Delivery 1", **more)
        assert found["delivery"] == delivery["id"]
        assert v2.get_delivery(delivery_id=delivery["id"], **more)["tasks"] == found["tasks"]
        assert v2.status("get_delivery", delivery_id=other["id"], **more) == 404
        assert v2.status("get_delivery", delivery_name="none", **more) == 404
    assert v2.status("get_delivery", delivery_id="none") == 404
    assert v2.status("get_deliveries", project_name="none") == 404


def test_delivery_expand_and_opts(v2):
    project = v2.get_project(project_name="p")
    batch = v2.create_batch(name="b", project_name="p")
    v2.create_chat_task(project_name="p", batch_name="b")
    delivery = deliver(v2, "p")
    found = v2.get_delivery(delivery_id=delivery["id"], expand="delivery")
    assert found["delivery"] == delivery
    assert found["tasks"][0]["project"] == project["id"]
    found = v2.get_delivery(
        delivery_id=delivery["id"], expand=["project", "batch"], opts=["submissions"]
    )
    (task,) = found["tasks"]
    assert (task["project"], task["batch"]["id"]) == (project, batch["id"])
    assert task["threads"][0]["submissions"]
    (shown,) = v2.get_deliveries(project_name="p", expand="project")["deliveries"]
    assert shown == {**delivery, "project": project}


def test_deliveries_filters_by_delivery_time(v2):
    for day in ("03", "01", "02"):
        deliver(v2, "p", name=day, delivered_at=f"2025-03-{day}T10:15:00+01:00")
        add_dataset(v2, "d", delivery=day, delivered_at=f"2025-03-{day}")

    def names(found):
        return [delivery["name"] for delivery in found["deliveries"]]

    assert names(v2.get_deliveries(project_name="p")) == ["03", "02", "01"]
    period = {
        "delivered_after": "2025-03-02T09:15:00.000000+0000",
        "delivered_before": "2025-03-02T09:15:00Z",
    }
    assert names(v2.get_deliveries(project_name="p", **period)) == ["02"]
    period = {"delivered_after": "2025-03-02", "delivered_before": "2025-03-02"}
    assert names(v2.get_dataset_deliveries(**period)) == ["02"]
    assert names(v2.get_dataset_deliveries()) == ["03", "02", "01"]
    (dataset,) = v2.get_datasets()["datasets"]
    found = v2.get_dataset_tasks(dataset_id=dataset["id"])["tasks"]
    times = {item["id"]: item["name"] for item in v2.get_dataset_deliveries()["deliveries"]}
    assert [times[task["delivery"]] for task in found] == ["03", "02", "01"]
    (task,) = v2.get_dataset_tasks(dataset_id=dataset["id"], **period)["tasks"]
    assert times[task["delivery"]] == "02"


def test_delivery_tasks_have_a_response_only_once_delivered(http, v2):
    a, b = make_tasks(v2, 2)
    delivery = deliver(v2, "p", [a])
    found = v2.get_delivery_tasks(project_name="p")
    assert found["total"] == 2
    waiting, delivered = found["docs"]
    assert (waiting["task_id"], delivered["task_id"]) == (b, a)
    assert [waiting[key] for key in ("delivery_id", "delivered_at", "response")] == [None] * 3
    assert delivered["delivery_id"] == delivery["id"]
    assert delivered["delivered_at"] == delivery["delivered_at"]
    assert delivered["response"] == http.get(f"/task/{a}").json()["response"]
    of_it = v2.get_delivery_tasks(project_name="p", delivery_id=delivery["id"])
    assert of_it == {"docs": [delivered], "total": 1}
    assert v2.get_delivery_tasks(project_name="p", status="pending")["docs"] == []
    assert v2.get_delivery_tasks(project_name="p", completed_after="2999-01-01")["docs"] == []
    other = http.make_project("q", "chat") and deliver(v2, "q")["id"]
    for wrong in ("none", other):
        assert v2.status("get_delivery_tasks", project_name="p", delivery_id=wrong) == 404
    assert v2.status("get_delivery_tasks", delivery_id=delivery["id"]) == 400


def test_schema_of_responses_is_that_of_the_project_or_of_canned_ones(http, v2):
    own = {"type": "object", "title": "Mine"}
    http.make_project("q", "chat", params={"response_schema": own})
    for project, title in (("p", None), ("q", "Mine")):
        make_tasks(v2, 1, project)
        (doc,) = v2.get_delivery_tasks(project_name=project)["docs"]
        schema = v2.get_schema(schema_id=doc["response_schema_id"])["schema"]
        keys = {"id", "json", "name", "createdBy", "createdAt", "updatedBy", "updatedAt"}
        assert set(schema) == keys
        assert schema["id"] == doc["response_schema_id"]
        assert json.loads(schema["json"]).get("title") == title
    project = v2.get_project(project_name="p")["id"]
    for wrong in ("none", project, "schema_", f"another{project}"):
        assert v2.status("get_schema", schema_id=wrong) == 404


def test_add_dataset_has_canned_tasks(v2):
    delivery = add_dataset(v2, "Rivers", 2)
    assert delivery["metadata"] == {"task_count": 2, "turn_count": 4}
    assert v2.get_datasets()["datasets"] == [{"id": delivery["dataset"], "name": "Rivers"}]
    assert v2.get_dataset_deliveries(dataset_id=delivery["dataset"])["deliveries"] == [delivery]
    tasks = v2.get_dataset_tasks(delivery_id=delivery["id"])["tasks"]
    assert len({task["task_id"] for task in tasks}) == 2
    for task in tasks:
        assert task["response"]["threads"]
        assert v2.get_dataset_task(task_id=task["task_id"]) == task
    found = v2.get_dataset_delivery(delivery_id=delivery["id"])
    assert found == {"delivery": delivery["id"], "tasks": tasks}


def test_add_dataset_given_responses_are_listed_newest_first(v2):
    delivery = add_dataset(v2, "Rivers", [{"n": 1}, {"n": 2}])
    tasks = v2.get_dataset_tasks(delivery_id=delivery["id"])["tasks"]
    assert [task["response"] for task in tasks] == [{"n": 2}, {"n": 1}]
    assert delivery["metadata"] == {"task_count": 2, "turn_count": 0}


def test_add_dataset_twice_adds_a_delivery(v2):
    one, two = add_dataset(v2, "Rivers"), add_dataset(v2, "Rivers", 3)
    other = add_dataset(v2, "Lakes")
    assert one["dataset"] == two["dataset"] != other["dataset"]
    assert (one["name"], two["name"], other["name"]) == ("Delivery 1", "Delivery 2", "Delivery 1")
    names = [dataset["name"] for dataset in v2.get_datasets()["datasets"]]
    assert names == ["Lakes", "Rivers"]
    assert len(v2.get_dataset_tasks(dataset_id=one["dataset"])["tasks"]) == 4
    both = {"dataset_id": other["dataset"], "delivery_id": one["id"]}
    assert v2.get_dataset_tasks(**both)["tasks"] == []


def test_add_dataset_equal_calls_make_equal_data(v2):
    def made(sandbox):
        delivery = sandbox.add_dataset("Rivers", 2, delivered_at="2025-03-04", api_key="test_key")
        tasks = V2(v2.http).get_dataset_tasks(delivery_id=delivery["id"])
        return delivery, tasks

    first = made(v2.http.sandbox)
    v2.http.sandbox.reset()
    assert made(v2.http.sandbox) == first
    theirs = v2.http.sandbox.add_dataset("Rivers", 2, api_key="test_other")
    assert theirs["id"] != first[0]["id"]


@pytest.mark.parametrize(
    "arguments, named",
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"tasks": -1}, "tasks"),
        ({"tasks": "x"}, "tasks"),
        ({"tasks": [1]}, "tasks"),
        ({"tasks": None}, "tasks"),
        ({"delivery": "taken"}, "name"),
        ({"delivered_at": "yesterday"}, "delivered_at"),
    ],
)
def test_add_dataset_invalid_is_rejected_and_changes_nothing(v2, arguments, named):
    add_dataset(v2, "Rivers", delivery="taken")
    with pytest.raises(ValueError, match=named):
        add_dataset(v2, **{"name": "Rivers", **arguments})
    assert len(v2.get_dataset_deliveries()["deliveries"]) == 1


def test_dataset_expand(v2):
    delivery = add_dataset(v2, "Rivers")
    dataset = {"id": delivery["dataset"], "name": "Rivers"}
    (task,) = v2.get_dataset_tasks(delivery_id=delivery["id"])["tasks"]
    task_id = task["task_id"]
    whole = {**delivery, "dataset": dataset}
    (found,) = v2.get_dataset_deliveries(expand="dataset")["deliveries"]
    assert found == whole
    assert (task["dataset"], task["delivery"]) == (dataset["id"], delivery["id"])
    task = v2.get_dataset_task(task_id=task_id, expand="dataset")
    assert (task["dataset"], task["delivery"]) == (dataset, delivery["id"])
    task = v2.get_dataset_task(task_id=task_id, expand="delivery")
    assert (task["dataset"], task["delivery"]) == (dataset["id"], delivery)
    found = v2.get_dataset_delivery(delivery_id=delivery["id"], expand=["dataset", "delivery"])
    assert found["delivery"] == found["tasks"][0]["delivery"] == whole


def test_delivery_and_dataset_unknown_are_404(v2):
    for operation, given in (
        ("get_dataset_deliveries", {"dataset_id": "none"}),
        ("get_dataset_delivery", {"delivery_id": "none"}),
        ("get_dataset_task", {"task_id": "none"}),
        ("get_dataset_tasks", {"dataset_id": "none"}),
        ("get_dataset_tasks", {"delivery_id": "none"}),
        ("get_dataset_task_response_url", {"taskId": "none", "attachmentId": "attachment_1"}),
    ):
        assert v2.status(operation, **given) == 404


@pytest.fixture
def attached(v2):
    """The id of a dataset task with attachments of odd names."""
    names = ["a/b", "ünï 日本", "50%", "c d+e", "a%2Fb"]
    response = {"files": {"attachments": [{"id": name, "n": name} for name in names]}}
    delivery = add_dataset(v2, "Rivers", [response])
    (task,) = v2.get_dataset_tasks(delivery_id=delivery["id"])["tasks"]
    return task["task_id"], names


def test_attachment_location_is_the_url_and_needs_no_key(v2, attached):
    task_id, names = attached
    for name in names:
        response = v2.response("get_dataset_task_response_url", taskId=task_id, attachmentId=name)
        assert (response.status_code, response.content) == (302, b"")
        place = response.headers["Location"]
        assert place.startswith(f"{v2.root}/_files/")
        assert parse_qs(urlsplit(place).query)["signature"]
        with requests.Session() as session:
            session.trust_env = False
            assert session.get(place, timeout=10).json() == {"id": name, "n": name}
            refused = session.get(place.replace("signature=", "signature=0"), timeout=10)
            assert refused.status_code == 403
            assert refused.json()["status_code"] == 403


def test_attachment_unknown_is_404(v2, attached):
    for name in ("none", "a"):
        ids = {"taskId": attached[0], "attachmentId": name}
        response = v2.response("get_dataset_task_response_url", **ids)
        assert response.status_code == 404
    other = V2(v2.http, "test_other")
    given = {"taskId": attached[0], "attachmentId": "a/b"}
    assert other.status("get_dataset_task_response_url", **given) == 404


def test_sandbox_default_key_is_that_of_its_client():
    with Sandbox() as sandbox, sandbox.client() as client:
        client.create_project("p", "chat")
        assert sandbox.deliver("p")["task_count"] == 0
        assert sandbox.add_dataset("Rivers", 0)["metadata"]["task_count"] == 0


def test_db_keeps_deliveries_and_datasets(tmp_path, http_for):
    with Sandbox(db=tmp_path / "box.db") as sandbox:
        http = http_for(sandbox)
        http.make_project(kind="chat")
        make_tasks(V2(http), 1)
        delivery, sent = deliver(V2(http), "p"), add_dataset(V2(http), "Rivers")
    with Sandbox(db=tmp_path / "box.db") as sandbox:
        v2 = V2(http_for(sandbox))
        assert v2.get_deliveries(project_name="p")["deliveries"] == [delivery]
        assert v2.get_dataset_deliveries()["deliveries"] == [sent]


def test_deliver_without_a_running_sandbox_raises():
    for call in (lambda sandbox: sandbox.deliver("p"), lambda sandbox: sandbox.add_dataset("d")):
        with pytest.raises(RuntimeError, match="not running"):
            call(Sandbox())
