"""Responses on the wire, whole, broken or in a form that nobody asked for."""

import gzip
import json
import zlib

import pytest

import scaleapi
from scaleapi import ScaleConnectionError, ScaleException
from tests.fixtures.replies import chunked
from tests.fixtures.servers import cut, http_response

TASK = {"task_id": "t", "status": "completed", "metadata": {"é": "ü"}}


@pytest.mark.parametrize("status", [200, 201, 202, 203, 206, 226, 299])
def test_response_any_2xx_is_a_success(status, server, connect):
    server.replies(http_response(TASK, status))
    assert connect(server).get_task("t").as_dict() == TASK


def test_response_of_any_encoding_is_decoded(server, connect):
    text = json.dumps(TASK).encode()
    deflated = zlib.compress(text)
    server.replies(
        http_response(gzip.compress(text), content_encoding="gzip"),
        http_response(deflated, content_encoding="deflate"),
        chunked(text[:3], text[3:20], text[20:]),
        http_response(json.dumps(TASK, ensure_ascii=False).encode(), content_type="text/plain"),
        http_response(b"\xef\xbb\xbf" + text),
        cut(b"HTTP/1.0 200 OK\r\n\r\n" + text),
    )
    client = connect(server)
    for _ in range(6):
        assert client.get_task("t").as_dict() == TASK
    assert len(server.requests) == 6


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n",
        http_response(b""),
        http_response(b"OK", content_type="text/plain"),
        http_response(b"<html>fine</html>", 202, content_type="text/html"),
        http_response(b"\xff\xfe\xfa"),
        http_response(None),
    ],
)
def test_low_level_request_without_json_returns_none(method, reply, server, connect):
    server.replies(reply, http_response({"a": 1}))
    api = connect(server).api
    assert getattr(api, f"{method.lower()}_request")("x") is None
    assert getattr(api, f"{method.lower()}_request")("x") == {"a": 1}
    assert server.accepted == 1


NOT_PROMISED = {
    "HTML": b"<html>Log in</html>",
    "nothing": b"",
    "null": b"null",
    "an array": b"[]",
    "a string": b'"caf\xc3\xa9"',
    "half of it": b'{"task_id": "t", "sta',
    "latin-1": '{"task_id": "é"}'.encode("latin-1"),
    "two objects": b'{"task_id": "t"}{}',
    "deep": b"[" * 200_000,
    "a long number": b'{"task_id": ' + b"9" * 10_000,
    "incomplete": b'{"status": "completed"}',
    "with a NUL": b'{"task_id": "t"}\0',
}


@pytest.mark.parametrize("what", NOT_PROMISED)
@pytest.mark.parametrize("kind", ["application/json", "text/html; charset=utf-8", None])
def test_response_not_the_promised_json_raises_with_its_text(what, kind, serve, connect):
    server = serve("http")
    body = NOT_PROMISED[what]
    server.replies(http_response(body, content_type=kind) if kind else http_response(body))
    with pytest.raises(ScaleException) as caught:
        connect(server).get_task("t")
    error = caught.value
    assert type(error) is ScaleException and error.code == 200
    assert [attempt.status for attempt in error.attempts] == [200]
    if what == "latin-1":
        assert '"task_id"' in error.body
    else:
        assert error.body == body.decode()[:65_536]


WHOLE = http_response(TASK)
PACKED = gzip.compress(json.dumps(TASK).encode() * 50)
TRUNCATED = {
    "less than its length": WHOLE[:-5],
    "nothing of its length": WHOLE[: WHOLE.index(b"\r\n\r\n") + 4],
    "a chunk cut short": chunked(b'{"task_id"', end=b"20\r\n: "),
    "the last chunk missing": chunked(json.dumps(TASK).encode(), end=b""),
    "a chunk of no length": chunked(b'{"task_id"', end=b"zz\r\n"),
    "half of a gzip": http_response(PACKED, content_encoding="gzip")[:-20],
}


@pytest.mark.parametrize("what", TRUNCATED)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_response_truncated_is_retried(method, what, server, connect):
    server.replies(cut(TRUNCATED[what]), cut(TRUNCATED[what]), http_response({"a": 1}))
    got = connect(server).api.request(method, "x")
    assert [attempt.status for attempt in got.attempts] == [None, None, 200]
    assert got.json == {"a": 1}


