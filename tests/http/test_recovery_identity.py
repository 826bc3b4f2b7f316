"""Recovery returns an object only if the failed call itself created it."""

import json
import pickle
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

import pytest

import scaleapi
from scaleapi import Batch, Project, RetryPolicy, ScaleDuplicateResource, Task
from scaleapi._comparison import iter_differences
from tests.factories import page
from tests.fixtures.network import KEY, QUICK
from tests.fixtures.replies import TOKEN, sent_json, statuses
from tests.fixtures.servers import drop, http_response, silence

# The service's clock: far from the local one, so that nothing goes by the latter.
NOW = datetime(2031, 3, 4, 10, 15, 30, tzinfo=timezone.utc)
DATE = format_datetime(NOW, usegmt=True)


def created(seconds):
    """A `created_at` so many seconds after the service's time."""
    moment = NOW + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def dated(body, status=200, **headers):
    return http_response(body, status, date=DATE, **headers)


SENT_TASK = {
    "unique_id": "u",
    "project": "p",
    "batch": "b",
    "instruction": "Box every car.",
    "callback_url": "https://example.org/hook",
    "metadata": {"row": 1, "source": {"file": "a.csv", "lines": [1, 2]}},
    "tags": ["night", "rain"],
    "urgency": "standard",
    "attachment_type": "image",
    "attachment": "https://example.org/a.png",
    "geometries": {"box": {"objects_to_annotate": ["car"], "min_width": 5}},
}
TOP_LEVEL = ("unique_id", "project", "batch", "instruction", "callback_url", "metadata", "tags")
SHOWN_TASK = {
    "task_id": "t",
    "type": "imageannotation",
    "status": "pending",
    "created_at": created(0),
    "is_test": True,
    "urgency": "standard",
    **{name: SENT_TASK[name] for name in TOP_LEVEL},
    "params": {
        "attachment_type": "image",
        "attachment": "https://example.org/a.png",
        "geometries": {"box": {"objects_to_annotate": ["car"], "min_width": 5, "min_height": 0}},
        "with_labels": False,
    },
}
SHOWN_BATCH = {
    "name": "b",
    "project": "p",
    "status": "in_progress",
    "callback": "https://example.org/hook",
    "created_at": created(0),
    "metadata": {"owner": "ops", "more": {"a": [1]}},
}
PARAMS = {"instruction": "Box cars.", "geometries": {"box": {"objects_to_annotate": ["car"]}}}
SHOWN_PROJECT = {
    "name": "r",
    "type": "imageannotation",
    "created_at": created(0),
    "param_history": [{"version": 0, "created_at": created(0), **PARAMS}],
}


def create_task(client, **changes):
    return client.create_task("imageannotation", **{**SENT_TASK, **changes})


