"""`Retry-After` as a date goes by the clock of the service; no cap but the policy's applies."""

import signal
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

import scaleapi
from scaleapi import RetryPolicy, ScaleException, ScaleTooManyRequests
from tests.fixtures.replies import CONTENT, statuses
from tests.fixtures.servers import http_response

CLOCKS = {
    "an hour ahead": timedelta(hours=1),
    "an hour behind": timedelta(hours=-1),
    "years ahead": timedelta(days=2000),
    "years behind": timedelta(days=-8000),
    "right": timedelta(0),
}
FORMATS = {
    "IMF": lambda moment: format_datetime(moment, usegmt=True),
    "RFC 850": lambda moment: moment.strftime("%A, %d-%b-%y %H:%M:%S GMT"),
    "asctime": lambda moment: moment.strftime("%a %b %d %H:%M:%S %Y"),
}
every_clock = pytest.mark.parametrize("clock", CLOCKS)


def busy(clock, seconds, status=429, form="IMF"):
    """A response that asks for a retry so many seconds after its own Date."""
    date = datetime.now(timezone.utc).replace(microsecond=0) + CLOCKS[clock]
    after = FORMATS[form](date + timedelta(seconds=seconds))
    return http_response({}, status, date=FORMATS["IMF"](date), retry_after=after)


class Interrupted(BaseException):
    """Ends a delay that would last too long for a test."""


@pytest.fixture
def interrupt_after():
    """Ends what the test does after so many seconds, such as a delay of an hour."""

    def interrupt(*_):
        raise Interrupted

    def start(seconds):
        main = threading.main_thread().ident
        timers.append(threading.Timer(seconds, signal.pthread_kill, [main, signal.SIGUSR1]))
        timers[-1].start()

    timers = []
    before = signal.signal(signal.SIGUSR1, interrupt)
    yield start
    for timer in timers:
        timer.cancel()
        timer.join()
    signal.signal(signal.SIGUSR1, before)


@pytest.fixture
def limited(interrupt_after):
    """Gives the test two seconds."""
    interrupt_after(2)


@every_clock
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("seconds", [0, -50])
def test_retry_after_date_of_now_by_the_response_is_no_delay(
    seconds, status, clock, server, connect, limited
):
    server.replies(busy(clock, seconds, status), http_response({"a": 1}))
    result = connect(server, retries=RetryPolicy(backoff_factor=500)).api.request("GET", "x")
    assert (statuses(result.attempts), result.json) == ([status, 200], {"a": 1})
    assert result.attempts[0].delay == 0


@every_clock
@pytest.mark.parametrize("form", FORMATS)
def test_retry_after_date_past_the_deadline_ends_the_attempts(
    form, clock, server, connect, limited
):
    server.replies(busy(clock, 50, form=form))
    policy = RetryPolicy(backoff_factor=0.001, deadline=40)
    with pytest.raises(ScaleTooManyRequests) as caught:
        connect(server, retries=policy).get_task("t")
    assert statuses(caught.value.attempts) == [429] and len(server.requests) == 1


@every_clock
def test_retry_after_date_over_the_maximum_ends_the_attempts(clock, server, connect, limited):
    server.replies(busy(clock, 50))
    policy = RetryPolicy(backoff_factor=0.001, retry_after_max=49)
    with pytest.raises(ScaleTooManyRequests) as caught:
        connect(server, retries=policy).get_task("t")
    assert statuses(caught.value.attempts) == [429] and len(server.requests) == 1


@pytest.mark.parametrize("clock", ["an hour ahead", "an hour behind"])
def test_retry_after_date_delays_by_its_distance_from_the_date(clock, serve, connect, limited):
    server = serve("http")
    server.replies(busy(clock, 1))
    started = time.monotonic()
    with pytest.raises(ScaleTooManyRequests) as caught:
        connect(server, retries=RetryPolicy(total=1, backoff_factor=0.001)).get_task("t")
    assert [attempt.delay for attempt in caught.value.attempts] == [1, 0]
    assert 0.95 <= time.monotonic() - started < 1.9


@pytest.mark.parametrize("clock", ["an hour ahead", "an hour behind"])
def test_download_retry_after_date_goes_by_the_response(clock, server, connect, tmp_path, limited):
    server.replies(busy(clock, 0, 503), http_response(CONTENT))
    client = connect(server, retries=RetryPolicy(backoff_factor=500))
    path = client.download_response_url(f"{server.url}/a", tmp_path / "a")
    assert path.read_bytes() == CONTENT and len(server.requests) == 2


