"""Waiting for tasks: each yielded once, none lost, few requests."""

import datetime as dt
import itertools
import pickle
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

import scaleapi
from scaleapi import RetryPolicy, Task
from scaleapi._polling import Polling
from scaleapi._timestamps import parse_iso8601
from tests.fixtures.network import SimulatedClock
from tests.fixtures.wire import Wire

START = dt.datetime(2026, 3, 4, tzinfo=dt.timezone.utc)
HOUR = 3600
NAMES = ("project", "batch", "status")
TIME_BOUNDS = ("updated_after", "start_time", "end_time")


class Service(Wire):
    """Tasks that change on a simulated clock, in projects "p" and others.

    Attributes:
        inclusive: Whether tasks at exactly the bound `updated_after` are listed.
        page_size: Tasks per page.
        after_page: Called with the number of each page of a listing, once it was made.
        fails: Whether every request fails.
        tasks: The JSON of each task, by id, the oldest first.
        queries: The query of each listing, of its first page only.
    """

    def __init__(self, clock):
        super().__init__()
        self.clock = clock
        self.inclusive = True
        self.page_size = 100
        self.after_page = lambda number: None
        self.fails = False
        self.tasks = {}
        self.queries = []

    def add(self, number=1, **fields):
        """Create tasks, a millisecond apart."""
        made = []
        for _ in range(number):
            created = stamp(len(self.tasks) / 1000)
            task_id = f"{len(self.tasks):024x}"
            self.tasks[task_id] = {
                "task_id": task_id, "type": "chat", "status": "pending", "project": "p",
                "created_at": created, "updated_at": created, **fields,
            }  # fmt: skip
            made.append(task_id)
        return made

    def finish(self, *ids, status="completed"):
        for task_id in ids:
            self.tasks[task_id].update(status=status, updated_at=self._now())

    def touch(self, task_id):
        self.tasks[task_id]["updated_at"] = self._now()

    def _now(self):
        return stamp(HOUR + self.clock.now)

    def send(self, request, **settings):
        parts = urlsplit(request.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        number = int(query.get("next_token", 0)) // self.page_size
        if self.fails:
            self.answers = [(503, {"error": "busy"})]
        elif parts.path.startswith("/v1/task/"):
            task = self.tasks.get(parts.path.rpartition("/")[2])
            self.answers = [(404, {"error": "no such task"}) if task is None else (200, task)]
        else:
            if number == 0:
                self.queries.append(query)
            self.answers = [(200, self._page(query))]
        response = super().send(request, **settings)
        self.after_page(number)
        return response

    def _page(self, query):
        docs = [task for task in reversed(self.tasks.values()) if self._matches(task, query)]
        start = int(query.get("next_token", 0))
        end = start + self.page_size
        more = end < len(docs)
        page = {"total": len(docs), "limit": self.page_size, "offset": start, "has_more": more}
        return {"docs": docs[start:end], **page, "next_token": str(end) if more else None}

    def _matches(self, task, query):
        bounds = {name: parse_iso8601(query[name]) for name in TIME_BOUNDS if name in query}
        created, updated = (parse_iso8601(task[key] or "") for key in ("created_at", "updated_at"))
        since = bounds.get("updated_after")
        return (
            all(task.get(name) == query[name] for name in NAMES if name in query)
            and (since is None or updated > since or (self.inclusive and updated == since))
            and ("start_time" not in bounds or created >= bounds["start_time"])
            and ("end_time" not in bounds or created <= bounds["end_time"])
        )


def stamp(seconds):
    """The point in time so long after the start of the first task."""
    return (START + dt.timedelta(seconds=seconds)).isoformat(timespec="milliseconds")[:-6] + "Z"


@pytest.fixture
def clock():
    return SimulatedClock()


@pytest.fixture
def service(clock):
    return Service(clock)


@pytest.fixture
def client(clock, service):
    with scaleapi.ScaleClient("test_key", retries=0) as client:
        client.api.session.mount("https://", service)
        client.api = client.api._with(clock=clock)
        yield client


def given(client, service, ids):
    return [Task(dict(service.tasks[task_id]), client) for task_id in ids]


def ids_of(tasks):
    return [task.id for task in tasks]


@pytest.fixture(params=["given", "filters"])
def wanted(request, client, service):
    """Returns what to wait for: some tasks, as objects or as filters that match them."""

    def make(ids):
        return given(client, service, ids) if request.param == "given" else {"project_name": "p"}

    return make


@pytest.mark.parametrize("inclusive", [True, False])
def test_wait_for_tasks_yields_each_task_once(wanted, client, service, clock, inclusive):
    service.inclusive = inclusive
    ids = service.add(250)
    for row, task_id in enumerate(ids):
        clock.at(row // 7, lambda task_id=task_id: service.finish(task_id))
    found = list(client.wait_for_tasks(wanted(ids)))
    assert sorted(ids_of(found)) == ids
    assert {task.status for task in found} == {"completed"}
    assert not any("status" in query for query in service.queries[:9])  # no full check was needed


@pytest.mark.parametrize("inclusive", [True, False])
def test_wait_for_tasks_changes_in_one_millisecond_are_all_found(
    wanted, client, service, clock, inclusive
):
    """Half of them is finished as a poll begins, at the time that the next poll starts from."""
    service.inclusive = inclusive
    ids = service.add(200)
    clock.at(2, lambda: service.finish(*ids[:50]))

    def finish_the_rest(number):
        if clock.now == 2 and ids[60] in service.tasks:
            service.finish(*ids[50:])

    service.after_page = finish_the_rest
    assert sorted(ids_of(client.wait_for_tasks(wanted(ids)))) == ids
    assert len(service.queries) == 3


def test_wait_for_tasks_change_behind_the_current_page_is_not_lost(wanted, client, service, clock):
    """A task is finished after its page was fetched, and one on a later page changes later."""
    service.page_size = 3
    ids = service.add(9)

    def change(number):
        if len(service.queries) == 2 and number == 0:
            service.finish(ids[8])
            clock.now += HOUR
            service.touch(ids[0])
            clock.now += HOUR

    service.after_page = change
    clock.at(2, lambda: [service.touch(task_id) for task_id in ids])
    clock.at(3 * HOUR, lambda: service.finish(*ids[:8]))
    found = client.wait_for_tasks(wanted(ids))
    assert next(found).id == ids[8]
    assert len(service.queries) == 3
    assert sorted(ids_of(found)) == ids[:8]


def test_wait_for_tasks_finished_while_being_listed_is_yielded_once(wanted, client, service, clock):
    """A task that is created meanwhile moves the others: the last of a page is listed again."""
    service.page_size = 3
    ids = service.add(9)
    service.finish(*ids[4:])

    def create(number):
        if len(service.queries) == 1 and number < 2:
            service.finish(*service.add())

    service.after_page = create
    clock.at(2, lambda: service.finish(*ids))
    found = ids_of(client.wait_for_tasks(wanted(ids)))
    assert sorted(found)[:9] == ids and len(set(found)) == len(found)


@pytest.mark.parametrize("status", ["completed", "error", "canceled"])
def test_wait_for_tasks_every_final_status_is_finished(wanted, client, service, status):
    (task_id,) = service.add()
    service.finish(task_id, status=status)
    service.add(project="other")
    (found,) = client.wait_for_tasks(wanted([task_id]))
    assert (found.id, found.status) == (task_id, status)


def test_wait_for_tasks_change_that_is_not_listed_is_found_by_the_full_check(
    wanted, client, service, clock
):
    ids = service.add(3)
    clock.at(2, lambda: service.touch(ids[0]))
    clock.at(9, lambda: service.tasks[ids[1]].update(status="completed"))
    found = client.wait_for_tasks(wanted(ids))
    assert next(found).id == ids[1]
    assert [query.get("status") for query in service.queries] == [None] * 10 + ["pending"]
    clock.at(clock.now + 5, lambda: service.finish(ids[0], ids[2]))
    assert sorted(ids_of(found)) == [ids[0], ids[2]]


def test_wait_for_tasks_timeout_checks_every_task_before_it_raises(wanted, client, service, clock):
    ids = service.add(9)
    clock.at(2, lambda: service.touch(ids[0]))
    clock.at(9, lambda: service.tasks[ids[1]].update(status="completed"))
    found = client.wait_for_tasks(wanted(ids), timeout=30)
    assert next(found).id == ids[1]
    assert clock.now == 30
    with pytest.raises(scaleapi.ScaleWaitTimeout) as caught:
        next(found)
    pending = [ids[0], *ids[2:]]
    assert sorted(ids_of(caught.value.pending)) == pending
    head, _, named = caught.value.message.partition(": ")
    assert head == "8 of 9 tasks are still pending after 30 s"
    assert len(named.split(", ")) == 6 and named.endswith(", ...")
    assert set(named.split(", ")[:5]) < set(pending)


def test_wait_for_tasks_timeout_of_zero_polls_once(wanted, client, service, clock):
    ids = service.add(2)
    service.finish(ids[0])
    found = client.wait_for_tasks(wanted(ids), timeout=0)
    assert next(found).id == ids[0]
    with pytest.raises(TimeoutError, match=f"^1 of 2 tasks is still pending after 0 s: {ids[1]}$"):
        next(found)
    assert clock.delays == []


def test_wait_for_tasks_requests_of_a_thousand_tasks_are_few(wanted, client, service, clock):
    """They finish over a minute, in an order that has nothing to do with that of their creation."""
    ids = service.add(1000)
    for row in range(1000):
        task_id = ids[row * 619 % 1000]
        clock.at(row * 0.06, lambda task_id=task_id: service.finish(task_id))
    assert len(list(client.wait_for_tasks(wanted(ids)))) == 1000
    assert len(service.sent) <= 40


def test_wait_for_tasks_given_finished_ones_are_yielded_without_a_request(client, service):
    ids = service.add(2)
    service.finish(*ids)
    tasks = given(client, service, ids)
    found = list(client.wait_for_tasks(iter([*tasks, *given(client, service, ids)])))
    assert all(one is other for one, other in zip(found, tasks)) and len(found) == 2
    assert list(client.wait_for_tasks([])) == []
    assert service.sent == []


def test_wait_for_tasks_given_ones_are_updated_in_place(client, service, clock):
    (task_id,) = service.add()
    (task,) = given(client, service, [task_id])
    clock.at(1, lambda: service.finish(task_id))
    clock.at(1, lambda: service.tasks[task_id].update(response={"a": 1}))
    (found,) = client.wait_for_tasks([task])
    assert found is task and task.response == {"a": 1}


def test_wait_for_tasks_given_ones_are_listed_by_project_and_creation(client, service):
    first = service.add(2, batch="b")
    second = service.add(1, project="q", batch="c") + service.add(1, project="q", batch="d")
    third = service.add(1, project=None)
    fourth = service.add(1, project=None, created_at=None)
    tasks = given(client, service, [*first, *second, *third, *fourth])
    service.finish(*first, *second, *third, *fourth)
    assert len(list(client.wait_for_tasks(tasks))) == 6
    places = [(query.get("project"), query.get("batch")) for query in service.queries]
    assert places == [("p", "b"), ("q", None), (None, None)]
    bounds = [("start_time" in query, "end_time" in query) for query in service.queries]
    assert bounds == [(True, True), (True, True), (False, False)]
    low, high = service.queries[0]["start_time"], service.queries[0]["end_time"]
    assert (
        low < service.tasks[first[0]]["created_at"] < service.tasks[first[1]]["created_at"] < high
    )


def test_wait_for_tasks_given_ones_of_unknown_age_are_listed_completely(client, service, clock):
    ids = service.add(3)
    tasks = [Task({"task_id": each, "project": "p", "status": "pending"}, client) for each in ids]
    service.finish(*ids)
    clock.now += HOUR
    assert sorted(ids_of(client.wait_for_tasks(tasks))) == ids
    assert set(service.queries[0]) == {"project", "include_attachment_url"}


def test_wait_for_tasks_given_ones_are_listed_from_the_oldest_state(client, service, clock):
    """One was fetched before the change of the other; of the last the time is not known."""
    ids = service.add(3)
    first = Task(dict(service.tasks[ids[0]]), client)
    clock.now += 10
    service.finish(ids[0], ids[2])
    clock.now += HOUR
    service.touch(ids[1])
    second = Task(dict(service.tasks[ids[1]]), client)
    found = client.wait_for_tasks([second, first])
    assert next(found) is first and len(service.queries) == 1
    bare = Task({"task_id": ids[2], "project": "p", "status": "pending"}, client)
    found = client.wait_for_tasks([second, bare])
    assert next(found) is bare and len(service.queries) == 2


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "soon", 5])
def test_wait_for_tasks_time_that_is_unusable_is_taken_as_unknown(client, service, time):
    (task_id,) = service.add()
    task = Task({**service.tasks[task_id], "created_at": time, "updated_at": time}, client)
    service.finish(task_id)
    assert ids_of(client.wait_for_tasks([task])) == [task_id]
    assert set(service.queries[0]) == {"project", "include_attachment_url"}


