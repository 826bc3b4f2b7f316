"""The key goes to addresses below the instance address only, however they are written."""

import pytest

from scaleapi import ScaleException, ScaleInvalidArgument
from tests.fixtures.replies import CONTENT, task
from tests.fixtures.servers import http_response

# Each is below the instance address as text, and elsewhere once a server has read it.
OUTSIDE = {
    "plain": "/v1/../other",
    "plain, deep": "/v1/a/../../other",
    "plain, at the end": "/v1/..",
    "%2e%2e": "/v1/%2e%2e/other",
    "%2E%2E": "/v1/%2E%2E/other",
    "%2e.": "/v1/%2e./other",
    ".%2e": "/v1/.%2e/other",
    ".%2E": "/v1/.%2E/other",
    "%2e%2e, deep": "/v1/a/%2e%2e/%2e%2e/other",
    "%2e%2e, at the end": "/v1/%2e%2e",
    "%2e%2e after %2e": "/v1/%2e/%2e%2e/other",
    "%2E%2E%2F": "/v1/%2E%2E%2Fother",
    "..%2f": "/v1/..%2fother",
    "a%2f..%2f..%2f": "/v1/a%2f..%2f..%2fother",
    "%252e%252e": "/v1/%252e%252e/other",
    "..%252f": "/v1/..%252fother",
    "%25252e": "/v1/%25252e%25252e/other",
    "..%5c": "/v1/..%5cother",
    "..%5C": "/v1/..%5Cother",
    "%2e%2e%5c": "/v1/%2e%2e%5cother",
    "..%255c": "/v1/..%255cother",
    "backslash": "/v1/..\\other",
    "backslash, deep": "/v1/a\\..\\..\\other",
    "with a query": "/v1/%2e%2e/other?a=/v1/",
    "with a tab": "/v1/.\t./other",
    "another version": "/v1/%2e%2e/v10/other",
    "another case": "/V1/other",
    "a longer name": "/v1-other/x",
    "no path": "/",
}
INSIDE = {
    "plain": "/v1/task/t/response_url/u",
    "with a query": "/v1/a?next=../../x",
    "dots within a name": "/v1/a..b/..c/d..",
    "three dots": "/v1/.../x",
    "escaped name": "/v1/a%20b/%C3%A9",
    "escaped slash": "/v1/files/a%2Fb",
}
outside = pytest.mark.parametrize("path", OUTSIDE)
inside = pytest.mark.parametrize("path", INSIDE)


def with_key(server):
    """Targets of the requests that carried the key."""
    return [r.target for r in server.requests if "Authorization" in r.headers]


def origin(server):
    return f"{server.scheme}://127.0.0.1:{server.port}"


def tolerant(call):
    """Make a call that may as well be refused; whether it succeeded."""
    try:
        call()
    except ScaleException:
        return False
    return True


@outside
def test_download_of_an_address_outside_goes_without_the_key(path, serve, connect, tmp_path):
    server = serve("http")
    server.replies(http_response(CONTENT))
    client = connect(server)
    tolerant(lambda: client.download_response_url(origin(server) + OUTSIDE[path], tmp_path / "a"))
    assert with_key(server) == []
    client.download_response_url(f"{server.url}/a", tmp_path / "a")
    assert with_key(server) == ["/v1/a"]


@outside
def test_download_results_of_an_address_outside_go_without_the_key(path, serve, connect, tmp_path):
    server = serve("http")
    server.replies(http_response(CONTENT))
    given = {"task_id": "t", "response": {"url": origin(server) + OUTSIDE[path]}}
    connect(server).download_results([given], tmp_path).run()
    assert with_key(server) == []


@inside
def test_download_of_an_address_inside_goes_with_the_key(path, server, connect, tmp_path):
    server.replies(http_response(CONTENT))
    target = tmp_path / "a"
    connect(server).download_response_url(origin(server) + INSIDE[path], target)
    assert target.read_bytes() == CONTENT and with_key(server) == [INSIDE[path]]


@pytest.mark.parametrize("path", ["/v1/./a", "/v1/a/../b", "/v1/%2e/a", "/v1/a/%2e%2e/b"])
def test_download_of_an_address_that_stays_inside_saves_the_file(path, server, connect, tmp_path):
    server.replies(http_response(CONTENT))
    saved = connect(server).download_response_url(origin(server) + path, tmp_path / "a")
    assert saved.read_bytes() == CONTENT


LOCATIONS = {
    "address": lambda server, path: origin(server) + path,
    "path": lambda server, path: path,
    "host": lambda server, path: f"//127.0.0.1:{server.port}{path}",
    "relative": lambda server, path: path[len("/v1/") :] if path.startswith("/v1/") else path,
}


def redirects(server, location):
    """Have the server redirect "/v1/first" there, and serve all else."""
    moved = http_response(b"", 302, location=location)
    server.decides(
        lambda request: moved if request.target == "/v1/first" else http_response({"task_id": "t"})
    )


@outside
@pytest.mark.parametrize("form", LOCATIONS)
def test_download_redirected_outside_goes_without_the_key(form, path, serve, connect, tmp_path):
    server = serve("http")
    redirects(server, LOCATIONS[form](server, OUTSIDE[path]))
    client = connect(server)
    tolerant(lambda: client.download_response_url(f"{server.url}/first", tmp_path / "a"))
    assert with_key(server) == ["/v1/first"]


