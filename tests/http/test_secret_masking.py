"""Passwords in addresses, and a key that a response echoes, are masked wherever they would show."""

import base64
import gzip
import logging
import os
import pickle

import pytest

import scaleapi
from scaleapi import ScaleClient, ScaleException
from tests.fixtures.network import KEY, QUICK
from tests.fixtures.replies import TOKEN, chunked, file_names, statuses, task
from tests.fixtures.secrets import places
from tests.fixtures.servers import cut, drop, http_response

PASSWORD = "hunter2secret"
USER_TOKEN = base64.b64encode(f"user:{PASSWORD}".encode()).decode().rstrip("=")
SECRETS = (KEY, TOKEN, PASSWORD, USER_TOKEN)
BASIC = base64.b64encode(f"{KEY}:".encode()).decode()


def more_places(error):
    """What is looked at beside `places`: that which has to be asked for."""
    yield from places(error)
    if isinstance(error, ScaleException):
        yield "str", str(error)
        yield "message", error.message
        yield "body", str(error.body)
        yield "url", str(error.url)
        yield "headers", repr(dict(error.headers)) + str(error.headers)
        yield "attempts", repr(error.attempts)
        again = pickle.loads(pickle.dumps(error))
        yield "unpickled", f"{again} {vars(again)} {again.body} {dict(again.headers)}"
        for each in (error, again):
            response = each.response
            if response is not None:
                yield "response.content", response.content.decode("latin-1")
                yield "response.text", response.text
                yield "response.headers", repr(dict(response.headers))
                yield "response.reason", str(response.reason)
                yield "response.url", str(response.url)
                yield "response.request", repr(vars(response.request))
                yield "response.history", repr(response.history)
                yield "response.raw", repr(dict(getattr(response.raw, "headers", None) or {}))


def leaks(found, secrets=SECRETS):
    """Places that show a secret; of local variables only those that show the key."""
    shown = set()
    for place, text in found:
        is_local = place.count(": ") == 2  # where a password is what the caller passed
        for secret in (KEY, TOKEN) if is_local else secrets:
            if secret in text:
                shown.add(place)
    return sorted(shown)


@pytest.fixture
def leaked(caplog, capfd):
    """Where the failure of a call leaves a secret: `leaked(client, call)`."""
    caplog.set_level(logging.DEBUG)

    def look(client, call, secrets=SECRETS, expected=ScaleException):
        with pytest.raises(expected) as caught:
            call(client)
        found = [*more_places(caught.value)]
        found += [("repr of client", repr(client)), ("repr of api", repr(client.api))]
        found += [("str of client", str(client)), ("str of api", str(client.api))]
        printed = capfd.readouterr()
        found += [("log", caplog.text), ("output", printed.out + printed.err)]
        records = [repr(vars(record)) for record in caplog.records]
        found += [("log records", "".join(records))]
        look.error = caught.value
        return leaks(found, secrets)

    return look


CALLS = {
    "GET": lambda c: c.get_task("t"),
    "POST": lambda c: c.create_task("chat", unique_id="u"),
    "PUT": lambda c: c.add_task_tags("t", ["a"]),
    "DELETE": lambda c: c.delete_task_tags("t", ["a"]),
}


def page(text):
    return f"<html><h1>Denied</h1><p>{text}</p></html>".encode()


