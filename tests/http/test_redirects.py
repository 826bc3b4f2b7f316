"""Where the key goes, and where it must not."""

import pytest

import scaleapi
from tests.fixtures.servers import http_response


def other_places(server, other):
    """Addresses that are not the server's, all served by `other`, as a Location may write them."""
    port = other.port
    return {
        "another port": other.url + "/teams",
        "another port, without a scheme": f"//127.0.0.1:{port}/v1/teams",
        "another name": f"{other.scheme}://localhost:{port}/v1/teams",
        "a backslash before the own name": (
            f"{other.scheme}://127.0.0.1:{port}\\@127.0.0.1:{server.port}/v1/teams"
        ),
        "credentials that look like the own name": (
            f"{other.scheme}://127.0.0.1:{server.port}@127.0.0.1:{port}/v1/teams"
        ),
        "a query that looks like the own name": (
            f"{other.scheme}://127.0.0.1:{port}?@127.0.0.1:{server.port}/v1/teams"
        ),
        "a fragment that looks like the own name": (
            f"{other.scheme}://127.0.0.1:{port}#@127.0.0.1:{server.port}/v1/teams"
        ),
    }


PLACES = list(other_places(*[type("S", (), {"port": 1, "url": "", "scheme": ""})] * 2))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("status", [302, 308])
def test_redirect_to_another_server_is_not_followed(status, place, server, serve, connect):
    other = serve(server.scheme)
    server.replies(http_response({}, status, location=other_places(server, other)[place]))
    with pytest.raises(scaleapi.ScaleException) as caught:
        connect(server).list_teammates()
    assert (other.accepted, other.requests) == (0, [])
    assert caught.value.code == status and len(server.requests) == 1


@pytest.mark.parametrize("kind, other_kind", [("http", "https"), ("https", "http")])
def test_redirect_to_another_scheme_is_not_followed(kind, other_kind, serve, connect):
    server, other = serve(kind), serve(other_kind)
    server.replies(http_response({}, 302, location=other.url + "/teams"))
    with pytest.raises(scaleapi.ScaleException) as caught:
        connect(server).list_teammates()
    assert caught.value.code == 302 and other.accepted == 0


def test_redirect_to_another_host_name_is_not_followed(server, connect):
    server.replies(
        http_response({}, 302, location=server.url_at("localhost") + "/teams"), http_response([])
    )
    with pytest.raises(scaleapi.ScaleException):
        connect(server).list_teammates()
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_redirect_of_other_methods_than_get_is_not_followed(method, server, connect):
    server.replies(http_response({"error": "moved"}, 307, location=server.url + "/elsewhere"))
    with pytest.raises(scaleapi.ScaleException, match="moved") as caught:
        connect(server).api.request(method, "x")
    assert caught.value.code == 307 and len(server.requests) == 1


@pytest.mark.parametrize("form", ["/v1/new?a=1", "new?a=1", "{url}/new?a=1", "//{host}/v1/new?a=1"])
def test_redirect_of_get_within_the_origin_sends_the_key(form, server, connect):
    location = form.format(url=server.url, host=f"127.0.0.1:{server.port}")
    server.replies(http_response({}, 301, location=location), http_response({"found": 1}))
    assert connect(server).api.get_request("old", {"b": 2}) == {"found": 1}
    assert server.lines == ["GET /old?b=2", "GET /new?a=1"]
    first, second = (request.headers["Authorization"] for request in server.requests)
    assert first == second is not None


def test_redirect_followed_by_failure_retries_from_the_start(server, connect):
    server.replies(
        *[http_response({}, 301, location="/v1/new"), http_response({}, 503)],
        *[http_response({}, 301, location="/v1/new"), http_response({"found": 1})],
    )
    got = connect(server).api.request("GET", "old")
    assert [attempt.status for attempt in got.attempts] == [503, 200]
    assert server.lines == ["GET /old", "GET /new"] * 2


@pytest.mark.parametrize(
    "location",
    ["http://[::1", "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://", "\xff:", "", "::"],
)
def test_redirect_with_invalid_location_raises_scale_exception(location, server, connect):
    server.replies(http_response({}, 302, location=location))
    with pytest.raises(scaleapi.ScaleException):
        connect(server).list_teammates()
