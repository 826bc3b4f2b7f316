"""Many workers under a low rate limit are all served."""

import threading
import time

import pytest

from scaleapi import RetryPolicy, ScaleTooManyRequests

from .servers import answer
from .wire import sent_json

PACES = {
    # The delays of a policy are to the time that all need as they are at 5 a second.
    "60 at 40 a second": (60, 40, RetryPolicy(backoff_factor=0.15)),
    "60 at 40 a second without jitter": (60, 40, RetryPolicy(backoff_factor=0.15, jitter=0)),
    "40 at 20 a second": (40, 20, RetryPolicy(backoff_factor=0.3)),
}


class Limiter:
    """Lets so many creations through in any span of one second, and the others not.

    Attributes:
        created: unique ids, each as often as a task was made of it.
        rejected: how many creations got 429.
    """

    def __init__(self, rate, **headers):
        self._rate, self._headers = rate, headers
        self._tokens, self._last = 1.0, time.monotonic()
        self._lock = threading.Lock()
        self.created, self.rejected = [], 0

    def __call__(self, request):
        with self._lock:
            now = time.monotonic()
            self._tokens = min(1.0, self._tokens + (now - self._last) * self._rate)
            self._last = now
            if self._tokens < 1:
                self.rejected += 1
                return answer({"error": "slow down"}, 429, **self._headers)
            self._tokens -= 1
            unique_id = sent_json(request)["unique_id"]
            self.created.append(unique_id)
            return answer({"task_id": f"id of {unique_id}", "unique_id": unique_id})


@pytest.mark.timeout(30)
@pytest.mark.parametrize("pace", PACES)
def test_create_tasks_many_workers_under_a_low_limit_all_succeed(pace, serve, connect):
    number, rate, policy = PACES[pace]
    server, limiter = serve("http"), Limiter(rate)
    server.decides(limiter)
    payloads = [{"unique_id": f"u{row}"} for row in range(number)]
    started = time.monotonic()
    outcomes = list(connect(server, retries=policy).create_tasks("chat", payloads, workers=64))
    seconds = time.monotonic() - started
    assert [(o.status, o.error) for o in outcomes if o.error is not None] == []
    assert [outcome.task.unique_id for outcome in outcomes] == [p["unique_id"] for p in payloads]
    assert sorted(limiter.created) == sorted(payload["unique_id"] for payload in payloads)
    assert seconds < 5 * number / rate  # fair, and not by going one after the other for ever


@pytest.mark.timeout(30)
@pytest.mark.parametrize("workers", [1, 8, 64])
def test_create_tasks_server_that_only_rejects_ends_with_failed_outcomes(workers, serve, connect):
    server = serve("http")
    server.replies(answer({"error": "slow down"}, 429))
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
    server.replies(answer({"error": "slow down"}, 429))
    payloads = [{"unique_id": f"u{row}"} for row in range(8)]
    policy = RetryPolicy(total=1000, backoff_factor=0.05, backoff_max=0.05, deadline=0.5)
    started = time.monotonic()
    outcomes = list(connect(server, retries=policy).create_tasks("chat", payloads, workers=8))
    assert {outcome.status for outcome in outcomes} == {"failed"}
    assert time.monotonic() - started < 3


@pytest.mark.timeout(30)
def test_create_tasks_long_retry_after_ends_with_failed_outcomes(serve, connect):
    server = serve("http")
    server.replies(answer({"error": "tomorrow"}, 429, retry_after=86_400))
    policy = RetryPolicy(retry_after_max=0)
    payloads = [{"unique_id": f"u{row}"} for row in range(8)]
    outcomes = list(connect(server, retries=policy).create_tasks("chat", payloads, workers=8))
    assert {outcome.status for outcome in outcomes} == {"failed"}


@pytest.mark.timeout(30)
def test_create_tasks_one_rejected_among_many_does_not_starve_it(serve, connect):
    """Whatever is rejected first is served before what comes after it."""
    server, seen = serve("http"), {}

    def reply(request):
        unique_id = sent_json(request)["unique_id"]
        seen[unique_id] = seen.get(unique_id, 0) + 1
        if unique_id == "u0" and seen["u0"] < 3:
            return answer({"error": "slow down"}, 429)
        return answer({"task_id": unique_id, "unique_id": unique_id})

    server.decides(reply)
    payloads = [{"unique_id": f"u{row}"} for row in range(64)]
    policy = RetryPolicy(backoff_factor=0.01)
    counts = connect(server, retries=policy).create_tasks("chat", payloads, workers=16).run()
    assert counts == {"created": 64} and seen["u0"] == 3
