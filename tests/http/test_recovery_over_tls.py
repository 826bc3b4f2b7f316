"""Recovery lookups: same transport, escaped queries, and the original error if they fail."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

import scaleapi
from scaleapi import ScaleDuplicateResource, ScaleInvalidRequest
from tests.factories import page
from tests.fixtures.servers import drop, http_response, reset

NASTY = "a/b%2Fc+d?e#fé&g=h i"
ESCAPED = "a%2Fb%252Fc%2Bd%3Fe%23f%C3%A9%26g%3Dh%20i"
CREATED, NOW = "2026-03-04T10:15:00.000Z", "Wed, 04 Mar 2026 10:15:01 GMT"
TASK = {
    "task_id": "t", "type": "chat", "unique_id": NASTY, "project": NASTY, "created_at": CREATED,
}  # fmt: skip
BATCH = {"name": NASTY, "project": NASTY, "status": "in_progress", "created_at": CREATED}
PROJECT = {"name": NASTY, "type": "chat", "created_at": CREATED}


# What is called, the path it goes to, the refusal, the path of the look-up, and what that finds.
CASES = {
    "task": (
        lambda c: c.create_task("chat", unique_id=NASTY, project=NASTY),
        *("task/chat", 409, "tasks", page(TASK)),
    ),
    "batch": (
        lambda c: c.create_batch(NASTY, NASTY),
        *("batches", 409, f"batches/{ESCAPED}", BATCH),
    ),
    "project": (
        lambda c: c.create_project(NASTY, "chat"),
        *("projects", 409, f"projects/{ESCAPED}", PROJECT),
    ),
    "unique_id": (
        lambda c: c.update_task_unique_id(NASTY, NASTY),
        *(f"task/{ESCAPED}/unique_id", 409, f"task/{ESCAPED}", TASK),
    ),
    "cancel": (
        lambda c: c.cancel_task(NASTY),
        *(f"task/{ESCAPED}/cancel", 400, f"task/{ESCAPED}", {**TASK, "status": "canceled"}),
    ),
    "finalize": (
        lambda c: c.finalize_batch(NASTY),
        *(f"batches/{ESCAPED}/finalize", 400, f"batches/{ESCAPED}", BATCH),
    ),
}
REFUSALS = {409: ScaleDuplicateResource, 400: ScaleInvalidRequest}


LOST = http_response({}, 500, connection="close")


def plays(server, case, found, losses=(LOST,)):
    """Lose the first responses, then refuse, then answer the look-up; one connection for each."""
    _, _, code, _, _ = CASES[case]
    refusal = http_response({"error": "it is so already"}, code, connection="close", date=NOW)
    server.replies(*losses, refusal, http_response(found, connection="close"))


@pytest.mark.parametrize("case", CASES)
def test_recovery_lookup_uses_the_same_transport(case, serve, proxy, connect, authority):
    call, endpoint, _, look_up, found = CASES[case]
    server = serve("mutual")
    plays(server, case, found)
    client = connect(server, proxies={"https": proxy.url}, cert=authority.client_pair)
    made = call(client)
    assert made.as_dict() == (TASK if case == "task" else found)
    paths = [urlsplit(line).path for line in server.lines]
    assert paths == [f"POST /{endpoint}"] * 2 + [f"GET /{look_up}"]
    assert [request.connection for request in server.requests] == [1, 2, 3]
    assert all("somebody@example.org" in str(request.certificate) for request in server.requests)
    assert [request.method for request in proxy.requests] == ["CONNECT"] * 3
    assert len({request.headers["Authorization"] for request in server.requests}) == 1


def test_recovery_lookup_escapes_the_unique_id(server, connect):
    plays(server, "task", page(TASK))
    CASES["task"][0](connect(server))
    query = urlsplit(server.requests[-1].target).query
    assert parse_qs(query, strict_parsing=True)["unique_id"] == [NASTY]
    assert unquote(ESCAPED) == NASTY


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    "losses",
    [
        [drop],
        [reset],
        [http_response({}, 429), http_response({}, 502)],
        [http_response({}, 503), drop, reset],
        [lambda sock: sock.sendall(http_response({"task_id": "t"})[:-2])],
    ],
    ids=["dropped", "reset", "429 and 502", "three in a row", "half a response"],
)
def test_recovery_after_any_ambiguous_failure_returns_own_object(losses, case, server, connect):
    call, _, _, _, found = CASES[case]
    plays(server, case, found, losses)
    assert call(connect(server)).as_dict() == (TASK if case == "task" else found)
    assert len(server.requests) == len(losses) + 2


@pytest.mark.parametrize("case", CASES)
def test_recovery_lookup_is_retried(case, server, connect):
    call, _, code, _, found = CASES[case]
    refusal = http_response({"error": "it is so already"}, code, date=NOW)
    server.replies(
        http_response({}, 500), refusal, drop, http_response({}, 503), http_response(found)
    )
    assert call(connect(server)).as_dict() == (TASK if case == "task" else found)
    assert [request.method for request in server.requests] == ["POST"] * 2 + ["GET"] * 3


ODD = {
    "nothing": b"",
    "null": None,
    "an array": [],
    "an array of rows": [TASK],
    "a string": "text",
    "a number": 5,
    "an empty object": {},
    "HTML": b"<html>try later</html>",
    "no UTF-8": b"\xff\xfe\xfa",
    "half of it": b'{"docs": [{"task_id": "t"',
    "docs that are null": {"docs": None},
    "docs that are a number": {"docs": 5},
    "docs that are true": {"docs": True},
    "docs that are a string": {"docs": "abc"},
    "docs that are an object": {"docs": {"unique_id": NASTY}},
    "docs that are no objects": {"docs": [None, 5, "t", []]},
    "another's": {**BATCH, **TASK, "name": "x", "unique_id": "x", "status": "completed?"},
    "values of other types": {"name": [NASTY], "unique_id": {"a": 1}, "status": ["canceled"]},
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("odd", ODD)
def test_recovery_lookup_that_finds_nothing_raises_the_error_response(odd, case, serve, connect):
    server = serve("http")
    plays(server, case, ODD[odd])
    with pytest.raises(scaleapi.ScaleException) as caught:
        CASES[case][0](connect(server))
    assert type(caught.value) is REFUSALS[CASES[case][2]]
    assert caught.value.message == "it is so already"
    assert [attempt.status for attempt in caught.value.attempts] == [500, caught.value.code]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    "odd", [drop, http_response({}, 404), http_response({}, 500), http_response({}, 302)]
)
def test_recovery_lookup_that_fails_raises_the_error_response(odd, case, serve, connect):
    server = serve("http")
    refusal = http_response({"error": "it is so already"}, CASES[case][2])
    server.replies(http_response({}, 500), refusal, odd)
    with pytest.raises(REFUSALS[CASES[case][2]], match="it is so already"):
        CASES[case][0](connect(server))


BODIES = [None, [], [1, {"unique_id": "u", "name": "n"}], {}, {"name": 5, "unique_id": ["u"]}, "x"]


@pytest.mark.parametrize("endpoint", ["task/chat", "task/t/unique_id", "batches", "projects"])
@pytest.mark.parametrize("body", BODIES)
def test_recovery_request_without_idempotency_key_raises_the_duplicate_error(
    body, endpoint, serve, connect
):
    """The low-level request takes any body, which need not hold what a look-up goes by."""
    server = serve("http")
    refusal = http_response({"error": "it is so already"}, 409)
    server.replies(http_response({}, 500), refusal, http_response({}))
    with pytest.raises(ScaleDuplicateResource, match="it is so already"):
        connect(server).api.post_request(endpoint, body)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("before", [[], [http_response({}, 429)], [http_response({}, 408)]])
def test_recovery_without_ambiguous_failure_makes_no_lookup(before, case, server, connect):
    plays(server, case, CASES[case][4], before)
    with pytest.raises(REFUSALS[CASES[case][2]]):
        CASES[case][0](connect(server))
    assert [request.method for request in server.requests] == ["POST"] * (len(before) + 1)
