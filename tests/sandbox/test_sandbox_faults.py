"""`fail_next`."""

import time

import pytest
import requests

from scaleapi.sandbox.faults import FaultRule
from tests import factories


@pytest.mark.parametrize(
    "glob, path, is_match",
    [
        ("/task/*", "/v1/task/categorization", True),
        ("/task/*", "/v1/task/1/cancel", True),
        ("/task/*", "/v1/tasks", False),
        ("/tasks", "/v1/tasks", True),
        ("/tasks", "/v1/tasks/1", False),
        ("*", "/v1/tasks", True),
        ("*/cancel", "/v1/task/1/cancel", True),
        ("/v2/tasks", "/v2/tasks", True),
        ("/tasks", "/v2/tasks", False),
        ("/batches/a/b", "/v1/batches/a%2Fb", True),
        ("/batches/[a]?", "/v1/batches/%5Ba%5D%3F", True),
        ("/batches/[a]?", "/v1/batches/ab", False),
    ],
)
def test_fault_globs_are_relative_to_the_address_and_stars_match_slashes(glob, path, is_match):
    assert FaultRule("*", glob, 503).matches("GET", path) is is_match


def test_fail_next_applies_to_the_next_matching_requests_only(sandbox, http):
    sandbox.fail_next("GET", "/task*", times=2)
    answers = [
        http.post("/task/categorization", json={}),
        http.get("/teams"),
        http.get("/tasks"),
        http.get("/task/0"),
        http.get("/tasks"),
    ]
    assert [response.status_code for response in answers] == [400, 200, 503, 503, 200]
    assert answers[2].json()["status_code"] == 503
    assert answers[2].json()["error"]
    assert [request.status for request in sandbox.requests] == [400, 200, 503, 503, 200]


def test_fail_next_rules_are_queued(sandbox, http):
    sandbox.fail_next("*", "/teams", 500)
    sandbox.fail_next("get", "/teams", 429, headers={"Retry-After": "7"})
    assert http.get("/teams").status_code == 500
    response = http.get("/teams")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert http.get("/teams").status_code == 200


def test_fail_next_after_processing_decides_whether_changes_are_stored(sandbox, http):
    for after_processing in (False, True):
        sandbox.fail_next("POST", "/projects", 500, after_processing=after_processing)
        body = {"name": f"after {after_processing}", "type": "categorization"}
        assert http.post("/projects", json=body).status_code == 500
    assert [project["name"] for project in http.get("/projects").json()] == ["after True"]


def test_fail_next_after_processing_makes_the_second_attempt_409(sandbox, http):
    sandbox.fail_next("POST", "/task/*", 500, after_processing=True)
    body = {**factories.CATEGORIZATION, "unique_id": "u"}
    statuses = [http.post("/task/categorization", json=body).status_code for _ in range(2)]
    assert statuses == [500, 409]
    assert len(http.ids(unique_id="u")) == 1


@pytest.mark.parametrize("after_processing", [False, True])
def test_fail_next_drop_ends_the_connection_without_response(sandbox, http, after_processing):
    sandbox.fail_next("POST", "/projects", drop=True, after_processing=after_processing)
    with pytest.raises(requests.ConnectionError):
        http.post("/projects", json={"name": "p", "type": "categorization"})
    assert [request.status for request in sandbox.requests] == [None]
    assert len(http.get("/projects").json()) == after_processing


def test_fail_next_body_of_another_type_is_returned(sandbox, http):
    sandbox.fail_next("GET", "*", 502, body="<h1>Bad gateway</h1>", content_type="text/html")
    response = http.get("/teams")
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.text == "<h1>Bad gateway</h1>"
    sandbox.fail_next("GET", "*", 500, body="")
    assert http.get("/teams").content == b""


def test_fail_next_delay_alone_returns_the_real_response_late(sandbox, http):
    sandbox.fail_next("GET", "/teams", status=None, delay=0.2)
    start = time.monotonic()
    assert http.get("/teams").status_code == 200
    assert time.monotonic() - start >= 0.2


def test_request_is_recorded_while_its_response_is_pending(sandbox, http):
    sandbox.fail_next("GET", "/teams", status=None, delay=0.3)
    with pytest.raises(requests.ReadTimeout):
        http.get("/teams", timeout=0.05)
    assert [(request.path, request.status) for request in sandbox.requests] == [("/v1/teams", None)]


def test_fail_next_applies_before_authentication(sandbox, http_for):
    sandbox.fail_next("GET", "/teams", 503)
    assert http_for(sandbox, "wrong").get("/teams").status_code == 503


def test_fail_next_rules_are_cleared_by_reset(sandbox, http):
    sandbox.fail_next("*", "*", 500, times=9)
    sandbox.reset()
    assert http.get("/teams").status_code == 200


@pytest.mark.parametrize(
    "argument, options",
    [
        ("method", {"method": ""}),
        ("method", {"method": None}),
        ("path_glob", {"path_glob": "tasks"}),
        ("status", {"status": 42}),
        ("status", {"status": "503"}),
        ("status", {"status": True}),
        ("status", {"status": None}),
        ("times", {"times": 0}),
        ("times", {"times": 1.5}),
        ("headers", {"headers": {"Retry-After": 1}}),
        ("delay", {"delay": -1}),
        ("delay", {"delay": "1"}),
        ("drop", {"drop": 1}),
        ("after_processing", {"after_processing": None}),
        ("body", {"body": b"x"}),
        ("content_type", {"content_type": ""}),
    ],
)
def test_fail_next_invalid_argument_is_named(sandbox, argument, options):
    with pytest.raises(ValueError, match=argument):
        sandbox.fail_next(**{"method": "GET", "path_glob": "/tasks", **options})