@pytest.mark.parametrize("what", TRUNCATED)
def test_response_always_truncated_raises(what, server, connect):
    server.replies(cut(TRUNCATED[what]))
    with pytest.raises(ScaleException) as caught:
        connect(server).get_task("t")
    assert type(caught.value) is ScaleConnectionError
    assert len(caught.value.attempts) == 4


def test_response_with_truncated_head_raises(server, connect):
    server.replies(cut(b"HTTP/1.1 200 OK\r\nContent-"))
    with pytest.raises(ScaleException):
        connect(server).get_task("t")


@pytest.mark.parametrize("encoding, body", [("gzip", b"no gzip"), ("deflate", b"\xff" * 9)])
def test_response_that_cannot_be_decoded_raises(encoding, body, server, connect):
    server.replies(http_response(body, content_encoding=encoding))
    with pytest.raises(ScaleException):
        connect(server).get_task("t")


SENTENCE = "Näher, mein Gott"
READABLE = {
    "Scale's": (http_response({"status_code": 404, "error": SENTENCE}, 404), SENTENCE),
    "not escaped": (
        http_response(f'{{"error": "{SENTENCE}"}}'.encode(), 404, content_type="application/json"),
        SENTENCE,
    ),
    "gzip": (
        http_response(gzip.compress(b'{"error": "packed"}'), 404, content_encoding="gzip"),
        "packed",
    ),
    "chunked": (chunked(b'{"error": ', b'"in parts"}', status=404), "in parts"),
    "plain text": (
        http_response(b"no such task\n", 404, content_type="text/plain"),
        "no such task",
    ),
    "UTF-16": (http_response(json.dumps({"error": SENTENCE}).encode("utf-16"), 404), SENTENCE),
    "latin-1": (
        http_response(
            SENTENCE.encode("latin-1"), 404, content_type="text/plain; charset=iso-8859-1"
        ),
        SENTENCE,
    ),
    "nothing": (http_response(b"", 404, "Not There"), "Not There"),
    "nothing, not even a reason": (http_response(b"", 404, ""), "ScaleResourceNotFound"),
    "blanks": (http_response(b" \r\n ", 404, "Not There"), "Not There"),
    "an object in the error": (http_response({"error": {"why": 1}}, 404), '{"why": 1}'),
    "an array": (http_response(["a"], 404), '["a"]'),
    "a number": (http_response(5, 404), "5"),
}


@pytest.mark.parametrize("what", READABLE)
def test_error_response_of_any_shape_has_a_readable_message(what, server, connect):
    reply, message = READABLE[what]
    server.replies(reply)
    with pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        connect(server).get_task("t")
    assert caught.value.message == message
    assert str(caught.value) == f"<Response [404]> {message}"
    assert len(caught.value.attempts) == 1


CHARSETS = [
    "utf-8",
    "bogus",
    "",
    "hex",
    "zlib",
    "idna",
    "undefined",
    "unicode_escape",
    "utf-7",
    '"',
]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("status", [200, 404])
def test_error_response_with_any_charset_is_read(status, charset, serve, connect):
    server = serve("http")
    body = b"<html>caf\xe9 \\N{ \xff</html>"
    server.replies(http_response(body, status, content_type=f"text/html; charset={charset}"))
    with pytest.raises(ScaleException) as caught:
        connect(server).get_task("t")
    error = caught.value
    assert type(error) is (scaleapi.ScaleResourceNotFound if status == 404 else ScaleException)
    assert "html" in error.body and error.code == status


@pytest.mark.parametrize(
    "status, kind", [(401, scaleapi.ScaleUnauthorized), (404, scaleapi.ScaleResourceNotFound)]
)
@pytest.mark.parametrize("what", ["no gzip", "half of a gzip"])
def test_error_response_that_cannot_be_decoded_keeps_its_class(what, status, kind, serve, connect):
    server = serve("http")
    body = b"no gzip at all" if what == "no gzip" else PACKED[:-20]
    server.replies(http_response(body, status, content_encoding="gzip"))
    with pytest.raises(ScaleException) as caught:
        connect(server).get_task("t")
    assert type(caught.value) is kind and caught.value.message
    assert len(caught.value.attempts) == 1


def test_error_response_body_is_kept_up_to_its_limit(server, connect):
    server.replies(http_response(b"x" * 300_000, 500, content_type="text/plain"))
    with pytest.raises(scaleapi.ScaleInternalError) as caught:
        connect(server).get_task("t")
    assert caught.value.body == caught.value.message == "x" * 65_536
