"""A job that is run again: look-ups in pages, existing tasks in any state, and comparisons."""

import copy
import itertools
import json
import pickle
from urllib.parse import parse_qs, urlsplit

import pytest

import scaleapi
from scaleapi import ScaleDuplicateResource, ScaleInvalidRequest
from scaleapi._comparison import ABSENT
from scaleapi.bulk import lookups
from tests.factories import CATEGORIZATION, page
from tests.fixtures.servers import http_response

LOOKS_FIRST = ["fetch", "compare"]


@pytest.fixture
def client(sandbox, bulk_threads_end):
    with sandbox.client(retries=scaleapi.RetryPolicy(backoff_factor=0.01), timeout=5) as client:
        client.create_project("p", "categorization")
        client.create_project("q", "categorization")
        client.create_batch("p", "b")
        yield client
        bulk_threads_end()


def payloads(number, **more):
    return [{**CATEGORIZATION, "unique_id": f"u{row}", **more} for row in range(number)]


def since(sandbox, begin):
    """The methods of the requests after the first ones."""
    return [request.method for request in sandbox.requests[begin:]]


@pytest.mark.parametrize("on_duplicate", LOOKS_FIRST)
def test_create_tasks_rerun_looks_up_100_ids_with_one_request_and_posts_nothing(
    on_duplicate, sandbox, client
):
    client.create_tasks("categorization", payloads(1000)).run()
    begin = len(sandbox.requests)
    run = client.create_tasks("categorization", payloads(1000), on_duplicate=on_duplicate)
    assert run.run() == {{"fetch": "existed", "compare": "same"}[on_duplicate]: 1000}
    methods = since(sandbox, begin)
    assert set(methods) == {"GET"} and len(methods) <= 14  # 8, 16, 32, 64, then 100 at a time


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize("on_duplicate", ["fetch", "compare", "skip"])
def test_create_tasks_rejected_request_of_existing_task_is_existed(
    status, on_duplicate, sandbox, client
):
    """Though the look-up before did not show it: somebody else was faster."""
    (first,) = client.create_tasks("categorization", payloads(1, batch="b"))
    sandbox.fail_next("GET", "/tasks", status=200, body=json.dumps(page()))
    sandbox.fail_next("POST", "/task/*", status=status, body=f'{{"status_code": {status}}}')
    if on_duplicate == "skip":
        sandbox.clear_faults()
        sandbox.fail_next("POST", "/task/*", status=status, body=f'{{"status_code": {status}}}')
    (outcome,) = client.create_tasks(
        "categorization", payloads(1, batch="b"), on_duplicate=on_duplicate
    )
    assert outcome.status == ("same" if on_duplicate == "compare" else "existed")
    if (on_duplicate, status) != ("skip", 409):
        assert outcome.task == first.task


@pytest.mark.parametrize("place", [{"project": "q"}, {"batch": "b", "project": "p"}])
def test_create_tasks_400_for_a_payload_of_a_foreign_task_raises_the_400(place, sandbox, client):
    client.create_task("categorization", **payloads(1, project="p")[0])
    sandbox.fail_next("GET", "/tasks", status=200, body=json.dumps(page()))
    sandbox.fail_next("POST", "/task/*", status=400, body='{"error": "batch was finalized"}')
    (outcome,) = client.create_tasks("categorization", payloads(1, **place))
    assert outcome.status == "failed" and type(outcome.error) is ScaleInvalidRequest
    assert "batch was finalized" in outcome.error.message


def test_create_tasks_400_without_such_a_task_is_failed(sandbox, client):
    sandbox.fail_next("POST", "/task/*", status=400, body='{"error": "no such project"}')
    (outcome,) = client.create_tasks("categorization", payloads(1))
    assert outcome.status == "failed" and "no such project" in outcome.error.message


def test_create_tasks_400_with_fail_is_not_looked_up(sandbox, client):
    client.create_task("categorization", **payloads(1)[0])
    sandbox.fail_next("POST", "/task/*", status=400, body='{"error": "no such project"}')
    begin = len(sandbox.requests)
    (outcome,) = client.create_tasks("categorization", payloads(1), on_duplicate="fail")
    assert outcome.status == "failed" and since(sandbox, begin) == ["POST"]


def test_create_tasks_after_finalize_reports_existed(live_sandbox):
    with live_sandbox.client() as client:
        client.create_project("p", "categorization")
        client.create_batch("p", "b")
        assert client.create_tasks("categorization", payloads(9, batch="b")).run() == {"created": 9}
        client.finalize_batch("b")
        for on_duplicate in ("fetch", "skip"):
            run = client.create_tasks(
                "categorization", payloads(9, batch="b"), on_duplicate=on_duplicate
            )
            assert run.run() == {"existed": 9}
        run = client.create_tasks("categorization", payloads(10, batch="b"))
        assert run.run() == {"existed": 9, "failed": 1}