def test_wait_for_tasks_matching_ones_that_appear_later_are_waited_for(client, service, clock):
    ids = service.add(2)
    clock.at(3, lambda: ids.extend(service.add()))
    clock.at(5, lambda: service.finish(*ids[:2]))
    clock.at(100, lambda: service.finish(*ids))
    assert ids_of(client.wait_for_tasks({"project_name": "p"}, poll=1)) == [ids[1], ids[0], ids[2]]
    assert list(client.wait_for_tasks({"batch_name": "none"})) == []


def test_wait_for_tasks_until_a_function_says_so(wanted, client, service, clock):
    ids = service.add(2)
    service.finish(*ids)
    clock.at(5, lambda: service.tasks[ids[0]].update(customer_review_status="accepted"))
    clock.at(5, lambda: service.touch(ids[0]))  # now the next change will not be listed
    clock.at(9, lambda: service.tasks[ids[1]].update(customer_review_status="rejected"))

    def audited(task):
        return hasattr(task, "customer_review_status")

    found = list(client.wait_for_tasks(wanted(ids), audited))
    assert sorted(ids_of(found)) == ids and all(map(audited, found))
    assert not any("status" in query for query in service.queries)


def test_wait_for_tasks_deleted_given_task_raises_once_the_others_are_finished(
    client, service, clock
):
    ids = service.add(3)
    tasks = given(client, service, ids)
    clock.at(2, lambda: service.tasks.pop(ids[1]))
    clock.at(2 * HOUR, lambda: service.finish(ids[0], ids[2]))
    found = client.wait_for_tasks(tasks)
    assert [next(found).id, next(found).id] == [ids[2], ids[0]]
    with pytest.raises(scaleapi.ScaleResourceNotFound, match=f"1 of the tasks .*: {ids[1]}$"):
        next(found)


