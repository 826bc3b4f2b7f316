"""pytest-httpserver, a real server with expectations."""

import json

import pytest
from werkzeug import Response

import scaleapi
from scaleapi.tasks import TaskType
from tests.factories import FILE, TASK, page

from .conftest import AUTHORIZATION, TASK_ID


@pytest.fixture
def local(connect, httpserver):
    return connect(httpserver.url_for("/v1"))


def test_expected_requests_are_met(local, httpserver):
    httpserver.expect_ordered_request(
        "/v1/task/imageannotation",
        method="POST",
        json={"instruction": "?", "unique_id": "u"},
        headers={"Authorization": AUTHORIZATION, "Content-Type": "application/json"},
    ).respond_with_json(TASK)
    httpserver.expect_ordered_request(
        "/v1/tasks", method="GET", query_string="project=p&limit=2"
    ).respond_with_json(page(TASK))
    local.create_task(TaskType.ImageAnnotation, instruction="?", unique_id="u")
    assert local.tasks(project="p", limit=2).total == 1
    httpserver.check_assertions()


def test_unexpected_request_raises_its_status(local, httpserver):
    with pytest.raises(scaleapi.ScaleInternalError):
        local.with_options(retries=0).get_task(TASK_ID)
    with pytest.raises(AssertionError, match="No handler found"):
        httpserver.check_assertions()


def test_statuses_in_order_are_retried(local, httpserver):
    httpserver.expect_oneshot_request(f"/v1/task/{TASK_ID}").respond_with_json({}, status=503)
    httpserver.expect_oneshot_request(f"/v1/task/{TASK_ID}").respond_with_json(TASK)
    assert local.get_task(TASK_ID).id == TASK_ID
    assert len(httpserver.log) == 2


def test_upload_reaches_the_form_parser(local, httpserver):
    def receive(request):
        assert request.form["project_name"] == "p"
        assert request.files["file"].read() == b"a picture"
        return Response(json.dumps(FILE), mimetype="application/json")

    httpserver.expect_request("/v1/files/upload", method="POST").respond_with_handler(receive)
    assert local.upload_file(b"a picture", project_name="p").id == FILE["id"]
    httpserver.check_assertions()
