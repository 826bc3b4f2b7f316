"""pytest-socket, which forbids sockets."""

import gc
from contextlib import contextmanager
from unittest import mock

import pytest
import pytest_socket
import requests

import scaleapi
from scaleapi.tasks import TaskType
from tests.factories import TASK
from tests.fixtures.servers import http_response

from .conftest import TASK_ID, reasons

pytestmark = [
    # The plugin warns besides raising, and a warning that is an error would be raised instead.
    pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning"),
    # urllib3 closes the socket of a failed connection after an OSError only, which this is not.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


@contextmanager
def restricted(restrict, *arguments):
    """Sockets as pytest-socket restricts them, once servers and addresses are made."""
    restrict(*arguments)
    try:
        yield
    finally:
        pytest_socket.enable_socket()
        pytest_socket._remove_restrictions()


@pytest.fixture
def attempts():
    """Counts what goes through Session.send."""
    original = requests.Session.send
    with mock.patch("requests.Session.send", autospec=True, side_effect=original) as send:
        yield lambda: send.call_count
    gc.collect()  # the unclosed sockets, while their warnings are ignored


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_call_without_sockets_raises_after_one_attempt(connect, dead_address, attempts, scheme):
    client = connect(dead_address.replace("http", scheme))
    with restricted(pytest_socket.disable_socket):
        with pytest.raises(scaleapi.ScaleException) as caught:
            client.get_task(TASK_ID)
    assert attempts() == 1
    assert "A test tried to use socket" in reasons(caught.value)


def test_create_without_sockets_raises_after_one_attempt(client, attempts):
    with restricted(pytest_socket.disable_socket), pytest.raises(scaleapi.ScaleException):
        client.create_task(TaskType.ImageAnnotation, unique_id="u")
    assert attempts() == 1


def test_other_host_than_the_allowed_raises_after_one_attempt(client, attempts):
    with restricted(pytest_socket.socket_allow_hosts, ["127.0.0.9"]):
        with pytest.raises(scaleapi.ScaleException) as caught:
            client.get_task(TASK_ID)
    assert attempts() == 1
    assert "127.0.0.9" in reasons(caught.value)


def test_allowed_host_is_reached(connect, server, attempts):
    server.replies(http_response(TASK))
    with restricted(pytest_socket.socket_allow_hosts, ["127.0.0.1"]):
        assert connect(server).get_task(TASK_ID).id == TASK_ID
    assert attempts() == 1


def test_mocked_call_without_sockets_returns(client, dead_address, requests_mock):
    requests_mock.get(f"{dead_address}/task/{TASK_ID}", json=TASK)
    with restricted(pytest_socket.disable_socket):
        assert client.get_task(TASK_ID).id == TASK_ID
