"""Automatic completion goes on whatever happens to a task in between."""

import logging

from scaleapi.sandbox import Sandbox
from scaleapi.sandbox.backend import canned
from scaleapi.sandbox.http.errors import bad_request
from tests.factories import CATEGORIZATION


def test_auto_completion_that_fails_once_is_tried_again(monkeypatch, caplog, wait_until):
    respond, failures = canned.response, [RuntimeError("no such form"), bad_request("not pending")]

    def fails_at_first(task, url):
        if failures:
            raise failures.pop(0)
        return respond(task, url)

    monkeypatch.setattr(canned, "response", fails_at_first)
    with caplog.at_level(logging.ERROR), Sandbox(live=True, complete_after=0) as sandbox:
        with sandbox.client() as client:
            task = client.create_task("categorization", **CATEGORIZATION)
            wait_until(lambda: client.get_task(task.id).status == "completed")
    assert caplog.text.count("automatic completion of the tasks that are due failed") == 1


def test_auto_completion_of_a_task_that_was_removed_is_left_out(monkeypatch, wait_until):
    with Sandbox(live=True, complete_after=0) as sandbox, sandbox.client() as client:
        store, asked = sandbox._open().state.store, []

        def due(before):
            asked.append(before)
            return [("nobody", "0" * 24)]

        monkeypatch.setattr(store, "due_tasks", due)
        wait_until(lambda: len(asked) > 2)
        assert client.tasks().total == 0


def test_auto_completion_ends_with_the_task_in_progress_when_it_is_stopped(monkeypatch, wait_until):
    respond, completed = canned.response, []

    def respond_while_stopped(task, url):
        completed.append(task["task_id"])
        sandbox._open()._auto_completer._stopping.set()
        return respond(task, url)

    monkeypatch.setattr(canned, "response", respond_while_stopped)
    with Sandbox(live=True, complete_after=0.5) as sandbox, sandbox.client() as client:
        ids = [client.create_task("categorization", **CATEGORIZATION).id for _ in range(3)]
        wait_until(lambda: not sandbox._open()._auto_completer._thread.is_alive())
        assert completed == ids[:1]
        assert [client.get_task(each).status for each in ids] == ["completed", *2 * ["pending"]]
