"""Evaluation and training tasks."""

import pytest

BODY = {"project": "p", "attachments": [], "expected_response": {"annotations": {}}}


@pytest.fixture(params=["evaluation_tasks", "training_tasks"])
def path(request, http):
    http.make_project(kind="textcollection", rapid=True)
    http.make_project("plain", kind="textcollection")
    return f"/{request.param}"


def test_quality_task_has_an_id_and_the_expected_response(http, path):
    task = http.post(f"{path}/textcollection", json={**BODY, "initial_response": {"a": 1}}).json()
    assert task["id"]
    assert task["expected_response"] == {"annotations": {}}
    assert task["initial_response"] == {"a": 1}


def test_quality_task_is_not_listed_as_a_task(http, path):
    http.post(f"{path}/textcollection", json=BODY)
    assert http.ids() == []


@pytest.mark.parametrize(
    "kind, change, status",
    [
        ("textcollection", {"expected_response": None}, 400),
        ("textcollection", {"project": "none such"}, 400),
        ("textcollection", {"project": "plain"}, 400),
        ("categorization", {}, 400),
        ("juggling", {}, 404),
    ],
)
def test_quality_task_invalid_is_rejected(http, path, kind, change, status):
    assert http.post(f"{path}/{kind}", json={**BODY, **change}).status_code == status


def test_quality_task_unique_id_is_accepted_once(http, path):
    body = {**BODY, "unique_id": "u"}
    assert http.post(f"{path}/textcollection", json=body).status_code == 200
    assert http.post(f"{path}/textcollection", json=body).status_code == 409
