"""The callback receiver in a separate process, called by a sandbox and by the tests."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from scaleapi.sandbox import Sandbox
from scaleapi.sandbox.callbacks import AUTH_VALUE

ROOT = Path(__file__).parents[2]
TEXT = [{"type": "text", "content": "Good morning"}]
TASK = {"task_id": "66f1c0de8a4b2f0012ab34cd", "status": "completed", "response": {}}


class Receiver:
    """A running receiver."""

    def __init__(self, folder, *arguments, auth_key=AUTH_VALUE, **options):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", str(ROOT / "examples" / "callback_receiver.py")]
            + ["--port", "0", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), "SCALE_CALLBACK_AUTH": auth_key},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def started(self):
        """Wait for its first line, which contains its URL."""
        line = self.process.stdout.readline()
        found = re.fullmatch(r"Waiting for callbacks at (http://127\.0\.0\.1:\d+/)\n", line)
        assert found, (line, self.process.communicate()[1])
        self.url = found[1]
        return self

    def post(self, body, auth_key=AUTH_VALUE, **more):
        """Return the status of its response."""
        with requests.Session() as session:
            session.trust_env = False
            headers = {"scale-callback-auth": auth_key}
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            return session.post(self.url, content, headers=headers, timeout=10).status_code

    def said(self):
        """Return the next line that it prints."""
        return self.process.stdout.readline()

    def rows(self):
        """Return the tasks that it has written."""
        lines = (self.folder / "tasks.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def stop(self):
        """Stop it as a user would, and return the rest of its error stream."""
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=10)
        assert self.process.returncode == 0, errors
        return errors


@pytest.fixture
def start(tmp_path):
    """Starts receivers, and kills those that are still running at the end."""
    running = []

    def start(*arguments, **options):
        running.append(Receiver(tmp_path, *arguments, **options))
        return running[-1]

    yield start
    for receiver in running:
        receiver.process.kill()
        receiver.process.communicate()


def wait_until(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.01)


@pytest.mark.smoke
def test_receiver_writes_each_state_of_a_task_once(start):
    receiver = start().started()
    with Sandbox(live=True) as sandbox, sandbox.client() as client:
        tasks = [
            client.create_task("textcollection", attachments=TEXT, callback_url=receiver.url)
            for _ in range(3)
        ]
        for number, task in enumerate(tasks):
            sandbox.complete_task(task.id, {"number": number})
        tasks[0].audit(False, "it is rude")
        wait_until(lambda: [callback.status for callback in sandbox.callbacks] == [200] * 4)
    rows = receiver.rows()
    written = [(row["task_id"], row["response"]["number"]) for row in rows]
    assert written == [*((task.id, number) for number, task in enumerate(tasks)), (tasks[0].id, 0)]
    assert rows[3]["customer_review_status"] == "rejected"
    assert receiver.said() == f"200: Task(id={tasks[0].id}) written\n"
    assert receiver.stop() == ""


def test_receiver_duplicate_callback_is_written_once_even_after_restart(start, tmp_path):
    first = start().started()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(first.post, [{"task": TASK}] * 24)) == {200}
    assert first.post({"task": {**TASK, "status": "pending"}}) == 200
    first.stop()
    with open(tmp_path / "tasks.jsonl", "a") as file:
        file.write('{"task_id": "cut off by a cra')
    second = start().started()
    assert second.post({"task": TASK}) == 200
    assert second.said() == f"200: Task(id={TASK['task_id']}) was written before\n"
    assert second.post({"task": {**TASK, "task_id": "another"}}) == 200
    assert [(row["task_id"], row["status"]) for row in second.rows()] == [
        (TASK["task_id"], "completed"),
        (TASK["task_id"], "pending"),
        ("another", "completed"),
    ]


@pytest.mark.parametrize(
    "body, auth_key, status",
    [
        ({"task": TASK}, "wrong", 401),
        (b"no JSON", "wrong", 401),
        (b"no JSON", AUTH_VALUE, 400),
        ({"batch": "march-01"}, AUTH_VALUE, 400),
        (json.dumps({"task": TASK}).encode() + b" " * 16 * 1024 * 1024, AUTH_VALUE, 400),
    ],
    ids=["wrong key", "neither", "no JSON", "no task", "too large"],
)
def test_receiver_invalid_callback_is_rejected(start, body, auth_key, status):
    receiver = start().started()
    try:
        assert receiver.post(body, auth_key) == status
    except requests.ConnectionError:  # closed before a large body was sent completely
        assert len(body) > 1_000_000
    assert receiver.said().startswith(f"{status}: ")
    assert receiver.rows() == []
    assert receiver.stop() == ""


def test_receiver_failed_write_is_not_acknowledged_and_leaves_no_partial_line(start):
    resource = pytest.importorskip("resource")
    full = (200, 200)  # maximum size of a file in bytes, to simulate a full disk
    receiver = start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, full)).started()
    large = {**TASK, "task_id": "large", "response": "x" * 500}
    assert receiver.post({"task": TASK}) == 200
    assert [receiver.post({"task": large}) for _ in range(2)] == [500, 500]
    assert receiver.rows() == [TASK]
    lines = sorted(receiver.said() for _ in range(3))  # the order of threads is arbitrary
    assert lines[2].startswith("500: Task(id=large) could not be written: ")


@pytest.mark.parametrize(
    "arguments, auth_key, code, complaint",
    [
        ([], " ", 2, "SCALE_CALLBACK_AUTH must be set to your callback auth key"),
        (["--auth-key-env", "MINE"], AUTH_VALUE, 2, "MINE must be set to your callback auth key"),
        (["--port", "70000"], AUTH_VALUE, 1, "Could not start: "),
        (["--results", "/"], AUTH_VALUE, 1, "Could not start: "),
    ],
)
def test_receiver_invalid_call_is_reported(start, arguments, auth_key, code, complaint):
    process = start(*arguments, auth_key=auth_key).process
    output, errors = process.communicate(timeout=10)
    assert (process.returncode, output) == (code, "")
    assert errors.startswith(complaint) and len(errors.splitlines()) == 1
