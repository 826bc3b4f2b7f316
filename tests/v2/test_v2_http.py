"""v2 calls on real sockets: over the same transport, and sent again with more care."""

import base64
import io
import itertools
import traceback

import pytest

import scaleapi
from scaleapi.api_client.v2 import exceptions
from tests.fixtures.network import KEY
from tests.fixtures.servers import cut, drop, http_response, reset, silence

TASK = {"task_id": "t", "status": "pending"}
PROJECT = {"id": "p1", "name": "p/1 é"}
CREATED, NOW = "2026-03-04T10:15:00.000Z", "Wed, 04 Mar 2026 10:15:01 GMT"
BATCH = {
    "id": "b1", "name": "b/1 é&c#%", "status": "staging", "project": PROJECT, "created_at": CREATED,
}  # fmt: skip
POSTS = {
    "create_chat_task": {"project_id": "p"},
    "set_task_metadata": {"task_id": "t", "metadata": {}},
    "finalize_batch": {"batch_id": "b"},
    "pause_batch": {"batch_id": "b"},
    "resume_batch": {"batch_id": "b"},
    "cancel_batch": {"batch_id": "b"},
    "set_batch_metadata": {"batch_id": "b", "metadata": {}},
}


@pytest.mark.parametrize("status", [408, 429])
@pytest.mark.parametrize("name", POSTS)
def test_retry_post_not_processed_is_retried(name, status, server, connect):
    server.replies(http_response({}, status), http_response({}, status), http_response(TASK))
    getattr(connect(server).v2, name)(POSTS[name])
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "fault", [drop, reset, http_response({}, 500), http_response({}, 503), http_response({}, 504)]
)
@pytest.mark.parametrize("name", POSTS)
def test_retry_post_after_other_failures_is_not_retried(name, fault, server, connect):
    server.replies(fault)
    with pytest.raises(scaleapi.ScaleException) as caught:
        getattr(connect(server).v2, name)(POSTS[name])
    assert len(caught.value.attempts) == len(server.requests) == 1


def test_post_after_read_timeout_says_that_the_task_may_exist(server, connect):
    server.replies(silence)
    with pytest.raises(
        scaleapi.ScaleConnectionTimeout, match="the task may nevertheless have been created"
    ):
        connect(server, timeout=0.2).v2.create_chat_task(project_id="p")


def test_retry_post_that_was_not_sent_is_retried(refused, connect):
    with pytest.raises(scaleapi.ScaleConnectionError) as caught:
        connect(refused).v2.create_chat_task(project_id="p")
    assert len(caught.value.attempts) == 4


@pytest.mark.parametrize("fault", [http_response({}, 503), drop, reset])
def test_retry_get_is_retried_by_the_policy(fault, server, connect):
    server.replies(fault, fault, http_response({"projects": []}))
    assert connect(server).v2.get_projects().projects == []
    assert len(server.requests) == 3


LOOK_UP = "GET /v2/batch?batch_name=b/1%20%C3%A9%26c%23%25&expand=project"


@pytest.mark.parametrize("project", [{"project_id": "p1"}, {"project_name": "p/1 é"}])
@pytest.mark.parametrize("loss", [http_response({}, 500), drop, reset])
def test_recovery_create_batch_creates_one_batch_and_returns_it(
    loss, project, server, connect, caplog
):
    server.replies(loss, http_response({"error": "taken"}, 409, date=NOW), http_response(BATCH))
    batch = connect(server).v2.create_batch(name="b/1 é&c#%", **project)
    assert (batch.id, batch.project) == ("b1", "p1")
    lines = [f"{request.method} {request.target}" for request in server.requests]
    assert lines == ["POST /v2/batch"] * 2 + [LOOK_UP]
    assert {request.headers["Authorization"] for request in server.requests} == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    "found",
    [
        {**BATCH, "project": {"id": "other", "name": "q"}},
        {**BATCH, "project": "p1"},
        {**BATCH, "name": "another"},
        {},
        [],
        None,
    ],
)
def test_recovery_batch_of_others_raises_the_conflict(found, server, connect):
    server.replies(
        http_response({}, 500), http_response({"error": "taken"}, 409), http_response(found)
    )
    with pytest.raises(exceptions.ConflictException) as caught:
        connect(server).v2.create_batch(name="b/1 é&c#%", project_id="p1")
    assert isinstance(caught.value, scaleapi.ScaleDuplicateResource)


def test_recovery_without_ambiguous_failure_raises_the_conflict(server, connect):
    server.replies(http_response({"error": "taken"}, 409))
    with pytest.raises(exceptions.ConflictException):
        connect(server).v2.create_batch(name="n", project_id="p")
    assert len(server.requests) == 1


