"""Proxies: which one is used, what it receives, and how its failures are reported."""

import base64
import logging
import pickle

import pytest

from scaleapi import ScaleClient, ScaleConnectionError, ScaleException, ScaleResourceNotFound
from scaleapi._http.urllib3_hooks import MAX_POOLS
from tests.fixtures.network import KEY, FakeClock
from tests.fixtures.servers import SocksProxy, http_response

SCHEMES = ["http", "https"]
BASIC = base64.b64encode(f"{KEY}:".encode()).decode()
CREDENTIALS = base64.b64encode(b"pat:pr0xy-s3cret").decode()


def went_through(proxy, server):
    """Whether every connection to the server came by this proxy, and there was one."""
    method, target = ("GET", server.url) if server.scheme == "http" else ("CONNECT", "127.0.0.1:")
    passed = [request for request in proxy.requests if request.method == method]
    assert all(request.target.startswith(target) for request in passed)
    return len(passed) == server.accepted > 0


def test_proxy_explicit_carries_every_request(server, proxy, connect):
    server.replies(
        *[
            http_response({}, 503),
            http_response({}, 302, location="/v1/there"),
            http_response([], connection="close"),
        ],
        http_response({"task_id": "t"}),
    )
    client = connect(server, proxies={server.scheme: proxy.url})
    assert client.list_teammates() == []
    client.set_task_tags("t", ["a"])
    assert server.lines == ["GET /teams", "GET /teams", "GET /there", "POST /task/t/tags"]
    if server.scheme == "http":
        assert [f"{r.method} {r.target}" for r in proxy.requests] == [
            line.replace(" ", f" {server.url}") for line in server.lines
        ]
    else:
        assert [request.target for request in proxy.requests] == [f"127.0.0.1:{server.port}"] * 2
        assert server.accepted == 2


def test_proxy_tunnels_are_kept_alive(serve, proxy, connect):
    server = serve("https")
    client = connect(server, proxies={"https": proxy.url})
    for _ in range(5):
        client.api.get_request("x")
    assert server.accepted == len(proxy.requests) == 1


def test_proxy_set_to_none_for_a_scheme_is_none(server, connect):
    server.replies(http_response({"error": "none"}, 404))
    client = connect(server, proxies={"http": None, "https": None})
    with pytest.raises(ScaleResourceNotFound, match="none"):
        client.get_task("t")
    assert server.accepted == 1


def test_proxies_changed_often_leave_few_connections(serve, proxy, connect):
    server = serve("https")
    client = connect(server)
    for number in range(3 * MAX_POOLS):
        client.api.proxies = {"https": proxy.url_with(f"user{number}:password")}
        client.api.get_request("x")
    assert server.accepted == len(proxy.requests) == 3 * MAX_POOLS
    assert server.most_open <= MAX_POOLS + 1


def test_tunnel_lost_between_two_gets_costs_no_attempt(serve, proxy, connect):
    server = serve("https")
    api = connect(server, proxies={"https": proxy.url}).api
    for _ in range(3):
        assert [attempt.status for attempt in api.request("GET", "x").attempts] == [200]
        server.hang_up()
    assert server.accepted == 3


def test_proxy_tunnel_never_shows_the_key(serve, proxy, connect):
    server = serve("https")
    connect(server, proxies={"https": proxy.url}).api.post_request("x", {"a": "secret body"})
    assert server.requests[0].headers["Authorization"] == f"Basic {BASIC}"
    assert [request.method for request in proxy.requests] == ["CONNECT"]
    assert len(proxy.tunneled) > 100
    for secret in (KEY, BASIC, "Authorization", "secret body"):
        assert secret not in proxy.saw


@pytest.mark.parametrize("lower", [False, True])
def test_proxy_of_the_environment_is_the_default(lower, server, proxy, connect, monkeypatch):
    name = f"{server.scheme}_proxy"
    monkeypatch.setenv(name if lower else name.upper(), proxy.url)
    connect(server).api.get_request("x")
    assert went_through(proxy, server)


def test_proxy_all_proxy_applies_to_both_schemes(server, proxy, connect, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    connect(server).api.get_request("x")
    assert went_through(proxy, server)


@pytest.mark.parametrize("key", ["{scheme}", "all", "{scheme}://127.0.0.1", "all://127.0.0.1"])
def test_proxy_explicit_wins_over_the_environment(key, server, start_proxy, connect, monkeypatch):
    own, ambient = start_proxy(), start_proxy()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, ambient.url)
    connect(server, proxies={key.format(scheme=server.scheme): own.url}).api.get_request("x")
    assert went_through(own, server) and ambient.accepted == 0


def test_proxy_for_another_scheme_leaves_that_of_the_environment(
    server, start_proxy, connect, monkeypatch
):
    own, ambient = start_proxy(), start_proxy()
    monkeypatch.setenv(f"{server.scheme.upper()}_PROXY", ambient.url)
    (other,) = set(SCHEMES) - {server.scheme}
    connect(server, proxies={other: own.url}).api.get_request("x")
    assert went_through(ambient, server) and own.accepted == 0


