"""A call that is interrupted leaves its key in no frame, and its connection to no other call."""

import signal
import threading
import time
import traceback

import pytest

from scaleapi import RetryPolicy
from tests.fixtures.network import KEY
from tests.fixtures.replies import TOKEN, interim, task, task_by_path
from tests.fixtures.servers import http_response, silence

LIBRARIES = ("scaleapi", "requests", "urllib3", "http", "ssl", "socket", "socks")
ERRORS = {"KeyboardInterrupt": KeyboardInterrupt, "SystemExit": SystemExit}
every_error = pytest.mark.parametrize("name", ERRORS)


class Interrupter:
    """Raises an error in the main thread, in the midst of a call.

    Args:
        error: its class.
    """

    def __init__(self, error):
        self._error = error
        self._in_call = False

    def __call__(self):
        """Do so now, from another thread."""
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

    def handle(self, *_):
        if self._in_call:  # else the call has ended, and the test says what is wrong with that
            raise self._error("stop")

    def catch(self, call):
        """The error that a call ends with."""
        with pytest.raises(BaseException) as caught:
            self._in_call = True
            try:
                call()
            finally:
                self._in_call = False
        assert type(caught.value) is self._error, caught.value
        assert caught.value.args == ("stop",)
        return caught.value

    def check(self, call):
        """Have a call end so, and look for the key in what it leaves."""
        assert locals_with_the_key(self.catch(call)) == []


@pytest.fixture
def interrupt(name):
    interrupter = Interrupter(ERRORS[name])
    before = signal.signal(signal.SIGUSR1, interrupter.handle)
    yield interrupter
    signal.signal(signal.SIGUSR1, before)


def locals_with_the_key(error):
    """Local variables, by place, whose repr has the key, in all frames that the error holds."""
    found, left, seen = [], [error], []
    while left:
        link = left.pop()
        if link is None or any(link is other for other in seen):
            continue
        seen.append(link)
        left += [link.__cause__, link.__context__]
        for frame, _ in traceback.walk_tb(link.__traceback__):
            module = frame.f_globals.get("__name__", "")
            for name, value in frame.f_locals.items():
                if module.split(".")[0] in LIBRARIES and _shows_key(value):
                    found.append(f"{type(link).__name__}: {module}.{frame.f_code.co_name}: {name}")
    return found


def _shows_key(value):
    try:
        shown = repr(value)
    except Exception as complaint:  # half-built objects
        shown = repr(complaint)
    return KEY in shown or TOKEN in shown


CALLS = {
    "GET": lambda c: c.get_task("t"),
    "POST": lambda c: c.create_task("chat", unique_id="u"),
    "PUT": lambda c: c.add_task_tags("t", ["a"]),
    "DELETE": lambda c: c.delete_task_tags("t", ["a"]),
    "request": lambda c: c.request("GET", "/v2/tasks"),
    "v2": lambda c: c.v2.get_task("t"),
    "upload": lambda c: c.upload_file(b"x", reference_id="r"),
    "listing": lambda c: list(c.get_tasks("p")),
}


def then(interrupt, *sent):
    """Sends these bytes, interrupts the client, and waits until it hangs up."""

    def reply(sock):
        for part in sent:
            sock.sendall(part)
        time.sleep(0.02)  # by then the client waits for more
        interrupt()
        silence(sock)

    return reply


PARTS = {
    "before the response": b"",
    "in the status line": b"HTTP/1.1 20",
    "in the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "after an interim response": interim(103),
    "in the body": interim(200, content_length=100) + b"{",
    "in a chunk": interim(200, transfer_encoding="chunked") + b"ff\r\n{",
    "in an error": interim(404, content_length=100) + b"{",
}


@every_error
@pytest.mark.parametrize("call", CALLS)
def test_call_interrupted_while_waiting_leaves_no_key_in_frames(
    call, name, interrupt, server, connect
):
    server.replies(then(interrupt))
    client = connect(server)
    interrupt.check(lambda: CALLS[call](client))
    assert len(server.requests) == 1


@every_error
@pytest.mark.parametrize("deadline", [None, 60])
@pytest.mark.parametrize("part", PARTS)
def test_call_interrupted_in_a_response_leaves_no_key_in_frames(
    part, deadline, name, interrupt, server, connect
):
    server.replies(then(interrupt, PARTS[part]))
    client = connect(server, retries=RetryPolicy(deadline=deadline))
    interrupt.check(lambda: client.get_task("t"))
    assert len(server.requests) == 1


# The standard library closes a socket whose handshake ends by an OSError, and by nothing else.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
@every_error
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_call_interrupted_while_sending_leaves_no_key_in_frames(
    scheme, name, interrupt, serve, connect
):
    def deaf(sock):  # what TLS or the body began with has been read
        interrupt()
        silence(sock) if scheme == "https" else ready.wait(20)

    ready = threading.Event()
    client = connect(serve(scheme, welcome=deaf))
    text = "x" * (20_000_000 if scheme == "http" else 10)
    try:
        interrupt.check(lambda: client.create_task("chat", unique_id="u", text=text))
    finally:
        ready.set()


