"""`RetryPolicy` and `Retry-After`, without sleeping."""

import email.utils
import pickle
import time

import pytest

import scaleapi
from scaleapi import RetryPolicy
from scaleapi.bulk.throttle import AdaptiveThrottle
from scaleapi.retries import parse_retry_after


def test_retry_policy_backoff_is_1_2_4_seconds_up_to_backoff_max():
    policy = RetryPolicy()
    assert [policy.delay(retry, None, 0.0) for retry in (1, 2, 3)] == [1, 2, 4]
    assert policy.delay(12, None, 0.0) == policy.delay(5000, None, 0.0) == 60
    assert RetryPolicy(backoff_factor=0.5, backoff_max=1).backoff(9) == 1


def test_retry_policy_jitter_subtracts_up_to_its_share():
    policy = RetryPolicy(jitter=0.25)
    assert policy.delay(3, None, 1.0) == 3
    assert policy.delay(3, None, 0.5) == 3.5
    assert RetryPolicy(jitter=0).delay(3, None, 1.0) == 4


def test_retry_policy_delay_obeys_retry_after_exactly():
    assert RetryPolicy().delay(1, parse_retry_after("7"), 1.0) == 7
    assert RetryPolicy().delay(1, parse_retry_after("60"), 0.0) == 60
    in_ten = email.utils.formatdate(time.time() + 10, usegmt=True)
    assert 8 < parse_retry_after(in_ten) <= 10


def test_retry_policy_retry_after_over_the_maximum_returns_none():
    assert RetryPolicy().delay(1, 61.0, 0.0) is None
    assert RetryPolicy(retry_after_max=120).delay(1, 61.0, 0.0) == 61


HUGE = ["9" * 5000, "Wed, 01 Jan 99999999999 00:00:00 GMT"]


@pytest.mark.parametrize(
    "header", ["soon", "", "1.5", "-3", "Wed, 99 Foo 2025 25:00:00 GMT", *HUGE]
)
def test_retry_policy_unreadable_retry_after_is_ignored(header):
    assert parse_retry_after(header) is None


def test_retry_after_date_in_the_past_is_no_delay():
    assert parse_retry_after("Wed, 01 Jan 2020 00:00:00 GMT") == 0


def test_retry_policy_is_a_value():
    policy = RetryPolicy(total=5)
    assert RetryPolicy(statuses=[503], methods={"get"}) == RetryPolicy(
        statuses=frozenset({503}), methods=frozenset({"GET"})
    )
    assert policy == RetryPolicy(5) and hash(policy) == hash(RetryPolicy(5))
    assert repr(policy).startswith("RetryPolicy(total=5, backoff_factor=2, backoff_max=60")
    assert policy.replace(deadline=9) == RetryPolicy(5, deadline=9)
    with pytest.raises(AttributeError):
        policy.total = 1
    with pytest.raises(ValueError, match="total must be"):
        policy.replace(total=-1)
    assert pickle.loads(pickle.dumps(policy)) == policy


def test_retry_policy_statuses_and_methods_by_default():
    policy = RetryPolicy()
    assert policy.total == 3
    assert policy.statuses == {408, 429, *range(500, 531)}
    assert policy.methods == {"GET", "POST", "PUT", "DELETE"}


@pytest.mark.parametrize(
    "setting",
    [
        {"total": -1},
        {"backoff_factor": -1},
        {"backoff_max": -1},
        {"retry_after_max": float("nan")},
        {"jitter": 1.5},
        {"jitter": -0.5},
        {"deadline": 0},
        {"deadline": -0.5},
        {"deadline": "9"},
        {"total": 2.5},
        {"total": "3"},
        {"backoff_factor": "1"},
        {"methods": "GET"},
        {"statuses": ["503"]},
        {"statuses": 503},
        {"methods": None},
        {"deadline": True},
    ],
)
def test_retry_policy_invalid_setting_raises(setting):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=f"{next(iter(setting))} must be"):
        RetryPolicy(**setting)


def test_retry_policy_settings_at_their_bounds_are_accepted():
    idle = RetryPolicy(0, backoff_factor=0, backoff_max=0, jitter=1, retry_after_max=0)
    assert idle.delay(1, None, 1.0) == idle.delay(1, 0.0, 1.0) == 0
    assert idle.delay(1, 1.0, 1.0) is None
    assert RetryPolicy(jitter=1).delay(1, None, 1.0) == 0
    assert RetryPolicy(deadline=0.1).deadline == 0.1


def test_throttle_slot_is_released_when_an_attempt_raises(client, wire):
    throttle = AdaptiveThrottle(1)
    api = client.api._with(throttle=throttle)
    wire.returns(RuntimeError("not of the network"))
    for _ in range(3):
        with pytest.raises(scaleapi.ScaleException, match="not of the network") as caught:
            api.get_request("x")
        assert isinstance(caught.value.__cause__, RuntimeError)
    assert throttle._in_flight == 0