def test_wait_for_tasks_deleted_given_task_is_pending_when_time_is_up(client, service, clock):
    ids = service.add(2)
    tasks = given(client, service, ids)
    del service.tasks[ids[1]]
    with pytest.raises(scaleapi.ScaleWaitTimeout) as caught:
        list(client.wait_for_tasks(tasks, timeout=9))
    assert ids_of(caught.value.pending) == ids


def test_wait_for_tasks_deleted_matching_task_is_not_waited_for(client, service, clock):
    ids = service.add(2)
    clock.at(2, lambda: service.tasks.pop(ids[1]))
    clock.at(3, lambda: service.finish(ids[0]))
    assert ids_of(client.wait_for_tasks({"project_name": "p"})) == [ids[0]]


def test_wait_for_tasks_error_is_raised_and_calling_again_resumes(client, service, clock):
    ids = service.add(3)
    tasks = given(client, service, ids)
    clock.at(2, lambda: service.finish(ids[0]))
    found = client.wait_for_tasks(tasks)
    assert next(found).id == ids[0]
    service.fails = True
    with pytest.raises(scaleapi.ScaleServiceUnavailable):
        next(found)
    assert list(found) == []
    service.fails = False
    service.after_page = lambda number: service.finish(*ids[1:])
    assert sorted(ids_of(client.wait_for_tasks(tasks))) == ids


