"""Real parts on loopback: a scripted server, and a proxy that forwards.

A reply is bytes, sent as they are on a connection that stays open, or a function of the socket that
does what it likes, after which the connection is closed.
"""

import json
import socket
import struct
import threading
from http.client import HTTPConnection, parse_headers
from typing import Any, NamedTuple, Optional
from urllib.parse import urlsplit


class Request(NamedTuple):
    """One request as it arrived."""

    method: str
    target: str
    headers: Any
    body: bytes
    connection: int
    """Number of the connection it came on, from 1."""
    certificate: Optional[dict] = None
    """The client's certificate, None where it showed none."""


def answer(body=b"", status=200, reason="Any", **headers):
    """A whole answer; a body that is not bytes is sent as JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    headers = {"content_length": len(body), **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} {reason}", *lines, "", ""])
    return head.encode("latin-1") + body


def drop(sock):
    """Closes the connection without an answer."""


def reset(sock):
    """The same by a RST, as a middlebox or a dying process does."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(sock):
    """Says nothing until the client hangs up."""
    sock.recv(1)


def cut(data):
    """Sends `data` and closes the connection."""
    return lambda sock: sock.sendall(data)


class Listener:
    """Accepts connections on a free port, each served by a thread of its own.

    Attributes:
        accepted: how many connections it took.
        most_open: how many of them were open at once, at most.
        requests: every request, in the order in which they came.
    """

    def __init__(self, listening=True):
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.requests = []
        self.accepted = self.most_open = 0
        self._lock = threading.Condition()
        self._open = {}
        self._threads = []
        self._stopped = False
        self._accepting = None
        if listening:
            self.listen()

    def listen(self):
        """Begin to accept connections; before that they are refused."""
        self._listener.listen(200)
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def stop(self):
        self._stopped = True
        if self._accepting is not None:
            with socket.create_connection(("127.0.0.1", self.port)):
                self._accepting.join()
        self._listener.close()
        self.hang_up()

    def until(self, condition):
        """Wait for what connections and requests bring about; a client may be gone before that."""
        with self._lock:
            assert self._lock.wait_for(condition, 20)

    def hang_up(self, with_reset=False):
        """End every open connection now, and wait until that has happened."""
        with self._lock:
            threads, sockets = [*self._threads], [*self._open.values()]
        for sock in sockets:
            try:
                if with_reset:
                    reset(sock)
                # Past SSLSocket's own, which would leave its reading thread without TLS.
                socket.socket.shutdown(sock, socket.SHUT_RD if with_reset else socket.SHUT_RDWR)
            except OSError:
                pass  # the client was quicker
        for thread in threads:
            thread.join()

    def _accept(self):
        while True:
            sock, _ = self._listener.accept()
            if self._stopped:
                sock.close()
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else answers take 40 ms
            with self._lock:
                self.accepted += 1
                number = self.accepted
                self._open[number] = sock
                self.most_open = max(self.most_open, len(self._open))
                thread = threading.Thread(target=self._run, args=(number, sock), daemon=True)
                self._threads.append(thread)
                thread.start()
                self._lock.notify_all()

    def _run(self, number, sock):
        try:
            sock = self._welcome(number, sock)
            with sock, sock.makefile("rb") as reader:
                while self._exchange(number, sock, reader):
                    pass
        except OSError:
            pass  # interrupted, by whichever side
        finally:
            sock.close()
            with self._lock:
                del self._open[number]
                self._lock.notify_all()

    def _welcome(self, number, sock):
        """What is done with a connection before its first request; gives the socket to go on."""
        return sock

    def _exchange(self, number, sock, reader):
        """Take one request and reply to it; False ends the connection."""
        raise NotImplementedError

    def _read(self, number, sock, reader):
        """The next request, None where the client hung up."""
        words = reader.readline().split()
        if len(words) != 3:
            return None
        headers = parse_headers(reader)
        length = int(headers.get("Content-Length", 0))
        body = reader.read(length)
        if len(body) < length:  # it hung up in the middle
            return None
        shown = sock.getpeercert() if hasattr(sock, "getpeercert") else None
        method, target = (word.decode("latin-1") for word in words[:2])
        request = Request(method, target, headers, body, number, shown)
        with self._lock:
            self.requests.append(request)
            self._lock.notify_all()
        return request


