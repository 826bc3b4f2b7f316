"""Whatever JSON comes, for whatever call: what was asked for, or a ScaleException."""

from __future__ import annotations

import copy
import json
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scaleapi
from scaleapi import ScaleException
from scaleapi._mixins.bulk import BulkMethods
from scaleapi._mixins.result_files import ResultMethods
from scaleapi.exceptions import ExceptionMap
from scaleapi.retries import parse_retry_after
from tests.fixtures.wire import Wire

few = settings(max_examples=60, deadline=None, derandomize=True, database=None)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)

TASK = {"task_id": "t", "type": "chat", "status": "completed", "params": {}, "unique_id": "u"}
BATCH = {"name": "b", "project": "p", "status": "staging", "created_at": "now", "metadata": {}}
PROJECT = {"name": "p", "type": "chat", "param_history": [{"version": 0, "instruction": "i"}]}
WORKER = {"id": "w", "email": "ana@example.org"}
GROUP = {"id": "g", "name": "g", "numWorkers": 1, "isSingleton": False, "workers": [WORKER]}
STUDIO = {
    **{"id": "b", "name": "b", "projectId": "p", "projectName": "p", "batchType": "Production"},
    **{"total": 1, "completed": 0, "groups": [], "studioPriority": None},
}
MATE = {"email": "ana@example.org", "role": "member", "firstName": "Ana"}
QUALITY = {"id": "q", "expected_response": {}, "initial_response": {}}
FILE = {"id": "f", "attachment_url": "scaledata://f", "mime_type": "image/png", "size": 1}
TEMPLATE = {
    **{"id": "t", "version": 1, "created_at": "now", "updated_at": "now"},
    **{"template_variables": {}, "response_schema": {}, "auto_onboard_enabled": True},
}
STATUS = {"status": "staging", "pending": 1, "completed": 2}
PAGING = {"limit": 1, "offset": 0, "has_more": True, "next_token": "n"}
TASKS = {"docs": [TASK], "total": 2, **PAGING}
BATCHES = {"docs": [BATCH], "totalDocs": 2, **PAGING}