@pytest.mark.parametrize("elsewhere", [True, False])
def test_response_url_redirect_is_returned_and_not_followed(elsewhere, serve, connect):
    server, other = serve("https"), serve("https")
    target = f"{other.url}/signed?a=b" if elsewhere else "/signed?a=b"
    server.replies(http_response(b"", 302, location=target))
    client = connect(server)
    found = client.v2.get_dataset_task_response_url("t/1 é", "../a")
    root = server.url[: -len("/v1")]
    assert found == (target if elsewhere else f"{root}/signed?a=b")
    assert [request.target for request in server.requests] == [
        "/v2/datasets/task/t%2F1%20%C3%A9/response_url/..%2Fa"
    ]
    assert other.requests == []
    info = client.v2.get_dataset_task_response_url_with_http_info("t", "a")
    assert (info.status_code, info.data) == (302, found)
    raw = client.v2.get_dataset_task_response_url_without_preload_content("t", "a")
    assert (raw.status, raw.getheader("location"), raw.read()) == (302, target, b"")


def test_response_url_missing_raises_not_found(server, connect):
    server.replies(http_response({"status_code": 404, "error": "no such file"}, 404))
    with pytest.raises(exceptions.NotFoundException) as caught:
        connect(server).v2.get_dataset_task_response_url("t", "a")
    assert caught.value.data.error == "no such file"
    server.replies(http_response({}))
    with pytest.raises(exceptions.ApiException, match="(?s)200.*Expected a redirect"):
        connect(server).v2.get_dataset_task_response_url("t", "a")


def test_connections_are_shared_by_v1_and_v2(server, connect):
    server.decides(lambda request: http_response({**TASK, "projects": []}))
    client = connect(server)
    for call in itertools.islice(itertools.cycle((client.get_task, client.v2.get_task)), 10):
        call("t")
    assert server.accepted == 1


def test_without_preload_content_leaves_the_body_unread_and_frees_later(server, connect):
    server.replies(http_response({}, 503), http_response({"text": "x" * 5_000_000}))
    client = connect(server)
    raw = client.v2.get_task_without_preload_content("t")
    assert raw.status == 200 and not raw.response._content_consumed
    assert len(raw.read()) > 5_000_000
    client.v2.get_task_without_preload_content("t").close()
    assert server.accepted <= 2


def test_proxy_and_certificate_apply_to_v2(serve, connect, proxy, authority):
    server = serve("mutual")
    server.replies(http_response({"projects": []}))
    client = connect(server, proxies={"all": proxy.url}, cert=authority.client_pair)
    client.v2.get_projects()
    (request,) = server.requests
    assert request.certificate and len(proxy.requests) == 1
    assert KEY not in proxy.saw


def test_v2_error_holds_no_key(server, connect):
    server.replies(http_response({"error": "no"}, 401))
    with pytest.raises(exceptions.UnauthorizedException) as caught:
        connect(server).v2.get_projects()
    error = caught.value
    for text in (repr(error), str(error), repr(vars(error)), repr(error.response.request.headers)):
        assert KEY not in text


def test_without_preload_content_body_can_be_read_in_any_way(server, connect):
    server.replies(http_response({"a": 1}))
    api = connect(server).v2
    with api.get_task_without_preload_content("t") as raw:
        assert (raw.read(3), raw.read(100)) == (b'{"a', b'": 1}')
    assert b"".join(api.get_task_without_preload_content("t").stream(2)) == b'{"a": 1}'
    assert api.get_task_without_preload_content("t").json() == {"a": 1}
    assert api.get_task_without_preload_content("t").version == 11  # urllib3's own


def test_without_preload_content_broken_response_is_a_connection_error(server, connect):
    server.replies(cut(http_response({"a": 1})[:-3]))
    raw = connect(server).v2.get_task_without_preload_content("t")
    with pytest.raises(scaleapi.ScaleConnectionError, match="Response incomplete"):
        raw.read()


def test_without_preload_content_get_redirect_is_not_followed(server, connect):
    server.replies(http_response(b"", 302, location="/v2/other"))
    assert connect(server).v2.get_task_without_preload_content("t").status == 302
    assert len(server.requests) == 1


def test_recovery_lookup_sends_the_headers_of_the_call(server, connect):
    server.replies(
        http_response({}, 500),
        http_response({"error": "taken"}, 409, date=NOW),
        http_response(BATCH),
    )
    client = connect(server)
    client.v2.api_client.set_default_header("X-Gateway", "1")
    client.v2.create_batch(name=BATCH["name"], project_id="p1")
    assert [request.headers["X-Gateway"] for request in server.requests] == ["1"] * 3


@pytest.mark.parametrize("fail", ["read", "progress"])
def test_upload_interrupted_by_its_file_leaves_no_key_in_frames(fail, server, connect):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if size:
                raise OSError("the disk is gone")
            return b""

    def progress(sent, total):
        raise OSError("nobody looks")

    with pytest.raises(OSError) as caught:
        if fail == "read":
            connect(server).upload_file(Broken(b"abc"))
        else:
            connect(server).upload_file(b"abc", progress=progress)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    encoded = base64.b64encode(f"{KEY}:".encode()).decode()
    assert encoded not in "".join(shown.format())
