"""Retrying a non-idempotent request after an ambiguous failure logs a warning."""

import logging

import pytest

from scaleapi import ScaleException
from tests.factories import page
from tests.fixtures.network import QUICK
from tests.fixtures.replies import statuses
from tests.fixtures.servers import cut, drop, http_response, reset

TASK = {"task_id": "t", "type": "chat", "status": "canceled", "unique_id": "u"}
BATCH = {"name": "b", "project": "p", "status": "in_progress", "created_at": "2026-01-01"}
PROJECT = {"name": "p", "type": "chat"}
GROUP = {"id": "1", "name": "g", "numWorkers": 1, "isSingleton": False}
FILE = {"id": "f", "attachment_url": "scaledata://f"}
MATE = {"email": "ana@example.org", "role": "member"}

# What is called, the path it goes to, and what a success returns.
AT_RISK = {
    "audit_task": (lambda c: c.audit_task("t", True), "task/t/audit", {}),
    "audit_task with comments": (lambda c: c.audit_task("t", False, "no"), "task/t/audit", {}),
    "update_project": (
        lambda c: c.update_project("p", patch=True, instruction="i"),
        *("projects/p/setParams", PROJECT),
    ),
    "update_project of an escaped name": (
        lambda c: c.update_project("a/b é", instruction="i"),
        *("projects/a%2Fb%20%C3%A9/setParams", PROJECT),
    ),
    "invite_teammates": (
        lambda c: c.invite_teammates(["ana@example.org"], "member"),
        *("teams/invite", [MATE]),
    ),
    "request": (lambda c: c.request("POST", "some/thing", body={"a": 1}), "some/thing", {}),
    "request of segments": (
        lambda c: c.request("POST", ["projects", "a/b", "setOntology"], body={}),
        *("projects/a%2Fb/setOntology", {}),
    ),
    "request that audits": (
        lambda c: c.request("POST", "task/t/audit", body={"accepted": True}),
        *("task/t/audit", {}),
    ),
    "post_request": (lambda c: c.api.post_request("some/thing", {"a": 1}), "some/thing", {}),
    "create_task": (lambda c: c.create_task("chat"), "task/chat", TASK),
    "upload_file": (lambda c: c.upload_file(b"x"), "files/upload", FILE),
}
AMBIGUOUS = {
    "503": http_response({}, 503),
    "500": http_response({"error": "oh"}, 500),
    "drop": drop,
    "reset": reset,
    "part of a response": cut(http_response({"a": "b"})[:-3]),
    "part of a head": cut(b"HTTP/1.1 200 OK\r\nContent-"),
}
IDEMPOTENT = {
    "set_task_metadata": (lambda c: c.set_task_metadata("t", {"a": 1}), TASK),
    "set_task_tags": (lambda c: c.set_task_tags("t", ["a"]), TASK),
    "add_task_tags": (lambda c: c.add_task_tags("t", ["a"]), TASK),
    "delete_task_tags": (lambda c: c.delete_task_tags("t", ["a"]), TASK),
    "cancel_task": (lambda c: c.cancel_task("t"), TASK),
    "update_task_unique_id": (lambda c: c.update_task_unique_id("t", "u"), TASK),
    "clear_task_unique_id": (lambda c: c.clear_task_unique_id("t"), TASK),
    "create_task with unique_id": (lambda c: c.create_task("chat", unique_id="u"), TASK),
    "create_batch": (lambda c: c.create_batch("p", "b"), BATCH),
    "finalize_batch": (lambda c: c.finalize_batch("b"), BATCH),
    "set_batch_priority": (lambda c: c.set_batch_priority("b", 10), {}),
    "set_batch_metadata": (lambda c: c.set_batch_metadata("b", {"a": 1}), BATCH),
    "create_project": (lambda c: c.create_project("p", "chat"), PROJECT),
    "update_teammates_role": (
        lambda c: c.update_teammates_role(["ana@example.org"], "member"),
        [MATE],
    ),
    "upload_file with reference_id": (lambda c: c.upload_file(b"x", reference_id="r"), FILE),
    "create_project_group": (lambda c: c.create_project_group("p", [], "g"), GROUP),
    "update_project_group": (lambda c: c.update_project_group("p", "g", None, None), GROUP),
    "set_studio_batches_priorities": (lambda c: c.set_studio_batches_priorities(["b"]), []),
    "reset_studio_batches_priorities": (lambda c: c.reset_studio_batches_priorities(), []),
    "get_task": (lambda c: c.get_task("t"), TASK),
    "tasks": (lambda c: c.tasks(), page(TASK)),
    "request PUT": (lambda c: c.request("PUT", "some/thing", body={}), {}),
    "request DELETE": (lambda c: c.request("DELETE", "some/thing"), {}),
    "request that sets tags": (lambda c: c.request("POST", "task/t/tags", body=["a"]), TASK),
    "request that creates with unique_id": (
        lambda c: c.request("POST", "task/chat", body={"unique_id": "u"}),
        TASK,
    ),
}