# Each call, and an answer that it would take.
CALLS = {
    "get_task": (lambda c: c.get_task("t"), TASK),
    "create_task": (lambda c: c.create_task("chat", unique_id="u"), TASK),
    "cancel_task": (lambda c: c.cancel_task("t", True), TASK),
    "audit_task": (lambda c: c.audit_task("t", True), {}),
    "update_task_unique_id": (lambda c: c.update_task_unique_id("t", "u"), TASK),
    "clear_task_unique_id": (lambda c: c.clear_task_unique_id("t"), TASK),
    "set_task_metadata": (lambda c: c.set_task_metadata("t", {}), TASK),
    "set_task_tags": (lambda c: c.set_task_tags("t", []), TASK),
    "add_task_tags": (lambda c: c.add_task_tags("t", []), TASK),
    "delete_task_tags": (lambda c: c.delete_task_tags("t", []), TASK),
    "tasks": (lambda c: c.tasks(), TASKS),
    "get_tasks": (lambda c: list(islice(c.get_tasks("p"), 5)), TASKS),
    "get_tasks_count": (lambda c: c.get_tasks_count("p"), TASKS),
    "create_batch": (lambda c: c.create_batch("p", "b"), BATCH),
    "finalize_batch": (lambda c: c.finalize_batch("b"), BATCH),
    "batch_status": (lambda c: c.batch_status("b"), STATUS),
    "get_batch": (lambda c: c.get_batch("b"), BATCH),
    "batches": (lambda c: c.batches(), BATCHES),
    "get_batches": (lambda c: list(islice(c.get_batches("p"), 5)), BATCHES),
    "set_batch_metadata": (lambda c: c.set_batch_metadata("b", {}), BATCH),
    "set_batch_priority": (lambda c: c.set_batch_priority("b", 20), {"result": "success"}),
    "create_project": (lambda c: c.create_project("p", "chat"), PROJECT),
    "get_project": (lambda c: c.get_project("p"), PROJECT),
    "projects": (lambda c: c.projects(), [PROJECT]),
    "get_projects": (lambda c: c.get_projects(), [PROJECT]),
    "update_project": (lambda c: c.update_project("p", a=1), PROJECT),
    "get_project_template": (lambda c: c.get_project_template("p"), TEMPLATE),
    "upload_file": (lambda c: c.upload_file(b"x"), FILE),
    "get_files": (lambda c: list(islice(c.get_files("p"), 5)), {"docs": [FILE], "cursor": "n"}),
    "request": (lambda c: c.request("GET", "audits"), [{"id": 1}]),
    "import_file": (lambda c: c.import_file("https://example.org/a"), FILE),
    "create_evaluation_task": (lambda c: c.create_evaluation_task("chat"), QUALITY),
    "create_training_task": (lambda c: c.create_training_task("chat"), QUALITY),
    "list_teammates": (lambda c: c.list_teammates(), [MATE]),
    "invite_teammates": (lambda c: c.invite_teammates(["a"], "member"), [MATE]),
    "update_teammates_role": (lambda c: c.update_teammates_role(["a"], "member"), [MATE]),
    "list_studio_assignments": (lambda c: c.list_studio_assignments(), {"ana": ["p"]}),
    "add_studio_assignments": (lambda c: c.add_studio_assignments(["a"], ["p"]), {"a": ["p"]}),
    "remove_studio_assignments": (lambda c: c.remove_studio_assignments(["a"], []), {"a": []}),
    "list_project_groups": (lambda c: c.list_project_groups("p"), [GROUP]),
    "create_project_group": (lambda c: c.create_project_group("p", ["a"], "g"), GROUP),
    "update_project_group": (lambda c: c.update_project_group("p", "g", [], []), GROUP),
    "list_studio_batches": (lambda c: c.list_studio_batches(), [STUDIO]),
    "assign_studio_batches": (lambda c: c.assign_studio_batches("b", ["g"]), STUDIO),
    "set_studio_batches_priorities": (lambda c: c.set_studio_batches_priorities(["b"]), [STUDIO]),
    "reset_studio_batches_priorities": (lambda c: c.reset_studio_batches_priorities(), [STUDIO]),
    "Batch.get_status": (lambda c: scaleapi.Batch(dict(BATCH), c).get_status(), STATUS),
    "Batch.set_priority": (lambda c: scaleapi.Batch(dict(BATCH), c).set_priority(20), {}),
    "Batch.finalize": (lambda c: scaleapi.Batch(dict(BATCH), c).finalize(), BATCH),
    "Task.refresh": (lambda c: scaleapi.Task(dict(TASK), c).refresh(), TASK),
    "Task.cancel": (lambda c: scaleapi.Task(dict(TASK), c).cancel(), TASK),
    "Project.get_template": (lambda c: scaleapi.Project(PROJECT, c).get_template(), TEMPLATE),
}
PROPERTIES = ["params", "version", "instruction", "workers"]


def client_that_is_answered(*answers):
    wire = Wire()
    wire.answers_with(*answers)
    retries = scaleapi.RetryPolicy(len(answers) - 1, backoff_factor=0)
    client = scaleapi.ScaleClient("test_key", retries=retries)
    client.api.session.mount("https://", wire)
    return client


def use(result):
    """What anyone does with a result, none of which may break."""
    if isinstance(result, dict):
        result = list(result.values())
    for one in result if isinstance(result, list) else [result]:
        assert isinstance(f"{one!r}{one}", str)
        assert one == copy.copy(one)
        if isinstance(one, scaleapi.Task):
            assert hash(one) == hash(copy.copy(one))
        if isinstance(one, scaleapi.StudioLabelerAssignment):
            assert isinstance(one.assigned_projects, list)
        for name in PROPERTIES:
            try:
                if isinstance(getattr(type(one), name, None), property):
                    getattr(one, name)  # not hidden by a default
            except ScaleException:
                pass  # what is inside is invalid


def check(call, *answers):
    with client_that_is_answered(*answers) as client:
        try:
            result = CALLS[call][0](client)
        except ScaleException as error:
            assert isinstance(str(error), str) and error.message
            return error
        use(result)
        return None


