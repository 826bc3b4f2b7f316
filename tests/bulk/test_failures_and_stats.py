"""What a run keeps of its failures and requests: files for the next run, counts, request ids."""

import dataclasses
import gzip
import json
import threading
from pathlib import Path

import pytest

import scaleapi
from scaleapi import RetryPolicy, ScaleInvalidArgument, bulk, read_failures
from scaleapi.bulk.outcomes import Record
from tests.factories import CATEGORIZATION, page
from tests.fixtures.servers import http_response

ID = {"X-Request-Id": "req-1"}


@pytest.fixture
def client(sandbox, bulk_threads_end):
    with sandbox.client(retries=RetryPolicy(backoff_factor=0.01), timeout=5) as client:
        yield client
        bulk_threads_end()


def payloads(number, **more):
    return [{**CATEGORIZATION, "unique_id": f"u{row}", **more} for row in range(number)]


def bad(row):
    return {"unique_id": f"bad{row}", "instruction": "?", "metadata": {"row": row}}


@pytest.mark.parametrize("name", ["failures.jsonl", "failures.jsonl.gz"])
def test_failures_are_written_and_read_for_the_next_run(name, sandbox, client, tmp_path):
    given = [payloads(1)[0], bad(1), payloads(2)[1], bad(2)]
    run = client.create_tasks("categorization", given)
    assert run.run() == {"created": 2, "failed": 2}
    assert [(failure.index, failure.payload) for failure in run.failures] == [
        (1, bad(1)),
        (3, bad(2)),
    ]
    assert run.write_failures(tmp_path / name) == 2
    content = (tmp_path / name).read_bytes()
    lines = gzip.decompress(content) if name.endswith(".gz") else content
    first = json.loads(lines.splitlines()[0])
    assert first["payload"] == bad(1) and first["error"] == "ScaleInvalidRequest"
    assert first["code"] == 400 and "include an attachment" in first["message"]
    assert [attempt["status"] for attempt in first["attempts"]] == [400]
    again = ({**CATEGORIZATION, **payload} for payload in read_failures(tmp_path / name))
    assert client.create_tasks("categorization", again).run() == {"created": 2}
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_failures_without_any_make_an_empty_file(client, tmp_path):
    run = client.create_tasks("categorization", payloads(2))
    run.run()
    assert run.write_failures(tmp_path / "none.jsonl") == 0
    assert (tmp_path / "none.jsonl").read_bytes() == b""
    assert list(read_failures(tmp_path / "none.jsonl")) == []


def test_failures_are_what_was_read_not_what_the_program_made_of_it(client):
    row = {}

    def rows():
        for number in range(20):
            row.clear()
            row.update(bad(number))
            yield row

    run = client.create_tasks("categorization", rows(), workers=2)
    run.run()
    assert [failure.payload for failure in run.failures] == [bad(number) for number in range(20)]


def test_failures_hold_no_response_and_no_key(sandbox, client, tmp_path):
    sandbox.add_fault("POST", "/task/*", status=500, headers=ID, body="x" * 5000)
    run = client.create_tasks("categorization", payloads(1))
    run.run()
    (failure,) = run.failures
    assert {type(value) for value in vars(failure).values()} <= {int, str, dict, list, type(None)}
    assert failure.request_id == "req-1" and len(failure.attempts) == 4
    run.write_failures(tmp_path / "f.jsonl")
    assert "test_sandbox" not in (tmp_path / "f.jsonl").read_text()
    sandbox.clear_faults()


def test_failures_of_payloads_that_are_no_json_are_kept_but_not_read_back(client, tmp_path):
    run = client.create_tasks("categorization", [{"metadata": {"lock": threading.Lock()}}, 5])
    assert run.run() == {"failed": 2}
    assert run.write_failures(tmp_path / "f.jsonl") == 2
    lines = [json.loads(line) for line in (tmp_path / "f.jsonl").read_text().splitlines()]
    assert lines[0]["payload"] is None and "lock" in lines[0]["unreadable_payload"]
    with pytest.raises(ScaleInvalidArgument, match="line 1 of .* must have a payload of JSON"):
        list(read_failures(tmp_path / "f.jsonl"))


@pytest.mark.parametrize("line", ["{", "[]", "5", '{"payload": 1}', "", '{"error": "x"}'])
def test_read_failures_line_that_is_none_raises_with_its_number(line, tmp_path):
    good = {"payload": {"a": 1}, "error": "ScaleException"}
    (tmp_path / "f.jsonl").write_text(f"{json.dumps(good)}\n{line}\n")
    payloads_read = read_failures(tmp_path / "f.jsonl")
    assert next(payloads_read) == {"a": 1}
    with pytest.raises(ScaleInvalidArgument, match=r"line 2 of .*f\.jsonl must be a failure"):
        next(payloads_read)


def test_write_failures_invalid_path_raises(client, tmp_path):
    run = client.create_tasks("categorization", [])
    run.run()
    for path in (tmp_path, tmp_path / "none" / "f.jsonl", "", 5):
        with pytest.raises(ScaleInvalidArgument, match="path must be"):
            run.write_failures(path)


