"""Many workers under a low rate limit are all served."""

import threading
import time
from collections import deque

import pytest

from scaleapi import RetryPolicy, ScaleTooManyRequests
from scaleapi._http.retrying import MAX_THROTTLED_ATTEMPTS
from scaleapi.bulk.throttle import throttled_client
from tests.factories import page
from tests.fixtures.replies import sent_json
from tests.fixtures.servers import http_response

SCALE = 8  # how many times faster than 5 in a second with the usual policy all of this goes
PER_WINDOW, WINDOW = 5, 1 / SCALE
POLICIES = {
    "usual": RetryPolicy(backoff_factor=2 / SCALE),
    "without jitter": RetryPolicy(backoff_factor=2 / SCALE, jitter=0),
}


class Limiter:
    """Lets so many creations through in any window of time; the others get 429.

    Attributes:
        created: unique ids, each as often as a task was made of it.
        rejected: how many creations got 429.
    """

    def __init__(self):
        self._passed = deque()
        self._lock = threading.Lock()
        self.created, self.rejected = [], 0

    def __call__(self, request):
        with self._lock:
            now = time.monotonic()
            while self._passed and self._passed[0] <= now - WINDOW:
                self._passed.popleft()
            if len(self._passed) >= PER_WINDOW:
                self.rejected += 1
                return http_response({"error": "slow down"}, 429)
            self._passed.append(now)
            if request.method == "GET":
                return http_response(page())  # there are no tasks yet
            unique_id = sent_json(request)["unique_id"]
            self.created.append(unique_id)
            return http_response({"task_id": f"id of {unique_id}", "unique_id": unique_id})


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "policy, number, workers", [("usual", 60, 64), ("without jitter", 60, 64), ("usual", 40, 16)]
)
def test_create_tasks_many_workers_under_a_low_limit_all_succeed(
    policy, number, workers, serve, connect
):
    server, limiter = serve("http"), Limiter()
    server.decides(limiter)
    ids = [f"u{row}" for row in range(number)]
    client = connect(server, retries=POLICIES[policy])
    started = time.monotonic()
    outcomes = list(
        client.create_tasks("chat", [{"unique_id": each} for each in ids], workers=workers)
    )
    seconds = time.monotonic() - started
    assert [outcome.error for outcome in outcomes if outcome.error is not None] == []
    assert [outcome.task.unique_id for outcome in outcomes] == ids
    assert sorted(limiter.created) == sorted(ids)
    assert seconds < 6 * number * WINDOW / PER_WINDOW  # what the limit allows is made use of


@pytest.mark.timeout(30)
@pytest.mark.parametrize("workers", [1, 8, 64])
def test_create_tasks_server_that_only_rejects_ends_with_failed_outcomes(workers, serve, connect):
    server = serve("http")
    server.replies(http_response({"error": "slow down"}, 429))
    payloads = [{"unique_id": f"u{row}"} for row in range(20)]
    started = time.monotonic()
    policy = RetryPolicy(backoff_factor=0.001)
    outcomes = list(connect(server, retries=policy).create_tasks("chat", payloads, workers=workers))
    assert time.monotonic() - started < 10
    assert {outcome.status for outcome in outcomes} == {"failed"} and len(outcomes) == 20
    assert all(isinstance(outcome.error, ScaleTooManyRequests) for outcome in outcomes)
    assert all(len(outcome.error.attempts) >= 4 for outcome in outcomes)
    assert len(server.requests) < 2000


@pytest.mark.timeout(30)
def test_create_tasks_server_that_only_rejects_ends_at_the_deadline(serve, connect):
    server = serve("http")
    server.replies(http_response({"error": "slow down"}, 429))
    payloads = [{"unique_id": f"u{row}"} for row in range(8)]
    policy = RetryPolicy(total=1000, backoff_factor=0.05, backoff_max=0.05, deadline=0.5)
    started = time.monotonic()
    outcomes = list(connect(server, retries=policy).create_tasks("chat", payloads, workers=8))
    assert {outcome.status for outcome in outcomes} == {"failed"}
    assert time.monotonic() - started < 3


@pytest.mark.timeout(30)
def test_create_tasks_long_retry_after_ends_with_failed_outcomes(serve, connect):
    server = serve("http")
    server.replies(http_response({"error": "tomorrow"}, 429, retry_after=86_400))
    policy = RetryPolicy(retry_after_max=0)
    payloads = [{"unique_id": f"u{row}"} for row in range(8)]
    outcomes = list(connect(server, retries=policy).create_tasks("chat", payloads, workers=8))
    assert {outcome.status for outcome in outcomes} == {"failed"}


@pytest.mark.timeout(30)
def test_create_tasks_one_rejected_twice_among_many_is_created(serve, connect):
    server, seen = serve("http"), {}

    def reply(request):
        if request.method == "GET":
            return http_response(page())  # there are no tasks yet
        unique_id = sent_json(request)["unique_id"]
        seen[unique_id] = seen.get(unique_id, 0) + 1
        if unique_id == "u0" and seen["u0"] < 3:
            return http_response({"error": "slow down"}, 429)
        return http_response({"task_id": unique_id, "unique_id": unique_id})

    server.decides(reply)
    payloads = [{"unique_id": f"u{row}"} for row in range(64)]
    policy = RetryPolicy(backoff_factor=0.01)
    counts = connect(server, retries=policy).create_tasks("chat", payloads, workers=16).run()
    assert counts == {"created": 64} and seen["u0"] == 3


@pytest.mark.timeout(30)
def test_create_task_rejected_while_others_succeed_fails_in_the_end(serve, connect):
    server = serve("http")
    policy = RetryPolicy(total=2, backoff_factor=0.001)
    client, throttle = throttled_client(connect(server, retries=policy), 4)

    def reply(request):
        throttle.completed += 1  # a call of another thread, in the meantime
        return http_response({"error": "slow down"}, 429)

    server.decides(reply)
    with pytest.raises(ScaleTooManyRequests) as caught:
        client.create_task("chat", unique_id="u")
    assert len(caught.value.attempts) == MAX_THROTTLED_ATTEMPTS + 1 + policy.total
