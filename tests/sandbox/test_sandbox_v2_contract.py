"""Every response of v2 validated with the OpenAPI document, in test mode and in live mode."""

from itertools import count

import pytest

from tests.fixtures.v2 import (
    DOCUMENT,
    OPERATIONS,
    V2,
    VALIDATORS,
    Bearer,
    annotations,
)


class Scene:
    """A project with batches, tasks and a delivery, and a dataset."""

    def __init__(self, v2):
        self.v2, self.sandbox = v2, v2.http.sandbox
        self._numbers = count(1)
        v2.http.make_project(kind="chat")
        self.project = v2.get_project(project_name="p")
        self.batch = self.new_batch()
        self.task_id = self.new_task(batch_id=self.batch["id"])
        self.new_task()
        if v2.get_task(task_id=self.task_id)["status"] == "pending":
            self.sandbox.complete_task(self.task_id, {})
        self.delivery = self.sandbox.deliver("p", [self.task_id], api_key="test_key")
        self.dataset_delivery = self.sandbox.add_dataset("Rivers", 2, api_key="test_key")
        listed = v2.get_dataset_tasks(delivery_id=self.dataset_delivery["id"])["tasks"]
        self.dataset_task_id = listed[0]["task_id"]
        self.schema_id = v2.get_delivery_tasks(project_name="p")["docs"][0]["response_schema_id"]

    def new_batch(self, **more):
        body = {"callback": "ops@example.org", "metadata": {"a": 1}, **more}
        return self.v2.create_batch(
            name=f"b{next(self._numbers)}", project_id=self.project["id"], **body
        )

    def new_task(self, **more):
        return self.v2.create_chat_task(project_name="p", metadata={"a": 1}, **more)["task_id"]

    def paused(self):
        batch = self.new_batch()
        self.v2.pause_batch(batch_id=batch["id"])
        return batch

    def annotation_ids(self):
        return [item["id"] for item in annotations(self.v2.get_task(task_id=self.task_id))]


PERIOD = {"after": "2020-01-01T00:00:00.000000+0000", "before": "2999-01-01T00:00:00Z"}
COMPLETED, CREATED, DELIVERED = (
    {f"{word}_{side}": text for side, text in PERIOD.items()}
    for word in ("completed", "created", "delivered")
)

# For each operation, the arguments of calls that go well.
CALLS = {
    "get_task": lambda s: [{"task_id": s.task_id}],
    "create_chat_task": lambda s: [
        {"project_id": s.project["id"]},
        {
            "project_name": "p",
            "batch_name": s.new_batch()["name"],
            "template_variables": {"prompt": "Hi"},
            "metadata": {},
            "callback_url": "x@example.org",
        },
    ],
    "get_tasks": lambda s: [
        {"project_id": s.project["id"], "limit": 1},
        {"batch_name": s.batch["name"], **COMPLETED},
    ],
    "set_task_metadata": lambda s: [
        {"task_id": s.task_id, "metadata": {"b": 2}, "merge": merge} for merge in (True, False)
    ],
    "get_batch": lambda s: [{"batch_id": s.batch["id"]}, {"batch_name": s.batch["name"]}],
    "create_batch": lambda s: [
        {"name": "new", "project_name": "p"},
        {"name": "staged", "project_id": s.project["id"], "staging_batch": True, "metadata": {}},
    ],
    "get_batches": lambda s: [
        {"limit": 1},
        {"project_name": "p", "status": "in_progress", **CREATED},
        COMPLETED,
    ],
    "finalize_batch": lambda s: [{"batch_id": s.new_batch(staging_batch=True)["id"]}],
    "pause_batch": lambda s: [{"batch_name": s.new_batch()["name"]}],
    "resume_batch": lambda s: [{"batch_id": s.paused()["id"]}],
    "cancel_batch": lambda s: [{"batch_id": s.new_batch()["id"]}],
    "set_batch_metadata": lambda s: [
        {"batch_id": s.batch["id"], "metadata": {"b": 2}, "merge": merge} for merge in (True, False)
    ],
    "get_project": lambda s: [{"project_id": s.project["id"]}, {"project_name": "p"}],
    "get_projects": lambda s: [{}, CREATED],
    "get_deliveries": lambda s: [{"project_name": "p", **DELIVERED}],
    "get_delivery": lambda s: [
        {"delivery_id": s.delivery["id"]},
        {"delivery_name": "Delivery 1", "project_name": "p", "limit": 1},
    ],
    "get_delivery_tasks": lambda s: [
        {"project_name": "p", "limit": 1},
        {"project_id": s.project["id"], "delivery_id": s.delivery["id"], **COMPLETED},
        {"project_id": s.project["id"], "status": "pending"},
    ],
    "get_annotation": lambda s: [{"annotation_id": name} for name in s.annotation_ids()],
    "get_schema": lambda s: [{"schema_id": s.schema_id}],
    "get_datasets": lambda s: [{}],
    "get_dataset_deliveries": lambda s: [{"dataset_id": s.dataset_delivery["dataset"]}, DELIVERED],
    "get_dataset_delivery": lambda s: [{"delivery_id": s.dataset_delivery["id"], "limit": 1}],
    "get_dataset_task": lambda s: [{"task_id": s.dataset_task_id}],
    "get_dataset_tasks": lambda s: [
        {"dataset_id": s.dataset_delivery["dataset"], "limit": 1, **DELIVERED},
        {"delivery_id": s.dataset_delivery["id"]},
    ],
    "get_dataset_task_response_url": lambda s: [
        {"taskId": s.dataset_task_id, "attachmentId": "attachment_1"}
    ],
}