@pytest.mark.parametrize("nothing", [None, ""])
def test_proxy_none_for_a_scheme_disables_that_of_the_environment(
    nothing, server, proxy, connect, monkeypatch
):
    monkeypatch.setenv(f"{server.scheme.upper()}_PROXY", proxy.url)
    connect(server, proxies={server.scheme: nothing}).api.get_request("x")
    assert proxy.accepted == 0


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "*", "10.0.0.1,127.0.0.0/8"])
def test_no_proxy_bypasses_the_environments_proxy(no_proxy, server, proxy, connect, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    connect(server).api.get_request("x")
    assert proxy.accepted == 0


def test_no_proxy_for_other_hosts_has_no_effect(server, proxy, connect, monkeypatch):
    monkeypatch.setenv(f"{server.scheme.upper()}_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "localhost,10.0.0.0/8,27.0.0.1")
    connect(server).api.get_request("x")
    assert went_through(proxy, server)


def test_proxy_credentials_of_its_url_reach_the_proxy_alone(server, proxy, connect):
    proxies = {server.scheme: proxy.url_with("pat:pr0xy-s3cret")}
    connect(server, proxies=proxies).api.get_request("x")
    assert proxy.requests[0].headers["Proxy-Authorization"] == f"Basic {CREDENTIALS}"
    assert "Proxy-Authorization" not in server.requests[0].headers
    assert server.requests[0].headers["Authorization"] == f"Basic {BASIC}"


@pytest.mark.parametrize("status", [403, 407, 502])
def test_proxy_tunnel_rejected_is_a_connection_error(status, serve, proxy, connect, caplog):
    server = serve("https")
    proxy.refusal = status
    proxies = {"https": proxy.url_with("pat:pr0xy-s3cret")}
    client = connect(server, proxies=proxies)
    with caplog.at_level(logging.DEBUG), pytest.raises(ScaleConnectionError) as caught:
        client.create_task("chat")
    error = caught.value
    assert type(error) is ScaleConnectionError and str(status) in str(error)
    assert len(error.attempts) == 4 and server.accepted == 0
    assert "may nevertheless" not in str(error) and "duplicate" not in caplog.text
    for secret in ("pr0xy-s3cret", CREDENTIALS, KEY, BASIC):
        assert secret not in f"{error!r}{error}{vars(error)}{caplog.text}"
        assert secret.encode() not in pickle.dumps(error)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_proxy_that_is_down_is_a_connection_error(scheme, serve, refused, connect, caplog):
    server = serve(scheme)
    client = connect(server, proxies={scheme: refused.replace("/v1", "")})
    with pytest.raises(ScaleConnectionError, match="refused") as caught:
        client.create_task("chat")
    assert len(caught.value.attempts) == 4 and server.accepted == 0
    assert "may nevertheless" not in str(caught.value) and "duplicate" not in caplog.text


def test_proxy_restarted_is_used_again(serve, proxy, connect):
    proxy.refusal = 502
    clock = FakeClock(lambda seconds: setattr(proxy, "refusal", None))
    api = connect(serve("https"), proxies={"https": proxy.url}, clock=clock).api
    assert [attempt.status for attempt in api.request("POST", "x").attempts] == [None, 200]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_netrc_never_replaces_the_key(host, server, connect, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    machines = [f"machine {name} login someone password else\n" for name in ("127.0.0.1", host)]
    netrc.write_text("".join([*machines, "default login any password body\n"]))
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(netrc.read_text())
    server.replies(
        http_response({}, 503), http_response({}, 302, location="/v1/there"), http_response({})
    )
    api = connect(server.url_at(host)).api
    for method in ("GET", "POST", "PUT", "DELETE"):
        api.request(method, "x")
    assert len(server.requests) == 6
    assert {request.headers["Authorization"] for request in server.requests} == {f"Basic {BASIC}"}


def test_proxy_socks_carries_connections(server, connect, start_proxy):
    proxy = start_proxy(SocksProxy)
    api = connect(server, proxies={server.scheme: proxy.url}).api
    for _ in range(3):
        assert api.get_request("x") == {}
    assert proxy.accepted == server.accepted == 1
    assert proxy.tunneled.startswith(b"GET /v1/x " if server.scheme == "http" else b"\x16\x03")


def test_proxy_password_of_the_environment_that_is_echoed_is_masked(
    serve, proxy, connect, monkeypatch
):
    monkeypatch.setenv("HTTP_PROXY", proxy.url_with("user:hunter2secret"))
    server = serve("http")
    echo = base64.b64encode(b"user:hunter2secret").decode()
    server.replies(http_response({"error": f"no {echo}, hunter2secret"}, 403))
    with pytest.raises(ScaleException) as caught:
        connect(server).get_task("t")
    assert proxy.requests and caught.value.code == 403
    assert "hunter2secret" not in str(caught.value) and echo not in caught.value.body


def test_proxy_password_with_a_slash_is_masked_in_address_errors():
    with pytest.raises(ScaleException) as caught:
        ScaleClient("test_key", api_instance_url="http://user:pa/hunter2@host/v1")
    assert "hunter2" not in str(caught.value) and "pa/" not in str(caught.value)
