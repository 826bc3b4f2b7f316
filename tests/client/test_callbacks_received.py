"""The sandbox's callbacks over a real socket, read by `scaleapi.callbacks.parse`."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest

import scaleapi
from scaleapi.sandbox.callbacks import AUTH_VALUE

TEXT = [{"type": "text", "content": "Good morning"}]


class Receiver(ThreadingHTTPServer):
    """Keeps what `parse` makes of what it gets."""

    daemon_threads = True

    def __init__(self, auth_key, client):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.auth_key, self.client = auth_key, client
        self.parsed = Queue()
        self.url = f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 200
        try:
            found = scaleapi.callbacks.parse(
                body, self.headers, self.server.auth_key, self.server.client
            )
        except scaleapi.ScaleException as problem:
            found, status = problem, problem.code
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.parsed.put(found)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def client(live_sandbox):
    with live_sandbox.client("test_key", retries=0) as client:
        yield client


@pytest.fixture
def receiver_with(client):
    """Makes a receiver that holds this key."""
    running = []

    def make(auth_key):
        server = Receiver(auth_key, client)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        running.append((server, thread))
        thread.start()
        return server

    yield make
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def test_callback_received_is_a_task_with_methods(live_sandbox, client, receiver_with):
    receiver = receiver_with(AUTH_VALUE)
    made = client.create_task("textcollection", attachments=TEXT, callback_url=receiver.url)
    live_sandbox.complete_task(made.id, {"tone": "friendly"})
    task = receiver.parsed.get(timeout=5)
    assert (task, task.status, task.response) == (made, "completed", {"tone": "friendly"})
    task.audit(False, "it is rude")
    audited = receiver.parsed.get(timeout=5)
    assert (audited.id, audited.customer_review_status) == (made.id, "rejected")
    task.refresh()
    assert task.customer_review_status == "rejected"


def test_callback_received_with_another_key_is_rejected(
    live_sandbox, client, receiver_with, wait_until
):
    receiver = receiver_with("the key of another account")
    made = client.create_task("textcollection", attachments=TEXT, callback_url=receiver.url)
    live_sandbox.complete_task(made.id, {"tone": "friendly"})
    assert isinstance(receiver.parsed.get(timeout=5), scaleapi.ScaleUnauthorized)
    wait_until(lambda: live_sandbox.callbacks[0].status == 401)
