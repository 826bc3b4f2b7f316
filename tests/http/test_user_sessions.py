"""Hooks, adapters and sessions of users do not break what protects a call."""

import gzip
import io
import pickle
import threading
import time

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

import scaleapi
from scaleapi import ScaleClient
from scaleapi._http.session import MAX_TLS_CONFIGS, PerTLSConfigAdapter
from tests.fixtures.network import KEY, QUICK
from tests.fixtures.replies import TOKEN, chunked, interim, statuses, task
from tests.fixtures.servers import http_response


def raise_for_status(response, **_):
    response.raise_for_status()


def read_content(response, **_):
    assert response.content


def test_hook_that_raises_for_status_leaves_the_error_and_the_retries(server, connect):
    server.replies(
        http_response({"error": "not now"}, 503), task("A"), http_response({"error": "none"}, 404)
    )
    client = connect(server)
    client.session.hooks["response"] = [raise_for_status]
    assert client.get_task("A").id == "A"
    with pytest.raises(scaleapi.ScaleResourceNotFound, match="none") as caught:
        client.get_task("B")
    shown = repr(vars(caught.value)) + repr(pickle.dumps(caught.value))
    assert KEY not in shown and TOKEN not in shown
    assert "Authorization" not in caught.value.response.request.headers
    assert server.accepted == 1


def test_hook_given_as_one_function_is_called(server, connect):
    seen = []
    server.replies(task("A"))
    client = connect(server)
    client.session.hooks["response"] = lambda response, **_: seen.append(response.status_code)
    assert client.get_task("A").id == "A" and seen == [200]


def test_hook_that_reads_a_truncated_body_is_retried(server, connect):
    half = gzip.compress(b'{"task_id": "A", "text": "%s"}' % (b"x" * 5000))[:-20]
    server.replies(http_response(half, content_encoding="gzip"), task("A"))
    client = connect(server)
    client.session.hooks["response"] = [read_content]
    result = client.api.request("GET", "task/A")
    assert statuses(result.attempts) == [None, 200]
    server.replies(http_response(b'"%s"' % (b"x" * 5000)))
    with pytest.raises(scaleapi.ScaleException, match="max_response_bytes"):
        client.with_options(max_response_bytes=1000).api.request("GET", "x")


def test_session_of_a_factory_has_the_strict_connections(server, authority):
    server.replies(interim(103) + task("A"), task("B"))
    with ScaleClient(
        KEY, api_instance_url=server.url, session=requests.Session, verify=authority.pem
    ) as client:
        assert [client.get_task(name).id for name in "AB"] == ["A", "B"]
        assert isinstance(client.session.get_adapter(server.url), PerTLSConfigAdapter)


def test_session_of_a_factory_keeps_the_adapters_that_the_factory_mounted():
    own = HTTPAdapter(pool_maxsize=3)

    def factory():
        session = requests.Session()
        session.mount("https://", own)
        return session

    client = ScaleClient(KEY, session=factory)
    assert client.session.get_adapter("https://x") is own
    assert isinstance(client.session.get_adapter("http://x"), PerTLSConfigAdapter)


def test_session_of_a_factory_follows_redirects_for_other_code(serve):
    server = serve("http")
    server.replies(http_response(b"", 302, location="/v1/there"), http_response({"a": 1}))
    with ScaleClient(KEY, api_instance_url=server.url, session=requests.Session) as client:
        client.session.trust_env = False
        assert client.session.get(f"{server.url}/here").json() == {"a": 1}


def test_session_of_a_factory_is_made_once_by_racing_threads():
    made, barrier = [], threading.Barrier(8)

    def factory():
        time.sleep(0.1)  # until the others wait for it
        made.append(requests.Session())
        return made[-1]

    client = ScaleClient(KEY, session=factory)

    def ask():
        barrier.wait()
        return client.session

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [client.session]


def test_mounted_adapter_of_requests_reports_what_was_not_sent(refused, connect, caplog):
    client = connect(refused)
    client.session.mount("http://", HTTPAdapter())
    with pytest.raises(scaleapi.ScaleConnectionError) as caught:
        client.create_task("chat")
    assert len(caught.value.attempts) == 4
    assert "nevertheless" not in str(caught.value) and "duplicate" not in caplog.text


def test_mounted_adapter_of_requests_chunk_of_negative_size_is_retried(serve, connect):
    server = serve("http")
    server.replies(chunked(b'{"a": ', end=b"-2\r\n1}"), http_response({"a": 1}))
    client = connect(server)
    client.session.mount("http://", HTTPAdapter())
    result = client.api.request("GET", "x")
    assert (statuses(result.attempts), result.json) == ([None, 200], {"a": 1})