HTML = {"content_type": "text/html"}
ECHOES = {
    "key in JSON": http_response(
        {"status_code": 401, "error": f"no such key: {KEY}, said Denied"}, 401
    ),
    "token in JSON": http_response({"error": f"Denied: Authorization: Basic {BASIC}"}, 401),
    "key beside the error": http_response({"error": "Denied", "given": {"user": KEY}}, 403),
    "key in an object": http_response({"error": {"Denied": [KEY, BASIC]}}, 400),
    "key in HTML": http_response(page(KEY), 403, **HTML),
    "token in HTML": http_response(page(f"Basic {BASIC}"), 502, **HTML),
    "token without padding": http_response(page(f"Denied {TOKEN}."), 403, **HTML),
    "bearer in text": http_response(
        f"Denied: Bearer {KEY}".encode(), 404, content_type="text/plain"
    ),
    "key as user of an address": http_response(page(f"http://{KEY}:@host/v1 Denied"), 404, **HTML),
    "key twice": http_response(page(f"{KEY}{KEY} and {KEY} Denied"), 500, **HTML),
    "compressed": http_response(gzip.compress(page(KEY)), 403, content_encoding="gzip", **HTML),
    "in chunks": chunked(page(KEY)[:40], page(KEY)[40:], status=403),
    "in UTF-16": http_response(
        page(KEY).decode().encode("utf-16"), 403, content_type="text/html; charset=utf-16"
    ),
    "in the reason": http_response(b"", 401, f"Denied {KEY}"),
    "token in the reason": http_response(b"", 401, f"Denied {BASIC}"),
    "key in a header": http_response({"error": "Denied"}, 401, x_key=KEY),
    "token in a header": http_response(
        {"error": "Denied"}, 401, x_echo=f"authorization=Basic {BASIC}"
    ),
    "in a challenge": http_response(
        {"error": "Denied"}, 401, www_authenticate=f'Basic realm="{KEY}"'
    ),
    "in a cookie": http_response({"error": "Denied"}, 401, set_cookie=f"seen={KEY}; path=/"),
    "in the type": http_response(b"Denied", 401, content_type=f"text/plain; a={KEY}"),
    "in a redirect": http_response(b"Denied", 302, location=f"http://127.0.0.2:1/?key={KEY}"),
    "in a long delay": http_response({"error": "Denied"}, 429, retry_after=1000, x_key=KEY),
    "in a 503 that is retried": http_response({"error": f"Denied {KEY}"}, 503, x_key=BASIC),
    "in a conflict": http_response({"error": f"Denied {KEY}"}, 409),
    "in a success that is no JSON": http_response(page(f"Denied {KEY} {BASIC}"), **HTML),
    "in a success of the wrong type": http_response(f'"Denied {KEY}"'.encode()),
    "in a success that lacks the id": http_response({"Denied": KEY}),
    "in what is no HTTP": cut(f"Denied {KEY} {BASIC}\r\n\r\n".encode()),
    "in a chunk size": cut(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + KEY.encode() + b"\r\n"
    ),
    "in a length": cut(f"HTTP/1.1 200 OK\r\nContent-Length: {KEY}\r\n\r\n".encode()),
    "in an encoding": http_response(b"{}", content_encoding=KEY),
}


@pytest.mark.parametrize("call", ["GET", "POST"])
@pytest.mark.parametrize("echo", ECHOES)
def test_error_with_an_echo_of_the_key_has_it_masked(echo, call, serve, connect, leaked):
    server = serve("http")
    server.replies(ECHOES[echo])
    assert leaked(connect(server), CALLS[call]) == []
    assert server.requests[0].headers["Authorization"] == f"Basic {BASIC}"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("echo", ["key in JSON", "token in HTML", "key in a header"])
def test_error_with_an_echo_over_tls_has_it_masked(echo, call, serve, connect, leaked):
    server = serve("https")
    server.replies(ECHOES[echo])
    assert leaked(connect(server), CALLS[call]) == []


READABLE = [
    "key in JSON",
    "token in JSON",
    "key in HTML",
    "token in HTML",
    "bearer in text",
    "key twice",
    "compressed",
    "in chunks",
    "in UTF-16",
    "in the reason",
    "in a success that is no JSON",
]


@pytest.mark.parametrize("echo", READABLE)
def test_error_with_a_masked_echo_keeps_the_rest_of_its_text(echo, server, connect, leaked):
    server.replies(ECHOES[echo])
    assert leaked(connect(server), CALLS["GET"]) == []
    error = leaked.error
    assert "Denied" in f"{error.message} {error.body}"
    if error.body:
        assert "Denied" in error.body and "Denied" in error.response.text
        assert error.body.strip() not in ("Denied", "")


def test_error_of_v2_with_an_echo_has_it_masked(server, connect, leaked):
    server.replies(http_response({"error": f"Denied: Bearer {KEY}"}, 401, x_key=f"Bearer {KEY}"))
    assert leaked(connect(server), lambda c: c.v2.get_task("t")) == []
    error = leaked.error
    seen = [str(error), repr(error), repr(vars(error))]
    seen += [str(getattr(error, name, "")) for name in ("body", "reason", "headers", "data")]
    assert not [text for text in seen if KEY in text]


@pytest.mark.parametrize("source", ["callable", "changed"])
def test_error_with_an_echo_of_a_key_from_elsewhere_has_it_masked(source, serve, leaked):
    """The key may come from a callable, or have been set since the client was made."""
    server = serve("http")
    server.replies(http_response({"error": f"Denied {KEY}"}, 401, x_key=BASIC))
    key = "test_key_before" if source == "changed" else lambda: KEY
    with ScaleClient(key, api_instance_url=server.url, retries=QUICK) as client:
        if source == "changed":
            client.api.api_key = KEY
        assert leaked(client, CALLS["GET"]) == []
    assert [r.headers["Authorization"] for r in server.requests] == [f"Basic {BASIC}"]