@every_error
def test_call_interrupted_in_a_tunnel_leaves_no_key_in_frames(
    name, interrupt, serve, proxy, connect
):
    server = serve("https")
    server.replies(then(interrupt))
    client = connect(server, proxies={"https": proxy.url})
    interrupt.check(lambda: client.get_task("t"))
    assert len(server.requests) == 1


@every_error
def test_call_interrupted_before_a_retry_leaves_no_key_in_frames(name, interrupt, server, connect):
    timers = []

    def reply(request):
        timers.append(threading.Timer(0.1, interrupt))
        timers[-1].start()
        return http_response({}, 503)

    server.decides(reply)
    client = connect(server, retries=RetryPolicy(backoff_factor=100))
    interrupt.check(lambda: client.get_task("t"))
    assert len(timers) == 1


@every_error
def test_call_interrupted_after_a_redirect_leaves_no_key_in_frames(
    name, interrupt, server, connect
):
    moved = http_response(b"", 302, location="/v1/task/new")
    server.decides(lambda r: then(interrupt) if r.target.endswith("new") else moved)
    client = connect(server)
    interrupt.check(lambda: client.get_task("old"))
    assert len(server.requests) == 2


@every_error
def test_recovery_interrupted_leaves_no_key_in_frames(name, interrupt, server, connect):
    server.replies(http_response({}, 503), http_response({"error": "taken"}, 409), then(interrupt))
    client = connect(server)
    interrupt.check(lambda: client.create_task("chat", unique_id="u"))
    assert len(server.requests) == 3


@every_error
@pytest.mark.parametrize("part", ["before the response", "in the body"])
def test_download_interrupted_leaves_no_key_in_frames_and_no_file(
    part, name, interrupt, server, connect, tmp_path
):
    server.replies(then(interrupt, PARTS[part]))
    client = connect(server)
    for call in (
        lambda: client.download_response_url(f"{server.url}/a", tmp_path / "a"),
        lambda: client.get_task_response_file("t", "u"),
    ):
        interrupt.check(call)
    assert list(tmp_path.iterdir()) == [] and len(server.requests) == 2


class StoppingFile:
    """A file of some size whose reading raises."""

    def __init__(self, error, size=500_000):
        self._error, self._size, self._place = error, size, 0

    def tell(self):
        return self._place

    def seek(self, offset, whence=0):
        self._place = self._size if whence == 2 else offset

    def read(self, size=-1):
        if size == 0:
            return b""
        raise self._error("stop")


@every_error
def test_upload_interrupted_in_reading_its_file_leaves_no_key_in_frames(
    name, interrupt, server, connect
):
    client = connect(server)
    file = ("a", StoppingFile(ERRORS[name]))
    interrupt.check(lambda: client.upload_file(file, reference_id="r"))


@every_error
def test_upload_interrupted_in_its_progress_leaves_no_key_in_frames(
    name, interrupt, server, connect
):
    def progress(sent, total):
        if sent:
            raise ERRORS[name]("stop")

    client = connect(server)
    interrupt.check(lambda: client.upload_file(b"x" * 500_000, progress=progress, reference_id="r"))


@every_error
@pytest.mark.parametrize("part", ["before the response", "in the head", "in the body"])
def test_call_after_an_interrupted_one_has_its_own_response(part, name, interrupt, server, connect):
    """The interrupted call's response comes late, on a connection that nobody uses."""
    interrupted, late = threading.Event(), threading.Event()

    def reply(request):
        if not request.target.endswith("A"):
            return task_by_path(request)

        def respond(sock):
            sock.sendall(PARTS[part])
            time.sleep(0.02)
            interrupt()
            interrupted.wait(20)
            try:
                sock.sendall(b" " * 98 + b"}" + task("A") + task("A"))
            except OSError:
                pass  # the client has hung up, which is as right
            late.set()
            silence(sock)

        return respond

    server.decides(reply)
    client = connect(server)
    assert client.get_task("first").id == "first"
    interrupt.catch(lambda: client.get_task("A"))
    interrupted.set()
    assert late.wait(20)
    assert [client.get_task(each).id for each in "BC"] == ["B", "C"]
    used = [request.connection for request in server.requests]
    assert used[2] == used[3] != used[1]


def test_search_for_the_key_finds_it():
    """Were it blind, all of the above would pass."""

    class Holder:
        def __repr__(self):
            return f"Basic {TOKEN}"

    code = compile("def fail(headers):\n    raise KeyboardInterrupt\n", "x", "exec")
    library = {"__name__": "http.client"}
    exec(code, library)
    with pytest.raises(KeyboardInterrupt) as caught:
        library["fail"](Holder())
    assert locals_with_the_key(caught.value) == ["KeyboardInterrupt: http.client.fail: headers"]