@outside
@pytest.mark.parametrize("form", LOCATIONS)
def test_get_redirected_outside_goes_without_the_key(form, path, serve, connect):
    server = serve("http")
    redirects(server, LOCATIONS[form](server, OUTSIDE[path]))
    tolerant(lambda: connect(server).api.get_request("first"))
    assert with_key(server) == ["/v1/first"]


@inside
@pytest.mark.parametrize("form", LOCATIONS)
def test_get_redirected_inside_goes_with_the_key(form, path, serve, connect):
    server = serve("http")
    redirects(server, LOCATIONS[form](server, INSIDE[path]))
    assert connect(server).api.get_request("first") == {"task_id": "t"}
    assert with_key(server) == ["/v1/first", INSIDE[path]]


REFUSED = [
    "%2e%2e/x",
    "%2E%2E/x",
    ".%2e/x",
    "%2e./x",
    "a/%2e%2e/b",
    "a/%2E%2e/%2e%2e/b",
    "teams/%2e%2e",
    "%2e%2e",
    "%2e/x",
    "a/%2e",
    "..%2fx",
    "%2e%2e%2fx",
    "a%2f..%2f..%2fx",
    "..%5cx",
    "%2e%2e%5cx",
    "%252e%252e/x",
    "..%252fx",
    "/v2/%2e%2e/x",
    "/v2/..%2fx",
    "/v1/%2e%2e/x",
    "../x",
    "..\\x",
    "a/../b",
]


@pytest.mark.parametrize("path", REFUSED)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_request_path_with_dot_segments_raises(method, path, server, connect):
    with pytest.raises(ScaleInvalidArgument, match="path"):
        connect(server).request(method, path)
    assert server.accepted == 0


@pytest.mark.parametrize("path", ["%2e%2e/x", "../x", "a/%2e%2e/%2e%2e/x", "..%2fx", "..%5cx"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_low_level_request_that_leads_outside_goes_without_the_key(method, path, server, connect):
    api = connect(server).api
    tolerant(lambda: getattr(api, f"{method}_request")(path))
    assert with_key(server) == []


@pytest.mark.parametrize(
    "path, target",
    [
        ("projects/a%2Fb", "/v1/projects/a%2Fb"),
        ("projects/a..b", "/v1/projects/a..b"),
        ("projects/..a", "/v1/projects/..a"),
        ("projects/a%20b%C3%A9", "/v1/projects/a%20b%C3%A9"),
        (["projects", "a/../b"], "/v1/projects/a%2F..%2Fb"),
        (["projects", "...", "x"], "/v1/projects/.../x"),
        ("/v2/tasks", "/v2/tasks"),
    ],
)
def test_request_path_that_stays_inside_is_sent(path, target, server, connect):
    assert connect(server).request("GET", path) == {}
    assert with_key(server) == [target]


@pytest.mark.parametrize("name", ["a/b", "a..b", "..a", "...", "%2e%2e", "a%2fb", "a\\b", "..\\.."])
def test_get_task_with_any_name_stays_below_the_instance_address(name, server, connect):
    server.replies(task("t"))
    client = connect(server)
    if tolerant(lambda: client.get_task(name)):
        (request,) = server.requests
        assert request.target.startswith("/v1/task/")
        assert request.target.count("/") == 3 and "\\" not in request.target


def test_download_below_an_instance_address_that_is_escaped_goes_with_the_key(
    server, connect, tmp_path
):
    """A gateway may serve the instance below a path of its own."""
    server.replies(http_response(CONTENT))
    base = f"{origin(server)}/a%20b/v1"
    client = connect(base)
    client.download_response_url(f"{base}/x", tmp_path / "a")
    assert with_key(server) == ["/a%20b/v1/x"]
    tolerant(lambda: client.download_response_url(f"{base}/%2e%2e/%2e%2e/x", tmp_path / "a"))
    assert with_key(server) == ["/a%20b/v1/x"]


@pytest.mark.parametrize("user", ["a@", "a:b@", ":@"])
def test_download_with_credentials_in_its_address_sends_no_key_elsewhere(
    user, server, serve, connect, tmp_path
):
    store = serve(server.scheme)
    store.replies(http_response(CONTENT))
    address = f"{store.scheme}://{user}127.0.0.1:{store.port}/v1/a"
    connect(server).download_response_url(address, tmp_path / "a")
    basic = connect(server).api.request("GET", "x") and server.requests[0].headers["Authorization"]
    assert basic.startswith("Basic ")
    assert all(request.headers.get("Authorization") != basic for request in store.requests)


def test_v2_get_redirected_within_v2_goes_with_the_key(server, connect):
    moved = http_response(b"", 302, location="/v2/second")
    server.decides(lambda r: moved if r.target == "/v2/first" else http_response({"a": 1}))
    assert connect(server).request("GET", "/v2/first") == {"a": 1}
    assert with_key(server) == ["/v2/first", "/v2/second"]


@outside
def test_v2_get_redirected_elsewhere_goes_without_the_key(path, serve, connect):
    server = serve("http")
    moved = http_response(
        b"", 302, location=OUTSIDE[path].replace("/v1", "/v2").replace("/V1", "/V2")
    )
    server.decides(lambda r: moved if r.target == "/v2/first" else http_response({"a": 1}))
    tolerant(lambda: connect(server).request("GET", "/v2/first"))
    assert with_key(server) == ["/v2/first"]
