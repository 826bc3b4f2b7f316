"""Client and sandbox together: whatever is called, and whatever fails on the way, a model agrees.

In the suite the same steps are taken each time. By hand they are others, and as many as one likes:
`python -W error -m tests.contract.test_stateful 500 60` makes 500 runs of 60 steps in each mode.
"""

import datetime as dt
import json
import logging
import sys
import tempfile
from collections import deque
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from scaleapi import RetryPolicy, ScaleConnectionError, ScaleDuplicateResource, ScaleException
from scaleapi.exceptions import ExceptionMap
from scaleapi.pagination import iter_items, next_by_token
from scaleapi.sandbox import Sandbox
from tests.contract.model import FAULTS, PARAMS, TRIES, Fault, Model, RejectedError, agree, plain

PASS = Fault({"delay": 0.0001}, acts=True, lost=False)  # goes well, and uses up its turn

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).filter(
    lambda text: text.strip() and text not in (".", "..")
)
known = st.sampled_from(["a", "b", "a,b"])  # likely to be met again
odd = st.sampled_from(["ü/1 %2F", "?x=1&y#z", "...", "\u2028\0"])
names = st.one_of(known, known, odd, texts)
keys = st.one_of(names, names, names, st.none())
kinds = st.sampled_from(["categorization", "categorization", "textcollection"])
metadata = st.dictionaries(texts, st.one_of(st.none(), st.integers(), texts), max_size=2)
tags = st.lists(st.one_of(known, known, names), max_size=3)
few = st.lists(st.sampled_from(FAULTS), max_size=TRIES - 1)
many = st.one_of(few, few, st.lists(st.sampled_from(FAULTS), min_size=TRIES, max_size=TRIES))
scattered = st.lists(st.sampled_from([*FAULTS, PASS, PASS, PASS]), max_size=9).filter(
    lambda faults: sum(fault is not PASS for fault in faults) < TRIES
)
picks = st.integers(-4, 4)  # the first tasks and the last, so that much happens to each
limits = st.sampled_from([None, 1, 2, 3])
ends = ["created", "updated", "completed"], ["after", "before"]
bounds = st.lists(st.tuples(*map(st.sampled_from, ends), picks), max_size=2)
filters = st.fixed_dictionaries(
    {},
    optional={
        "task_type": kinds,
        "status": st.sampled_from(["pending", "completed", "canceled", "error"]),
        "review_status": st.sampled_from(["accepted", "rejected", ["accepted", "rejected"]]),
        "unique_id": st.one_of(names, st.lists(names, max_size=2)),
        "tags": st.one_of(names, tags),
    },
)
places = st.sampled_from([{"project": "a"}, {"project": "b"}, {"batch": "a"}, {"batch": "b"}, {}])
listed_places = st.sampled_from(
    [{"project_name": "a"}, {"project_name": "b"}, {"batch_name": "a"}, {"batch_name": "b"}]
)


