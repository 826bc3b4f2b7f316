"""Compressed bodies: whole or not at all, and no larger than the client allows."""

import gzip
import json
import pickle
import tracemalloc
import zlib
from types import SimpleNamespace

import pytest

import scaleapi
from scaleapi import ScaleClient, ScaleConnectionError, ScaleException, ScaleInvalidArgument
from tests.factories import page
from tests.fixtures.network import KEY
from tests.fixtures.replies import (
    CONTENT,
    POLICIES,
    chunked,
    file_names,
    gzip_members,
    raw_deflate,
    statuses,
    task,
    until_close,
)
from tests.fixtures.servers import cut, http_response

LIMIT = 1_000_000
TASK = {"task_id": "A", "words": [f"word {number}" for number in range(500)]}
TEXT = json.dumps(TASK).encode()


def synced(first, second):
    """A gzip stream that can be cut after `first` without breaking a block."""
    packer = zlib.compressobj(wbits=31)
    start = packer.compress(first) + packer.flush(zlib.Z_SYNC_FLUSH)
    return start, start + packer.compress(second) + packer.flush()


def flipped(data, position):
    """The same with one bit changed."""
    changed = bytearray(data)
    changed[position] ^= 0x10
    return bytes(changed)


GZIP, ZLIB, RAW = gzip.compress(TEXT), zlib.compress(TEXT), raw_deflate(TEXT)
TWO_MEMBERS = gzip.compress(TEXT[:900]) + gzip.compress(TEXT[900:])
DAMAGED = {
    "gzip of nothing but its header": ("gzip", GZIP[:10]),
    "half of a gzip": ("gzip", GZIP[: len(GZIP) // 2]),
    "gzip without its trailer": ("gzip", GZIP[:-8]),
    "gzip with half of its trailer": ("gzip", GZIP[:-4]),
    "gzip without its last byte": ("gzip", GZIP[:-1]),
    "gzip in the header of its last member": ("gzip", gzip.compress(TEXT) + GZIP[:5]),
    "gzip in its last member": ("gzip", TWO_MEMBERS[:-20]),
    "gzip without the last trailer": ("gzip", TWO_MEMBERS[:-8]),
    "gzip with white space to come": ("gzip", synced(TEXT, b" " * 100)[0]),
    "gzip with a number to go on": ("gzip", synced(b"1234", b"5678")[0]),
    "half of a deflate": ("deflate", ZLIB[: len(ZLIB) // 2]),
    "deflate without its checksum": ("deflate", ZLIB[:-4]),
    "deflate without its last byte": ("deflate", ZLIB[:-1]),
    "half of a raw deflate": ("deflate", RAW[: len(RAW) // 2]),
    "half of a gzip in a whole gzip": ("gzip, gzip", gzip.compress(GZIP[:-20])),
    "whole gzip in half of a gzip": ("gzip, gzip", gzip.compress(GZIP)[:-20]),
    "gzip with a wrong bit": ("gzip", flipped(GZIP, len(GZIP) // 2)),
    "gzip with a wrong checksum": ("gzip", flipped(GZIP, -6)),
    "deflate with a wrong checksum": ("deflate", flipped(ZLIB, -2)),
    "no gzip at all": ("gzip", TEXT),
    "no deflate at all": ("deflate", b"\xff" * 9),
}
FRAMES = {
    "length": lambda body, coding: http_response(body, content_encoding=coding),
    "chunks": lambda body, coding: chunked(body[:7], body[7:], content_encoding=coding),
    "close": lambda body, coding: cut(until_close(body, content_encoding=coding)),
}
every_frame = pytest.mark.parametrize("frame", FRAMES)
every_damage = pytest.mark.parametrize("what", DAMAGED)


def damaged(what, frame):
    """A response that is whole by its framing, and not by its encoding."""
    coding, body = DAMAGED[what]
    return FRAMES[frame](body, coding)


@every_frame
@every_damage
def test_get_task_damaged_body_is_retried_as_a_broken_connection(what, frame, server, connect):
    server.replies(damaged(what, frame), damaged(what, frame), http_response(TASK))
    result = connect(server).api.request("GET", "task/A")
    assert (statuses(result.attempts), result.json) == ([None, None, 200], TASK)
    assert len(server.requests) == 3


@every_frame
@every_damage
def test_get_task_body_always_damaged_raises_a_connection_error(what, frame, server, connect):
    server.replies(damaged(what, frame))
    with pytest.raises(ScaleException) as caught:
        connect(server).get_task("A")
    assert type(caught.value) is ScaleConnectionError and caught.value.code is None
    assert statuses(caught.value.attempts) == [None] * 4 and len(server.requests) == 4


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_request_number_cut_short_in_its_gzip_is_not_a_result(method, policy, server, connect):
    """What came is valid JSON, and its length is as declared."""
    part, whole = synced(b"1234", b"5678")
    server.replies(
        *(http_response(body, content_encoding="gzip") for body in (part, whole)),
    )
    result = connect(server, retries=POLICIES[policy]).api.request(method, "x")
    assert (statuses(result.attempts), result.json) == ([None, 200], 12345678)


@every_damage
def test_create_task_damaged_body_is_retried_and_recovered(what, server, connect):
    own = {"task_id": "A", "type": "chat", "unique_id": "u"}
    server.replies(
        damaged(what, "length"), http_response({"error": "taken"}, 409), http_response(page(own))
    )
    assert connect(server).create_task("chat", unique_id="u").as_dict() == own
    assert [request.method for request in server.requests] == ["POST", "POST", "GET"]


WHOLE = {
    "gzip": ("gzip", GZIP),
    "gzip of two members": ("gzip", TWO_MEMBERS),
    "gzip and padding": ("gzip", GZIP + bytes(10)),
    "deflate": ("deflate", ZLIB),
    "raw deflate": ("deflate", RAW),
    "gzip in gzip": ("gzip, gzip", gzip.compress(GZIP)),
    "gzip in capitals": ("GZIP", GZIP),
    "identity": ("identity", TEXT),
}


@every_frame
@pytest.mark.parametrize("what", WHOLE)
def test_get_task_whole_compressed_body_is_a_result(what, frame, server, connect):
    coding, body = WHOLE[what]
    server.replies(FRAMES[frame](body, coding))
    result = connect(server).api.request("GET", "task/A")
    assert (statuses(result.attempts), result.json) == ([200], TASK)


class BrotliDecoder:
    """As urllib3's, which needs a package of its own; it decodes zlib in the place of Brotli.

    Its decompressor has no `eof` but `is_finished`.
    """

    def __init__(self):
        self._zlib = zlib.decompressobj()
        self._obj = SimpleNamespace(is_finished=lambda: self._zlib.eof)
        self.has_unconsumed_tail = False

    def decompress(self, data, max_length=-1):
        return self._zlib.decompress(data)

    def flush(self):
        return b""


def test_get_task_brotli_cut_short_is_retried(server, connect, monkeypatch):
    monkeypatch.setattr("urllib3.response.HTTPResponse.CONTENT_DECODERS", ["br"])
    monkeypatch.setattr("urllib3.response._get_decoder", lambda mode: BrotliDecoder())
    server.replies(*(http_response(body, content_encoding="br") for body in (ZLIB[:-4], ZLIB)))
    result = connect(server).api.request("GET", "task/A")
    assert (statuses(result.attempts), result.json) == ([None, 200], TASK)


@pytest.mark.parametrize("status", [200, 204])
def test_request_empty_body_that_claims_gzip_has_no_json(status, server, connect):
    server.replies(http_response(b"", status, content_encoding="gzip"))
    assert connect(server).api.delete_request("x") is None
    assert len(server.requests) == 1


BLANK = b" " * (4 * LIMIT)
TOO_LARGE = {
    "gzip": http_response(gzip.compress(BLANK), content_encoding="gzip"),
    "gzip in chunks": chunked(gzip.compress(BLANK), content_encoding="gzip"),
    "gzip of many members": http_response(
        gzip_members(4 * LIMIT, 100_000), content_encoding="gzip"
    ),
    "gzip in gzip": http_response(
        gzip.compress(gzip.compress(BLANK)), content_encoding="gzip, gzip"
    ),
    "deflate": http_response(zlib.compress(BLANK), content_encoding="deflate"),
    "raw deflate": http_response(raw_deflate(BLANK), content_encoding="deflate"),
    "gzip of a task": http_response(
        gzip.compress(b'{"task_id": "A", "text": "%s"}' % (b"x" * LIMIT)), content_encoding="gzip"
    ),
    "with a length": http_response(BLANK),
    "in chunks": chunked(*[BLANK[:100_000]] * 40),
    "until the connection ends": cut(until_close(BLANK)),
    "one byte more": http_response(b'"%s"' % (b"x" * (LIMIT - 1))),
    "one byte more, in gzip": http_response(
        gzip.compress(b'"%s"' % (b"x" * (LIMIT - 1))), content_encoding="gzip"
    ),
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("what", TOO_LARGE)
def test_request_body_over_max_response_bytes_raises(what, policy, server, connect):
    server.replies(TOO_LARGE[what])
    client = connect(server, retries=POLICIES[policy]).with_options(max_response_bytes=LIMIT)
    for method in ("GET", "POST", "PUT", "DELETE"):
        with pytest.raises(ScaleException, match="max_response_bytes") as caught:
            client.api.request(method, "x")
        assert not isinstance(caught.value, (ScaleConnectionError, ScaleInvalidArgument))
        assert len(caught.value.attempts) == 1
    assert len(server.requests) == 4  # it would be too large again


@pytest.mark.parametrize("what", TOO_LARGE)
def test_get_task_body_over_the_limit_does_not_affect_the_next_call(what, server, connect):
    server.replies(TOO_LARGE[what], task("B"))
    client = connect(server, max_response_bytes=LIMIT)
    with pytest.raises(ScaleException, match="max_response_bytes"):
        client.get_task("A")
    assert client.get_task("B").id == "B"


AT_THE_LIMIT = b'"%s"' % (b"x" * (LIMIT - 2))


@pytest.mark.parametrize(
    "response",
    [
        http_response(AT_THE_LIMIT),
        http_response(gzip.compress(AT_THE_LIMIT), content_encoding="gzip"),
        chunked(AT_THE_LIMIT[:50_000], AT_THE_LIMIT[50_000:]),
        cut(until_close(AT_THE_LIMIT)),
    ],
)
def test_request_body_of_exactly_max_response_bytes_is_a_result(response, server, connect):
    server.replies(response)
    client = connect(server, max_response_bytes=LIMIT)
    assert len(client.api.get_request("x")) == LIMIT - 2


def test_request_large_body_within_the_default_limit_is_a_result(serve, connect):
    server = serve("http")
    server.replies(
        http_response(gzip.compress(b'"%s"' % (b"x" * 20_000_000)), content_encoding="gzip")
    )
    assert len(connect(server).api.get_request("x")) == 20_000_000


@pytest.mark.parametrize("single", [True, False])
def test_get_task_gzip_bomb_takes_bounded_memory(single, serve, connect):
    server = serve("http")
    size = 48 * LIMIT
    body = gzip.compress(b" " * size, 1) if single else gzip_members(size, LIMIT)
    server.replies(http_response(body, content_encoding="gzip"))
    client = connect(server, max_response_bytes=LIMIT)
    tracemalloc.start()
    try:
        with pytest.raises(ScaleException, match="max_response_bytes"):
            client.get_task("A")
        assert tracemalloc.get_traced_memory()[1] < size / 2
    finally:
        tracemalloc.stop()


def test_get_task_gzip_bomb_over_the_default_limit_raises(serve, connect):
    server = serve("http")
    bomb = gzip_members(300 * 1024 * 1024)
    assert len(bomb) < 400_000
    server.replies(http_response(bomb, content_encoding="gzip"))
    with pytest.raises(ScaleException, match="max_response_bytes"):
        connect(server).api.get_request("x")
    assert len(server.requests) == 1


def test_client_max_response_bytes_is_kept_by_options_and_pickles(server, connect):
    client = connect(server, max_response_bytes=1000)
    server.replies(http_response({"a": "x" * 2000}))
    for each in (
        client.with_options(timeout=5, retries=0),
        pickle.loads(pickle.dumps(client)),
    ):
        with each, pytest.raises(ScaleException, match="max_response_bytes"):
            each.api.get_request("x")
    assert client.with_options(max_response_bytes=5000).api.get_request("x")
    with pytest.raises(ScaleException, match="max_response_bytes"):
        client.api.get_request("x")


def test_client_max_response_bytes_holds_for_listings_and_v2(server, connect):
    client = connect(server, max_response_bytes=1000)
    row = {"task_id": "t", "text": "x" * 2000}
    server.replies(http_response(page(row)))
    for call in (
        lambda: list(client.get_tasks("p")),
        lambda: client.v2.get_task("t"),
        lambda: client.request("GET", "tasks"),
    ):
        with pytest.raises(ScaleException, match="max_response_bytes"):
            call()


@pytest.mark.parametrize("value", [0, -1, 1.5, "1000", True, float("nan")])
def test_client_invalid_max_response_bytes_raises(value, server, connect):
    with pytest.raises(ScaleInvalidArgument, match="max_response_bytes"):
        ScaleClient(KEY, api_instance_url=server.url, max_response_bytes=value)
    with pytest.raises(ScaleInvalidArgument, match="max_response_bytes"):
        connect(server).with_options(max_response_bytes=value)


def test_error_response_over_the_limit_is_still_that_error(server, connect):
    server.replies(http_response(b"x" * 50_000, 404, content_type="text/plain"))
    with pytest.raises(scaleapi.ScaleResourceNotFound):
        connect(server, max_response_bytes=1000).get_task("A")


def test_download_response_url_over_the_limit_saves_the_file(server, serve, connect, tmp_path):
    store = serve("http")
    client = connect(server, max_response_bytes=1000)
    for number, each in enumerate((server, store)):
        each.replies(http_response(CONTENT))
        path = client.download_response_url(f"{each.url}/a", tmp_path / str(number))
        assert path.read_bytes() == CONTENT
    server.replies(http_response(CONTENT))
    assert client.get_task_response_file("t", "u") == CONTENT


ENCODED = {
    "gzip": http_response(gzip.compress(CONTENT), content_encoding="gzip"),
    "gzip in capitals": http_response(gzip.compress(CONTENT), content_encoding="GZip"),
    "gzip in chunks": chunked(gzip.compress(CONTENT), content_encoding="gzip"),
    "deflate": http_response(zlib.compress(CONTENT), content_encoding="deflate"),
    "two encodings": http_response(
        gzip.compress(gzip.compress(CONTENT)), content_encoding="gzip, gzip"
    ),
    "one that is not known": http_response(CONTENT, content_encoding="br"),
    "one that it has not": http_response(CONTENT, content_encoding="gzip"),
    "bomb": http_response(gzip_members(8 * LIMIT, LIMIT), content_encoding="gzip"),
}


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("what", ENCODED)
def test_download_response_url_with_an_encoding_raises_and_saves_no_file(
    what, own, server, serve, connect, tmp_path
):
    store = server if own else serve("http")
    store.replies(ENCODED[what])
    with pytest.raises(ScaleException, match="(?i)encod") as caught:
        connect(server).download_response_url(f"{store.url}/a.png", tmp_path / "a.png")
    assert not isinstance(caught.value, ScaleInvalidArgument)
    assert file_names(tmp_path) == []
    asked = {request.headers["Accept-Encoding"] for request in store.requests}
    assert asked == {"identity"}


@pytest.mark.parametrize("what", ["gzip", "one that is not known"])
def test_downloads_with_an_encoding_fail(what, server, connect, tmp_path):
    server.replies(ENCODED[what])
    client = connect(server)
    given = {"task_id": "t", "response": {"url": f"{server.url}/a.png"}}
    (outcome,) = client.download_results([given], tmp_path)
    assert (outcome.status, outcome.paths) == ("failed", [])
    assert isinstance(outcome.error, ScaleException) and file_names(tmp_path) == []
    with pytest.raises(ScaleException):
        client.get_task_response_file("t", "u")


@pytest.mark.parametrize("coding", ["identity", "IDENTITY", ""])
def test_download_response_url_with_no_real_encoding_saves_the_file(
    coding, server, connect, tmp_path
):
    server.replies(http_response(CONTENT, content_encoding=coding))
    path = connect(server).download_response_url(f"{server.url}/a.png", tmp_path / "a.png")
    assert path.read_bytes() == CONTENT