class Server(Listener):
    """An HTTP or HTTPS server that replies as the test says.

    Args:
        context: an SSLContext makes it HTTPS.
        welcome: a reply to the first bytes that come, TLS's or a request's; no other follows.
    """

    def __init__(self, context=None, welcome=None, listening=True):
        self._context = context
        self._first = welcome
        self._replies = lambda request: answer({})
        super().__init__(listening)

    @property
    def scheme(self):
        return "https" if self._context else "http"

    @property
    def url(self):
        """The instance address."""
        return self.url_at("127.0.0.1")

    def url_at(self, host):
        return f"{self.scheme}://{host}:{self.port}/v1"

    def replies(self, *replies):
        """Give these replies, one a request and the last again and again."""
        left = list(replies)
        self._replies = lambda request: left.pop(0) if len(left) > 1 else left[0]

    def decides(self, function):
        """Have `function(request)` give each reply."""
        self._replies = function

    @property
    def lines(self):
        """Method and path of each request, below the instance address."""
        return [f"{request.method} {request.target[3:]}" for request in self.requests]

    def _welcome(self, number, sock):
        if self._first is not None:
            with sock:
                sock.recv(65536)
                self._first(sock)
            raise ConnectionAbortedError
        if self._context is None:
            return sock
        sock = self._context.wrap_socket(sock, server_side=True)
        with self._lock:
            self._open[number] = sock
        return sock

    def _exchange(self, number, sock, reader):
        request = self._read(number, sock, reader)
        if request is None:
            return False
        reply = self._replies(request)
        if isinstance(reply, bytes):
            sock.sendall(reply)
            return True
        reply(sock)
        return False


HANDED_ON = ("content-type", "content-encoding", "location", "retry-after")


class Proxy(Listener):
    """A forwarding proxy: absolute addresses for http, tunnels for https.

    Attributes:
        tunneled: what clients sent through tunnels.
        refusal: the status with which everything is refused, None where it is not.
    """

    def __init__(self):
        self.tunneled = b""
        self.refusal = None
        super().__init__()

    @property
    def url(self):
        return self.url_with("")

    def url_with(self, credentials):
        at = "@" if credentials else ""
        return f"http://{credentials}{at}127.0.0.1:{self.port}"

    @property
    def saw(self):
        """All that the proxy could read, as text."""
        told = "".join(f"{r.method} {r.target}\n{r.headers}{r.body}" for r in self.requests)
        return told + self.tunneled.decode("latin-1")

    def _exchange(self, number, sock, reader):
        request = self._read(number, sock, reader)
        if request is None:
            return False
        if self.refusal is not None:
            sock.sendall(answer(b"the proxy refuses", self.refusal))
            return True
        if request.method == "CONNECT":
            host, _, port = request.target.partition(":")
            with socket.create_connection((host, int(port))) as upstream:
                upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                self._tunnel(sock, upstream)
            return False
        sock.sendall(self._forward(request))
        return True

    def _tunnel(self, sock, upstream):
        back = threading.Thread(target=_pump, args=(upstream, sock, lambda data: None))
        back.start()
        _pump(sock, upstream, self._note)
        back.join()

    def _note(self, data):
        with self._lock:
            self.tunneled += data

    def _forward(self, request):
        parts = urlsplit(request.target)
        path = request.target[len(f"{parts.scheme}://{parts.netloc}") :]
        headers = {k: v for k, v in request.headers.items() if not k.lower().startswith("proxy-")}
        upstream = HTTPConnection(parts.hostname, parts.port)
        try:
            upstream.request(request.method, path, request.body, headers)
            with upstream.getresponse() as came:
                headers = {k: v for k, v in came.headers.items() if k.lower() in HANDED_ON}
                return answer(came.read(), came.status, came.reason, **headers)
        finally:
            upstream.close()


class SocksProxy(Proxy):
    """A proxy that hands on connections and reads nothing: SOCKS 5, open to anybody."""

    @property
    def url(self):
        return f"socks5://127.0.0.1:{self.port}"

    def _exchange(self, number, sock, reader):
        reader.read(reader.read(2)[1])  # the ways of proving who one is that the client knows
        sock.sendall(b"\5\0")  # none is needed
        assert reader.read(4) == b"\5\1\0\1"  # connect to an address of IPv4
        host, port = socket.inet_ntoa(reader.read(4)), int.from_bytes(reader.read(2), "big")
        with socket.create_connection((host, port)) as upstream:
            sock.sendall(b"\5\0\0\1" + bytes(6))
            self._tunnel(sock, upstream)
        return False


def _pump(source, target, note):
    """Hand on all that comes, then the end of it."""
    try:
        while True:
            data = source.recv(65536)
            note(data)
            if not data:
                break
            target.sendall(data)
    except OSError:
        pass
    for sock in (source, target):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended already
