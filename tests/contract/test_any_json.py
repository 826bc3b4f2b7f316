"""Any JSON as the response of any call: a result, or a ScaleException."""

from __future__ import annotations

import copy
from itertools import islice
from types import GeneratorType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scaleapi
from scaleapi import ScaleException
from scaleapi.exceptions import ExceptionMap
from scaleapi.retries import parse_retry_after
from tests.factories import BATCH, BATCH_STATUS, FILE, PROJECT, TASK, TEMPLATE
from tests.fixtures.wire import Wire

from .calls import CALLS as TABLE

few = settings(max_examples=60, deadline=None, derandomize=True, database=None)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)

PAGING = {"limit": 1, "offset": 0, "has_more": True, "next_token": "n"}
TASK_PAGES = {"docs": [TASK], "total": 2, **PAGING}
BATCH_PAGES = {"docs": [BATCH], "totalDocs": 2, **PAGING}
FILE_PAGES = {"docs": [FILE], "cursor": "n"}

# A function of a client, and the JSON of a response that it takes. The table of all calls has no
# calls that fetch several pages, no methods of resources, and no bodies that are not JSON.
CALLS = {
    **{
        f"{call.name}-{number}": (call.call, call.response)
        for number, call in enumerate(TABLE)
        if not isinstance(call.response, bytes)
    },
    "get_tasks": (lambda c: c.get_tasks("p"), TASK_PAGES),
    "get_batches": (lambda c: c.get_batches("p"), BATCH_PAGES),
    "get_files": (lambda c: c.get_files("p"), FILE_PAGES),
    "tasks": (lambda c: c.tasks(), TASK_PAGES),
    "batches": (lambda c: c.batches(), BATCH_PAGES),
    "create_task": (lambda c: c.create_task("chat", unique_id="u"), TASK),
    "create_batch": (lambda c: c.create_batch("p", "b"), BATCH),
    "create_project": (lambda c: c.create_project("p", "chat"), PROJECT),
    "cancel_task": (lambda c: c.cancel_task("t", True), TASK),
    "upload_file": (lambda c: c.upload_file(b"x"), FILE),
    "Batch.get_status": (lambda c: scaleapi.Batch(dict(BATCH), c).get_status(), BATCH_STATUS),
    "Batch.wait": (lambda c: scaleapi.Batch(dict(BATCH), c).wait(0), {"status": "completed"}),
    "Batch.set_priority": (lambda c: scaleapi.Batch(dict(BATCH), c).set_priority(20), {}),
    "Batch.finalize": (lambda c: scaleapi.Batch(dict(BATCH), c).finalize(), BATCH),
    "Task.refresh": (lambda c: scaleapi.Task(dict(TASK), c).refresh(), TASK),
    "Task.cancel": (lambda c: scaleapi.Task(dict(TASK), c).cancel(), TASK),
    "Project.get_template": (lambda c: scaleapi.Project(PROJECT, c).get_template(), TEMPLATE),
}
PROPERTIES = ["params", "version", "instruction", "workers"]


def client_that_is_answered(*answers):
    wire = Wire()
    wire.returns(*answers)
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
        assert one == copy.copy(one) or one != one  # NaN
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
            if isinstance(result, GeneratorType):
                result = list(islice(result, 5))
        except ScaleException as error:
            assert isinstance(str(error), str) and error.message
            return error
        use(result)
        return None


ODD = [None, True, 5, "text", [], {}, [5], [None], [[]], {"a": 5}]


def with_one_thing_odd(promised):
    """A right response with each of its parts replaced by each odd thing, and without it."""
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
    """A right response in which one thing is something else, or missing."""
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
def test_any_json_expected_response_returns_a_result(call):
    error = check(call, CALLS[call][1])
    circle = call in ("get_tasks", "get_batches")  # the same page, over and over
    assert error is None or (circle and "Pagination loop" in str(error))


@pytest.mark.parametrize("call", CALLS)
def test_any_json_each_part_replaced_returns_or_raises_scale_exception(call):
    for response in with_one_thing_odd(CALLS[call][1]):
        check(call, response)


@few
@given(call=st.sampled_from(sorted(CALLS)), body=anything)
def test_any_json_as_success_returns_or_raises_scale_exception(call, body):
    check(call, body)


@pytest.mark.parametrize("call", CALLS)
@settings(few, max_examples=12)
@given(data=st.data())
def test_any_json_one_part_changed_returns_or_raises_scale_exception(call, data):
    check(call, changed(data, CALLS[call][1]))


@few
@given(
    call=st.sampled_from(sorted(CALLS)),
    body=anything | anything.map(lambda inner: {"error": inner}),
    status=st.integers(300, 599),
)
def test_any_json_as_error_raises_the_class_of_its_status(call, body, status):
    error = check(call, (status, body))
    assert type(error) is ExceptionMap.get(status, ScaleException) and error.code == status


@few
@given(call=st.sampled_from(sorted(CALLS)), body=st.binary(), status=st.integers(200, 599))
def test_any_bytes_with_any_status_raise_the_class_of_the_status(call, body, status):
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
def test_any_json_as_recovery_lookup_returns_or_raises_the_conflict(call, refusal, found):
    error = check(call, (500, {}), (refusal, {"error": "so already"}), (200, found))
    assert error is None or error.code in (refusal, 200)


@few
@given(header=st.none() | st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9: ]{1,12} GMT"))
def test_retry_after_any_header_is_a_number_of_seconds_or_none(header):
    asked = parse_retry_after(header)
    assert asked is None or asked >= 0