class Machine(RuleBasedStateMachine):
    """A sandbox, a client of it, and the model that both are held against."""

    def __init__(self, sandbox, live, folder):
        super().__init__()
        sandbox.reset()
        self.sandbox, self.file = sandbox, folder / "export.jsonl"
        self.client = sandbox.client(retries=RetryPolicy(TRIES - 1, backoff_factor=0), timeout=60)
        self.model = Model(live)
        self.shown = {}  # the tasks as the sandbox shows them, by id
        self.returned = None  # the last task that a call gave back
        for name, kind in (("a", "categorization"), ("b", "textcollection")):
            self.create_project(name, kind, [])
            self.create_batch(name, name, {}, [])
            for number in range(3):
                self.create_task(kind, {"batch": name}, f"{name}{number}", {}, [])

    def teardown(self):
        self.client.close()

    # Sending

    def call(self, faults, send, act, refusal=None, find=None, method="POST"):
        """Send something into faults; see that it ends as the model says, and return what came."""
        self.fail(faults, method)
        self.fail(faults[: TRIES - 1])  # for look-ups, which get through
        expected = self.foretell(deque(faults), act, refusal, find)
        try:
            response = send()
        except ScaleException as error:
            assert type(error) is expected, error
            return None
        assert not isinstance(expected, type), f"{expected} was not raised: {response}"
        return response

    def fail(self, faults, method="GET"):
        """Make the next calls with this method go wrong."""
        for fault in faults:
            self.sandbox.add_fault(method, times=1, **fault.options)

    def foretell(self, faults, act, refusal, find, once=False):
        """Do in the model what each try does; the exception that the caller should get, if any.

        Those of `faults` that are met are taken out. `once` is for what is not sent again after a
        lost response; `find` says whether a look-up after one finds the caller's own.
        """
        was_lost = False
        for _ in range(TRIES):
            fault = faults.popleft() if faults else PASS
            refused = self.refusal(act) if fault.acts else None
            if fault is PASS or (refused and "truncated" in fault.options):  # its head tells all
                break
            was_lost |= fault.lost
            if once and fault.lost:
                return ExceptionMap.get(fault.code, ScaleConnectionError)
        else:
            return ExceptionMap.get(fault.code, ScaleConnectionError)
        if refused is None or (was_lost and refused == refusal and find()):
            return None
        return ExceptionMap[refused]

    @staticmethod
    def refusal(act):
        try:
            act()
        except RejectedError as refused:
            return refused.code
        return None

    @invariant()
    def all_is_as_the_model_says(self):
        self.sandbox.clear_faults()
        tasks = list(iter_items(lambda step: self.client.tasks(**step), next_by_token, {}))[::-1]
        assert [plain(task.as_dict()) for task in tasks] == [
            plain(each) for each in self.model.tasks
        ]
        for task, mine in zip(tasks, self.model.tasks):
            doc, before = task.as_dict(), self.shown.get(task.id, task.as_dict())
            assert mine.setdefault("_id", task.id) == task.id
            assert doc["created_at"] == before["created_at"] <= before["updated_at"]
            assert before["updated_at"] <= doc["updated_at"]
            assert ("completed_at" in doc) == (doc["status"] == "completed")
            mine["_times"] = {key[:-3]: doc[key] for key in doc if key.endswith("ed_at")}
        self.shown = {task.id: task.as_dict() for task in tasks}
        if self.returned is not None:
            returned = {**self.returned.as_dict()}
            returned.pop("work_started", None)  # which only the response to a create request has
            assert returned == self.shown[self.returned.id]
        self.returned = None
        batches = {each.name: each.as_dict() for each in self.client.get_batches()}
        assert {name: without_time(each) for name, each in batches.items()} == self.model.batches

    def task(self, pick):
        return self.model.tasks[pick]

    # Projects and batches

    @rule(name=names, kind=kinds, faults=many)
    def create_project(self, name, kind, faults):
        made = self.call(
            faults,
            lambda: self.client.create_project(name, kind),
            lambda: self.model.create_project(name, kind),
            refusal=409,
            find=lambda: self.model.projects[name] == kind,
        )
        assert made is None or (made.name, made.type) == (name, kind)
        self.sandbox.clear_faults()
        assert {each.name: each.type for each in self.client.projects()} == self.model.projects

    @rule(name=names, project=known, metadata=metadata, faults=many)
    def create_batch(self, name, project, metadata, faults):
        wanted = {"name": name, "project": project, "metadata": metadata}
        made = self.call(
            faults,
            lambda: self.client.create_batch(project, name, metadata=metadata),
            lambda: self.model.create_batch(name, project, metadata),
            refusal=409,
            find=lambda: agree(self.model.batches[name], wanted, "project", "metadata"),
        )
        assert made is None or without_time(made.as_dict()) == self.model.batches[name]

    @rule(pick=picks, faults=many)
    def finalize(self, pick, faults):
        batch = self.batch(pick)
        done = ("in_progress", "completed")
        made = self.call(
            faults,
            lambda: self.client.finalize_batch(batch["name"]),
            lambda: self.model.finalize(batch["name"]),
            refusal=400,
            find=lambda: batch["status"] in done,
        )
        assert made is None or without_time(made.as_dict()) == batch

    @rule(pick=picks, metadata=metadata, faults=many)
    def set_batch_metadata(self, pick, metadata, faults):
        batch = self.batch(pick)
        made = self.call(
            faults,
            lambda: self.client.set_batch_metadata(batch["name"], metadata),
            lambda: batch.update(metadata=metadata),
        )
        assert made is None or made.metadata == metadata

    @rule(pick=picks, faults=few)
    def batch_status(self, pick, faults):
        batch = self.batch(pick)
        states = [each["status"] for each in self.model.tasks if each.get("batch") == batch["name"]]
        self.fail(faults)
        found = self.client.batch_status(batch["name"])
        expected = {state: states.count(state) for state in states}
        assert found == {"status": batch["status"], **expected}

    def batch(self, pick):
        return list(self.model.batches.values())[pick % len(self.model.batches)]

    # Tasks

    @rule(
        kind=kinds,
        place=places,
        unique_id=keys,
        more=st.fixed_dictionaries({"tags": tags}, optional={"metadata": metadata}),
        faults=many,
    )
    def create_task(self, kind, place, unique_id, more, faults):
        body = {**self.body(place, unique_id), **more}
        made = self.call(
            faults,
            lambda: self.client.create_task(kind, **body),
            lambda: self.model.create_task(kind, body),
            refusal=409,
            find=lambda: self.model.own_task(kind, body),
        )
        assert made is None or agree(made.as_dict(), {**body, "type": kind}, "unique_id", "type")
        self.returned = made

    @staticmethod
    def body(place, unique_id):
        return {
            "instruction": "i", **PARAMS, **place, **({"unique_id": unique_id} if unique_id else {})
        }  # fmt: skip

    @rule(kind=kinds, place=places, unique_ids=st.lists(keys, max_size=4), faults=few)
    def create_many(self, kind, place, unique_ids, faults):
        rows = [self.body(place, unique_id) for unique_id in unique_ids]
        self.fail(faults, "POST")
        self.fail(faults)
        outcomes = list(self.client.create_tasks(kind, rows, workers=1))
        left = deque(faults)
        taken = {task.get("unique_id") for task in self.model.tasks} - {None}
        assert [outcome.payload for outcome in outcomes] == rows
        for row, outcome in zip(rows, outcomes):
            if row.get("unique_id") in taken:  # looked up before, so that nothing is sent
                is_own = self.model.task_like(kind, row)
                statuses = ("existed",) if is_own else ("failed",)
                error = type(None) if is_own else ScaleDuplicateResource
            else:
                statuses, error = self.foretold_row(left, kind, row)
            assert outcome.status in statuses
            assert type(outcome.error) is error

    def foretold_row(self, faults, kind, row):
        """The statuses that a payload may come to, and the type of its error."""
        has_key = "unique_id" in row
        was_there = has_key and self.model.task_like(kind, row) is not None
        error = self.foretell(
            faults,
            lambda: self.model.create_task(kind, row),
            refusal=409,
            find=lambda: self.model.own_task(kind, row),
            once=not has_key,
        )
        if error is None:  # which of the two its age tells, to the second
            return ("created", "existed")[: 1 + was_there], type(None)
        if error is ScaleDuplicateResource and self.model.task_like(kind, row):
            return ("existed",), type(None)
        return ("failed",), error

    def change(self, faults, pick, send, act, **more):
        task = self.task(pick)
        made = self.call(faults, lambda: send(task["_id"]), lambda: act(task), **more)
        assert made is None or made.id == task["_id"]
        self.returned = made

    @rule(pick=picks, unique_id=names, faults=many)
    def update_unique_id(self, pick, unique_id, faults):
        self.change(
            faults,
            pick,
            lambda task_id: self.client.update_task_unique_id(task_id, unique_id),
            lambda task: self.model.set_unique_id(task, unique_id),
        )

    @rule(pick=picks, faults=many)
    def clear_unique_id(self, pick, faults):
        self.change(
            faults,
            pick,
            self.client.clear_task_unique_id,
            lambda task: task.pop("unique_id", None),
            method="DELETE",
        )

    @rule(pick=picks, metadata=metadata, faults=many)
    def set_metadata(self, pick, metadata, faults):
        self.change(
            faults,
            pick,
            lambda task_id: self.client.set_task_metadata(task_id, metadata),
            lambda task: task.update(metadata=metadata),
        )

    @rule(pick=picks, how=st.sampled_from(["set", "add", "delete"]), tags=tags, faults=many)
    def change_tags(self, pick, how, tags, faults):
        merges = {
            "set": lambda old: tags,
            "add": lambda old: old + tags,
            "delete": lambda old: [tag for tag in old if tag not in tags],
        }
        send = getattr(self.client, f"{how}_task_tags")
        self.change(
            faults,
            pick,
            lambda task_id: send(task_id, tags),
            lambda task: task.update(tags=list(dict.fromkeys(merges[how](task.get("tags", []))))),
            method={"set": "POST", "add": "PUT", "delete": "DELETE"}[how],
        )

    @rule(pick=picks, clear=st.booleans(), faults=many)
    def cancel(self, pick, clear, faults):
        task = self.task(pick)
        self.change(
            faults,
            pick,
            lambda task_id: self.client.cancel_task(task_id, clear_unique_id=clear),
            lambda task: self.model.cancel(task, clear),
            refusal=400,
            find=lambda: task["status"] == "canceled" and not (clear and "unique_id" in task),
        )

    @rule(pick=picks, accepted=st.booleans(), comments=st.one_of(st.none(), texts), faults=many)
    def audit(self, pick, accepted, comments, faults):
        task = self.task(pick)
        self.call(
            faults,
            lambda: self.client.audit_task(task["_id"], accepted, comments),
            lambda: self.model.audit(task, accepted, comments),
        )

    @rule(pick=picks, how=st.sampled_from(["complete", "complete", "fail", "recall"]))
    def labelers_work(self, pick, how):
        task = self.task(pick)
        does = {
            "complete": (self.sandbox.complete_task, self.model.complete, ({"category": "dog"},)),
            "fail": (self.sandbox.fail_task, self.model.fail, ("no file",)),
            "recall": (self.sandbox.recall_task, self.model.recall, ()),
        }
        act, foretell, more = does[how]
        try:
            foretell(task, *more)
        except RejectedError:
            with pytest.raises(ValueError):
                act(task["_id"], *more)
        else:
            act(task["_id"], *more)

    # Reading

    @rule(place=listed_places, given=filters, bounds=bounds, faults=scattered, limit=limits)
    def list_and_count(self, place, given, bounds, faults, limit):
        given = {**place, **given, **self.bounds(bounds)}
        found = self.expected(given)
        self.fail(faults)
        assert [each.as_dict() for each in self.client.get_tasks(**given, limit=limit)] == found
        self.sandbox.clear_faults()
        self.fail([fault for fault in faults if fault is not PASS])
        assert self.client.get_tasks_count(**given) == len(found)

    @rule(
        place=listed_places, given=filters, faults=scattered, limit=limits,
        workers=st.sampled_from([1, 3]), gives_up=st.booleans(),
    )  # fmt: skip
    def export(self, place, given, faults, limit, workers, gives_up):
        given = {**place, **given}
        found, path = self.expected(given), self.file
        if gives_up:  # at some try or other; it goes on from there
            self.fail([PASS, PASS, *FAULTS[:3] * 3 * workers])
            try:
                self.client.export_tasks(path, **given, limit=limit, workers=workers)
            except ScaleException:
                assert not path.exists()
        self.sandbox.clear_faults()
        self.fail(faults)
        report = self.client.export_tasks(path, **given, limit=limit, workers=workers)
        assert [json.loads(line) for line in path.read_bytes().splitlines()] == found
        assert report.tasks == len(found)
        path.unlink()

    def bounds(self, bounds):
        """Filters by times that tasks have, so that they stand on the edge."""
        found = {}
        for which, end, pick in bounds:
            times = self.task(pick)["_times"]
            found[f"{which}_{end}"] = times.get(which, times["updated"])
        return found

    def expected(self, filters):
        return [self.shown[task["_id"]] for task in self.model.matching(filters)]


