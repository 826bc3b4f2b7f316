"""Rare paths of the transport: odd headers, odd doubles, odd callbacks, many hosts."""

import logging
import ssl
from unittest import mock

import pytest
import requests
from requests.structures import CaseInsensitiveDict

import scaleapi
from scaleapi import RetryPolicy, ScaleClient, ScaleException, ScaleInvalidArgument
from scaleapi._http import urllib3_hooks
from scaleapi._http.transport import _accepted, _origin
from scaleapi.sandbox import Sandbox
from tests.fixtures.replies import sent_json
from tests.fixtures.servers import http_response

TASK = {"task_id": "t"}


def test_response_of_http_2_is_rejected(server, connect):
    server.replies(http_response(TASK).replace(b"HTTP/1.1", b"HTTP/2.0"))
    with pytest.raises(ScaleException) as caught:
        connect(server, retries=0).get_task("t")
    assert caught.value.code is None


def test_response_of_http_1_0_ends_with_its_connection(server, connect):
    head = b"HTTP/1.0 200 OK\r\nContent-Length: 15\r\n\r\n"
    server.replies(head + b'{"task_id":"t"}')
    client = connect(server)
    assert client.get_task("t").id == client.get_task("t").id == "t"
    assert server.accepted == 2


def test_response_header_folded_over_two_lines_is_read(server, connect):
    raw = http_response({"error": "no"}, 404).replace(
        b"\r\n\r\n", b"\r\nX-Request-Id: first\r\n  second\r\n\r\n", 1
    )
    server.replies(raw)
    with pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        connect(server).get_task("t")
    assert caught.value.headers["X-Request-Id"] == "first second"


@pytest.mark.parametrize("line", [b"no colon", b": no name", b" \t"])
def test_response_header_that_is_none_is_rejected(line, server, connect):
    server.replies(http_response(TASK).replace(b"\r\n", b"\r\n" + line + b"\r\n", 1))
    with pytest.raises(ScaleException) as caught:
        connect(server, retries=0).get_task("t")
    assert caught.value.code is None


@pytest.mark.parametrize("coding", ["gzip", "gzip, chunked", "identity"])
def test_response_of_unknown_transfer_encoding_is_rejected(coding, server, connect):
    server.replies(http_response(TASK, transfer_encoding=coding))
    with pytest.raises(ScaleException, match="unknown Transfer-Encoding"):
        connect(server, retries=0).get_task("t")


def test_connections_of_many_hosts_are_not_kept_for_ever(serve, connect, tmp_path):
    servers = [serve("http") for _ in range(urllib3_hooks.MAX_POOLS + 2)]
    client = connect(servers[0])
    for server in servers:
        server.replies(http_response(b"content"))
    for _ in range(2):
        for number, server in enumerate(servers):
            path = client.download_response_url(f"{server.url}/{number}", tmp_path / "file")
            assert path.read_bytes() == b"content"
    adapter = client.session.get_adapter(servers[0].url)
    pools = [*pools_of(adapter)]
    assert 0 < len(pools) <= urllib3_hooks.MAX_POOLS


def pools_of(adapter):
    """The pools by origin of the adapters that are below the mounted one."""
    for below in vars(adapter).get("_adapters", {}).values():
        yield from vars(below).get("_pools", {})


@pytest.mark.filterwarnings("ignore:.*get_connection:DeprecationWarning")
def test_connections_by_the_method_of_older_requests_come_from_one_pool_per_origin(
    server, connect, monkeypatch
):
    def older(adapter, request, verify, proxies=None, cert=None):  # before requests 2.32
        return adapter.get_connection(request.url, proxies)

    monkeypatch.setattr(urllib3_hooks.PooledAdapter, "get_connection_with_tls_context", older)
    server.replies(http_response(TASK))
    client = connect(server)
    assert client.get_task("t").id == client.get_task("u").id == "t"
    assert len([*pools_of(client.session.get_adapter(server.url))]) == server.accepted == 1


def test_connection_whose_tls_state_is_unknown_is_not_used_again(serve, connect, monkeypatch):
    server = serve("https")
    server.replies(http_response(TASK))
    client = connect(server)
    client.get_task("t")

    def pending(sock):
        raise ssl.SSLError("unknown")

    monkeypatch.setattr(ssl.SSLSocket, "pending", pending)
    assert len(client.api.request("GET", "task/t").attempts) == 1
    assert server.accepted == 2


