"""TLS: verification of servers, and client certificates."""

import warnings

import pytest
from urllib3.exceptions import InsecureRequestWarning

from scaleapi import ScaleConnectionError
from tests.fixtures.servers import Server, http_response

CLOSE = {"connection": "close"}


@pytest.fixture
def server(serve):
    return serve("https")


# The second is urllib3 1.26's for a certificate of another name.
DISTRUST = r"certificate verify failed|hostname '.*' doesn't match 'other.example.org'"


def assert_distrusted(client, server):
    """One try, since the next would meet the same certificate, and no request."""
    with pytest.raises(ScaleConnectionError, match=DISTRUST) as caught:
        client.get_task("t")
    assert type(caught.value) is ScaleConnectionError
    assert len(caught.value.attempts) == 1 and server.requests == []
    assert "may nevertheless" not in str(caught.value)


@pytest.mark.smoke
@pytest.mark.parametrize("verify", [None, True])
def test_tls_unknown_authority_is_not_trusted(verify, server, connect):
    assert_distrusted(connect(server, verify=verify), server)


def test_tls_authority_other_than_verify_is_not_trusted(server, connect, other_authority):
    assert_distrusted(connect(server, verify=other_authority.pem), server)


@pytest.mark.smoke
def test_tls_certificate_for_another_name_is_not_trusted(authority, connect):
    server = Server(authority.context("other.example.org"))
    try:
        assert_distrusted(connect(server), server)
    finally:
        server.stop()


@pytest.mark.smoke
def test_tls_proxy_certificate_for_another_name_is_not_trusted(authority, serve, connect):
    proxy = Server(authority.context("other.example.org"))
    try:
        client = connect(serve("https"), proxies={"https": f"https://localhost:{proxy.port}"})
        assert_distrusted(client, proxy)
    finally:
        proxy.stop()


def test_tls_certificate_error_of_a_create_request_is_not_retried(server, connect):
    with pytest.raises(ScaleConnectionError, match="certificate verify failed") as caught:
        connect(server, verify=None).create_task("chat")
    assert len(caught.value.attempts) == 1 and "may nevertheless" not in str(caught.value)


def test_tls_verify_path_wins_over_the_environment(server, connect, monkeypatch, other_authority):
    assert connect(server).api.get_request("x") == {}
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, other_authority.pem)
    assert connect(server).api.get_request("x") == {}


def test_tls_verify_path_is_not_extended_by_the_environment(
    server, connect, monkeypatch, authority, other_authority
):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, authority.pem)
    assert_distrusted(connect(server, verify=other_authority.pem), server)


@pytest.mark.parametrize("verify", [None, True])
@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_tls_bundle_of_the_environment_is_the_default(
    name, verify, server, connect, monkeypatch, authority
):
    monkeypatch.setenv(name, authority.pem)
    assert connect(server, verify=verify).api.get_request("x") == {}


def test_tls_requests_ca_bundle_wins_over_curl_ca_bundle(
    server, connect, monkeypatch, authority, other_authority
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", other_authority.pem)
    monkeypatch.setenv("CURL_CA_BUNDLE", authority.pem)
    assert_distrusted(connect(server, verify=None), server)


@pytest.mark.parametrize("bundle", [None, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_tls_verify_false_trusts_any_certificate_and_warns(
    bundle, server, connect, monkeypatch, other_authority
):
    if bundle:
        monkeypatch.setenv(bundle, other_authority.pem)
    client = connect(server, verify=False)
    with pytest.warns(InsecureRequestWarning):
        assert client.api.get_request("x") == {}
    with pytest.warns(InsecureRequestWarning):
        assert client.with_options(timeout=19).api.get_request("x") == {}


@pytest.mark.smoke
def test_tls_unverified_connection_is_not_reused_for_verified_calls(server, connect):
    client = connect(server, verify=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureRequestWarning)
        client.api.get_request("x")
    client.api.verify = True
    with pytest.raises(ScaleConnectionError, match="certificate verify failed"):
        client.api.get_request("x")
    assert len(server.requests) == 1


BROKEN = {"absent": None, "empty": "", "no certificates": "-----BEGIN NONSENSE-----\n"}


@pytest.fixture(params=BROKEN)
def broken_bundle(request, tmp_path):
    path = tmp_path / "bundle.pem"
    if BROKEN[request.param] is not None:
        path.write_text(BROKEN[request.param])
    return str(path)


def test_tls_broken_bundle_of_the_environment_does_not_affect_http(
    broken_bundle, serve, connect, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", broken_bundle)
    assert connect(serve("http"), verify=None).api.get_request("x") == {}


@pytest.mark.parametrize("through", ["verify", "environment"])
def test_tls_broken_bundle_raises_after_one_attempt(
    through, broken_bundle, server, connect, monkeypatch
):
    if through == "environment":
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", broken_bundle)
    client = connect(server, verify=broken_bundle if through == "verify" else None)
    with pytest.raises(ScaleConnectionError) as caught:
        client.create_task("chat")
    assert len(caught.value.attempts) == 1 and server.requests == []
    assert "may nevertheless" not in str(caught.value)


def test_tls_missing_bundle_is_named(server, connect):
    with pytest.raises(ScaleConnectionError, match="/nowhere/ca.pem"):
        connect(server, verify="/nowhere/ca.pem").get_task("t")


def test_tls_client_certificate_is_sent_on_every_connection(serve, connect, authority):
    mutual = serve("mutual")
    for cert in (authority.client_pem, authority.client_pair):
        mutual.replies(
            http_response({}, 503, **CLOSE),
            http_response({}, 302, location="/v1/elsewhere", **CLOSE),
            http_response({"a": 1}, **CLOSE),
        )
        assert connect(mutual, cert=cert).api.get_request("x") == {"a": 1}
    assert mutual.lines == ["GET /x", "GET /x", "GET /elsewhere"] * 2
    assert mutual.accepted == 6
    for request in mutual.requests:
        assert "somebody@example.org" in str(request.certificate)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_tls_client_certificate_is_sent_with_every_method(method, serve, connect, authority):
    mutual = serve("mutual")
    connect(mutual, cert=authority.client_pem).api.request(method, "x", body={})
    assert "somebody@example.org" in str(mutual.requests[0].certificate)


@pytest.mark.parametrize("theirs", [False, True])
def test_tls_client_without_valid_certificate_is_rejected(theirs, serve, connect, other_authority):
    mutual = serve("mutual")
    client = connect(mutual, cert=other_authority.client_pem if theirs else None)
    with pytest.raises(ScaleConnectionError) as caught:
        client.get_task("t")
    assert type(caught.value) is ScaleConnectionError and mutual.requests == []


def test_tls_missing_client_certificate_is_named_after_one_attempt(server, connect):
    with pytest.raises(ScaleConnectionError, match="/nowhere/client.pem") as caught:
        connect(server, cert="/nowhere/client.pem").create_task("chat")
    assert len(caught.value.attempts) == 1 and "may nevertheless" not in str(caught.value)


def test_tls_server_contacted_by_http_raises_a_connection_error(server, connect):
    with pytest.raises(ScaleConnectionError):
        connect(server.url.replace("https:", "http:")).get_task("t")
    assert server.requests == []