def test_wait_for_tasks_progress_has_the_number_of_known_tasks(client, service, clock):
    ids = service.add(2)
    tasks = given(client, service, ids)
    service.finish(*ids)
    seen = []
    list(client.wait_for_tasks(tasks, progress=lambda *numbers: seen.append(numbers)))
    assert seen == [(1, 2), (2, 2)]
    seen.clear()
    filters = {"project_name": "p"}
    list(client.wait_for_tasks(filters, progress=lambda *numbers: seen.append(numbers)))
    assert seen == [(1, 1), (2, 2)]


def test_wait_for_tasks_progress_bar_takes_the_new_total(client, service, capsys):
    ids = service.add(2)
    tasks = given(client, service, ids)
    service.finish(*ids)
    list(client.wait_for_tasks({"project_name": "p"}, progress=True))
    assert "wait_for_tasks: 100%" in capsys.readouterr().err
    list(client.wait_for_tasks(tasks, progress=True))
    assert "wait_for_tasks:   0%|          | 0/2" in capsys.readouterr().err  # while it waits


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"until": "done"}, "until must be 'finished' or a function of a Task, got 'done'"),
        ({"timeout": -1}, "timeout must be 0 or more seconds, or None for no limit, got -1"),
        ({"timeout": "9"}, "timeout must be .*, got '9'"),
        ({"timeout": float("nan")}, "timeout must be .*, got nan"),
        ({"poll": 0}, "poll must be a number of seconds over 0 .*, got 0"),
        ({"poll": (5, 2)}, r"poll must be .* \(first, largest\), got \(5, 2\)"),
        ({"poll": (1, 2, 3)}, "poll must be .*"),
        ({"poll": True}, "poll must be .*, got True"),
        ({"poll": 86_401}, "poll must be .*, got 86401"),
        ({"progress": 5}, "progress must be .*, got 5"),
        ({"tasks_or_filters": "t"}, "tasks_or_filters must be a list or another iterable, got 't'"),
        ({"tasks_or_filters": {}}, "At least one of project_name or batch_name must be given"),
        ({"tasks_or_filters": {"project": "p"}}, "unknown filter 'project' for wait_for_tasks()"),
        *(
            (
                {"tasks_or_filters": {"project_name": "p", name: value}},
                f"{name} must not be a filter of wait_for_tasks",
            )
            for name, value in {
                "status": "pending", "review_status": ["fixed"], "updated_after": "2026-01-01",
                "updated_before": "2026-01-01", "completed_after": "2026-01-01",
                "completed_before": "2026-01-01", "limited_response": True,
            }.items()
        ),
    ],
)  # fmt: skip
def test_wait_for_tasks_invalid_argument_is_rejected_when_called(client, arguments, message):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message.replace("()", r"\(\)")):
        client.wait_for_tasks(**{"tasks_or_filters": [], **arguments})


