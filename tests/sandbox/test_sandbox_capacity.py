"""Capacity: incomplete requests and delayed responses do not block others."""

import contextlib
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests
from cheroot.workers.threadpool import WorkerThread

from scaleapi.sandbox import Sandbox

CONNECTIONS = 100
TIMEOUT = 10  # seconds; generous for one request, far less than the delay or the idle timeout
DELAY = 600

AUTH = b"Authorization: Basic dGVzdF9rZXk6\r\n"
GET = b"GET /v1/teams HTTP/1.1\r\nHost: localhost\r\n" + AUTH + b"\r\n"
POST = b"POST /v1/files/import HTTP/1.1\r\nHost: localhost\r\n" + AUTH
BODY = b'{"file_url": "https://example.org/a.png"}'
WITH_LENGTH = POST + b"Content-Length: %d\r\n\r\n" % len(BODY)
IN_CHUNKS = POST + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)

# What has arrived of a request, and what is still missing.
INCOMPLETE = {
    "nothing": (b"", GET),
    "part of the head": (GET[:40], GET[40:]),
    "no body": (WITH_LENGTH, BODY),
    "part of the body": (WITH_LENGTH + BODY[:10], BODY[10:]),
    "no chunk": (IN_CHUNKS, CHUNKS),
    "part of a chunk": (IN_CHUNKS + CHUNKS[:10], CHUNKS[10:]),
}


@pytest.fixture
def sandbox(wait_until):
    """A new sandbox, with the few threads it starts with; it must leave none behind."""
    before = set(threading.enumerate())
    with Sandbox() as sandbox:
        yield sandbox
    wait_until(lambda: set(threading.enumerate()) <= before)


@pytest.fixture
def connect(sandbox):
    """Open connections; the sandbox stops before they are closed."""
    address = ("127.0.0.1", urlsplit(sandbox.url).port)
    with contextlib.ExitStack() as connections:

        def open_connection(sent):
            connection = socket.create_connection(address, timeout=TIMEOUT)
            connections.enter_context(connection).sendall(sent)
            return connection

        yield open_connection
        sandbox.stop()


@pytest.fixture
def assert_responsive(sandbox, http):
    """Check API requests, control requests and the methods of the Python object."""

    def check():
        task = http.make_task()
        assert http.get(f"/task/{task['task_id']}", timeout=TIMEOUT).json() == task
        with requests.Session() as session:
            session.trust_env = False
            control = sandbox.url.replace("/v1", "/_sandbox")
            fault = {"path_glob": "/nowhere", "times": 1, "status": 418}
            added = session.post(f"{control}/faults", json=fault, timeout=TIMEOUT)
            assert added.status_code == 200
            assert session.get(f"{control}/requests", timeout=TIMEOUT).json()["requests"]
        assert sandbox.faults[-1].status == 418
        assert f"/v1/task/{task['task_id']}" in [request.path for request in sandbox.requests]
        with sandbox.client("test_key", timeout=TIMEOUT, retries=0) as client:
            assert client.get_task(task["task_id"]).as_dict() == task

    return check


def status_of(connection):
    """The status of the response that arrives on a connection."""
    line = connection.recv(12)
    assert line.startswith(b"HTTP/1.1 "), line
    return int(line[9:])


@pytest.mark.parametrize("state", INCOMPLETE)
def test_capacity_incomplete_requests_do_not_block_others(connect, assert_responsive, state):
    sent, missing = INCOMPLETE[state]
    connections = [connect(sent) for _ in range(CONNECTIONS)]
    assert_responsive()
    for connection in connections:
        connection.sendall(missing)
    assert [status_of(connection) for connection in connections] == [200] * CONNECTIONS


@pytest.mark.parametrize("number", [70, 500])
@pytest.mark.parametrize("after_processing", [False, True])
def test_capacity_delayed_responses_do_not_block_others(
    sandbox, connect, assert_responsive, wait_until, number, after_processing
):
    sandbox.add_fault("GET", "/teams", delay=DELAY, times=number, after_processing=after_processing)
    connections = [connect(GET) for _ in range(number)]
    wait_until(lambda: not sandbox.faults, TIMEOUT)
    assert_responsive()
    sandbox.stop()  # ends the delays
    assert {status_of(connection) for connection in connections} == {200}


def test_capacity_stop_does_not_wait_for_incomplete_requests(sandbox, connect, http):
    for sent, _ in INCOMPLETE.values():
        for _ in range(CONNECTIONS // len(INCOMPLETE)):
            connect(sent)
    assert http.get("/teams", timeout=TIMEOUT).status_code == 200
    start = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - start < TIMEOUT


def test_capacity_threads_are_reused(sandbox, connect, http):
    http.get("/teams")
    before = set(threading.enumerate())
    for _ in range(CONNECTIONS):
        assert http.get("/teams").status_code == 200
    pipelined = connect(GET * CONNECTIONS)
    received = b""
    while received.count(b"HTTP/1.1 200") < CONNECTIONS:
        received += pipelined.recv(65536)
    assert set(threading.enumerate()) <= before


def test_capacity_connections_wait_when_no_thread_can_be_started(connect, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(WorkerThread, "start", refuse)
    incomplete = [connect(GET[:40]) for _ in range(CONNECTIONS)]
    waiting = connect(GET)
    for connection in incomplete:
        connection.sendall(GET[40:])
    assert {status_of(connection) for connection in [*incomplete, waiting]} == {200}
