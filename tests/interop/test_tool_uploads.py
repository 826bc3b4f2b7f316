"""Uploads as tools see them: small forms as bytes, others in any form that they can send."""

import io
from unittest import mock

import pytest
import requests
import responses
from responses import matchers

from tests.factories import FILE
from tests.fixtures.servers import http_response

from .conftest import response

SMALL = b"\x00\xffpicture" * 6000  # 54 kB
LARGE = b"\x00\xffpicture" * 20000
LIMIT = 64 * 1024


@pytest.fixture(params=["bytes", "BytesIO", "path", "opened", "tuple"])
def small(request, tmp_path):
    """A small file in each form that upload_file takes, and the name that it goes by."""
    path = tmp_path / "a.png"
    path.write_bytes(SMALL)
    with open(path, "rb") as opened:
        yield {
            "bytes": (SMALL, "file"),
            "BytesIO": (io.BytesIO(SMALL), "file"),
            "path": (path, "a.png"),
            "opened": (opened, "a.png"),
            "tuple": (("b.png", SMALL), "b.png"),
        }[request.param]


def test_small_upload_reaches_the_tool_as_bytes(client, dead_address, small):
    file, name = small
    fields = {"project_name": "p", "reference_id": "r", "level": 3, "labels": ["a", "b"]}
    with responses.RequestsMock() as mocked:
        form = {"project_name": "p", "reference_id": "r", "level": "3", "labels": ["a", "b"]}
        matcher = matchers.multipart_matcher({"file": (name, SMALL)}, data=form)
        mocked.post(f"{dead_address}/files/upload", json=FILE, match=[matcher])
        assert client.upload_file(file, **fields).id == FILE["id"]
        request = mocked.calls[0].request
    assert isinstance(request.body, bytes)
    assert request.headers["Content-Length"] == str(len(request.body))


def test_upload_whose_form_has_just_the_limit_reaches_the_tool_as_bytes(client):
    with mock.patch("requests.Session.send", return_value=response(FILE)) as send:
        client.upload_file(b"")
        rest = len(send.call_args.args[0].body)
        client.upload_file(b"a" * (LIMIT - rest))
    assert isinstance(send.call_args.args[0].body, bytes)
    assert len(send.call_args.args[0].body) == LIMIT


def test_small_upload_is_the_same_at_every_attempt(client, dead_address):
    with responses.RequestsMock() as mocked:
        mocked.post(f"{dead_address}/files/upload", status=503)
        mocked.post(f"{dead_address}/files/upload", json=FILE)
        client.upload_file(io.BytesIO(SMALL), reference_id="r")
        first, second = [call.request.body for call in mocked.calls]
    assert first == second
    assert SMALL in first


@pytest.mark.parametrize("target", ["requests.Session.send", "requests.Session.request"])
def test_large_upload_or_one_with_progress_returns_the_file(client, target):
    seen = []
    with mock.patch(target, return_value=response(FILE)) as replaced:
        assert client.upload_file(LARGE, project_name="p").id == FILE["id"]
        assert client.upload_file(SMALL, progress=lambda *sizes: seen.append(sizes)).id
    assert replaced.call_count == 2


def test_large_upload_or_one_with_progress_is_sent_whole_by_a_plain_adapter(connect, server):
    # A form that is no bytes must be one that adapters of requests can send.
    server.replies(http_response(FILE))
    client = connect(server)
    client.session.mount("http://", requests.adapters.HTTPAdapter())
    seen = []
    client.upload_file(LARGE, project_name="p")
    client.upload_file(SMALL, progress=lambda *sizes: seen.append(sizes))
    large, small = server.requests
    assert LARGE in large.body
    assert SMALL in small.body
    assert seen[-1][0] == seen[-1][1]


def test_large_upload_through_a_wrapped_request_is_sent_whole(connect, server):
    server.replies(http_response(status=503), http_response(FILE))
    original = requests.Session.request
    with mock.patch("requests.Session.request", autospec=True, side_effect=original) as request:
        connect(server).upload_file(io.BytesIO(LARGE), reference_id="r")
    assert request.call_count == 2
    lengths = [sent.headers["Content-Length"] for sent in server.requests]
    assert lengths == [str(len(sent.body)) for sent in server.requests]
    assert [LARGE in sent.body for sent in server.requests] == [True, True]
