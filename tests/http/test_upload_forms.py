"""Upload arguments, and the multipart form that they become."""

import email
import gzip
import io
import pathlib

import pytest

from scaleapi import ScaleInvalidArgument
from tests import factories as shapes


@pytest.fixture
def upload(client, wire):
    """Uploads, and gives the parts that were sent as (name, file name, type, content)."""
    wire.returns(shapes.FILE)

    def upload(file, **fields):
        assert client.upload_file(file, **fields).as_dict() == shapes.FILE
        assert (wire.last.method, wire.last.url) == (
            "POST",
            "https://api.scale.com/v1/files/upload",
        )
        kind = wire.last.headers["Content-Type"]
        assert kind.startswith("multipart/form-data; boundary=")
        message = email.message_from_bytes(
            b"Content-Type: " + kind.encode() + b"\r\n\r\n" + wire.last.body
        )
        return [
            (
                part.get_param("name", header="content-disposition"),
                part.get_filename(),
                part.get("Content-Type"),
                part.get_payload(decode=True),
            )
            for part in message.get_payload()
        ]

    return upload


def test_upload_path_is_opened_and_closed(upload, tmp_path):
    path = tmp_path / "street.jpg"
    path.write_bytes(b"pixels")
    assert upload(path) == [("file", "street.jpg", None, b"pixels")]
    assert upload(str(path)) == [("file", "street.jpg", None, b"pixels")]


def test_upload_open_file_keeps_its_name_and_starts_at_its_position(upload, tmp_path):
    path = tmp_path / "street.jpg"
    path.write_bytes(b"pixels")
    with open(path, "rb") as opened:
        opened.read(2)
        assert upload(opened) == [("file", "street.jpg", None, b"xels")]
        assert not opened.closed


def test_upload_without_a_name_is_named_file(upload):
    assert upload(b"raw") == [("file", "file", None, b"raw")]
    assert upload(io.BytesIO(b"raw")) == [("file", "file", None, b"raw")]


def test_upload_tuple_is_as_in_requests(upload):
    assert upload(("a.png", io.BytesIO(b"png"), "image/png")) == [
        ("file", "a.png", "image/png", b"png")
    ]


class OnlyRead:
    """What comes from somewhere else and can't be rewound."""

    def __init__(self, content):
        self.read = io.BytesIO(content).read


def test_upload_content_is_sent_unchanged(upload, tmp_path):
    content = bytes(range(256)) * 1000
    path = tmp_path / "street.jpg"
    path.write_bytes(content)
    with gzip.open(f"{path}.gz", "wb") as packed:
        packed.write(content)
    with gzip.open(f"{path}.gz") as unpacked, open(path, "rb") as opened:
        for file in (opened, unpacked, OnlyRead(content), bytearray(content), content):
            assert upload(("a", file)) == [("file", "a", None, content)]


def test_upload_string_is_sent_as_utf_8_and_parts_may_have_headers(upload, wire):
    for text in ("é", io.StringIO("é")):
        assert upload(("a.txt", text, "text/plain", {"X-Camera": "2"})) == [
            ("file", "a.txt", "text/plain", "é".encode())
        ]
        assert b"X-Camera: 2" in wire.last.body


def test_upload_form_fields_are_strings_lists_repeat_and_none_is_omitted(upload):
    fields = {"project_name": "p", "n": 3, "tag": ["a", "b"], "gone": None, "metadata": {"c": 2}}
    assert upload(b"raw", **fields)[:-1] == [
        ("project_name", None, None, b"p"),
        ("n", None, None, b"3"),
        ("tag", None, None, b"a"),
        ("tag", None, None, b"b"),
        ("metadata", None, None, b'{"c": 2}'),
    ]
    assert fields["metadata"] == {"c": 2}


@pytest.mark.parametrize("file", [None, "", 5, ["a.png"]])
def test_upload_of_another_type_raises_before_sending(file, client, wire):
    with pytest.raises(ScaleInvalidArgument, match="file must be"):
        client.upload_file(file)
    assert wire.sent == []


def test_upload_missing_path_raises_os_error(client, wire, tmp_path):
    with pytest.raises(FileNotFoundError):
        client.upload_file(pathlib.Path(tmp_path / "none.jpg"))
    assert wire.sent == []