class LenientAdapter(HTTPAdapter):
    """Makes responses itself, and as urllib3 1.26 does counts none of their bytes.

    Args:
        responses: Status, headers and body of each.
    """

    def __init__(self, *responses):
        super().__init__()
        self._responses = list(responses)

    def send(self, request, **settings):
        status, headers, body = self._responses.pop(0)
        raw = urllib3.HTTPResponse(
            io.BytesIO(body), headers, status, preload_content=False, enforce_content_length=False
        )
        raw.length_remaining = None
        return self.build_response(request, raw)


@pytest.mark.parametrize("status", [200, 500])
def test_mounted_adapter_that_counts_no_bytes_truncated_body_is_retried(status, refused, connect):
    lengths, whole = {"Content-Length": "8"}, (200, {"Content-Length": "8"}, b'{"a": 1}')
    client = connect(refused)
    client.session.mount("http://", LenientAdapter((status, lengths, b'{"a"'), whole))
    result = client.api.request("GET", "x")
    assert statuses(result.attempts) == [None if status == 200 else 500, 200]
    assert result.json == {"a": 1}


@pytest.mark.parametrize(
    "response",
    [
        (204, {"Content-Length": "8"}, b""),
        (200, {"Content-Length": "8", "Transfer-Encoding": "chunked"}, b""),
        (200, {"Content-Length": "none"}, b""),
    ],
)
def test_mounted_adapter_that_counts_no_bytes_body_without_length_is_whole(
    response, refused, connect
):
    client = connect(refused)
    client.session.mount("http://", LenientAdapter(response))
    result = client.api.request("GET", "x")
    assert (statuses(result.attempts), result.json) == ([response[0]], None)


def test_adapter_in_use_survives_many_other_values_of_verify(serve, connect):
    server = serve("http")
    server.replies(task("A"))
    client = connect(server)
    for number in range(MAX_TLS_CONFIGS + 4):
        client.get_task("A")
        other = client.with_options()
        other.api.verify = f"/no/such/{number}.pem"
        other.get_task("A")
    first = server.requests[0].connection
    own = [request.connection for request in server.requests[::2]]
    assert set(own) == {first}


def test_session_headers_stay_below_the_instance_address(serve, connect, tmp_path):
    own, store = serve("http"), serve("http")
    own.replies(http_response(b"own"))
    store.replies(http_response(b"elsewhere"))
    client = connect(own)
    client.session.headers["X-Gateway"] = "hush"
    client.download_response_url(f"{own.url}/a", tmp_path / "a")
    client.download_response_url(f"http://127.0.0.1:{store.port}/b", tmp_path / "b")
    assert own.requests[0].headers["X-Gateway"] == "hush"
    assert "X-Gateway" not in store.requests[0].headers


def test_subclass_that_overrides_request_gets_all_headers(serve, tmp_path):
    calls = []

    class Traced(requests.Session):
        def request(self, method, url, **kwargs):
            calls.append((method, dict(kwargs.get("headers") or {})))
            return super().request(method, url, **kwargs)

    server = serve("http")
    server.replies(http_response(b"file"))
    with ScaleClient(KEY, api_instance_url=server.url, session=Traced, retries=QUICK) as client:
        client.session.trust_env = False
        client.download_response_url(f"{server.url}/a", tmp_path / "a")
        client.api.request("GET", "x", headers={"X-Own": "1"})
    assert server.requests[0].headers["Accept-Encoding"] == "identity"
    assert server.requests[1].headers["X-Own"] == "1"
    assert calls[0][1]["Accept-Encoding"] == "identity" and len(calls) == 2


def test_file_of_v2_is_downloaded_with_the_key_as_v2_takes_it(serve, connect, tmp_path):
    server = serve("http")
    server.replies(http_response(b"file"))
    client = connect(server)
    root = server.url[: -len("/v1")]
    client.download_response_url(f"{root}/v2/files/a", tmp_path / "a")
    client.download_response_url(f"{root}/v1/files/a", tmp_path / "b")
    kinds = [request.headers["Authorization"].split()[0] for request in server.requests]
    assert kinds == ["Bearer", "Basic"]


def test_post_request_with_text_as_data_sends_it_as_it_is(serve, connect):
    server = serve("http")
    server.replies(http_response({}))
    connect(server).api.post_request("x", data="a=b&c")
    assert server.requests[0].body == b"a=b&c"