ODD = [None, True, 5, "text", [], {}, [5], [None], [[]], {"a": 5}]


def with_one_thing_odd(promised):
    """A right answer with each of its parts replaced by each odd thing, and without it."""
    if isinstance(promised, dict):
        for key in promised:
            yield {name: value for name, value in promised.items() if name != key}
    keys = range(len(promised)) if isinstance(promised, list) else promised
    for key in keys if isinstance(promised, (list, dict)) else ():
        for odd in [*ODD, *with_one_thing_odd(promised[key])]:
            twin = copy.copy(promised)
            twin[key] = odd
            yield twin


def changed(data, promised):
    """A right answer in which one thing is something else, or missing."""
    twin = copy.deepcopy(promised)
    inside = twin
    while isinstance(inside, (list, dict)) and inside:
        keys = sorted(inside) if isinstance(inside, dict) else range(len(inside))
        key = data.draw(st.sampled_from(list(keys)))
        if isinstance(inside[key], (list, dict)) and inside[key] and data.draw(st.booleans()):
            inside = inside[key]
        elif data.draw(st.integers(0, 4)) == 0:
            del inside[key]
            break
        else:
            inside[key] = data.draw(anything)
            break
    return twin


@pytest.mark.parametrize("call", CALLS)
def test_the_right_answer_is_taken(call):
    error = check(call, CALLS[call][1])
    circle = call in ("get_tasks", "get_batches")  # the same page, over and over
    assert error is None or circle and "Pagination loop" in str(error)


@pytest.mark.parametrize("call", CALLS)
def test_a_right_answer_with_each_thing_odd(call):
    for answer in with_one_thing_odd(CALLS[call][1]):
        check(call, answer)


@few
@given(call=st.sampled_from(sorted(CALLS)), body=anything)
def test_any_json_as_a_success(call, body):
    check(call, body)


@pytest.mark.parametrize("call", CALLS)
@settings(few, max_examples=12)
@given(data=st.data())
def test_a_right_answer_with_one_thing_wrong(call, data):
    check(call, changed(data, CALLS[call][1]))


@few
@given(
    call=st.sampled_from(sorted(CALLS)),
    body=anything | anything.map(lambda inner: {"error": inner}),
    status=st.integers(300, 599),
)
def test_any_json_as_an_error(call, body, status):
    error = check(call, (status, body))
    assert type(error) is ExceptionMap.get(status, ScaleException) and error.code == status


@few
@given(call=st.sampled_from(sorted(CALLS)), body=st.binary(), status=st.integers(200, 599))
def test_any_bytes_with_any_status(call, body, status):
    error = check(call, (status, body))
    if status >= 300:
        assert type(error) is ExceptionMap.get(status, ScaleException)


@settings(few, max_examples=120)
@given(
    call=st.sampled_from(["create_task", "create_batch", "create_project", "cancel_task"]),
    refusal=st.sampled_from([400, 409]),
    found=anything
    | anything.map(lambda inner: {"docs": inner})
    | anything.map(lambda inner: {"docs": [inner]})
    | st.dictionaries(st.sampled_from(["name", "status", "task_id", "unique_id"]), anything),
)
def test_any_json_as_the_answer_of_a_look_up(call, refusal, found):
    error = check(call, (500, {}), (refusal, {"error": "so already"}), (200, found))
    assert error is None or error.code in (refusal, 200)


@few
@given(header=st.none() | st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9: ]{1,12} GMT"))
def test_any_retry_after_is_a_number_of_seconds_or_nothing(header):
    asked = parse_retry_after(header)
    assert asked is None or asked >= 0


def test_the_table_has_every_call_that_is_answered():
    public = {name for name in dir(scaleapi.ScaleClient) if not name.startswith(("_", "v2"))}
    assert public - set(CALLS) <= {
        "api",
        "close",
        "session",
        "with_options",
        *vars(BulkMethods),
        *vars(ResultMethods),
    }
    assert json.dumps([answer for _, answer in CALLS.values()])
