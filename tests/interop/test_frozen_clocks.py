"""freezegun and time-machine: a clock that stands still lets every call end."""

import datetime as dt

import freezegun
import pytest
import time_machine

import scaleapi
from scaleapi.tasks import TaskType
from tests.factories import TASK, page
from tests.fixtures.servers import http_response, silence

from .conftest import QUICK, TASK_ID

MOMENT = dt.datetime(2025, 3, 4, 10, 15, tzinfo=dt.timezone.utc)
NO_DELAY = {"retry_after": 0}

pytestmark = pytest.mark.timeout(20)


def freeze():
    return freezegun.freeze_time(MOMENT.replace(tzinfo=None))


def travel():
    return time_machine.travel(MOMENT, tick=False)


# Not a fixture that freezes: pytest measures its own set-up by the same clock.
by_each_tool = pytest.mark.parametrize(
    "frozen", [freeze, travel], ids=["freezegun", "time-machine"]
)


@by_each_tool
def test_call_with_frozen_clock_returns(connect, server, frozen):
    with frozen():
        server.replies(http_response(TASK))
        client = connect(server)
        assert client.get_task(TASK_ID).id == TASK_ID
        assert client.get_task(TASK_ID).id == TASK_ID
        assert dt.datetime.now(dt.timezone.utc) == MOMENT


def test_client_made_before_the_freeze_returns(connect, server):
    server.replies(http_response(TASK))
    client = connect(server)
    client.get_task(TASK_ID)
    for frozen in (freeze, travel):
        with frozen():
            assert client.get_task(TASK_ID).id == TASK_ID
    assert client.get_task(TASK_ID).id == TASK_ID


@by_each_tool
def test_retries_with_frozen_clock_end(connect, server, frozen):
    with frozen():
        server.replies(
            http_response(status=503), http_response(status=429, **NO_DELAY), http_response(TASK)
        )
        assert connect(server).get_task(TASK_ID).id == TASK_ID
        server.replies(http_response(status=503))
        with pytest.raises(scaleapi.ScaleServiceUnavailable) as caught:
            connect(server).get_task(TASK_ID)
        assert len(caught.value.attempts) == 4
        assert all(attempt.seconds >= 0 for attempt in caught.value.attempts)


@by_each_tool
def test_refused_connections_with_frozen_clock_end(client, frozen):
    with frozen():
        with pytest.raises(scaleapi.ScaleConnectionError) as caught:
            client.get_task(TASK_ID)
        assert len(caught.value.attempts) == 4


@by_each_tool
def test_deadline_with_frozen_clock_ends(connect, server, client, frozen):
    with frozen():
        policy = QUICK.replace(deadline=5)
        server.replies(http_response(status=503), http_response(TASK))
        assert connect(server, retries=policy).get_task(TASK_ID).id == TASK_ID
        server.replies(http_response(status=503))
        with pytest.raises(scaleapi.ScaleServiceUnavailable):
            connect(server, retries=policy).get_task(TASK_ID)
        with pytest.raises(scaleapi.ScaleConnectionError):
            client.with_options(retries=policy).get_task(TASK_ID)


@by_each_tool
def test_silent_server_with_frozen_clock_times_out(connect, server, frozen):
    server.replies(silence)
    for policy in (QUICK.replace(total=0), QUICK.replace(total=0, deadline=5)):
        with frozen(), pytest.raises(scaleapi.ScaleConnectionTimeout):
            connect(server, retries=policy, timeout=0.2).get_task(TASK_ID)


@by_each_tool
def test_bulk_run_with_frozen_clock_and_rate_limit_ends(connect, server, frozen):
    with frozen():
        server.replies(
            *[http_response(TASK)] * 4, http_response(status=429, **NO_DELAY), http_response(TASK)
        )
        payloads = [{"instruction": "?", "unique_id": f"u{number}"} for number in range(12)]
        run = connect(server).create_tasks(TaskType.ImageAnnotation, payloads, workers=3)
        assert [outcome.status for outcome in run] == ["created"] * 12


@by_each_tool
def test_bulk_run_with_frozen_clock_and_no_retry_after_ends(connect, server, frozen):
    with frozen():
        server.replies(*[http_response(TASK)] * 4, http_response(status=429), http_response(TASK))
        payloads = [{"instruction": "?", "unique_id": f"u{number}"} for number in range(12)]
        run = connect(server).create_tasks(TaskType.ImageAnnotation, payloads, workers=3)
        assert [outcome.status for outcome in run] == ["created"] * 12


@by_each_tool
def test_bulk_run_with_frozen_clock_and_deadline_ends(connect, server, frozen):
    with frozen():
        server.replies(http_response(status=503), http_response(TASK))
        client = connect(server, retries=QUICK.replace(deadline=5))
        payloads = [{"instruction": "?", "unique_id": f"u{number}"} for number in range(6)]
        run = client.create_tasks(TaskType.ImageAnnotation, payloads, workers=2)
        assert [outcome.status for outcome in run] == ["created"] * 6


@by_each_tool
def test_generator_with_frozen_clock_ends(connect, server, frozen):
    with frozen():
        server.replies(
            http_response(page(TASK, has_more=True, next_token="b")), http_response(page(TASK))
        )
        assert len(list(connect(server).get_tasks("p"))) == 2


@by_each_tool
def test_download_with_frozen_clock_ends(connect, server, frozen, tmp_path):
    with frozen():
        server.replies(
            http_response(status=503), http_response(b"a mask", content_type="image/png")
        )
        address = server.url[: -len("/v1")] + "/masks/1.png"
        path = connect(server).download_response_url(address, tmp_path / "1.png")
        assert path.read_bytes() == b"a mask"