def without_time(batch):
    return {key: value for key, value in batch.items() if key != "created_at"}


def run(sandbox, live, folder, **options):
    run_state_machine_as_test(
        lambda: Machine(sandbox, live, folder),
        settings=settings(
            database=None, deadline=None, suppress_health_check=list(HealthCheck), **options
        ),
    )


@pytest.mark.parametrize("live", [False, True])
def test_stateful_client_and_sandbox_agree_with_the_model(
    live, request, tmp_path, caplog, monkeypatch
):
    # The model knows no ages: what an earlier call created, and equals, is taken for this call's.
    monkeypatch.setattr("scaleapi._http.retrying.CLOCK_TOLERANCE", dt.timedelta(days=1))
    caplog.set_level(logging.ERROR, "scaleapi")  # of all the warnings there are very many
    sandbox = request.getfixturevalue("live_sandbox" if live else "sandbox")
    run(sandbox, live, tmp_path, max_examples=15, stateful_step_count=40, derandomize=True)


if __name__ == "__main__":
    logging.getLogger("scaleapi").setLevel(logging.ERROR)
    examples, steps = map(int, sys.argv[1:])
    for mode in (False, True):
        with Sandbox(live=mode) as sandbox, tempfile.TemporaryDirectory() as scratch:
            run(sandbox, mode, Path(scratch), max_examples=examples, stateful_step_count=steps)
