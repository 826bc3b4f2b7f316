"""The control API for other processes, under `/_sandbox/`."""

import json

import pytest
import requests

from scaleapi.sandbox import Sandbox, app
from scaleapi.sandbox.http import access

ADDRESSES = [
    ("POST", "/tasks/1/complete"), ("POST", "/tasks/1/fail"), ("POST", "/tasks/1/recall"),
    ("GET", "/faults"), ("POST", "/faults"), ("DELETE", "/faults"), ("GET", "/requests"),
    ("GET", "/callbacks"), ("POST", "/reset"), ("GET", "/export"), ("GET", "/unknown"),
]  # fmt: skip


class Control(requests.Session):
    """Requests without a key, with paths relative to `/_sandbox`."""

    def __init__(self, sandbox):
        super().__init__()
        self.root = sandbox.url[: -len("/v1")] + "/_sandbox"
        self.trust_env = False

    def request(self, method, url, **options):
        return super().request(method, self.root + url, timeout=10, **options)


@pytest.fixture
def control_of():
    sessions = []

    def make(sandbox):
        sessions.append(Control(sandbox))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def ctl(live_sandbox, control_of):
    return control_of(live_sandbox)


def is_refusal(response, status):
    body = response.json()
    assert body["error"]
    return response.status_code == body["status_code"] == status


def test_control_task_is_completed_recalled_and_failed(live_http, ctl):
    task_id = live_http.make_task()["task_id"]
    steps = [
        ("complete", {"response": {"category": "cat"}}),
        ("recall", None),
        ("fail", {"error": "no file"}),
    ]
    seen = []
    for action, body in steps:
        response = ctl.post(f"/tasks/{task_id}/{action}", json=body)
        assert response.status_code == 200, response.text
        assert response.json() == live_http.get(f"/task/{task_id}").json()
        seen.append((response.json()["status"], response.json().get("response")))
    assert seen == [
        ("completed", {"category": "cat"}), ("pending", None), ("error", {"error": "no file"})
    ]  # fmt: skip


def test_control_invalid_request_gets_an_api_style_error(live_http, ctl):
    task_id = live_http.make_task()["task_id"]
    assert is_refusal(ctl.post("/tasks/0/complete", json={"response": {}}), 404)
    assert is_refusal(ctl.post("/tasks/..%2F..%2Fx/recall"), 404)
    assert is_refusal(ctl.post(f"/tasks/{task_id}/complete", json={}), 400)
    assert is_refusal(ctl.post(f"/tasks/{task_id}/complete", data="{"), 400)
    assert is_refusal(ctl.post(f"/tasks/{task_id}/fail", json={"error": ""}), 400)
    assert is_refusal(ctl.post(f"/tasks/{task_id}/recall"), 400)
    assert is_refusal(ctl.get("/unknown"), 501)
    assert is_refusal(ctl.put("/faults"), 501)
    assert "POST /_sandbox/reset" in ctl.get("/unknown").json()["error"]
    assert live_http.ids(status="pending") == [task_id]


def test_control_threads_of_invalid_form_are_rejected(live_http, ctl):
    live_http.make_project("p", "chat")
    task_id = live_http.post("/task/chat", json={"project": "p"}).json()["task_id"]
    response = ctl.post(f"/tasks/{task_id}/complete", json={"response": {"threads": 3}})
    assert is_refusal(response, 400)


def test_control_fault_rules_are_added_shown_and_cleared(live_sandbox, live_http, ctl):
    one = ctl.post("/faults", json={"path_glob": "/teams", "status": 503}).json()["faults"]
    two = ctl.post("/faults", json=[{"status": 500, "rate": 0}, {"drop": True, "rate": 0}]).json()
    assert ctl.get("/faults").json()["faults"] == one + two["faults"]
    assert ctl.get("/faults").json()["faults"] == [fault.as_dict() for fault in live_sandbox.faults]
    assert live_http.get("/teams").status_code == 503
    assert is_refusal(ctl.post("/faults", json=[{"status": 500}, {"statsu": 1}]), 400)
    assert len(live_sandbox.faults) == 3
    assert ctl.delete("/faults").json() == {"faults": []}
    assert live_http.get("/teams").status_code == 200


def test_control_fault_rules_read_can_be_added_again(live_sandbox, ctl):
    live_sandbox.add_fault("GET", "/x", per_second=2, headers={"a": "b"})
    before = ctl.get("/faults").json()["faults"]
    assert ctl.post("/faults", json=before).json()["faults"] == before


def test_control_requests_and_callbacks_are_shown(live_sandbox, live_http, ctl):
    task_id = live_http.make_task(callback_url="someone@example.org", unique_id="u")["task_id"]
    live_http.post("/task/categorization", data=b"\xff")
    ctl.post(f"/tasks/{task_id}/complete", json={"response": {}})
    requests = ctl.get("/requests").json()["requests"]
    assert [request["status"] for request in requests] == [200, 400]
    assert requests[0]["body"]["unique_id"] == "u"
    assert requests[1]["body"] == "\ufffd"
    assert "Authorization" not in json.dumps(requests)
    (callback,) = ctl.get("/callbacks").json()["callbacks"]
    assert (callback["url"], callback["sent"]) == ("someone@example.org", False)
    assert callback["body"]["task_id"] == task_id


