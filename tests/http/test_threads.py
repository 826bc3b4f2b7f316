"""One client on many threads."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fixtures.servers import http_response


@pytest.fixture
def together(server):
    """Makes the server hold its first responses back until so many requests are there."""

    def hold(number):
        barrier = threading.Barrier(number)

        def reply(request):
            try:
                barrier.wait(2)
            except threading.BrokenBarrierError:
                pass  # as many as this the client did not want to have open
            if barrier.n_waiting == 0:
                server.decides(echo)
            return echo(request)

        server.decides(reply)

    return hold


def echo(request):
    return http_response({"target": request.target, "body": request.body.decode()})


def calls(client, start, numbers):
    """The same few calls as every other thread makes, each with answers of its own."""
    start.wait(20)
    for number in numbers:
        assert client.api.get_request(f"x/{number}")["target"] == f"/v1/x/{number}"
        assert client.api.post_request("x", number)["body"] == str(number)
    return True


def run(client, threads, each):
    start = threading.Barrier(threads)
    with ThreadPoolExecutor(threads) as pool:
        jobs = [
            pool.submit(calls, client, start, range(first * each, (first + 1) * each))
            for first in range(threads)
        ]
        assert all(job.result() for job in jobs)


def complaints(caplog):
    return [record.getMessage() for record in caplog.records if "pool" in record.getMessage()]


def test_threads_fifty_use_fifty_connections(server, together, connect, caplog):
    together(50)
    with caplog.at_level(logging.WARNING, "urllib3"):
        run(connect(server), 50, 3)
    assert len(server.requests) == 50 * 3 * 2
    assert server.accepted == server.most_open == 50
    assert complaints(caplog) == []


def test_threads_beyond_the_pool_size_log_no_warning(server, together, connect, caplog):
    together(65)
    with caplog.at_level(logging.WARNING, "urllib3"):
        run(connect(server), 100, 1)
    assert len(server.requests) == 100 * 2
    assert complaints(caplog) == []


def test_threads_with_own_options_share_connections(server, connect):
    client = connect(server)
    server.decides(echo)
    start = threading.Barrier(10)
    with ThreadPoolExecutor(10) as pool:
        jobs = [
            pool.submit(calls, client.with_options(timeout=10 + n), start, [n] * 5)
            for n in range(10)
        ]
        assert all(job.result() for job in jobs)
    assert server.accepted <= 10


def test_client_closed_while_threads_call_breaks_no_call(server, connect):
    client = connect(server)
    server.decides(echo)
    start = threading.Barrier(11)
    with ThreadPoolExecutor(11) as pool:
        jobs = [pool.submit(calls, client, start, range(8)) for _ in range(10)]
        start.wait(20)
        for _ in range(20):
            client.close()
        assert all(job.result() for job in jobs)


def test_threads_in_sequence_share_one_connection(server, connect):
    client = connect(server)
    for number in range(5):
        thread = threading.Thread(target=client.api.get_request, args=(f"x/{number}",))
        thread.start()
        thread.join()
    assert (server.accepted, len(server.requests)) == (1, 5)