def test_recovery_create_task_into_batch_finalized_meanwhile_returns_the_task(sandbox, client):
    """The service may reject the second attempt for the batch's state, not for the unique id."""
    sandbox.fail_next("POST", "/task/*", status=500, after_processing=True)
    sandbox.fail_next("POST", "/task/*", status=400, body='{"error": "batch was finalized"}')
    task = client.create_task("categorization", batch="b", unique_id="u", **CATEGORIZATION)
    assert (task.unique_id, client.tasks().total) == ("u", 1)


def test_recovery_create_task_with_invalid_payload_raises_the_400(sandbox, client):
    sandbox.fail_next("POST", "/task/*", status=500)
    with pytest.raises(ScaleInvalidRequest, match="attachment"):
        client.create_task("categorization", unique_id="u", instruction="?")


def test_create_tasks_failing_lookup_creates_all_the_same(sandbox, client):
    client.create_tasks("categorization", payloads(3)).run()
    sandbox.fail_next("GET", "/tasks", status=403, times=1)
    assert client.create_tasks("categorization", payloads(5)).run() == {"existed": 3, "created": 2}
    assert client.tasks().total == 5


def test_create_tasks_payloads_that_cannot_be_looked_up_are_sent(sandbox, client):
    without_id = {**CATEGORIZATION}
    given = [without_id, {**CATEGORIZATION, "unique_id": ""}, {**CATEGORIZATION, "unique_id": 5}]
    begin = len(sandbox.requests)
    outcomes = list(client.create_tasks("categorization", given))
    assert outcomes[0].status == "created"
    assert "GET" not in since(sandbox, begin)


def test_create_tasks_unique_id_of_half_a_character_fails_alone(client):
    given = [*payloads(2), {**CATEGORIZATION, "unique_id": "\ud800"}]
    statuses = [outcome.status for outcome in client.create_tasks("categorization", given)]
    assert statuses == ["created", "created", "created"] or statuses[2] == "failed"


def test_create_tasks_long_unique_ids_keep_the_query_short(server, connect):
    ids = [f"{'ä' * 300}{number}" for number in range(40)]

    def reply(request):
        if request.method == "GET":
            asked = parse_qs(urlsplit(request.target).query)["unique_id"]
            return http_response(page(*({"task_id": each, "unique_id": each, "type": "chat"}
                                 for each in asked)))  # fmt: skip
        return http_response({}, 500)

    server.decides(reply)
    given = [{"unique_id": each} for each in ids]
    assert connect(server).create_tasks("chat", given).run() == {"existed": 40}
    lengths = [len(urlsplit(request.target).query) for request in server.requests]
    assert max(lengths) <= lookups.MAX_QUERY_LENGTH + len("&limit=100")


def test_create_tasks_service_that_ignores_the_unique_ids_is_not_read_to_its_end(server, connect):
    def reply(request):
        if request.method == "GET":
            docs = [{"task_id": f"t{number}", "unique_id": f"x{number}"} for number in range(100)]
            return http_response(
                page(*docs, has_more=True, next_token=f"after {len(server.requests)}")
            )
        return http_response({"task_id": "new"})

    server.decides(reply)
    assert connect(server).create_tasks("chat", [{"unique_id": "u"}]).run() == {"created": 1}
    assert len(server.requests) <= 5
    with pytest.raises(scaleapi.ScaleException, match="does not filter by unique_id"):
        connect(server).plan_tasks("chat", [{"unique_id": "u"}])


def test_look_up_ahead_slow_payloads_do_not_wait_for_many_others():
    seconds = itertools.count()  # a clock by which each payload takes a second

    def slow():
        for row, payload in enumerate(payloads(20)):
            next(seconds)
            yield row, payload, payload

    sizes = [len(group) for group in lookups._groups(slow(), lambda: next(seconds))]
    assert sizes == [1] * 20


def test_look_up_ahead_quick_payloads_are_grouped_by_100():
    quick = ((row, payload, payload) for row, payload in enumerate(payloads(420)))
    sizes = [len(group) for group in lookups._groups(quick, lambda: 0.0)]
    assert sizes == [8, 16, 32, 64, 100, 100, 100]


def test_create_tasks_source_that_breaks_sends_what_came_before(client):
    def breaks():
        yield from payloads(30)
        raise LookupError("the file is cut off")

    with pytest.raises(LookupError, match="cut off"):
        client.create_tasks("categorization", breaks()).run()
    assert client.tasks().total == 30