def test_control_is_not_recorded_and_not_subject_to_faults(live_sandbox, ctl):
    live_sandbox.add_fault(status=500)
    assert ctl.get("/requests").json() == {"requests": []}
    assert ctl.get("/unknown").status_code == 501
    assert live_sandbox.requests == []


def test_control_reset_clears_everything(live_sandbox, live_http, ctl):
    live_http.make_task(callback_url="someone@example.org")
    live_sandbox.add_fault(status=500)
    assert ctl.post("/reset").status_code == 200
    assert (live_sandbox.requests, live_sandbox.callbacks, live_sandbox.faults) == ([], [], [])
    assert live_http.ids() == []


def test_control_export_equals_sandbox_export(live_sandbox, live_http, ctl, tmp_path):
    live_http.make_task()
    live_sandbox.export(tmp_path / "out")
    response = ctl.get("/export")
    assert response.headers["Content-Type"].startswith("application/x-ndjson")
    assert response.content == (tmp_path / "out").read_bytes() != b""


@pytest.mark.parametrize("method, path", ADDRESSES)
def test_control_pages_of_another_origin_are_rejected(live_sandbox, live_http, ctl, method, path):
    live_http.make_task()
    for headers in (
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "rebound.example.org"},
    ):
        response = ctl.request(method, path, headers=headers, json={"status": 500})
        assert is_refusal(response, 403)
    assert (live_sandbox.faults, len(live_http.ids())) == ([], 1)


def test_control_own_origin_is_served(live_sandbox, ctl):
    own = live_sandbox.url[: -len("/v1")]
    assert ctl.get("/faults", headers={"Origin": own}).status_code == 200


def test_control_only_loopback_peers_are_served(live_sandbox, live_http, ctl, monkeypatch):
    monkeypatch.setattr(access, "_is_loopback_peer", lambda: False)
    for method, path in ADDRESSES:
        assert is_refusal(ctl.request(method, path, json={"status": 500}), 403)
    assert live_http.ids() == []  # the rest is served


@pytest.mark.parametrize(
    "address, expected",
    [
        ("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False), ("::ffff:10.0.0.1", False), ("0.0.0.0", False), ("", False),
        ("localhost", True), ("LocalHost", True), ("localhost.example.org", False), (None, False),
    ],
)  # fmt: skip
def test_control_loopback_peers_are_recognized(address, expected):
    assert access.is_loopback(address) is expected


def test_control_request_bodies_are_bounded(ctl, monkeypatch):
    monkeypatch.setattr(app, "MAX_BODY", 10)
    with Sandbox() as sandbox:
        monkeypatch.setattr(ctl, "root", sandbox.url[: -len("/v1")] + "/_sandbox")
        assert is_refusal(ctl.post("/faults", json={"status": 500}), 413)
        assert sandbox.faults == []
        assert is_refusal(ctl.post("/unknown", data=b"x" * 11), 501)
        assert ctl.get("/faults").status_code == 200


def test_control_rejected_body_keeps_the_connection_usable(ctl, live_sandbox):
    response = ctl.post("/faults", data=b"x" * 10**6, headers={"Origin": "null"})
    assert is_refusal(response, 403)
    assert ctl.get("/faults").json() == {"faults": []}


def test_control_works_over_ipv6(control_of):
    try:
        sandbox = Sandbox("::1").start()
    except OSError:
        pytest.skip("no IPv6 here")
    with sandbox:
        assert control_of(sandbox).get("/faults").status_code == 200


def test_api_of_other_host_names_is_refused(live_sandbox):
    """Scripts of a site whose name resolves to this machine would read data of a test key."""
    port = live_sandbox.url.split(":")[2].split("/")[0]
    for path in ("/v1/tasks", "/v1/teams", "/v2/tasks", "/v1/no/such/route"):
        answer = requests.get(
            f"http://127.0.0.1:{port}{path}", auth=("test_key", ""),
            headers={"Host": f"rebound.example.org:{port}"}, timeout=5,
        )  # fmt: skip
        assert answer.status_code == 403 and "Host header must be" in answer.text
    assert not live_sandbox.requests
    answer = requests.get(
        f"http://127.0.0.1:{port}/v1/teams", auth=("test_key", ""),
        headers={"Host": f"localhost:{port}"}, timeout=5,
    )  # fmt: skip
    assert answer.status_code == 200


def test_api_on_all_addresses_takes_any_host_name():
    with Sandbox(host="0.0.0.0") as sandbox:
        answer = requests.get(
            f"{sandbox.url}/teams", auth=("test_key", ""), headers={"Host": "sandbox:8080"},
            timeout=5,
        )  # fmt: skip
        assert answer.status_code == 200