@pytest.fixture
def warnings(caplog):
    """The messages of the package's logger at WARNING and above."""
    caplog.set_level(logging.WARNING, "scaleapi")
    return lambda: [
        record.getMessage()
        for record in caplog.records
        if record.name == "scaleapi" and record.levelno >= logging.WARNING
    ]


@pytest.mark.parametrize("failure", AMBIGUOUS)
@pytest.mark.parametrize("call", AT_RISK)
def test_non_idempotent_post_retried_after_ambiguous_failure_logs_one_warning(
    call, failure, server, connect, warnings
):
    function, path, result = AT_RISK[call]
    server.replies(AMBIGUOUS[failure], http_response(result))
    function(connect(server))
    assert server.lines == [f"POST /{path}"] * 2
    (message,) = warnings()
    assert path in message and "POST" in message
    assert any(word in message for word in ("twice", " two", "duplicate")), message


@pytest.mark.parametrize("failure", [http_response({}, 429), http_response({}, 408)])
@pytest.mark.parametrize("call", AT_RISK)
def test_non_idempotent_post_retried_where_nothing_was_done_logs_no_warning(
    call, failure, server, connect, warnings
):
    function, path, result = AT_RISK[call]
    server.replies(failure, http_response(result))
    function(connect(server))
    assert server.lines == [f"POST /{path}"] * 2 and warnings() == []


@pytest.mark.parametrize("call", AT_RISK)
def test_non_idempotent_post_that_is_not_retried_logs_no_warning(call, server, connect, warnings):
    function, _, result = AT_RISK[call]
    client = connect(server)
    server.replies(http_response(result))
    function(client)
    server.replies(drop)
    with pytest.raises(ScaleException):
        function(client.with_options(retries=0))
    with pytest.raises(ScaleException):
        function(client.with_options(retries=QUICK.replace(methods=["GET"])))
    assert len(server.requests) == 3 and warnings() == []


@pytest.mark.parametrize("call", AT_RISK)
def test_non_idempotent_post_that_never_reached_the_service_logs_no_warning(
    call, refused, connect, warnings
):
    with pytest.raises(ScaleException) as caught:
        AT_RISK[call][0](connect(refused))
    assert statuses(caught.value.attempts) == [None] * 4 and warnings() == []


@pytest.mark.parametrize("failure", ["503", "drop"])
@pytest.mark.parametrize("call", IDEMPOTENT)
def test_idempotent_call_retried_after_ambiguous_failure_logs_no_warning(
    call, failure, server, connect, warnings
):
    function, result = IDEMPOTENT[call]
    server.replies(AMBIGUOUS[failure], http_response(result))
    function(connect(server))
    assert len({(request.method, request.target) for request in server.requests}) == 1
    assert len(server.requests) == 2 and warnings() == []


def test_task_audit_retried_after_ambiguous_failure_logs_one_warning(server, connect, warnings):
    server.replies(http_response({**TASK, "status": "completed"}), drop, http_response({}))
    connect(server).get_task("t").audit(True)
    assert server.lines == ["GET /task/t", "POST /task/t/audit", "POST /task/t/audit"]
    assert len(warnings()) == 1
