"""Clients whose instance address is dead, so that a request that bypasses the tool fails."""

import base64
import json
import pickle
import socket
import subprocess
import sys

import pytest
import requests

import scaleapi
from tests.factories import TASK
from tests.fixtures.servers import Server

KEY = "test_key_of_interop"
AUTHORIZATION = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
SECRETS = (KEY, AUTHORIZATION.split()[1].rstrip("="))
QUICK = scaleapi.RetryPolicy(backoff_factor=0.01)
TASK_ID = TASK["task_id"]


@pytest.fixture
def dead_address():
    """An instance address whose port is bound, but refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/v1"


@pytest.fixture
def connect():
    """Makes clients of an address, with short delays between attempts."""
    clients = []

    def make(address, **options):
        address = getattr(address, "url", address)
        options = {"api_instance_url": address, "retries": QUICK, "timeout": 10, **options}
        clients.append(scaleapi.ScaleClient(KEY, "my-app", **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect, dead_address):
    return connect(dead_address)


class RealServer(Server):
    """A server that a test may stop before its end."""

    def stop(self):
        if not self._stopped:
            super().stop()


@pytest.fixture
def server():
    """A real server, for tools that observe or record real requests."""
    server = RealServer()
    yield server
    server.stop()


@pytest.fixture
def run_script():
    """Runs code in a Python of its own and returns the JSON that it prints."""

    def run(code, *arguments):
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def response(body=TASK, status=200):
    """A real response, as tests make one by hand."""
    made = requests.Response()
    made.status_code = status
    made.headers["Content-Type"] = "application/json"
    made._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return made


def chain(error):
    """An error, and the errors that it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def reasons(error):
    """The text of an error and of those that it was raised from."""
    return "\n".join(str(link) for link in chain(error))


def assert_no_secrets(text):
    for secret in SECRETS:
        assert secret not in text


def assert_no_secrets_in(error):
    """Look for the key in all that an error holds."""
    for link in chain(error):
        assert_no_secrets(f"{link} {link!r} {link.args!r} {vars(link)!r}")
        for holder in (link, getattr(link, "response", None)):
            request = getattr(holder, "request", None)
            if request is not None:
                assert "Authorization" not in request.headers
                assert_no_secrets(repr(vars(request)))
    assert_no_secrets(pickle.dumps(error).decode("latin-1"))