@pytest.mark.parametrize("date", [None, "", "soon", "Thu, 99 Jan 99999 99:99:99 GMT"])
def test_retry_after_date_without_readable_date_goes_by_the_local_clock(
    date, server, connect, limited
):
    now = datetime.now(timezone.utc)
    past, future = (FORMATS["IMF"](now + timedelta(seconds=seconds)) for seconds in (-3600, 3600))
    dated = {} if date is None else {"date": date}
    server.replies(http_response({}, 429, retry_after=past, **dated), http_response({"a": 1}))
    client = connect(server, retries=RetryPolicy(backoff_factor=500))
    assert client.api.get_request("x") == {"a": 1}
    server.replies(http_response({}, 429, retry_after=future, **dated))
    with pytest.raises(ScaleTooManyRequests) as caught:
        client.api.get_request("x")
    assert len(caught.value.attempts) == 1


@pytest.mark.parametrize("header", ["50000", "30001", "9" * 30])
def test_retry_after_number_over_a_large_maximum_ends_the_attempts(
    header, server, connect, limited
):
    """No library's cap makes less of it, and so allows it."""
    server.replies(http_response({}, 429, retry_after=header))
    policy = RetryPolicy(backoff_factor=0.001, retry_after_max=30_000)
    with pytest.raises(ScaleTooManyRequests) as caught:
        connect(server, retries=policy).get_task("t")
    assert statuses(caught.value.attempts) == [429] and len(server.requests) == 1


@every_clock
def test_retry_after_date_over_a_large_maximum_ends_the_attempts(clock, server, connect, limited):
    server.replies(busy(clock, 50_000))
    policy = RetryPolicy(backoff_factor=0.001, retry_after_max=30_000)
    with pytest.raises(ScaleTooManyRequests):
        connect(server, retries=policy).get_task("t")
    assert len(server.requests) == 1


@pytest.mark.parametrize("seconds", [21_601, 50_000, 100_000])
@pytest.mark.parametrize("as_date", [True, False])
def test_retry_after_within_a_large_maximum_is_obeyed_in_full(
    as_date, seconds, serve, connect, interrupt_after, caplog
):
    def reply(request):
        interrupt_after(0.2)
        return busy("right", seconds) if as_date else http_response({}, 429, retry_after=seconds)

    server = serve("http")
    server.decides(reply)
    caplog.set_level("INFO", "scaleapi")
    with pytest.raises(Interrupted):
        connect(server, retries=RetryPolicy(retry_after_max=100_000)).get_task("t")
    assert f"{seconds}" in caplog.text and len(server.requests) == 1


@pytest.mark.parametrize("header", ["-5", "1.5", "1e3", "soon", "", "٥", "5, 6", "+5", "0x5"])
def test_retry_after_that_is_not_readable_is_ignored(header, server, connect, limited):
    header = header.encode().decode("latin-1")
    server.replies(http_response({}, 429, retry_after=header), http_response({"a": 1}))
    result = connect(server).api.request("GET", "x")
    assert result.json == {"a": 1} and 0 < result.attempts[0].delay < 0.01


def test_attempt_has_its_delay(server, connect):
    server.replies(http_response({}, 503))
    with pytest.raises(scaleapi.ScaleServiceUnavailable) as caught:
        connect(server).get_task("t")
    delays = [attempt.delay for attempt in caught.value.attempts]
    assert delays[-1] == 0 and all(0 < delay < 0.01 for delay in delays[:-1])


ITERABLES = {
    "generators": lambda: ((status for status in [503]), (name for name in ["get"])),
    "iterators": lambda: (iter([503]), iter(["get"])),
    "maps": lambda: (map(int, ["503"]), map(str.lower, ["GET"])),
    "keys": lambda: ({503: 1}.keys(), {"GET": 1}.keys()),
    "sets": lambda: ({503}, frozenset(["Get"])),
    "range": lambda: (range(503, 504), ("get",)),
}


@pytest.mark.parametrize("kind", ITERABLES)
def test_retry_policy_takes_any_iterable_once(kind, server, connect):
    codes, names = ITERABLES[kind]()
    policy = RetryPolicy(backoff_factor=0.001, statuses=codes, methods=names)
    assert policy == RetryPolicy(backoff_factor=0.001, statuses=[503], methods=["GET"])
    assert (set(policy.statuses), set(policy.methods)) == ({503}, {"GET"})
    api = connect(server, retries=policy).api
    for method, status, attempts in (("GET", 503, 4), ("GET", 500, 1), ("POST", 503, 1)):
        server.replies(http_response({}, status))
        with pytest.raises(ScaleException) as caught:
            api.request(method, "x")
        assert len(caught.value.attempts) == attempts


@pytest.mark.parametrize(
    "settings",
    [
        {"statuses": (status for status in [503, "504"])},
        {"methods": iter(["GET", 5])},
        {"statuses": 503},
        {"methods": "GET"},
        {"statuses": iter("503")},
    ],
)
def test_retry_policy_iterable_of_something_else_raises(settings):
    (name,) = settings
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=name):
        RetryPolicy(**settings)


def test_retry_policy_replace_takes_a_generator():
    policy = RetryPolicy().replace(statuses=(status for status in [418]))
    assert policy.statuses == {418} and policy.methods == RetryPolicy().methods
