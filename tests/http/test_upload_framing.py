"""Names, types and headers of a part add no line to it, and a file no byte to the request."""

import contextlib
import io
import socket
import threading
from email import message_from_bytes

import pytest

import scaleapi
from scaleapi import ScaleException, ScaleInvalidArgument
from tests.fixtures.servers import http_response

FILE = {"id": "f", "attachment_url": "scaledata://f"}
ENDS = {"CR LF": "\r\n", "LF": "\n", "CR": "\r", "two": "\r\n\r\n", "folded": "\r\n "}
every_end = pytest.mark.parametrize("end", ENDS)


def parts_of(request):
    """The parts of a multipart body, each as its head and its content."""
    boundary = request.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()
    assert request.body.endswith(b"--" + boundary + b"--\r\n")
    parts = request.body.split(b"--" + boundary)[1:-1]
    for part in parts:
        assert part.startswith(b"\r\n") and part.endswith(b"\r\n")
    return [part[2:-2].partition(b"\r\n\r\n")[::2] for part in parts]


def lines(head):
    """The lines of a part's head, however tolerant the reader is about their ends."""
    return head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def assert_no_line_added(server, call, content=b"content"):
    """The call is refused, or what it sends has the usual lines only."""
    try:
        call()
    except ScaleInvalidArgument:
        assert server.requests == []
        return
    (request,) = server.requests
    for head, body in parts_of(request):
        names = [line.partition(b":")[0].strip().lower() for line in lines(head)]
        assert b"x-injected" not in names, head
        assert set(names) <= {b"content-disposition", b"content-type", b"x-own"}, head
        assert len(names) == len(set(names))
        assert not body.startswith(b"X-Injected")
    assert parts_of(request)[-1][1] == content


@pytest.fixture
def upload(server, connect):
    """Makes a client of a server that takes every upload."""
    server.replies(http_response(FILE))
    return connect(server)


@every_end
@pytest.mark.parametrize("place", ["within", "at the end"])
def test_upload_content_type_with_end_of_line_adds_no_header(place, end, server, upload):
    kind = f"image/png{ENDS[end]}" + ("X-Injected: yes" if place == "within" else "")
    assert_no_line_added(server, lambda: upload.upload_file(("a.png", b"content", kind)))


@every_end
def test_upload_header_value_with_end_of_line_adds_no_header(end, server, upload):
    headers = {"X-Own": f"a{ENDS[end]}X-Injected: yes"}
    file = ("a.png", b"content", "image/png", headers)
    assert_no_line_added(server, lambda: upload.upload_file(file))


@every_end
def test_upload_header_name_with_end_of_line_adds_no_header(end, server, upload):
    headers = {f"X-Own: a{ENDS[end]}X-Injected": "yes"}
    file = ("a.png", b"content", "image/png", headers)
    assert_no_line_added(server, lambda: upload.upload_file(file))


@every_end
def test_upload_file_name_with_end_of_line_adds_no_header(end, server, upload):
    name = f"a{ENDS[end]}X-Injected: yes"
    assert_no_line_added(server, lambda: upload.upload_file((name, b"content", "image/png")))


@every_end
def test_upload_name_of_an_open_file_with_end_of_line_adds_no_header(end, server, upload):
    file = io.BytesIO(b"content")
    file.name = f"/a/b{ENDS[end]}X-Injected: yes.png"
    assert_no_line_added(server, lambda: upload.upload_file(file))


@every_end
def test_upload_field_name_of_the_file_with_end_of_line_adds_no_header(end, server, upload):
    files = {f"file{ENDS[end]}X-Injected: yes": ("a.png", b"content", "image/png")}
    assert_no_line_added(server, lambda: upload.api.post_request("files/upload", files=files))


@every_end
def test_upload_field_name_with_end_of_line_adds_no_header(end, server, upload):
    fields = {f"name{ENDS[end]}X-Injected: yes": "value"}
    files = {"file": ("a.png", b"content", "image/png")}
    assert_no_line_added(
        server, lambda: upload.api.post_request("files/upload", files=files, data=fields)
    )
    server.requests.clear()
    assert_no_line_added(server, lambda: upload.upload_file(("a", b"content"), **fields))


@pytest.mark.parametrize("name", ['a"; name="other', "a\\", 'a\\"; name="other', "é\0.png"])
def test_upload_file_name_with_quotes_changes_no_other_parameter(name, server, upload):
    try:
        upload.upload_file((name, b"content", "image/png"))
    except ScaleInvalidArgument:
        assert server.requests == []
        return
    (request,) = server.requests
    ((head, content),) = parts_of(request)
    disposition = message_from_bytes(head + b"\r\n\r\n")
    assert disposition.get_param("name", header="Content-Disposition") == "file"
    assert content == b"content" and len(lines(head)) == 2


