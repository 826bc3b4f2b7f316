"""Uploads and imports."""

import re

import pytest

from scaleapi.sandbox.routes.files import MAX_FILE

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def test_upload_is_stored_and_its_size_counted(sandbox, http):
    http.make_project()
    response = http.post(
        "/files/upload",
        files={"file": ("a.png", b"\x89PNG bytes")},
        data={"project_name": "p", "metadata": '{"camera": 2}', "display_name": "A"},
    )
    file = response.json()
    assert response.status_code == 200
    assert re.fullmatch(UUID, file["id"])
    assert file["attachment_url"].startswith("scaledata://")
    assert file["attachment_url"].endswith(file["id"])
    assert (file["size"], file["mime_type"]) == (10, "image/png")
    assert (file["project_names"], file["metadata"]) == (["p"], {"camera": 2})
    assert file["display_name"] == "A"
    assert sandbox._open().state.store.get_content(file["id"]) == b"\x89PNG bytes"


def test_upload_recorded_request_has_form_fields_and_no_content(sandbox, http):
    http.post("/files/upload", files={"file": ("a.txt", b"hello")}, data={"display_name": "A"})
    (request,) = sandbox.requests
    assert request.body == {"display_name": "A", "file": {"filename": "a.txt", "size": 5}}
    assert request.content == b""


def test_upload_attachment_url_is_accepted_by_a_task(http):
    file = http.post("/files/upload", files={"file": ("a.txt", b"")}).json()
    task = http.make_task(attachment=file["attachment_url"])
    assert task["params"]["attachment"] == file["attachment_url"]
    assert file["project_names"] == []


@pytest.mark.parametrize(
    "data", [{"metadata": "{"}, {"metadata": "NaN"}, {"project_name": "none such"}]
)
def test_upload_invalid_form_field_is_400(http, data):
    response = http.post("/files/upload", files={"file": ("a.txt", b"x")}, data=data)
    assert response.status_code == 400


def test_upload_without_file_is_400(http):
    assert http.post("/files/upload", files={"other": ("a.txt", b"x")}).status_code == 400
    assert http.post("/files/upload").status_code == 400


def test_upload_with_used_reference_id_is_409(http):
    for status in (200, 409):
        files, data = {"file": ("a.txt", b"x")}, {"reference_id": "r"}
        assert http.post("/files/upload", files=files, data=data).status_code == status


def test_upload_of_the_largest_size_is_accepted_and_a_larger_rejected(http):
    content = bytes(MAX_FILE)
    response = http.post("/files/upload", files={"file": ("big", content)})
    assert response.json()["size"] == MAX_FILE
    response = http.post("/files/upload", files={"file": ("big", content + b"x")})
    assert response.status_code == 413
    assert response.json()["status_code"] == 413


def test_import_accepts_a_url_and_sends_no_request(http):
    http.make_project()
    body = {"file_url": "https://example.org/dir/a.jpg?size=9", "project_name": "p", "metadata": 1}
    file = http.post("/files/import", json=body).json()
    assert re.fullmatch(UUID, file["id"])
    assert (file["mime_type"], file["project_names"]) == ("image/jpeg", ["p"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"file_url": 1},
        {"file_url": "http://x/a", "project_name": ["p"]},
        {"file_url": "http://x/a", "reference_id": 5},
    ],
)
def test_import_invalid_is_400(http, body):
    assert http.post("/files/import", json=body).status_code == 400
