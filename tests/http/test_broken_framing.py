"""Chunk sizes and lengths that are invalid are a broken connection, never a result."""

import pytest

import scaleapi
from scaleapi import ScaleConnectionError, ScaleException
from tests.factories import page
from tests.fixtures.replies import CONTENT, POLICIES, file_names, interim, statuses, task
from tests.fixtures.servers import cut, http_response

BODY = b'{"task_id": "X"}'
assert len(BODY) == 16
HEAD = interim(200, "OK", transfer_encoding="chunked")
END = b"0\r\n\r\n"


def sized(size, body=BODY):
    """A whole chunked response whose one size is written like this."""
    return HEAD + size + b"\r\n" + body + b"\r\n" + END


CHUNKS = {
    "negative": sized(b"-10"),
    "minus one": sized(b"-1"),
    "negative, after a chunk": HEAD + b"10\r\n" + BODY + b"\r\n-5\r\n" + END,
    "negative zero": HEAD + b"10\r\n" + BODY + b"\r\n-0\r\n\r\n",
    "plus": sized(b"+10"),
    "underscore": sized(b"1_0"),
    "prefix": sized(b"0x10"),
    "no number": sized(b"zz"),
    "nothing": sized(b""),
    "white space": sized(b"  "),
    "white space within": sized(b"1 0"),
    "fraction": sized(b"10.0"),
    "digits of another script": sized("١٠".encode()),
    "extension without size": sized(b";a=b"),
    "NUL": sized(b"10\0"),
    "too large for the body": sized(b"11"),
    "too small for the body": sized(b"f"),
    "much too large": sized(b"f" * 40),
    "endless size": HEAD + b"1" * 100_000 + b"\r\n" + BODY,
    "no end of line after the chunk": HEAD + b"10\r\n" + BODY + END,
    "another end after the chunk": HEAD + b"10\r\n" + BODY + b"XX" + END,
    "end before the last chunk": HEAD + b"10\r\n" + BODY + b"\r\n",
    "end in a size": HEAD + b"10\r\n" + BODY + b"\r\n1",
    "end in the last size": HEAD + b"10\r\n" + BODY + b"\r\n0",
}


def lengths(*values, body=BODY):
    """A response with these Content-Length headers."""
    lines = b"".join(b"Content-Length: " + value + b"\r\n" for value in values)
    return b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n" + body


LENGTHS = {
    "negative": lengths(b"-1"),
    "negative, of the size": lengths(b"-16"),
    "no number": lengths(b"many"),
    "plus": lengths(b"+16"),
    "underscore": lengths(b"1_6"),
    "prefix": lengths(b"0x10"),
    "fraction": lengths(b"16.0"),
    "exponent": lengths(b"16e0"),
    "white space within": lengths(b"1 6"),
    "digits of another script": lengths("١٦".encode()),
    "huge": lengths(b"9" * 40),
    "longer than a number may be": lengths(b"9" * 5000),
    "two, of which the first is right": lengths(b"16", b"17"),
    "two, of which the last is right": lengths(b"15", b"16"),
    "two in one line": lengths(b"16, 17"),
    "right, then no number": lengths(b"16", b"many"),
    "zero, then right": lengths(b"0", b"16"),
}
BROKEN = {f"chunk: {name}": data for name, data in CHUNKS.items()}
BROKEN.update({f"length: {name}": data for name, data in LENGTHS.items()})
every_policy = pytest.mark.parametrize("policy", POLICIES)
every_breakage = pytest.mark.parametrize("what", BROKEN)


@every_policy
@every_breakage
def test_get_task_invalid_framing_is_retried(what, policy, server, connect):
    server.replies(cut(BROKEN[what]), cut(BROKEN[what]), task("A"))
    result = connect(server, retries=POLICIES[policy]).api.request("GET", "task/A")
    assert (statuses(result.attempts), result.json["task_id"]) == ([None, None, 200], "A")
    assert len(server.requests) == 3


@every_breakage
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_request_framing_always_invalid_raises_a_connection_error(method, what, serve, connect):
    server = serve("http")
    server.replies(cut(BROKEN[what]))
    with pytest.raises(Exception) as caught:
        connect(server).api.request(method, "x")
    assert type(caught.value) is ScaleConnectionError
    assert statuses(caught.value.attempts) == [None] * 4 and len(server.requests) == 4


OPEN = [
    "chunk: negative",
    "chunk: minus one",
    "chunk: no number",
    "chunk: underscore",
    "chunk: nothing",
    "chunk: no end of line after the chunk",
    "chunk: another end after the chunk",
    "length: negative",
    "length: no number",
    "length: underscore",
    "length: two, of which the last is right",
]