@pytest.fixture
def v2(http):
    return V2(http)


@pytest.fixture(params=["test", "live"])
def scene(request):
    mode = {"test": "http", "live": "live_http"}[request.param]
    return Scene(V2(request.getfixturevalue(mode)))


def choices(operation, name):
    """The values that `expand` or `opts` of an operation takes, as the document has them."""
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == name:
            reference = parameter["schema"]["items"]["$ref"].rpartition("/")[2]
            return DOCUMENT["components"]["schemas"][reference]["enum"]
    return []


def extras(operation):
    """Nothing, each value of `expand` and `opts` alone, and all together."""
    names = {name: choices(operation, name) for name in ("expand", "opts")}
    yield {}
    for name, values in names.items():
        for value in values:
            yield {name: value}
    if any(names.values()):
        yield {name: values for name, values in names.items() if values}


def test_v2_contract_calls_every_operation():
    assert set(CALLS) == set(OPERATIONS)
    assert len(OPERATIONS) == 25


@pytest.mark.parametrize("name", OPERATIONS)
def test_v2_contract_every_response_is_valid(scene, name):
    operation = OPERATIONS[name][2]
    for arguments in CALLS[name](scene):
        for extra in extras(operation):
            response = scene.v2.response(name, **arguments, **extra)
            assert response.status_code == (200 if name in VALIDATORS else 302), response.text
            for validator in VALIDATORS.get(name, ()):
                validator.validate(response.json())


def test_v2_contract_unknown_expand_is_400(v2):
    scene = Scene(v2)
    for name, (_, _, operation) in OPERATIONS.items():
        for parameter in ("expand", "opts"):
            known = choices(operation, parameter)
            for wrong in ("nothing", "", ",".join(known * 2)) if known else ():
                (arguments, *_) = CALLS[name](scene)
                assert v2.status(name, **arguments, **{parameter: wrong}) == 400, name


def test_v2_contract_every_parameter_is_read(v2):
    scene = Scene(v2)
    for name, (method, path, operation) in OPERATIONS.items():
        for parameter in operation.get("parameters", ()) if "{" not in path else ():
            (arguments, *_) = CALLS[name](scene)
            response = v2.response(name, **{**arguments, parameter["name"]: "none"})
            assert response.status_code in (400, 404), (method, path, parameter["name"])


def test_v2_contract_every_operation_needs_a_key(scene):
    for name, (method, path, _) in OPERATIONS.items():
        assert scene.v2.send(method, path, auth=Bearer("key")).status_code == 401, name


def test_v2_contract_annotations_of_every_type_at_each_level(v2):
    (thread,) = v2.get_task(task_id=Scene(v2).task_id, opts="annotation_details")["threads"]
    types = {item["type"] for item in annotations(thread)}
    schema = DOCUMENT["components"]["schemas"]["AnnotationType"]
    assert types == set(schema["enum"])
    messages = [message for turn in thread["turns"] for message in turn["messages"]]
    chunks = [chunk for item in messages for chunk in item["content"].get("chunks", [])]
    for level in ([thread], thread["turns"], messages, chunks):
        assert any(item["annotations"] for item in level)