def test_download_error_with_an_echo_has_it_masked(server, connect, leaked, tmp_path):
    server.replies(http_response(page(f"Denied {KEY} {BASIC}"), 403, x_key=KEY, **HTML))
    client = connect(server)
    for call in (
        lambda c: c.download_response_url(f"{server.url}/a", tmp_path / "a"),
        lambda c: c.get_task_response_file("t", "u"),
    ):
        assert leaked(client, call) == []
    assert file_names(tmp_path) == []


def test_bulk_outcome_with_an_echo_has_it_masked(server, connect):
    server.replies(http_response({"error": f"Denied {KEY}"}, 400, x_key=BASIC))
    (outcome,) = connect(server).create_tasks("chat", [{"unique_id": "u"}])
    assert leaks(more_places(outcome.error)) == []
    assert leaks([("outcome", repr(outcome))]) == []


def test_result_with_the_key_in_its_data_is_returned_as_it_came(server, connect):
    """Masked is what reports failures; data are the caller's own."""
    server.replies(task("t", metadata={"note": KEY}))
    assert connect(server).get_task("t").metadata == {"note": KEY}


# An instance address with a password.


def with_password(server, password=PASSWORD):
    return server.url.replace("//", f"//user:{password}@")


def test_instance_address_with_password_is_used_with_the_key(server, connect, caplog):
    server.decides(lambda request: task("t"))
    caplog.set_level(logging.DEBUG)
    client = connect(with_password(server))
    assert client.get_task("t").id == "t"
    assert [request.headers["Authorization"] for request in server.requests] == [f"Basic {BASIC}"]
    assert PASSWORD not in caplog.text
    assert PASSWORD not in f"{client!r}{client}{client.api!r}{client.api}"


BAD_RESPONSES = {
    "401": http_response({"error": "no"}, 401),
    "500": http_response(b"<html>oh</html>", 500),
    "redirect": http_response(b"", 302, location="http://127.0.0.2:1/"),
    "redirect within": http_response(b"", 302, location="/v1/task/t"),
    "long delay": http_response({}, 429, retry_after=1000),
    "drop": drop,
    "no JSON": http_response(b"<html>fine</html>"),
    "no gzip": http_response(b"no gzip", content_encoding="gzip"),
    "no HTTP": cut(b"what?\r\n\r\n"),
    "part of a response": cut(http_response({"a": "b"})[:-3]),
}


@pytest.mark.parametrize("call", ["GET", "POST"])
@pytest.mark.parametrize("what", BAD_RESPONSES)
def test_instance_address_with_password_failure_has_it_masked(what, call, server, connect, leaked):
    server.replies(BAD_RESPONSES[what])
    assert leaked(connect(with_password(server)), CALLS[call]) == []
    assert f"127.0.0.1:{server.port}" in leaked.error.url


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_instance_address_with_password_that_is_down_has_it_masked(
    scheme, refused, connect, leaked
):
    address = refused.replace("http://", f"{scheme}://user:{PASSWORD}@")
    assert leaked(connect(address), CALLS["GET"]) == []


def test_instance_address_with_escaped_password_has_both_forms_masked(server, connect, leaked):
    server.replies(http_response({"error": "no"}, 401))
    client = connect(with_password(server, "p%40ss-hunter2"))
    assert leaked(client, CALLS["GET"], ("p%40ss-hunter2", "p@ss-hunter2")) == []


def test_instance_address_with_password_pickled_error_has_it_masked(server, connect):
    server.replies(http_response({"error": "no"}, 404))
    with pytest.raises(ScaleException) as caught:
        connect(with_password(server)).get_task("t")
    assert PASSWORD.encode() not in pickle.dumps(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        f"ftp://user:{PASSWORD}@127.0.0.1/v1",
        f"http://user:{PASSWORD}@127.0.0.1:port/v1",
        f"http://user:{PASSWORD}@[::1/v1",
        f"http://user:{PASSWORD}@/v1",
        f"user:{PASSWORD}@127.0.0.1/v1",
        f"http://user:{PASSWORD}@127.0.0.1:99999/v1",
    ],
)
def test_invalid_instance_address_with_password_raises_without_it(address):
    with pytest.raises(ScaleException) as caught, ScaleClient(KEY, api_instance_url=address) as c:
        c.get_task("t")
    assert leaks(more_places(caught.value)) == []


def test_download_address_with_password_failure_has_it_masked(server, connect, leaked, tmp_path):
    server.replies(http_response(b"<html>no</html>", 403))
    address = server.url.replace("//", f"//user:{PASSWORD}@").replace("/v1", "/store/a.png")
    client = connect(server)
    assert leaked(client, lambda c: c.download_response_url(address, tmp_path / "a")) == []
    given = {"task_id": "t", "response": {"url": address}}
    (outcome,) = client.download_results([given], tmp_path / "out")
    assert leaks(more_places(outcome.error)) == []


