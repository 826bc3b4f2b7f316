"""Windows cover all of an export, however its tasks lie in time and the service reads bounds."""

import datetime as dt
import json
import operator
from collections import namedtuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaleapi import ScaleInvalidArgument
from scaleapi.bulk.export.pages import RawTask
from scaleapi.bulk.export.partition import ExportWindow, build_plan
from scaleapi.bulk.runner import ThrottledPool
from scaleapi.bulk.throttle import AdaptiveThrottle
from scaleapi.pagination import Paginator

UTC = dt.timezone.utc
START = dt.datetime(2026, 1, 1, tzinfo=UTC)
Bounds = namedtuple("Bounds", "after before")
INCLUSIVE = Bounds(operator.ge, operator.le)
EXCLUSIVE = Bounds(operator.gt, operator.lt)
HALF_OPEN = Bounds(operator.ge, operator.lt)


class Service:
    """Counts tasks that were created at given moments, as `Reader` asks for it."""

    def __init__(self, moments, bounds=INCLUSIVE):
        self.moments = sorted(moments, reverse=True)
        self.bounds = bounds
        self.asked = 0

    def within(self, query):
        after, before = (
            dt.datetime.fromisoformat(query[name].replace("Z", "+00:00")) if name in query else None
            for name in ("start_time", "end_time")
        )
        return [
            each for each in self.moments
            if (after is None or self.bounds.after(each, after))
            and (before is None or self.bounds.before(each, before))
        ]  # fmt: skip

    def page(self, query):
        self.asked += 1
        found = self.within(query)
        rows = [RawTask("t", json.dumps({"created_at": each.isoformat()})) for each in found[:1]]
        return Paginator(rows, len(found), 1, 0, len(found) > 1)

    def count(self, query):
        return self.page(query).total


def planned(service, size=10, **filters):
    with ThrottledPool(AdaptiveThrottle(2)) as pool:
        return build_plan(service, {"project_name": "p", **filters}, pool, size)


def listed(service, windows):
    """What comes of reading each window, by `get_tasks`' names for the bounds."""
    names = {"start_time": "created_after", "end_time": "created_before"}
    queries = [
        {name: window.filters[ours] for name, ours in names.items() if ours in window.filters}
        for window in windows
    ]
    return [each for query in queries for each in service.within(query)]


moments = st.lists(
    st.one_of(
        st.integers(0, 20),  # milliseconds: a burst
        st.integers(0, 10**12),
        st.sampled_from([5, 10**6, 10**9]),  # many at one moment
    ).map(lambda ms: START + dt.timedelta(milliseconds=ms)),
    min_size=1,
    max_size=80,
)


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(moments, st.sampled_from([INCLUSIVE, EXCLUSIVE, HALF_OPEN]), st.integers(1, 30))
def test_export_windows_cover_every_task_newest_first(created, bounds, size):
    service = Service(created, bounds)
    found = planned(service, size)
    assert found.total == len(created)
    read = listed(service, found.windows)
    assert set(read) == set(created) and len(read) >= len(created)
    newest_of_each = [max(part) for part in (listed(service, [w]) for w in found.windows) if part]
    assert newest_of_each == sorted(newest_of_each, reverse=True)


def test_export_windows_exclude_tasks_created_later():
    service = Service([START] * 30 + [START + dt.timedelta(days=1)] * 30)
    found = planned(service)
    service.moments.insert(0, START + dt.timedelta(days=2))
    assert max(listed(service, found.windows)) == START + dt.timedelta(days=1)
    assert found.filters["created_before"].startswith("2026-01-02T00:00:00.001")


def test_export_windows_hold_max_tasks_where_time_is_divisible():
    hours = [START + dt.timedelta(hours=number) for number in range(1000)]
    found = planned(Service(hours), size=100)
    assert all(window.count <= 100 for window in found.windows)
    assert 10 <= len(found.windows) <= 30  # not one for each stretch that was counted


def test_export_windows_tasks_of_one_timestamp_stay_together():
    service = Service([START] * 500 + [START + dt.timedelta(hours=1)] * 5)
    found = planned(service)
    assert [window.count for window in found.windows] == [5, 500, 0]
    assert service.asked < 200  # a binary search of all milliseconds since 2015, some times over


@pytest.mark.parametrize(
    "bounds, shared", [(INCLUSIVE, 0), (EXCLUSIVE, 0), (HALF_OPEN, 1)], ids=str
)
def test_export_windows_neighbours_overlap_only_where_needed(bounds, shared):
    burst = [START + dt.timedelta(milliseconds=number) for number in range(100)]
    service = Service(burst, bounds)
    windows = planned(service).windows
    assert len(listed(service, windows)) == 100 + shared * (len(windows) - 1)


def test_export_windows_keep_the_callers_bounds():
    days = [START + dt.timedelta(days=number) for number in range(100)]
    own = {"created_after": "2026-01-11", "created_before": "2026-02-10 00:00:00.000000"}
    service = Service(days)
    service.within = lambda query, within=service.within: within(
        {name: as_utc(value) for name, value in query.items() if name.endswith("time")}
    )
    found = planned(service, size=5, **own)
    read = set(listed(service, found.windows))
    assert (min(read), max(read), len(read)) == (days[10], days[40], 31) == (*read_bounds(own), 31)
    assert found.windows[-1].filters["created_after"] == "2026-01-11"


@pytest.mark.parametrize("year", [1, 1000, 1969])
def test_export_windows_bound_may_be_the_earliest_date(year):
    service = Service([START] * 20 + [START + dt.timedelta(days=1)] * 20)
    found = planned(service, created_after=dt.datetime(year, 1, 1, tzinfo=UTC).isoformat())
    assert len(listed(service, found.windows)) == 40


def test_export_windows_created_before_holds_for_a_task_of_that_time():
    own = START.isoformat()
    assert planned(Service([START]), created_before=own).filters["created_before"] == own


def as_utc(text):
    moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def read_bounds(own):
    return [dt.datetime.fromisoformat(as_utc(text)) for text in own.values()]


@pytest.mark.parametrize("name", ["created_after", "created_before"])
def test_export_windows_invalid_bound_raises_before_sending(name):
    service = Service([START])
    with pytest.raises(
        ScaleInvalidArgument, match=f"{name} must be a timestamp such as .*'yesterday'"
    ):
        planned(service, **{name: "yesterday"})
    assert service.asked == 0


def test_export_windows_without_tasks_are_empty():
    service = Service([])
    assert planned(service).windows == [] and service.asked == 1


@pytest.mark.parametrize("created", ["", "soon", "2026-01-01", None, 5])
def test_export_windows_tasks_without_created_at_are_one_window(created, monkeypatch):
    service = Service([START] * 50)
    row = RawTask("t", json.dumps({"created_at": created}))
    monkeypatch.setattr(service, "page", lambda query: Paginator([row], 50, 1, 0, True))
    assert planned(service).windows == [ExportWindow({"project_name": "p"}, 50)]