def test_create_tasks_same_unique_id_twice_creates_one(client):
    given = [*payloads(3), *payloads(3)]
    assert client.create_tasks("categorization", given).run() == {"created": 3, "existed": 3}
    assert client.tasks().total == 3


CHANGES = {
    "the attachment": ({"attachment": "another"}, ["attachment"]),
    "a nested key": ({"metadata": {"a": {"b": 2}}}, ["metadata.a"]),
    "metadata without a key": ({"metadata": {}}, ["metadata.a"]),
    "tags": ({"tags": ["x"]}, ["tags"]),
    "one category": ({"categories": ["c", "d"]}, ["categories"]),
    "another parameter": ({"allow_multiple": True}, ["allow_multiple"]),
    "a parameter that the task lacks": ({"context": "x"}, ["context"]),
    "the instruction": ({"instruction": "Another?"}, ["instruction"]),
    "the project": ({"project": "q"}, ["project"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_create_tasks_compare_reports_paths_and_both_values(change, client):
    base = {"project": "p", "metadata": {"a": {"b": 1}}}
    client.create_tasks("categorization", payloads(2, **base)).run()
    changed, paths = CHANGES[change]
    rows = payloads(2, **base)
    rows[1].update(changed)
    same, differs = client.create_tasks("categorization", rows, on_duplicate="compare")
    assert (same.status, same.differences, differs.status) == ("same", (), "differs")
    assert [difference.path for difference in differs.differences] == paths
    difference = differs.differences[0]
    assert difference.payload != difference.task
    assert json.loads(json.dumps(differs.as_dict()))["differences"][0]["path"] == paths[0]


def test_create_tasks_compare_ignores_what_the_service_fills_in(client):
    """Defaults, the project's text after the instruction, and urgency."""
    client.create_project("r", "categorization", params={"instruction": "Mind the gap."})
    rows = payloads(1, project="r", instruction="What?", urgency="immediate", priority=10)
    client.create_tasks("categorization", rows).run()
    (outcome,) = client.create_tasks("categorization", rows, on_duplicate="compare")
    assert "Mind the gap." in outcome.task.instruction
    assert outcome.task.params["allow_multiple"] is False  # a default
    assert (outcome.status, outcome.differences) == ("same", ())


def test_create_tasks_compare_canceled_says_what_frees_the_id(live_sandbox):
    with live_sandbox.client() as client:
        client.create_tasks("categorization", payloads(1)).run()
        client.create_tasks("categorization", payloads(1)).run()
        task = next(iter(client.create_tasks("categorization", payloads(1)))).task
        task.cancel()
        (outcome,) = client.create_tasks("categorization", payloads(1), on_duplicate="compare")
        assert outcome.status == "canceled" and task.id in outcome.error.message
        assert isinstance(outcome.error, ScaleDuplicateResource)
        outcome.task.clear_unique_id()  # as the error says
        assert client.create_tasks("categorization", payloads(1)).run() == {"created": 1}


def test_plan_tasks_sends_no_change_and_apply_creates_what_is_missing(sandbox, client):
    client.create_tasks("categorization", payloads(300, project="p")).run()
    rows = payloads(350, project="p")
    rows[7] = {**rows[7], "attachment": "another"}
    begin = len(sandbox.requests)
    plan = client.plan_tasks("categorization", iter(rows))
    methods = since(sandbox, begin)
    assert set(methods) == {"GET"} and len(methods) <= 7
    assert dict(plan.counts) == {"create": 50, "same": 299, "differs": 1, "canceled": 0}
    assert [item.status for item in plan[:2]] == ["same", "same"] and len(plan) == 350
    assert plan[7].differences[0].path == "attachment"
    summary = plan.summary()
    assert "differs         1" in summary and "differs 7, unique_id 'u7'" in summary
    assert "attachment: 'another' in the payload" in summary
    assert json.loads(json.dumps(plan.as_dict()))["counts"]["create"] == 50
    outcomes = list(plan.apply(workers=3))
    assert [outcome.index for outcome in outcomes] == list(range(300, 350))
    assert {outcome.status for outcome in outcomes} == {"created"}
    assert dict(client.plan_tasks("categorization", rows).counts)["create"] == 0


def test_plan_tasks_apply_after_others_created_creates_nothing_twice(client):
    plan = client.plan_tasks("categorization", payloads(4))
    client.create_tasks("categorization", payloads(2)).run()
    client.create_task("categorization", **payloads(1, unique_id="u2", attachment="other")[0])
    assert [outcome.status for outcome in plan.apply()] == ["same", "same", "differs", "created"]
    assert client.tasks().total == 4


def test_plan_tasks_keeps_payloads_as_they_were(client):
    row = payloads(1)[0]
    plan = client.plan_tasks("categorization", [row])
    row["attachment"] = "changed"
    (outcome,) = plan.apply()
    assert outcome.task.params["attachment"] == CATEGORIZATION["attachment"]


@pytest.mark.parametrize(
    "second, status, paths",
    [({}, "same", []), ({"attachment": "z"}, "differs", ["attachment"]),
     ({"context": "z"}, "differs", ["context"])],
)  # fmt: skip
def test_plan_tasks_second_payload_of_a_unique_id_is_compared_to_the_first(
    second, status, paths, client
):
    rows = [*payloads(1), *payloads(1, **second)]
    first, again = client.plan_tasks("categorization", rows)
    assert (first.status, again.status) == ("create", status)
    assert [difference.path for difference in again.differences] == paths
    reverse = client.plan_tasks("categorization", rows[::-1])
    assert [difference.path for difference in reverse[1].differences] == paths


def test_plan_tasks_without_unique_id_are_to_create(client):
    client.create_task("categorization", **CATEGORIZATION)
    plan = client.plan_tasks("categorization", [CATEGORIZATION, CATEGORIZATION])
    assert plan.counts["create"] == 2


@pytest.mark.parametrize("payload", [5, None, "text", [1]])
def test_plan_tasks_payload_that_is_no_mapping_raises(payload, sandbox, client):
    begin = len(sandbox.requests)
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="each of payloads must be"):
        client.plan_tasks("categorization", [*payloads(1), payload])
    assert since(sandbox, begin) == []


def test_plan_tasks_failing_lookup_raises(sandbox, client):
    sandbox.add_fault("GET", "/tasks", status=403)
    with pytest.raises(scaleapi.ScaleException) as caught:
        client.plan_tasks("categorization", payloads(30))
    assert caught.value.code == 403


def test_create_tasks_compare_ignores_the_urgency_that_the_service_changes(server, connect):
    shown = {"task_id": "t", "type": "chat", "unique_id": "u", "urgency": "day", "params": {}}
    server.replies(http_response(page(shown)))
    payload = {"unique_id": "u", "urgency": "standard"}
    (outcome,) = connect(server).create_tasks("chat", [payload], on_duplicate="compare")
    assert outcome.status == "same"


def test_create_tasks_compare_ignores_settings_that_the_service_does_not_show(server, connect):
    shown = {"task_id": "t", "type": "chat", "unique_id": "u", "params": {}}
    server.replies(http_response(page(shown)))
    payload = {"unique_id": "u", "priority": 10, "project_version": 2, "attachment": "a"}
    (outcome,) = connect(server).create_tasks("chat", [payload], on_duplicate="compare")
    assert [difference.path for difference in outcome.differences] == ["attachment"]


def test_plan_tasks_summary_lists_the_first_20_and_counts_the_rest(client):
    client.create_tasks("categorization", payloads(30)).run()
    plan = client.plan_tasks("categorization", payloads(30, attachment="other"))
    summary = plan.summary()
    assert summary.count("unique_id 'u") == 20 and summary.endswith("and 10 more")
    assert "differs" in repr(plan) and "30" in repr(plan)


@pytest.mark.parametrize("way", ["create_tasks", "apply"])
def test_check_payloads_of_one_run_rejects_before_sending(way, sandbox, client):
    given = [*payloads(1), {"unique_id": "bad", "instruction": "?", "categories": ["c"]}]
    if way == "apply":
        run = client.plan_tasks("categorization", given).apply(check_payloads="error")
    else:
        run = client.create_tasks("categorization", given, check_payloads="error")
    good, bad = run
    assert (good.status, bad.status) == ("created", "failed")
    assert isinstance(bad.error, scaleapi.ScaleInvalidArgument) and "attachment" in str(bad.error)
    assert not any((request.body or {}).get("unique_id") == "bad" for request in sandbox.requests
                   if request.method == "POST" and isinstance(request.body, dict))  # fmt: skip


def test_absent_stands_for_no_value():
    assert repr(ABSENT) == "ABSENT" and not ABSENT
    assert copy.deepcopy(ABSENT) is pickle.loads(pickle.dumps(ABSENT)) is ABSENT
    difference = scaleapi.bulk.Difference("a.b", 1, ABSENT)
    assert str(difference) == "a.b: 1 in the payload, ABSENT in the task"
    assert difference.as_dict() == {"path": "a.b", "payload": 1}