def test_failures_of_other_runs_have_their_items(live_sandbox, tmp_path):
    with live_sandbox.client(retries=0) as client:
        cancel = client.cancel_tasks(["nowhere"])
        assert cancel.run() == {"failed": 1}
        assert [(f.payload, f.code) for f in cancel.failures] == [("nowhere", 404)]
        upload = client.upload_files([tmp_path / "none.png"])
        assert upload.run() == {"failed": 1}
        upload.write_failures(tmp_path / "f.jsonl")
        assert list(read_failures(tmp_path / "f.jsonl")) == [str(tmp_path / "none.png")]
        assert upload.failures[0].error == "FileNotFoundError"


def test_stats_count_requests_retries_and_bytes(server, connect):
    bodies = {"GET": page(), "POST": {"task_id": "t"}}
    faults = [http_response({"error": "busy"}, 429, retry_after=0), http_response({}, 500)]

    def reply(request):
        if request.method == "POST" and faults:
            return faults.pop(0)
        return http_response(bodies[request.method])

    server.decides(reply)
    run = connect(server).create_tasks(
        "chat", [{"unique_id": f"u{n}"} for n in range(5)], workers=1
    )
    assert run.stats == bulk.RunStats()
    assert run.run() == {"created": 5}
    posts = [request for request in server.requests if request.method == "POST"]
    assert (run.stats.requests, run.stats.retries) == (8, 2) == (len(posts) + 1, 2)
    assert run.stats.bytes_sent == sum(len(request.body) for request in posts)
    received = [*[bodies["POST"]] * 5, bodies["GET"], {"error": "busy"}, {}]
    assert run.stats.bytes_received == sum(len(json.dumps(body)) for body in received)
    assert json.loads(json.dumps(run.stats.as_dict()))["requests"] == 8


def test_stats_throttled_seconds_are_those_of_busy_responses(sandbox, client):
    sandbox.fail_next("POST", "/task/*", status=429, headers={"Retry-After": "1"})
    run = client.create_tasks("categorization", payloads(3), workers=1, on_duplicate="skip")
    run.run()
    assert 1 <= run.stats.throttled_seconds < 10
    calm = client.create_tasks("categorization", payloads(3), on_duplicate="skip")
    calm.run()
    assert calm.stats.throttled_seconds == 0


def test_stats_leave_the_callback_of_the_user(client):
    attempts = []
    watched = client.with_options(on_attempt=attempts.append)
    run = watched.create_tasks("categorization", payloads(4))
    run.run()
    assert run.stats.requests == len(attempts) == 5


def test_stats_of_downloads_count_bytes(server, connect, tmp_path):
    server.replies(http_response(b"x" * 70_000))
    task = {"task_id": "t", "response": {"url": f"{server.url}/a"}}
    run = connect(server).download_results([task], tmp_path)
    assert run.run() == {"downloaded": 1}
    assert (run.stats.requests, run.stats.bytes_received) == (1, 70_000)


@pytest.mark.parametrize(
    "header", ["X-Request-Id", "x-amzn-requestid", "X-Amzn-Trace-Id", "CF-RAY"]
)  # fmt: skip
def test_request_id_is_on_errors_and_outcomes(header, sandbox, client):
    sandbox.fail_next("GET", "/task/*", status=404, headers={header: "abc"}, body="{}")
    with pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        client.get_task("t")
    assert caught.value.request_id == "abc" and "abc" not in str(caught.value)
    sandbox.fail_next("POST", "/task/*", status=400, headers={header: "def"}, body="{}")
    (failed,) = client.create_tasks("categorization", payloads(1), on_duplicate="fail")
    assert (failed.status, failed.request_id) == ("failed", "def")


def test_request_id_of_a_success_is_on_its_outcome(server, connect):
    server.decides(
        lambda request: http_response(
            {"task_id": "t"}, x_request_id=json.loads(request.body)["unique_id"]
        )
    )
    given = [{"unique_id": f"u{row}"} for row in range(30)]
    run = connect(server).create_tasks("chat", given, workers=4, on_duplicate="skip")
    assert [outcome.request_id for outcome in run] == [f"u{row}" for row in range(30)]


def test_request_id_is_none_where_none_came(client):
    (outcome,) = client.create_tasks("categorization", payloads(1))
    assert outcome.request_id is None
    (unsent,) = client.create_tasks("categorization", [5])
    assert unsent.request_id is None
    assert scaleapi.ScaleException("no response").request_id is None


def record_classes(base=Record):
    for record in base.__subclasses__():
        yield record
        yield from record_classes(record)


def test_every_record_is_plain_json():
    """Whatever the fields hold: paths, tasks, errors, differences."""
    task = scaleapi.Task({"task_id": "t"}, None)
    samples = {
        "path": Path("a"), "paths": [Path("a")], "task": task, "payload": {"at": Path("a")},
        "error": OSError("no disk"), "file": None, "differences": (bulk.Difference("a", 1, 2),),
    }  # fmt: skip
    for name in bulk.__all__:
        getattr(bulk, name)  # is loaded
    found = [*record_classes()]
    assert len(found) >= 6
    for record in found:
        names = [field.name for field in dataclasses.fields(record)]
        made = record(**{name: samples.get(name, "x") for name in names})
        assert set(json.loads(json.dumps(made.as_dict()))) == set(names)
