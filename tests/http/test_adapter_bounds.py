"""Hundreds of values of `verify` keep no hundreds of adapters and connections."""

import gc
import shutil
import threading

import pytest
from requests.adapters import HTTPAdapter

from tests.fixtures.replies import task, task_by_path

BOUND = 40


def adapters():
    """How many adapters of requests' there are in this process."""
    gc.collect()
    return sum(issubclass(type(each), HTTPAdapter) for each in gc.get_objects())


@pytest.fixture
def bundles(authority, tmp_path):
    """Makes paths, each of a bundle of its own that trusts the servers."""

    def make(number):
        paths = [str(tmp_path / f"{row}.pem") for row in range(number)]
        for path in paths:
            shutil.copy(authority.pem, path)
        return paths

    return make


@pytest.mark.parametrize("scheme, number", [("http", 300), ("https", 120)])
def test_client_verify_changed_often_keeps_few_adapters(scheme, number, serve, connect, bundles):
    server = serve(scheme)
    server.replies(task("t"))
    before = adapters()
    client = connect(server)
    for path in bundles(number):
        client.api.verify = path
        assert client.get_task("t").id == "t"
    assert len(server.requests) == number
    assert adapters() - before < BOUND
    assert server.most_open < BOUND


@pytest.mark.parametrize("scheme, number", [("http", 300), ("https", 120)])
def test_clients_with_many_values_of_verify_keep_few_adapters(
    scheme, number, serve, connect, bundles
):
    server = serve(scheme)
    server.replies(task("t"))
    before = adapters()
    client, derived = connect(server), []
    for path in bundles(number):
        derived.append(client.with_options(timeout=19))
        derived[-1].api.verify = path
        assert derived[-1].get_task("t").id == "t"
    assert adapters() - before < BOUND
    assert server.most_open < BOUND
    assert derived[0].get_task("t").id == "t" and client.get_task("t").id == "t"


def test_client_close_ends_the_connections_of_all_values_of_verify(server, connect, bundles):
    server.replies(task("t"))
    client = connect(server)
    for path in bundles(60):
        client.api.verify = path
        client.get_task("t")
    client.close()
    server.until(lambda: not server._open)


def test_client_verify_used_before_is_used_with_its_connection(server, connect, bundles):
    """A bound must not mean a connection of its own for each call."""
    server.replies(task("t"))
    client = connect(server)
    for _ in range(10):
        for path in bundles(2):
            client.api.verify = path
            client.get_task("t")
    assert server.accepted == 2


def test_call_in_flight_while_its_adapter_is_replaced_has_its_response(serve, connect, bundles):
    server = serve("https")
    arrived, go_on = threading.Event(), threading.Event()

    def reply(request):
        if request.target.endswith("slow"):
            arrived.set()
            assert go_on.wait(20)
        return task_by_path(request)

    server.decides(reply)
    client, found = connect(server), []
    first, *others = bundles(80)
    slow = client.with_options()
    slow.api.verify = first
    thread = threading.Thread(target=lambda: found.append(slow.get_task("slow").id))
    thread.start()
    assert arrived.wait(20)
    for number, path in enumerate(others):
        client.api.verify = path
        assert client.get_task(f"t{number}").id == f"t{number}"
    go_on.set()
    thread.join(20)
    assert found == ["slow"]
    assert [request.target for request in server.requests].count("/v1/task/slow") == 1


def test_call_with_another_verify_after_many_verifies_certificates(
    serve, connect, bundles, other_authority
):
    """An adapter that is made anew trusts the CAs it was given, and no more."""
    server = serve("https")
    server.replies(task("t"))
    client = connect(server, retries=0)
    for path in bundles(60):
        client.api.verify = path
        client.get_task("t")
    sent = len(server.requests)
    client.api.verify = other_authority.pem
    with pytest.raises(Exception, match="(?i)certificate"):
        client.get_task("t")
    assert len(server.requests) == sent