# How each is created, what is shown of it, its class, and how the look-up has it and has it not.
KINDS = {
    "task": (create_task, SHOWN_TASK, Task, page, dated(page())),
    "batch": (
        lambda c: c.create_batch(
            "p", "b", "https://example.org/hook", metadata={"owner": "ops", "more": {"a": [1]}}
        ),
        *(SHOWN_BATCH, Batch, lambda doc: doc, dated({"error": "no such batch"}, 404)),
    ),
    "project": (
        lambda c: c.create_project("r", "imageannotation", PARAMS),
        *(SHOWN_PROJECT, Project, lambda doc: doc, dated({"error": "no such project"}, 404)),
    ),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
FAILURES = {
    "503": dated({}, 503),
    "500": dated(b"<html>oh</html>", 500),
    "drop": drop,
    "two": None,  # see `plays`
    "part of a response": lambda sock: sock.sendall(dated({"task_id": "t"})[:-2]),
    "timeout": silence,
}
TAKEN = dated({"error": "it is taken"}, 409)


def plays(server, *look_ups, failure="503"):
    """Fail the creation, then reject it with 409; give these responses to the look-ups.

    Returns:
        A list of the times at which the look-ups arrive.
    """
    posts = [dated({}, 502), drop] if failure == "two" else [FAILURES[failure]]
    posts += [TAKEN]
    look_ups, arrivals = list(look_ups), []

    def reply(request):
        if request.method == "POST":
            return posts.pop(0)
        arrivals.append(time.monotonic())
        return look_ups.pop(0) if len(look_ups) > 1 else look_ups[0]

    server.decides(reply)
    return arrivals


def shows(server, kind, found, failure="503"):
    """The same, where the look-up finds this object."""
    plays(server, dated(KINDS[kind][3](found)), failure=failure)


def methods(server):
    return [request.method for request in server.requests]


def raises_existing(call, found, cls):
    """Whether the call raises with the object that was found."""
    with pytest.raises(ScaleDuplicateResource) as caught:
        call()
    error = caught.value
    assert type(error.existing) is cls
    assert error.existing.as_dict() == found
    assert error.code == 409 and "it is taken" in error.message
    assert statuses(error.attempts)[-1] == 409 and len(error.attempts) >= 2
    return error


# Fresh and the caller's own.


@every_kind
@pytest.mark.parametrize("failure", FAILURES)
def test_create_conflict_with_own_fresh_object_returns_it(failure, kind, server, connect):
    create, shown, cls, _, _ = KINDS[kind]
    shows(server, kind, shown, failure)
    made = create(connect(server, timeout=(20, 0.1) if failure == "timeout" else 20))
    assert type(made) is cls and made.as_dict() == shown
    posts = 3 if failure == "two" else 2
    assert methods(server) == ["POST"] * posts + ["GET"]
    assert len({request.body for request in server.requests[:posts]}) == 1


@every_kind
@pytest.mark.parametrize("seconds", [-3, -2.5, -2, -1, -0.001, 0.001, 1, 2, 3])
def test_create_conflict_with_an_object_of_a_clock_slightly_off_returns_it(
    seconds, kind, server, connect
):
    create, shown, _, _, _ = KINDS[kind]
    found = {**shown, "created_at": created(seconds)}
    shows(server, kind, found)
    assert create(connect(server)).as_dict() == found


@every_kind
@pytest.mark.parametrize("offset", [-7200, 0, 7200])
def test_create_conflict_with_a_fresh_object_in_another_time_zone_returns_it(
    offset, kind, server, connect
):
    create, shown, _, _, _ = KINDS[kind]
    zone = timezone(timedelta(seconds=offset))
    shows(server, kind, {**shown, "created_at": NOW.astimezone(zone).isoformat()})
    assert create(connect(server)).as_dict()["created_at"]


@every_kind
def test_create_conflict_where_the_service_names_no_date_returns_the_equal_object(
    kind, server, connect
):
    create, shown, _, wrap, _ = KINDS[kind]
    server.replies(
        http_response({}, 503),
        http_response({"error": "it is taken"}, 409),
        http_response(wrap(shown)),
    )
    assert create(connect(server)).as_dict() == shown


def test_create_conflict_after_the_local_clock_stood_still_returns_own_object(server, connect):
    """As in a machine that slept: by the service's clock an hour passed between the attempts."""
    later = format_datetime(NOW + timedelta(hours=1), usegmt=True)
    server.replies(
        *(dated({}, 503), http_response({"error": "it is taken"}, 409, date=later)),
        http_response(page({**SHOWN_TASK, "created_at": created(0.5)}), date=later),
    )
    assert create_task(connect(server)).id == "t"


# Older than the call.


@every_kind
@pytest.mark.parametrize("failure", ["503", "drop", "two"])
@pytest.mark.parametrize("seconds", [-60, -300, -3600, -365 * 86400])
def test_create_conflict_with_an_older_object_raises_with_existing(
    seconds, failure, kind, server, connect
):
    create, shown, cls, _, _ = KINDS[kind]
    found = {**shown, "created_at": created(seconds)}
    shows(server, kind, found, failure)
    raises_existing(lambda: create(connect(server)), found, cls)


@every_kind
def test_create_conflict_with_an_older_object_local_clock_has_no_effect(kind, server, connect):
    """By the local clock the object is fresh."""
    create, shown, cls, _, _ = KINDS[kind]
    found = {**shown, "created_at": datetime.now(timezone.utc).isoformat()}
    shows(server, kind, found)
    raises_existing(lambda: create(connect(server)), found, cls)


@every_kind
def test_create_conflict_existing_object_can_be_used(kind, server, connect):
    create, shown, cls, _, _ = KINDS[kind]
    found = {**shown, "created_at": created(-300)}
    shows(server, kind, found)
    error = raises_existing(lambda: create(connect(server)), found, cls)
    server.replies(http_response(found))
    calls = {
        "task": lambda: error.existing.refresh(),
        "batch": lambda: error.existing.get_status(),
        "project": lambda: error.existing.as_dict(),
    }
    calls[kind]()


@every_kind
def test_create_conflict_error_with_existing_pickles_without_the_key(kind, server, connect):
    create, shown, cls, _, _ = KINDS[kind]
    found = {**shown, "created_at": created(-300)}
    shows(server, kind, found)
    error = raises_existing(lambda: create(connect(server)), found, cls)
    data = pickle.dumps(error)
    assert KEY.encode() not in data and TOKEN.encode() not in data
    again = pickle.loads(data)
    assert (type(again), str(again), again.code) == (type(error), str(error), 409)
    assert KEY not in f"{vars(again)}" and KEY not in f"{vars(error)}"


@pytest.mark.parametrize("endpoint", ["task/imageannotation", "batches", "projects"])
def test_low_level_post_conflict_with_an_older_object_raises(endpoint, server, connect):
    bodies = {
        "task/imageannotation": ("task", SENT_TASK),
        "batches": ("batch", {"name": "b", "project": "p"}),
        "projects": ("project", {"name": "r", "type": "imageannotation"}),
    }
    kind, body = bodies[endpoint]
    shows(server, kind, {**KINDS[kind][1], "created_at": created(-300)})
    with pytest.raises(ScaleDuplicateResource, match="it is taken"):
        connect(server).api.post_request(endpoint, body)
    shows(server, kind, KINDS[kind][1])
    assert connect(server).api.post_request(endpoint, body) == KINDS[kind][1]


def test_v2_create_batch_conflict_with_an_older_batch_raises(server, connect):
    found = {
        **{"id": "1", "name": "b", "status": "staging", "created_at": created(0)},
        "project": {"id": "2", "name": "p"},
    }

    def create():
        request = scaleapi.api_client.v2.CreateBatchRequest(name="b", project_name="p")
        return connect(server).v2.create_batch(request)

    plays(server, dated(found))
    assert create().name == "b"
    plays(server, dated({**found, "created_at": created(-300)}))
    with pytest.raises(ScaleDuplicateResource, match="it is taken"):
        create()


# Another object under the same key.

TASK_DIFFERENCES = {
    "instruction": {"instruction": "Box every bicycle."},
    "type": {"type": "annotation"},
    "project": {"project": "another"},
    "batch": {"batch": "another"},
    "callback": {"callback_url": "https://example.org/other"},
    "metadata": {"metadata": {"row": 2, "source": {"file": "a.csv", "lines": [1, 2]}}},
    "deep in metadata": {"metadata": {"row": 1, "source": {"file": "a.csv", "lines": [1, 3]}}},
    "metadata that are empty": {"metadata": {}},
    "metadata without one key": {"metadata": {"row": 1}},
    "tags": {"tags": ["night"]},
    "no tags, for which the service shows no key": {"tags": ...},
    "no batch, for which the service shows no key": {"batch": ...},
    "attachment": {"params": {**SHOWN_TASK["params"], "attachment": "https://example.org/b.png"}},
    "deep in params": {
        "params": {
            **SHOWN_TASK["params"],
            "geometries": {"box": {"objects_to_annotate": ["truck"], "min_width": 5}},
        }
    },
    "number in params": {
        "params": {
            **SHOWN_TASK["params"],
            "geometries": {"box": {"objects_to_annotate": ["car"], "min_width": 6}},
        }
    },
    "urgency": {"urgency": "immediate"},
}


@pytest.mark.parametrize("difference", TASK_DIFFERENCES)
def test_create_task_conflict_with_a_fresh_task_that_differs_raises_with_existing(
    difference, server, connect
):
    found = {**SHOWN_TASK, **TASK_DIFFERENCES[difference]}
    found = {name: value for name, value in found.items() if value is not ...}
    shows(server, "task", found)
    raises_existing(lambda: create_task(connect(server)), found, Task)
    assert methods(server) == ["POST", "POST", "GET"]


NO_DIFFERENCES = {
    "more keys": {"completed_at": created(0), "response": {"annotations": []}, "other": 1},
    "more keys in params": {"params": {**SHOWN_TASK["params"], "extra": True}},
    "no callback": {"callback_url": ...},
    "no metadata": {"metadata": ...},
    "no instruction": {"instruction": ...},
    "no params": {"params": ...},
    "params without one": {"params": {"attachment_type": "image"}},
    "empty params": {"params": {}},
    "no project beside the batch": {"project": ...},
    "no urgency": {"urgency": ...},
    "no time": {"created_at": ...},
    "defaults within params": {
        "params": {
            "geometries": {
                "box": {"objects_to_annotate": ["car"], "min_width": 5, "can_rotate": False},
                "polygon": None,
            }
        }
    },
    "project's instruction after the task's": {"instruction": "Box every car.\nBe exact."},
    "numbers of another type": {
        "params": {"geometries": {"box": {"objects_to_annotate": ["car"], "min_width": 5.0}}}
    },
}


@pytest.mark.parametrize("what", NO_DIFFERENCES)
def test_create_task_conflict_with_own_task_in_another_form_returns_it(what, server, connect):
    found = {**SHOWN_TASK, **NO_DIFFERENCES[what]}
    found = {name: value for name, value in found.items() if value is not ...}
    shows(server, "task", found)
    assert create_task(connect(server)).as_dict() == found


SENT_OTHERWISE = {
    "tuple": {"tags": ("night", "rain")},
    "none": {"tags": None, "metadata": None, "batch": None, "geometries": None},
}


@pytest.mark.parametrize("what", SENT_OTHERWISE)
def test_create_task_conflict_compares_what_was_sent_as_json(what, server, connect):
    shows(server, "task", SHOWN_TASK)
    assert create_task(connect(server), **SENT_OTHERWISE[what]).as_dict() == SHOWN_TASK


def test_create_task_conflict_with_keys_that_are_no_strings_returns_own_task(server, connect):
    shows(server, "task", {**SHOWN_TASK, "metadata": {"1": "a"}})
    assert create_task(connect(server), metadata={1: "a"}).id == "t"


def test_create_task_conflict_defaults_within_a_list_are_no_difference(server, connect):
    sent = {"fields": [{"type": "text", "field_id": "a"}, {"type": "number", "field_id": "b"}]}
    shown = [{**field, "required": False} for field in sent["fields"]]
    shows(server, "task", {**SHOWN_TASK, "params": {**SHOWN_TASK["params"], "fields": shown}})
    assert create_task(connect(server), **sent).id == "t"
    for other in (shown[:1], shown[::-1], [*shown, shown[0]]):
        found = {**SHOWN_TASK, "params": {**SHOWN_TASK["params"], "fields": other}}
        shows(server, "task", found)
        raises_existing(lambda: create_task(connect(server), **sent), found, Task)


BATCH_DIFFERENCES = {
    "project": {"project": "another"},
    "metadata": {"metadata": {"owner": "sales", "more": {"a": [1]}}},
    "deep in metadata": {"metadata": {"owner": "ops", "more": {"a": [2]}}},
    "callback": {"callback": "https://example.org/other"},
}


@pytest.mark.parametrize("difference", BATCH_DIFFERENCES)
def test_create_batch_conflict_with_a_fresh_batch_that_differs_raises_with_existing(
    difference, server, connect
):
    found = {**SHOWN_BATCH, **BATCH_DIFFERENCES[difference]}
    shows(server, "batch", found)
    raises_existing(lambda: KINDS["batch"][0](connect(server)), found, Batch)


@pytest.mark.parametrize("shown", [{}, {"callback": ""}, {"callback": None}, {"metadata": {}}])
def test_create_batch_conflict_with_own_batch_of_defaults_returns_it(shown, server, connect):
    """The client sends a callback of "" and metadata of {} where the caller gave none."""
    found = {"name": "b", "project": "p", "status": "staging", "created_at": created(0), **shown}
    shows(server, "batch", found)
    assert connect(server).create_batch("p", "b").as_dict() == found


PROJECT_DIFFERENCES = {
    "type": {"type": "chat"},
    "params": {"param_history": [{"version": 0, "created_at": created(0), "instruction": "Else."}]},
    "deep in params": {
        "param_history": [
            {
                **{"version": 0, "created_at": created(0), "instruction": "Box cars."},
                "geometries": {"box": {"objects_to_annotate": ["truck"]}},
            }
        ]
    },
}


@pytest.mark.parametrize("difference", PROJECT_DIFFERENCES)
def test_create_project_conflict_with_a_fresh_project_that_differs_raises_with_existing(
    difference, server, connect
):
    found = {**SHOWN_PROJECT, **PROJECT_DIFFERENCES[difference]}
    shows(server, "project", found)
    raises_existing(lambda: KINDS["project"][0](connect(server)), found, Project)


@pytest.mark.parametrize("history", [..., [], None])
def test_create_project_conflict_with_own_project_without_history_returns_it(
    history, server, connect
):
    found = {**SHOWN_PROJECT, "param_history": history}
    if history is ...:
        del found["param_history"]
    shows(server, "project", found)
    assert KINDS["project"][0](connect(server)).as_dict() == found


def test_create_project_conflict_without_params_compares_none(server, connect):
    shows(server, "project", SHOWN_PROJECT)
    assert connect(server).create_project("r", "imageannotation").name == "r"


# A replica that lags behind.


@every_kind
@pytest.mark.parametrize("times", [1, 2])
def test_create_conflict_recovery_lookup_that_finds_nothing_yet_is_repeated(
    times, kind, server, connect
):
    create, shown, _, wrap, nothing = KINDS[kind]
    plays(server, *[nothing] * times, dated(wrap(shown)))
    assert create(connect(server)).as_dict() == shown
    assert methods(server) == ["POST", "POST"] + ["GET"] * (times + 1)


@every_kind
def test_create_conflict_recovery_lookup_that_fails_is_repeated(kind, server, connect):
    create, shown, _, wrap, nothing = KINDS[kind]
    plays(server, dated({}, 503), nothing, drop, dated(wrap(shown)))
    assert create(connect(server)).as_dict() == shown


@every_kind
def test_create_conflict_older_object_found_late_raises_with_existing(kind, server, connect):
    create, shown, cls, wrap, nothing = KINDS[kind]
    found = {**shown, "created_at": created(-300)}
    plays(server, nothing, dated(wrap(found)))
    raises_existing(lambda: create(connect(server)), found, cls)
    assert methods(server) == ["POST", "POST", "GET", "GET"]


@every_kind
def test_create_conflict_object_never_found_raises_the_conflict(kind, server, connect):
    create, _, _, _, nothing = KINDS[kind]
    plays(server, nothing)
    with pytest.raises(ScaleDuplicateResource) as caught:
        create(connect(server))
    assert (caught.value.message, caught.value.existing) == ("it is taken", None)
    assert statuses(caught.value.attempts) == [503, 409]
    assert 2 <= methods(server).count("GET") <= QUICK.total + 1


@every_kind
def test_create_conflict_recovery_lookups_are_delayed_by_the_policy(kind, server, connect):
    create, shown, _, wrap, nothing = KINDS[kind]
    arrivals = plays(server, nothing, nothing, dated(wrap(shown)))
    policy = RetryPolicy(backoff_factor=0.16, jitter=0)
    assert create(connect(server, retries=policy)).as_dict() == shown
    assert len(arrivals) == 3
    assert arrivals[1] - arrivals[0] >= 0.075 and arrivals[2] - arrivals[1] >= 0.15


@every_kind
def test_create_conflict_recovery_lookups_end_at_the_deadline(kind, server, connect):
    create, _, _, _, nothing = KINDS[kind]
    plays(server, nothing)
    policy = RetryPolicy(total=1000, backoff_factor=0.05, backoff_max=0.05, deadline=0.5)
    started = time.monotonic()
    with pytest.raises(ScaleDuplicateResource, match="it is taken"):
        create(connect(server, retries=policy))
    assert time.monotonic() - started < 2
    assert methods(server).count("GET") >= 2


# Where there was no ambiguous failure.


@every_kind
@pytest.mark.parametrize("before", [[], [dated({}, 429)], [dated({}, 408)]])
def test_create_conflict_without_ambiguous_failure_has_no_existing(before, kind, server, connect):
    server.replies(*before, TAKEN)
    with pytest.raises(ScaleDuplicateResource) as caught:
        KINDS[kind][0](connect(server))
    assert caught.value.existing is None
    assert methods(server) == ["POST"] * (len(before) + 1)


def test_upload_file_conflict_has_no_existing(server, connect):
    server.replies(dated({}, 503), TAKEN)
    with pytest.raises(ScaleDuplicateResource) as caught:
        connect(server).upload_file(b"x", reference_id="r")
    assert caught.value.existing is None


def test_duplicate_error_made_by_hand_has_no_existing():
    error = ScaleDuplicateResource("it is taken", 409)
    assert error.existing is None
    assert pickle.loads(pickle.dumps(error)).existing is None


OLD = {**SHOWN_TASK, "created_at": created(-90_000)}
CHANGES = {
    "update_task_unique_id": (lambda c: c.update_task_unique_id("t", "u"), 409, OLD),
    "cancel_task": (lambda c: c.cancel_task("t"), 400, {**OLD, "status": "canceled"}),
    "finalize_batch": (
        lambda c: c.finalize_batch("b"),
        *(400, {**SHOWN_BATCH, "created_at": created(-90_000)}),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_change_rejected_after_ambiguous_failure_age_of_the_object_has_no_effect(
    what, server, connect
):
    """Nothing is created, so that the object is older than the call."""
    change, status, found = CHANGES[what]
    server.replies(dated({}, 503), dated({"error": "it is so"}, status), dated(found))
    assert change(connect(server)).as_dict() == found


# Bulk calls.


def outcome_of_creation(server, connect, found, on_duplicate="fetch"):
    shows(server, "task", found)
    (outcome,) = connect(server).create_tasks(
        "imageannotation", [SENT_TASK], on_duplicate=on_duplicate
    )
    return outcome


def test_create_tasks_conflict_with_own_fresh_task_is_created(server, connect):
    outcome = outcome_of_creation(server, connect, SHOWN_TASK, "skip")
    assert (outcome.status, outcome.task.id) == ("created", "t")


@pytest.mark.parametrize("on_duplicate, status", [("fetch", "existed"), ("skip", "existed")])
def test_create_tasks_conflict_with_an_older_task_existed(on_duplicate, status, server, connect):
    outcome = outcome_of_creation(server, connect, OLD, on_duplicate)
    assert (outcome.status, outcome.error) == (status, None)
    assert (outcome.task is None) is (on_duplicate == "skip")


def test_create_tasks_conflict_with_an_older_task_of_other_content_existed(server, connect):
    """A job that is run again need not send what it sent at first."""
    outcome = outcome_of_creation(server, connect, {**OLD, "instruction": "Other.", "tags": []})
    assert (outcome.status, outcome.task.id) == ("existed", "t")


def test_create_tasks_conflict_with_an_older_task_and_fail_has_existing(server, connect):
    outcome = outcome_of_creation(server, connect, OLD, "fail")
    assert outcome.status == "failed"
    assert isinstance(outcome.error, ScaleDuplicateResource)
    assert outcome.error.existing.as_dict() == OLD


def test_create_tasks_conflict_with_a_task_of_another_project_fails_with_existing(server, connect):
    found = {**SHOWN_TASK, "project": "another"}
    outcome = outcome_of_creation(server, connect, found)
    assert outcome.status == "failed" and outcome.task is None
    assert isinstance(outcome.error, ScaleDuplicateResource)


def test_create_tasks_recovery_of_many_reports_each_task_with_its_payload(server, connect):
    seen = {}

    def reply(request):
        if request.method == "GET":
            asked = parse_qs(urlsplit(request.target).query)["unique_id"]
            return dated(page(*(seen[unique_id] for unique_id in asked if unique_id in seen)))
        body = sent_json(request)
        unique_id = body["unique_id"]
        if unique_id in seen:
            return TAKEN
        known = {"task_id": f"id of {unique_id}", "type": "chat", "created_at": created(0)}
        seen[unique_id] = {**known, **json.loads(request.body)}
        return drop if len(seen) % 2 else dated({}, 503)

    server.decides(reply)
    payloads = [{"unique_id": f"u{row}", "metadata": {"row": row}} for row in range(12)]
    outcomes = list(connect(server).create_tasks("chat", payloads, workers=4))
    assert [outcome.status for outcome in outcomes] == ["created"] * 12
    assert [outcome.task.metadata for outcome in outcomes] == [{"row": row} for row in range(12)]


@pytest.mark.parametrize(
    "sent, shown, same",
    [
        ("s3://mine/a/image.png", "s3://mine/a/image.png", True),
        ("s3://mine/a/image.png", "s3://other/b/image.png", False),
        ("s3://mine/a/i.png", "https://mine.s3.amazonaws.com/a/i.png?X-Amz-Signature=1", True),
        ("s3://mine/a/i.png", "https://s3.amazonaws.com/mine/a/i.png?X-Amz-Expires=9", True),
        ("s3://mine/a/i.png", "https://other.s3.amazonaws.com/a/i.png?X-Amz-Signature=1", False),
        ("https://h/img?id=1", "https://h/img?id=1&Expires=5&Signature=x", True),
        ("https://h/img?id=1", "https://h/img?id=2", False),
        ("https://h/a.png", "https://h/b.png", False),
    ],
)
def test_iter_differences_for_addresses_compares_the_file(sent, shown, same):
    differences = list(iter_differences({"a": [sent]}, {"a": [shown], "more": 1}, "at"))
    assert [difference.path for difference in differences] == ([] if same else ["at.a.0"])
