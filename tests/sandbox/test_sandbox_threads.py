"""Many connections at once, starting and stopping, and a database that outlives the sandbox."""

import contextlib
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from scaleapi.sandbox import Sandbox
from tests import factories

CONNECTIONS = 100


RUDE_CLIENTS = """
import gc, socket, struct
from urllib.parse import urlsplit
from scaleapi.sandbox import Sandbox

with Sandbox() as box:
    with box.client("test_key") as client:
        client.create_project("big", "chat", {"instruction": "x" * 20_000_000})
    port, asked = urlsplit(box.url).port, len(box.requests)
    for _ in range(3):
        rude = socket.create_connection(("127.0.0.1", port), timeout=5)
        rude.sendall(b"GET /v1/projects/big HTTP/1.1\\r\\nHost: localhost\\r\\n"
                     b"Authorization: Basic dGVzdF9rZXk6\\r\\n\\r\\n")
        assert rude.recv(12) == b"HTTP/1.1 200"
        rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        rude.close()
gc.collect()
"""


def port_of(sandbox):
    return urlsplit(sandbox.url).port


def test_threads_idle_connections_block_nobody(sandbox, http):
    with contextlib.ExitStack() as silent:
        for _ in range(CONNECTIONS):
            address = ("127.0.0.1", port_of(sandbox))
            silent.enter_context(socket.create_connection(address, timeout=5))
        assert http.get("/teams", timeout=5).status_code == 200


def test_threads_kept_alive_connections_block_nobody(sandbox, http_for):
    sessions = [http_for(sandbox) for _ in range(CONNECTIONS)]
    for session in sessions * 2:
        assert session.get("/teams", timeout=5).status_code == 200


def test_threads_chunked_bodies_leave_connections_that_block_nobody(sandbox, http):
    head = b"POST /v1/projects HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with contextlib.ExitStack() as silent:
        for _ in range(CONNECTIONS):
            raw = socket.create_connection(("127.0.0.1", port_of(sandbox)), timeout=5)
            silent.enter_context(raw).sendall(head + b"2\r\n{}\r\n0\r\n\r\n")
            assert raw.recv(12) == b"HTTP/1.1 401"
        assert http.get("/teams", timeout=5).status_code == 200


def test_threads_slow_responses_do_not_delay_others(sandbox, http, http_for, wait_until):
    slow = [http_for(sandbox) for _ in range(20)]
    sandbox.fail_next("GET", "/projects", status=None, delay=1, times=len(slow))
    with ThreadPoolExecutor(len(slow)) as pool:
        waiting = [pool.submit(session.get, "/projects") for session in slow]
        wait_until(lambda: len(sandbox.requests) == len(slow))
        assert http.get("/teams").status_code == 200
        assert not any(response.done() for response in waiting)


def test_threads_with_one_unique_id_exactly_one_succeeds(sandbox, http_for):
    body = {**factories.CATEGORIZATION, "unique_id": "u"}
    sessions = [http_for(sandbox) for _ in range(16)]
    with ThreadPoolExecutor(len(sessions)) as pool:
        answers = pool.map(lambda each: each.post("/task/categorization", json=body), sessions)
        statuses = sorted(response.status_code for response in answers)
    assert statuses == [200] + [409] * 15


def test_threads_adding_tags_lose_none(sandbox, http, http_for):
    path = f"/task/{http.make_task()['task_id']}/tags"
    sessions = [http_for(sandbox) for _ in range(16)]
    with ThreadPoolExecutor(len(sessions)) as pool:
        list(pool.map(lambda pair: pair[1].put(path, json=[str(pair[0])]), enumerate(sessions)))
    assert len(http.post(path.replace("tags", "setMetadata"), json={}).json()["tags"]) == 16


def test_threads_clients_that_disconnect_leave_no_traceback():
    # Development mode, since only that or Python 3.13 reports what fails when a file is garbage.
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", RUDE_CLIENTS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_stop_is_prompt_and_leaves_no_thread_and_no_port(http_for, wait_until):
    before = set(threading.enumerate())
    sandbox = Sandbox().start()
    port = port_of(sandbox)
    sandbox.fail_next("GET", "/teams", status=None, delay=600)  # a test's own limit is less
    waiting = threading.Thread(target=lambda: http_for(sandbox).get("/teams"))
    waiting.start()
    idle = socket.create_connection(("127.0.0.1", port), timeout=5)
    wait_until(lambda: sandbox.requests)
    sandbox.stop()
    waiting.join()
    idle.close()
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_sandbox_client_ignores_a_proxy_of_the_environment(sandbox, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with sandbox.client(retries=0) as client:
        assert client.list_teammates()


def test_start_and_stop_may_be_repeated(http_for):
    sandbox = Sandbox()
    for _ in range(2):
        assert sandbox.start() is sandbox.start()
        assert http_for(sandbox).get("/teams").status_code == 200
        sandbox.stop()
        sandbox.stop()
    with pytest.raises(RuntimeError, match="start"):
        sandbox.url  # noqa: B018


def test_start_on_a_port_in_use_raises_os_error(sandbox):
    with pytest.raises(OSError, match="in use"):
        Sandbox(port=port_of(sandbox)).start()


def test_db_file_outlives_the_sandbox(tmp_path, http_for):
    path = tmp_path / "sandbox.db"
    with Sandbox(db=path) as sandbox:
        task = http_for(sandbox).make_task(unique_id="u", tags=["x"])
    with Sandbox(db=str(path)) as sandbox:
        assert http_for(sandbox).ids(tags="x") == [task["task_id"]]
        assert http_for(sandbox).get(f"/task/{task['task_id']}").json() == task
        sandbox.reset()
        assert http_for(sandbox).ids() == []
