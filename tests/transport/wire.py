"""What hostile and careless servers send, as bytes, and what the tests of it have in common."""

import base64
import gzip
import json
import time
import zlib

from .conftest import KEY, QUICK
from .servers import answer, silence

TOKEN = base64.b64encode(f"{KEY}:".encode()).decode().rstrip("=")
"""The key as it stands in the header of HTTP basic."""

CONTENT = bytes(range(256)) * 40

# Reading within a deadline takes another path through the code than reading without one.
POLICIES = {"without deadline": QUICK, "with deadline": QUICK.replace(deadline=30)}


def task(task_id, **fields):
    """A successful response with a task."""
    return answer({"task_id": task_id, "status": "completed", **fields})


def page(*docs):
    """The envelope of a listing."""
    return {"docs": docs, "total": len(docs), "limit": 100, "offset": 0, "has_more": False}


def interim(status=103, reason="Interim", **headers):
    """An interim response: a head, and nothing else."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status} {reason}", *lines, "", ""]).encode()


def chunked(*chunks, end=b"0\r\n\r\n", status=200, **headers):
    """A response in chunks; `end` stands in the place of the last chunk."""
    head = interim(status, "Any", transfer_encoding="chunked", **headers)
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def until_close(body, status=200, **headers):
    """A response whose end is that of the connection; to be sent by `cut`."""
    return interim(status, "Any", **headers) + body


def parts(*sent, delay=0.02):
    """Sends each part by itself, then closes the connection."""

    def reply(sock):
        for part in sent:
            sock.sendall(part)
            time.sleep(delay)

    return reply


def endless(head, block, delay=0.0, limit=None):
    """Sends a head, then a block again and again until the client closes the connection.

    Args:
        limit: bytes after which it goes silent, so that who reads all of it needs no more memory.

    Attributes:
        sent: bytes that went out in blocks, over all connections.
    """

    def reply(sock):
        sock.sendall(head)
        left = float("inf") if limit is None else limit
        while left > 0:
            sock.sendall(block)
            left -= len(block)
            reply.sent += len(block)
            if delay:
                time.sleep(delay)
        silence(sock)

    reply.sent = 0
    return reply


def gzip_members(size, of=1024 * 1024):
    """A small gzip stream of `size` bytes of white space, made without packing them all."""
    return gzip.compress(b" " * of) * (size // of)


def raw_deflate(data):
    """Deflate without the wrapper of zlib, as some servers send it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def task_by_path(request):
    """A task whose id is the last segment of the path."""
    return task(request.target.rpartition("/")[2])


def sent_json(request):
    """The body of a request as JSON."""
    return json.loads(request.body)


def statuses(attempts):
    """The status of each attempt."""
    return [attempt.status for attempt in attempts]


def file_names(folder):
    """What stands in a folder, at any depth, temporary files included."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