@pytest.mark.parametrize("value", ["a\r\nb", "\r\n--x\r\nX-Injected: yes", "a\nb\rc"])
def test_upload_field_value_with_end_of_line_arrives_as_it_is(value, server, upload):
    upload.upload_file(("a", b"content"), display_name=value)
    (request,) = server.requests
    (head, body), (_, content) = parts_of(request)
    assert (body, content) == (value.encode(), b"content")
    assert lines(head) == [b'Content-Disposition: form-data; name="display_name"']


def test_upload_own_type_and_headers_arrive(server, upload):
    upload.upload_file(("a b.png", b"content", "image/png; a=b", {"X-Own": "c d"}))
    ((head, content),) = parts_of(server.requests[0])
    assert content == b"content"
    assert {b"Content-Type: image/png; a=b", b"X-Own: c d"} <= set(lines(head))


# What goes over the wire, to the byte.


class Recorder:
    """A server that takes one request, and all that comes after it.

    Attributes:
        received: what came after the head.
        length: of the body, as the head says.
    """

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self.received, self.length = b"", 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        try:
            self._take(self._listener.accept()[0])
        except OSError:
            pass  # the client broke off

    def _take(self, sock):
        with sock:
            data = b""
            while b"\r\n\r\n" not in data:
                block = sock.recv(65536)
                if not block:
                    return
                data += block
            head, _, self.received = data.partition(b"\r\n\r\n")
            (length,) = [
                line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
            ]
            self.length = int(length.partition(b":")[2])
            responded = False
            while True:
                if not responded and len(self.received) >= self.length:
                    responded = True
                    sock.sendall(http_response(FILE))
                block = sock.recv(65536)
                if not block:
                    return
                self.received += block

    def stop(self):
        """Wait until the client has closed the connection."""
        self._thread.join(20)
        self._listener.close()
        assert not self._thread.is_alive()


class Greedy(io.BytesIO):
    """A file that reads more than it is asked for, all of it its own."""

    name = "a.png"

    def __init__(self, content, more):
        super().__init__(content)
        self.more = more

    def read(self, size=-1):
        return super().read(size + self.more if size > 0 else size)


class Inflated(Greedy):
    """A file that puts out more than it holds."""

    def read(self, size=-1):
        block = io.BytesIO.read(self, size)
        return block + b"Z" * self.more if block else block


SIZES = {"small": 500, "one block": 64 * 1024, "large": 300_000}


@pytest.mark.parametrize("kind", [Greedy, Inflated])
@pytest.mark.parametrize("more", [1, 1000, 100_000])
@pytest.mark.parametrize("size", SIZES)
def test_upload_file_that_reads_more_than_asked_sends_no_byte_beyond_its_length(
    size, more, kind, connect
):
    recorder = Recorder()
    content = bytes(number % 251 for number in range(SIZES[size]))
    client = connect(recorder.url, retries=0)
    try:
        client.upload_file(kind(content, more), reference_id="r")
    except (ScaleException, OSError, ValueError):
        whole = False
    else:
        whole = True
    client.close()
    recorder.stop()
    assert len(recorder.received) <= recorder.length
    if whole:
        assert len(recorder.received) == recorder.length
        assert recorder.received.endswith(b"--\r\n")
        assert kind is Inflated or recorder.received.count(content) == 1


class Growing(io.BytesIO):
    """A file that becomes longer while it is read."""

    name = "a.png"

    def read(self, size=-1):
        block = super().read(size)
        place = self.tell()
        self.seek(0, 2)
        self.write(b"Z" * 10_000)
        self.seek(place)
        return block


@pytest.mark.parametrize("size", SIZES)
def test_upload_file_that_grows_sends_no_byte_beyond_its_length(size, connect):
    recorder = Recorder()
    with connect(recorder.url, retries=0) as client:
        assert client.upload_file(Growing(b"a" * SIZES[size]), reference_id="r").id == "f"
    recorder.stop()
    assert len(recorder.received) == recorder.length


class Shrinking(io.BytesIO):
    """A file that ends before the end that it has shown."""

    name = "a.png"

    def read(self, size=-1):
        return super().read(size) if self.tell() < 100 else b""


def test_upload_file_that_shrinks_raises_its_own_error(connect):
    recorder = Recorder()
    with connect(recorder.url, retries=0) as client, pytest.raises(OSError, match="shorter"):
        client.upload_file(Shrinking(b"a" * 300_000), reference_id="r")
    recorder.stop()
    assert len(recorder.received) < 300_000


def test_upload_progress_of_a_file_that_reads_more_reports_at_most_its_size(connect):
    recorder, reports = Recorder(), []
    client = connect(recorder.url, retries=0)
    file = Inflated(b"a" * 300_000, 1000)
    with contextlib.suppress(scaleapi.ScaleException, OSError, ValueError):
        client.upload_file(file, progress=lambda *counts: reports.append(counts), reference_id="r")
    client.close()
    recorder.stop()
    assert reports and all(sent <= total for sent, total in reports)
    assert len(recorder.received) <= recorder.length