def test_wait_for_tasks_anything_but_a_task_is_rejected(client, service):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="must be a Task, got '66f1'"):
        next(client.wait_for_tasks(["66f1"]))


@pytest.mark.parametrize(
    "poll, randoms, delays",
    [
        ((2, 9), [0.0], [2, 3, 4.5, 6.75, 9, 9]),
        ((2, 9), [1.0, 0.0, 0.4], [1.5, 3, 4.05, 6.075, 8.1, 8.1]),
        (5, [0.0], [5] * 6),
    ],
)
def test_polling_intervals_grow_up_to_the_largest_and_are_jittered(poll, randoms, delays):
    clock = SimulatedClock(randoms=randoms)
    polling = Polling(clock, poll, None)
    for _ in delays:
        polling.sleep()
    assert clock.delays == pytest.approx(delays)


def test_polling_last_sleep_ends_at_the_deadline(clock):
    polling = Polling(clock, (2, 60), 4)
    polling.sleep()
    assert not polling.expired
    polling.sleep()
    assert polling.expired and clock.delays == [2, 2]
    clock.now += 5
    polling.sleep()
    assert clock.delays == [2, 2, 0]


def test_wait_timeout_pickles_without_the_client(client, service):
    tasks = given(client, service, service.add(2))
    with pytest.raises(scaleapi.ScaleWaitTimeout) as caught:
        list(client.wait_for_tasks(tasks, timeout=0))
    error = caught.value
    content = pickle.dumps(error)
    twin = pickle.loads(content)
    assert (twin.message, twin.code, str(twin)) == (error.message, None, error.message)
    assert twin.pending == error.pending and len(twin.pending) == 2
    assert b"test_key" not in content
    assert isinstance(error, TimeoutError) and error.pending[0]._client is client


QUICK = RetryPolicy(8, backoff_factor=0.001)


@pytest.mark.parametrize("kind", ["given", "filters"])
def test_wait_for_tasks_under_faults_finds_what_other_threads_finish(
    kind, live_sandbox, live_http, faults
):
    live_http.make_project()
    ids = [live_http.make_task(project="p")["task_id"] for _ in range(120)]
    actions = itertools.cycle(["complete", "complete", "fail", "cancel"])
    for seed, fault in enumerate(faults):
        live_sandbox.add_fault("GET", "/task*", rate=0.1 / len(faults), seed=seed, **fault)

    def work():
        for task_id in ids[::-1]:
            action = next(actions)
            if action == "complete":
                live_sandbox.complete_task(task_id, {"category": "cat"})
            elif action == "fail":
                live_sandbox.fail_task(task_id, "too dark")
            else:
                assert live_http.post(f"/task/{task_id}/cancel").status_code == 200

    with live_sandbox.client("test_key", retries=QUICK, timeout=5) as client:
        tasks = list(client.get_tasks("p")) if kind == "given" else {"project_name": "p"}
        worker = threading.Thread(target=work)
        worker.start()
        found = list(client.wait_for_tasks(tasks, timeout=60, poll=(0.01, 0.1)))
        worker.join()
    live_sandbox.clear_faults()
    assert sorted(ids_of(found)) == sorted(ids)
    assert {task.status for task in found} == {"completed", "error", "canceled"}
