"""Settings of a client that its v2 part follows from the next call on."""

import threading

import pytest
import responses

import scaleapi
from scaleapi.api_client import v2

TASK_URL = "https://api.scale.com/v2/task"


@responses.activate
def test_v2_call_follows_proxies_that_change_in_place():
    responses.get(TASK_URL, json={"task_id": "t"})
    proxies = {"https": "http://127.0.0.1:9"}
    with scaleapi.ScaleClient("test_key", proxies=proxies) as client:
        client.v2.get_task("t")
        proxies["https"] = "http://127.0.0.1:10"
        client.v2.get_task("t")
    sent = [call.request.req_kwargs["proxies"]["https"] for call in responses.calls]
    assert sent == ["http://127.0.0.1:9", "http://127.0.0.1:10"]


@responses.activate
def test_v2_call_accepts_on_attempt_that_is_not_hashable():
    class Attempts(list):
        def __call__(self, attempt):
            self.append(attempt.status)

    responses.get(TASK_URL, json={"task_id": "t"})
    attempts = Attempts()
    with scaleapi.ScaleClient("test_key") as client:
        client.with_options(on_attempt=attempts).v2.get_task("t")
        client.v2.get_task("t")
    assert attempts == [200]


@pytest.mark.parametrize("own", [False, True], ids=["of the client", "of its own"])
def test_v2_transport_is_the_same_until_a_setting_changes(own):
    client = scaleapi.ScaleClient("test_key")
    api_client = v2.ApiClient(v2.Configuration(access_token="test_key")) if own else None
    api_client = api_client or client.v2.api_client
    first = api_client.transport
    assert api_client.transport is first
    api_client.configuration.retries = 1
    assert api_client.transport.retries.total == 1
    assert api_client.transport is api_client.transport is not first


def test_v2_transport_is_one_for_threads_that_start_together():
    api_client = v2.ApiClient(v2.Configuration(access_token="test_key"))
    barrier = threading.Barrier(8)
    transports = []

    def use():
        barrier.wait()
        transports.append(api_client.transport)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(transports) == 8
    assert len({id(transport) for transport in transports}) == 1