@pytest.mark.parametrize("what", OPEN)
def test_get_task_invalid_framing_on_a_connection_that_stays_open_ends_at_once(
    what, server, connect
):
    """Nothing more is waited for, and the next call has a connection of its own."""
    server.decides(lambda r: BROKEN[what] if r.target.endswith("A") else task("B"))
    client = connect(server, retries=0, timeout=1)
    with pytest.raises(ScaleException) as caught:
        client.get_task("A")
    assert type(caught.value) is ScaleConnectionError
    assert caught.value.attempts[0].seconds < 0.9
    assert client.get_task("B").id == "B"
    assert [request.connection for request in server.requests] == [1, 2]


@every_breakage
def test_create_task_invalid_framing_is_retried_and_recovered(what, serve, connect):
    server = serve("http")
    own = {"task_id": "A", "type": "chat", "unique_id": "u"}
    server.replies(
        cut(BROKEN[what]), http_response({"error": "taken"}, 409), http_response(page(own))
    )
    assert connect(server).create_task("chat", unique_id="u").as_dict() == own


@every_breakage
@pytest.mark.parametrize("own", [True, False])
def test_download_response_url_invalid_framing_is_retried(what, own, serve, connect, tmp_path):
    server = serve("http")
    store = server if own else serve("http")
    store.replies(cut(BROKEN[what]), http_response(CONTENT))
    connect(server).download_response_url(f"{store.url}/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CONTENT and len(store.requests) == 2


@every_breakage
def test_download_response_url_framing_always_invalid_saves_no_file(what, serve, connect, tmp_path):
    server = serve("http")
    server.replies(cut(BROKEN[what]))
    with pytest.raises(Exception) as caught:
        connect(server).download_response_url(f"{server.url}/a", tmp_path / "a")
    assert isinstance(caught.value, ScaleConnectionError) and file_names(tmp_path) == []
    assert len(server.requests) == 4


@every_breakage
def test_error_response_with_invalid_framing_is_an_error_of_the_package(what, serve, connect):
    """Its status may count, or the connection be taken for broken."""
    server = serve("http")
    server.replies(cut(BROKEN[what].replace(b"200 OK", b"404 Not Found", 1)))
    with pytest.raises(Exception) as caught:
        connect(server).get_task("A")
    assert isinstance(caught.value, (scaleapi.ScaleResourceNotFound, ScaleConnectionError))


WHOLE = {
    "extension": sized(b'10;name="value";other'),
    "capital digits": HEAD + b"00000010\r\n" + BODY + b"\r\n" + END,
    "trailers": HEAD + b"10\r\n" + BODY + b"\r\n0\r\nX-A: b\r\nX-B: c\r\n\r\n",
    "letters in any case": HEAD + b"A\r\n" + BODY[:10] + b"\r\n6\r\n" + BODY[10:] + b"\r\n" + END,
    "chunks of one byte": HEAD + b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + END,
    "length with zeros": lengths(b"0016"),
    "length with white space": lengths(b"  16  "),
    "chunks in capitals": sized(b"10").replace(b"chunked", b"Chunked"),
}


@every_policy
@pytest.mark.parametrize("what", WHOLE)
def test_get_task_unusual_but_valid_framing_is_a_result(what, policy, server, connect):
    server.replies(WHOLE[what])
    api = connect(server, retries=POLICIES[policy]).api
    for _ in range(2):
        result = api.request("GET", "task/X")
        assert (statuses(result.attempts), result.json) == ([200], {"task_id": "X"})
    assert server.accepted == 1


@pytest.mark.parametrize(
    "line",
    [b"no colon", b"X-A : b", b": no name", b"X-A b: c", b"\x00: a", b" folded", b"X-A: b\rX-B: c"],
)
def test_malformed_header_line_never_makes_framing_part_of_a_result(line, serve, connect, tmp_path):
    """Else what comes after the line is not read as headers, and the chunks are the file."""
    server = serve("http")
    chunks = b"%x\r\n%s\r\n" % (len(CONTENT), CONTENT) + END
    head = b"HTTP/1.1 200 OK\r\n" + line + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.replies(cut(head + chunks))
    try:
        connect(server).download_response_url(f"{server.url}/a", tmp_path / "a")
    except ScaleException:
        assert file_names(tmp_path) == []
    else:
        assert (tmp_path / "a").read_bytes() == CONTENT