def test_response_whose_file_is_closed_first_can_be_closed(server, connect):
    """The garbage collector closes the parts of an unread response in any order."""
    server.replies(http_response(TASK))
    client = connect(server)
    response = client.session.get(server.url, stream=True, verify=client.api.verify)
    response.raw._fp.fp.close()
    with pytest.raises(ValueError, match="closed file"):  # as http.client does
        response.raw._fp.close()
    response.close()
    assert client.get_task("t").id == "t"


def test_on_attempt_that_raises_loses_no_result(server, connect, caplog):
    def broken(attempt):
        raise RuntimeError("the metrics are down")

    server.replies(http_response(TASK))
    client = connect(server).with_options(on_attempt=broken)
    with caplog.at_level(logging.WARNING, "scaleapi"):
        assert client.get_task("t").id == "t"
    assert "on_attempt raised" in caplog.text and "the metrics are down" in caplog.text


def test_session_function_that_makes_no_session_raises():
    client = ScaleClient("test_key", api_instance_url="http://127.0.0.1:9/v1", session=dict)
    with pytest.raises(ScaleInvalidArgument, match="it made {}"):
        client.get_task("t")


def test_request_patch_has_the_body_and_the_result(server, connect):
    server.replies(http_response({"a": 2}))
    assert connect(server).request("PATCH", ["projects", "p"], body={"a": 1}) == {"a": 2}
    assert server.lines == ["PATCH /projects/p"] and sent_json(server.requests[0]) == {"a": 1}


class OwnHeaders(CaseInsensitiveDict):
    """Headers as some session classes have them."""


@pytest.mark.parametrize("kind", [dict, OwnHeaders])
def test_session_headers_of_another_class_are_sent(kind, server, connect):
    server.replies(http_response(TASK))
    client = connect(server)
    client.session.headers = kind({"X-Gateway": "open"})
    client.get_task("t")
    assert server.requests[0].headers["X-Gateway"] == "open"
    assert server.requests[0].headers["User-Agent"].startswith("scaleapi/")


def test_api_timeout_can_be_set_and_is_validated():
    api = ScaleClient("test_key").api
    api.timeout = (1, 2)
    assert api.timeout == (1, 2)
    with pytest.raises(ScaleInvalidArgument, match="timeout must be"):
        api.timeout = 0
    assert api.timeout == (1, 2)


@pytest.mark.parametrize("body", [{"text": '{"task_id": "t"}'}, {"content": b'{"task_id": "t"}'}])
def test_response_of_a_double_with_only_its_body_is_read(body):
    Reply = type("Reply", (), {"status_code": 200, **body})  # noqa: N806

    client = ScaleClient("test_key", api_instance_url="http://127.0.0.1:9/v1")
    with mock.patch("requests.Session.send", return_value=Reply()):
        assert client.get_task("t").id == "t"


def test_double_of_get_request_serves_the_lookup_of_a_recovery():
    with Sandbox() as sandbox:
        client = sandbox.client(retries=RetryPolicy(backoff_factor=0.01))
        with client:
            sandbox.fail_next("POST", "/task/*", status=500)
            sandbox.fail_next("POST", "/task/*", status=409, body="{}")
            own = {"task_id": "own", "type": "chat", "unique_id": "u"}
            with mock.patch.object(
                scaleapi.Api, "get_request", return_value={"docs": [own]}
            ) as get_request:
                assert client.create_task("chat", unique_id="u").id == "own"
            assert get_request.call_args.args == ("tasks",)


def test_mock_of_get_request_passes_for_lists_and_pages():
    client = ScaleClient("test_key")
    with mock.patch("scaleapi.api.Api.get_request") as get_request:
        assert client.get_projects() == [*get_request.return_value]
        assert list(client.tasks()) == []


@pytest.mark.parametrize("url", ["http://host:port/v1", "http://host:99999/v1"])
def test_origin_of_an_address_with_an_invalid_port_is_the_address(url):
    assert _origin(url) == url


def test_keywords_of_a_function_without_signature_are_passed_on():
    assert _accepted(min, {"key": 1, "default": 2}) == {"key": 1, "default": 2}
    assert _accepted(lambda a, b: 0, {"a": 1, "c": 2}) == {"a": 1}
    assert _accepted(requests.get, {"anything": 1}) == {"anything": 1}
