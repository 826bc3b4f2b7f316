"""The key and proxy passwords are in nothing that a failure leaves behind."""

import base64
import http.client
import logging
import pickle

import pytest

from scaleapi import ScaleException
from tests.fixtures.network import KEY
from tests.fixtures.secrets import places
from tests.fixtures.servers import cut, drop, http_response, reset, silence

PASSWORD = "pr0xy-s3cret"
SECRETS = [
    KEY,
    base64.b64encode(f"{KEY}:".encode()).decode().rstrip("="),
    PASSWORD,
    base64.b64encode(f"pat:{PASSWORD}".encode()).decode().rstrip("="),
]


def leaks(found):
    return sorted({place for place, text in found if any(secret in text for secret in SECRETS)})


ANSWERS = {
    "a refusal": http_response({"error": "no"}, 401),
    "a conflict": http_response({"error": "taken"}, 409),
    "a failure": http_response(b"<html>oh</html>", 500),
    "a redirect": http_response({}, 302, location="http://127.0.0.2:1/"),
    "a long wait asked for": http_response({}, 429, retry_after=1000),
    "no JSON": http_response(b"<html>fine</html>"),
    "no object": http_response([]),
    "a drop": drop,
    "a reset": reset,
    "no HTTP": cut(b"what?\r\n\r\n"),
    "half a response": cut(http_response({"a": "long enough"})[:-5]),
    "half a chunk": cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"),
    "no gzip": http_response(b"no gzip", content_encoding="gzip"),
}


@pytest.fixture
def fail(connect, caplog, capfd, monkeypatch):
    """Runs calls that fail, and gives where they left a secret."""
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)

    def run(server, **options):
        found = []
        caplog.set_level(logging.DEBUG)
        client = connect(server, **options)
        calls = {
            "GET": lambda: client.get_task("t"),
            "POST": lambda: client.create_task("chat", unique_id="u"),
            "PUT": lambda: client.add_task_tags("t", ["a"]),
        }
        for method, call in calls.items():
            with pytest.raises(ScaleException) as caught:
                call()
            found += [(f"{method}: {place}", text) for place, text in places(caught.value)]
        assert "scaleapi" in {record.name for record in caplog.records}
        printed = capfd.readouterr()
        found += [("log", caplog.text), ("output", printed.out), ("errors", printed.err)]
        return leaks([*found, ("client", repr(client) + repr(client.api))])

    return run


@pytest.mark.parametrize("what", ANSWERS)
def test_secrets_after_an_error_response_are_in_no_trace(what, server, fail):
    server.replies(ANSWERS[what])
    assert fail(server) == []


def test_secrets_after_a_timeout_are_in_no_trace(server, fail):
    server.replies(silence)
    assert fail(server, timeout=(20, 0.01)) == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_secrets_after_a_refused_connection_are_in_no_trace(scheme, refused, fail):
    assert fail(refused.replace("http:", f"{scheme}:")) == []


@pytest.mark.parametrize("fault", [drop, reset, cut(b"what?\r\n\r\n")])
def test_secrets_after_a_failed_tls_handshake_are_in_no_trace(fault, serve, fail):
    assert fail(serve("https", welcome=fault)) == []


def test_secrets_after_an_untrusted_certificate_are_in_no_trace(serve, fail):
    assert fail(serve("https"), verify=None) == []


def test_secrets_after_a_missing_client_certificate_are_in_no_trace(serve, fail):
    assert fail(serve("mutual")) == []


@pytest.mark.parametrize("name", ["verify", "cert"])
def test_secrets_after_a_missing_file_are_in_no_trace(name, serve, fail):
    assert fail(serve("https"), **{name: "/nowhere/file.pem"}) == []


@pytest.mark.parametrize("what", ["a refusal", "a failure", "a drop", "half a response", "no gzip"])
def test_secrets_behind_a_proxy_with_password_are_in_no_trace(what, serve, proxy, fail):
    server = serve("https")
    server.replies(ANSWERS[what])
    assert fail(server, proxies={"https": proxy.url_with(f"pat:{PASSWORD}")}) == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("status", [407, 502])
def test_secrets_after_a_rejection_by_the_proxy_are_in_no_trace(status, scheme, serve, proxy, fail):
    proxy.refusal = status
    assert fail(serve(scheme), proxies={scheme: proxy.url_with(f"pat:{PASSWORD}")}) == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_secrets_with_the_proxy_down_are_in_no_trace(scheme, refused, serve, fail):
    proxy = refused.replace("/v1", "").replace("//", f"//pat:{PASSWORD}@")
    assert fail(serve(scheme), proxies={scheme: proxy}) == []


def test_secrets_after_a_success_are_in_no_trace(server, connect, caplog, capfd, monkeypatch):
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    with caplog.at_level(logging.DEBUG):
        got = connect(server).api.request("GET", "x")
    printed = capfd.readouterr()
    response = f"{vars(got.response)}{vars(got.response.request)}"
    kept = pickle.dumps(got.response).decode("latin-1")
    everything = {"log": caplog.text, "out": printed.out, "err": printed.err, "kept": kept}
    assert leaks([*everything.items(), ("response", response)]) == []


def test_secrets_search_finds_what_is_there():
    """Were it blind, all of the above would pass."""

    def fails(headers):
        raise ScaleException("no")

    with pytest.raises(ScaleException) as caught:
        fails({"Authorization": f"Basic {SECRETS[1]}=="})
    error = caught.value
    assert leaks(places(error)) == []
    error.__cause__ = OSError(f"no such proxy: http://pat:{PASSWORD}@127.0.0.1")
    assert leaks(places(error)) == [
        "OSError: args",
        "OSError: repr",
        "OSError: str",
        "traceback",
    ]
    error.headers = {"echo": KEY}
    assert {"pickle", "ScaleException: vars"} < set(leaks(places(error)))
