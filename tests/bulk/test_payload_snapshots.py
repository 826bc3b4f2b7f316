"""Bulk calls send a snapshot of each payload, nested values included."""

import threading

import pytest

from scaleapi import ScaleInvalidArgument
from tests.factories import page
from tests.fixtures.replies import sent_json, task
from tests.fixtures.servers import http_response


@pytest.fixture
def echoes(server):
    """Has the server return each payload as a task, once `echoes` is set."""
    ready = threading.Event()

    def reply(request):
        assert ready.wait(20)
        if request.method == "GET":
            return http_response(page())  # there are no tasks yet
        body = sent_json(request)
        return http_response({"task_id": f"id of {body.get('unique_id')}", **body})

    server.decides(reply)
    return ready


def posts(server):
    return [request for request in server.requests if request.method == "POST"]


def created(outcomes):
    outcomes = list(outcomes)
    assert {outcome.status for outcome in outcomes} == {"created"}, outcomes
    return [outcome.task.as_dict() for outcome in outcomes]


def test_create_tasks_generator_that_changes_nested_dict_sends_each_as_it_was(
    server, connect, echoes
):
    shared = {"unique_id": "", "metadata": {"row": None, "deep": {"list": [], "row": None}}}

    def payloads():
        for row in range(24):
            shared["unique_id"] = f"u{row}"
            shared["metadata"]["row"] = row
            shared["metadata"]["deep"]["row"] = row
            shared["metadata"]["deep"]["list"].append(row)
            if row == 12:  # the first have been given out and are not sent yet
                echoes.set()
            yield shared

    shown = created(connect(server).create_tasks("chat", payloads(), workers=4))
    for row, each in enumerate(shown):
        deep = {"list": [*range(row + 1)], "row": row}
        assert (each["unique_id"], each["metadata"]) == (f"u{row}", {"row": row, "deep": deep})
    sent = {sent_json(request)["unique_id"]: sent_json(request) for request in posts(server)}
    assert all(sent[f"u{row}"]["metadata"]["row"] == row for row in range(24))


def test_create_tasks_generator_that_empties_its_payload_sends_it_whole(server, connect, echoes):
    def payloads():
        for row in range(8):
            payload = {"unique_id": f"u{row}", "geometries": {"box": {"labels": ["a", {"b": 1}]}}}
            yield payload
            payload["geometries"]["box"]["labels"][1].clear()
            del payload["geometries"]["box"]["labels"][0]
            payload["geometries"].clear()
        echoes.set()

    shown = created(connect(server).create_tasks("chat", payloads(), workers=4))
    assert [each["geometries"] for each in shown] == [{"box": {"labels": ["a", {"b": 1}]}}] * 8


def test_create_tasks_payloads_of_a_list_may_change_after_they_are_read(server, connect, echoes):
    payloads = [{"unique_id": f"u{row}", "metadata": {"row": row}} for row in range(4)]

    def read():
        yield from payloads
        for payload in payloads:
            payload["metadata"]["row"] = "changed"
        echoes.set()

    shown = created(connect(server).create_tasks("chat", read(), workers=2))
    assert [each["metadata"] for each in shown] == [{"row": row} for row in range(4)]


def test_create_tasks_payload_that_cannot_be_copied_fails_alone(server, connect, echoes):
    echoes.set()
    payloads = [
        {"unique_id": "u0"},
        {"unique_id": "u1", "metadata": {"lock": threading.Lock()}},
        {"unique_id": "u2", "metadata": {"rows": (row for row in "ab")}},
        5,
        {"unique_id": "u3"},
    ]
    outcomes = list(connect(server).create_tasks("chat", payloads, workers=2))
    statuses = [outcome.status for outcome in outcomes]
    assert statuses == ["created", "failed", "failed", "failed", "created"]
    assert all(isinstance(outcome.error, ScaleInvalidArgument) for outcome in outcomes[1:4])
    assert sorted(sent_json(request)["unique_id"] for request in posts(server)) == ["u0", "u3"]


def test_create_tasks_payload_of_the_outcome_is_the_callers_object(server, connect, echoes):
    echoes.set()
    payloads = [{"unique_id": f"u{row}"} for row in range(3)]
    outcomes = list(connect(server).create_tasks("chat", payloads))
    assert all(outcome.payload is given for outcome, given in zip(outcomes, payloads))


def test_update_tasks_metadata_changed_during_the_run_is_sent_as_it_was(server, connect):
    metadata = {"owner": {"name": "ana"}}
    server.replies(task("t"))
    run = connect(server).update_tasks([f"t{row}" for row in range(20)], metadata=metadata)
    metadata["owner"]["name"] = "bo"
    assert run.run() == {"updated": 20}
    bodies = [sent_json(request) for request in posts(server)]
    assert bodies == [{"owner": {"name": "ana"}}] * 20
