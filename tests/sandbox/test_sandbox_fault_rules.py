"""Fault rules: lasting, by rate, per second, and from a file."""

import json
import time

import pytest
import requests
import urllib3

from scaleapi.sandbox import FaultRule, Sandbox, faults


def statuses(http, count, path="/teams"):
    return [http.get(path).status_code for _ in range(count)]


def test_fault_rule_applies_until_cleared(sandbox, http):
    fault = sandbox.add_fault("GET", "/teams", status=503)
    assert statuses(http, 3) == [503] * 3
    assert sandbox.faults == [fault]
    sandbox.clear_faults()
    assert statuses(http, 1) == [200]


def test_fault_rule_with_times_is_removed_after_them(sandbox, http):
    sandbox.add_fault(status=500, times=2)
    assert statuses(http, 3) == [500, 500, 200]
    assert sandbox.faults == []


def test_fail_next_adds_a_fault_rule(sandbox):
    sandbox.fail_next("GET", "/teams", 429, 2, {"Retry-After": "1"})
    wanted = FaultRule("GET", "/teams", status=429, times=2, headers={"Retry-After": "1"})
    assert sandbox.faults == [wanted]
    with pytest.raises(ValueError, match="times"):
        sandbox.fail_next("GET", "/teams", times=None)


def test_fault_rule_oldest_that_fires_applies(sandbox, http):
    sandbox.add_fault(status=500, rate=0)
    sandbox.add_fault(status=502, times=1)
    sandbox.add_fault(status=503)
    assert statuses(http, 2) == [502, 503]


def test_fault_rule_rate_applies_to_a_share_chosen_by_its_seed(sandbox, http):
    seen = []
    for seed in (7, 7, 8):
        sandbox.clear_faults()
        sandbox.add_fault("GET", "/teams", status=503, rate=0.3, seed=seed)
        seen.append(statuses(http, 60))
    assert seen[0] == seen[1] != seen[2]
    assert 5 <= seen[0].count(503) <= 31


def test_fault_rule_per_second_returns_429_with_retry_after(sandbox, http, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(faults.time, "monotonic", lambda: now[0])
    fault = FaultRule("GET", "/teams", per_second=2)
    seen = []
    for moment in (0, 0.1, 0.2, 0.9, 1.05, 1.06, 1.11):
        now[0] = moment
        seen.append(fault.should_fire())
    assert seen == [False, False, True, True, False, True, False]


def test_fault_rule_per_second_returns_the_error_body_of_the_api(sandbox, http):
    sandbox.add_fault("GET", "/teams", per_second=1)
    while (response := http.get("/teams")).status_code == 200:
        continue
    assert (response.status_code, response.headers["Retry-After"]) == (429, "1")
    assert response.json()["status_code"] == 429
    assert http.get("/projects").status_code == 200


@pytest.mark.parametrize("status", [None, 500])
def test_fault_rule_truncated_ends_before_content_length(sandbox, http, status):
    sandbox.add_fault("POST", "/projects", status=status, truncated=True, times=1)
    body = {"name": "p", "type": "chat"}
    with http.post("/projects", json=body, stream=True) as response:
        length = int(response.headers["Content-Length"])
        response.raw.enforce_content_length = True  # urllib3 1.26 lets half a response pass
        assert len(response.raw.read(length // 2)) == length // 2
        with pytest.raises(urllib3.exceptions.ProtocolError, match="more expected"):
            response.raw.read(1)
    assert len(http.get("/projects").json()) == (status is None)


def test_fault_rule_after_processing_with_html_body_keeps_the_change(sandbox, http):
    sandbox.add_fault(
        "POST", status=502, after_processing=True, times=1, body="<h1>Bad gateway</h1>",
        content_type="text/html",
    )  # fmt: skip
    response = http.post("/projects", json={"name": "p", "type": "chat"})
    assert (response.status_code, response.text) == (502, "<h1>Bad gateway</h1>")
    assert [project["name"] for project in http.get("/projects").json()] == ["p"]


def test_fault_rule_delay_ends_when_the_sandbox_stops(http_for):
    sandbox = Sandbox().start()
    sandbox.add_fault(delay=3600)
    http = http_for(sandbox)
    with pytest.raises(requests.ReadTimeout):
        http.get("/teams", timeout=0.1)
    start = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - start < 10


def test_fault_rules_are_loaded_from_a_file(sandbox, http, tmp_path):
    path = tmp_path / "faults.json"
    rows = [{"path_glob": "/teams", "status": 500, "times": 1}, {"method": "GET", "status": 503}]
    path.write_text(json.dumps(rows))
    assert sandbox.load_faults(path) == sandbox.faults
    assert statuses(http, 2) == [500, 503]


@pytest.mark.parametrize(
    "text, parts",
    [
        ("[", ["faults.json"]),
        ('{"status": 500}', ["faults.json", "list"]),
        ('[{"status": 500}, 3]', ["fault 2", "object"]),
        ('[{"status": 500}, {"statsu": 500}]', ["fault 2", "'statsu'", "status"]),
        ('[{"status": 42}]', ["fault 1", "status", "42"]),
        ('[{"method": "GET"}]', ["fault 1", "status"]),
        ('[{"status": 500, "rate": 2}]', ["fault 1", "rate"]),
        ('[{"status": 500, "rate": NaN}]', ["fault 1", "rate"]),
        ('[{"status": 500, "seed": "x"}]', ["fault 1", "seed"]),
        ('[{"per_second": 0}]', ["fault 1", "per_second"]),
        ('[{"truncated": 1}]', ["fault 1", "truncated"]),
        ('[{"delay": Infinity}]', ["fault 1", "delay"]),
        ('[{"status": 500, "headers": {"a": "b\\r\\nc: d"}}]', ["fault 1", "headers"]),
        ('[{"status": 500, "headers": null}]', ["fault 1", "headers"]),
    ],
)
def test_fault_rules_invalid_file_names_rule_and_key_and_adds_none(sandbox, tmp_path, text, parts):
    path = tmp_path / "faults.json"
    path.write_text(text)
    with pytest.raises(ValueError) as caught:
        sandbox.load_faults(path)
    for part in parts:
        assert part in str(caught.value)
    assert sandbox.faults == []