# A proxy address with a password.


def proxies_of(proxy, scheme):
    return {scheme: proxy.url_with(f"user:{PASSWORD}")}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("what", ["401", "500", "drop", "no gzip", "no JSON"])
def test_proxy_address_with_password_failure_behind_it_has_it_masked(
    what, scheme, serve, proxy, connect, leaked
):
    server = serve(scheme)
    server.replies(
        BAD_RESPONSES[what] if scheme == "https" else http_response({"error": "no"}, 401)
    )
    client = connect(server, proxies=proxies_of(proxy, scheme))
    assert leaked(client, CALLS["GET"]) == []
    assert proxy.requests[0].headers["Proxy-Authorization"].startswith(f"Basic {USER_TOKEN}")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("form", ["{password}", "{token}"])
def test_proxy_that_echoes_its_password_has_it_masked(
    form, scheme, serve, proxy, connect, leaked, monkeypatch
):
    echo = form.format(password=PASSWORD, token=USER_TOKEN + "=")
    refusal = http_response(page(f"Denied {echo}"), 407, f"Denied {echo}", x_echo=echo, **HTML)
    monkeypatch.setattr(
        proxy, "_exchange", lambda number, sock, reader: refuse(proxy, number, sock, reader)
    )

    def refuse(proxy, number, sock, reader):
        if proxy._read(number, sock, reader) is None:
            return False
        sock.sendall(refusal)
        return True

    client = connect(serve(scheme), proxies=proxies_of(proxy, scheme))
    assert leaked(client, CALLS["GET"]) == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", ["http", "socks5", "socks5h", "socks4"])
def test_proxy_address_with_password_that_is_down_has_it_masked(
    kind, scheme, serve, refused, connect, leaked
):
    address = refused.replace("/v1", "").replace("http://", f"{kind}://user:{PASSWORD}@")
    client = connect(serve(scheme), proxies={scheme: address})
    assert leaked(client, CALLS["GET"]) == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "address",
    [
        f"http://user:{PASSWORD}@127.0.0.1:port",
        f"http://user:{PASSWORD}@127.0.0.1:99999",
        f"http://user:{PASSWORD}@",
        f"http://user:{PASSWORD}@[::1",
        f"http:///user:{PASSWORD}@127.0.0.1",
        f"gopher://user:{PASSWORD}@127.0.0.1:1",
        f"user:{PASSWORD}@127.0.0.1:port",
    ],
)
def test_invalid_proxy_address_with_password_raises_without_it(
    address, scheme, serve, connect, caplog
):
    caplog.set_level(logging.DEBUG)
    server = serve(scheme)
    with pytest.raises(ScaleException) as caught:
        connect(server, proxies={scheme: address}).get_task("t")
    assert leaks([*more_places(caught.value), ("log", caplog.text)]) == []
    assert server.requests == []


@pytest.mark.parametrize(
    "proxies",
    [
        f"http://user:{PASSWORD}@127.0.0.1:1",
        [f"http://user:{PASSWORD}@127.0.0.1:1"],
        {f"http://user:{PASSWORD}@127.0.0.1:1"},
    ],
)
def test_proxies_of_another_type_raise_without_their_password(proxies, server, connect):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="proxies") as caught:
        connect(server, proxies=proxies)
    assert leaks(more_places(caught.value)) == []


def test_environments_proxy_with_password_failure_has_it_masked(
    server, refused, connect, leaked, monkeypatch
):
    address = refused.replace("/v1", "").replace("//", f"//user:{PASSWORD}@")
    monkeypatch.setenv(f"{server.scheme.upper()}_PROXY", address)
    assert leaked(connect(server), CALLS["GET"]) == []
    assert server.requests == [] and PASSWORD in os.environ[f"{server.scheme.upper()}_PROXY"]


def test_attempts_with_an_echo_in_each_have_it_masked(server, connect):
    broken = cut(f"HTTP/1.1 200 OK\r\nContent-Length: {KEY}\r\n\r\n".encode())
    server.replies(
        cut(f"{KEY}\r\n\r\n".encode()), broken, http_response({"error": KEY}, 503), broken
    )
    with pytest.raises(ScaleException) as caught:
        connect(server).get_task("t")
    assert len(statuses(caught.value.attempts)) == 4
    assert leaks(more_places(caught.value)) == []


def test_search_for_secrets_finds_them():
    """Were it blind, all of the above would pass."""
    error = ScaleException(f"no {KEY}", 404)
    error.body = error.url = PASSWORD
    error.headers = {"a": TOKEN}
    found = leaks(more_places(error))
    assert {"str", "message", "body", "url", "headers", "pickle", "unpickled"} <= set(found)
