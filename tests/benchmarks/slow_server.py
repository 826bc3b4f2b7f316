"""A TLS server that answers late and, if asked to, badly, in a process of its own.

`python -m tests.benchmarks.slow_server FOLDER LATENCY FAULTS KIND [NUMBER ...]` writes its
authority's certificate to FOLDER/ca.pem and prints its port. The KIND of service, with its numbers,
is one of `KINDS`. Each response goes out LATENCY seconds after its request was read, however many
others wait. A share of FAULTS of the requests meets one of `FAULTS`.
"""

import asyncio
import bisect
import datetime as dt
import json
import random
import ssl
import sys
import time
from collections import Counter
from email.utils import formatdate
from pathlib import Path
from typing import NamedTuple, Optional
from urllib.parse import parse_qs, urlsplit

import trustme

from .server import task

SEED = 20260304


class Request(NamedTuple):
    method: str
    path: str
    query: dict
    body: Optional[dict]


class Fault(NamedTuple):
    """What goes wrong with a request; without a response the connection is dropped."""

    carried_out: bool
    answer: Optional[tuple] = None


def refusal(status, sentence, *headers):
    return status, {"status_code": status, "error": sentence}, *headers


BROKEN = refusal(500, "Something went wrong")
FAULTS = {
    "500 before storing": Fault(False, BROKEN),
    "500 after storing": Fault(True, BROKEN),
    "dropped before storing": Fault(False),
    "dropped after storing": Fault(True),
    "429": Fault(False, refusal(429, "Too many requests", "Retry-After: 0")),
}


class Service:
    """What is there, and what it answers: a status, a body, and headers beside the usual ones.

    Attributes:
        tasks: all that were made, the oldest first.
        met: how many creations of a task that was not there yet met which fault.
        asked: how many requests came, by method.
    """

    def __init__(self):
        self.tasks = []
        self.asked = Counter()
        self.met = Counter()
        self._by_unique_id = {}

    def answer(self, request):
        if request.path == "/state":
            fields = ("unique_id", "task_id", "metadata")
            made = [[task.get(field) for field in fields] for task in self.tasks]
            return 200, {"tasks": made, "met": self.met, "asked": self.asked}
        self.asked[request.method] += 1
        return self._create(request) if request.method == "POST" else self._list(request)

    def is_new(self, request):
        """Whether it would make a task."""
        return request.method == "POST" and (
            request.body.get("unique_id") not in self._by_unique_id
        )

    def _create(self, request):
        if not self.is_new(request):
            return refusal(409, "A task has this unique_id")
        now = dt.datetime.now(dt.timezone.utc).isoformat(timespec="milliseconds")
        task = {
            "task_id": f"{len(self.tasks):024x}",
            "type": request.path.rsplit("/", 1)[1],
            "status": "pending",
            "created_at": now.replace("+00:00", "Z"),
            **request.body,
        }
        self.tasks.append(task)
        if "unique_id" in task:
            self._by_unique_id[task["unique_id"]] = task
        return 200, task

    def _list(self, request):
        wanted = (self._by_unique_id.get(each) for each in request.query["unique_id"])
        docs = [task for task in wanted if task]
        return 200, {
            "docs": docs, "total": len(docs), "limit": 100, "offset": 0, "has_more": False
        }  # fmt: skip


class Listing:
    """Tasks that are there already, one a second, of which pages by time are asked for.

    Attributes:
        met: how many requests met which fault.
        asked: how many came.
    """

    def __init__(self, number):
        self.met, self.asked = Counter(), 0
        first = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
        stamps = (first + dt.timedelta(seconds=row) for row in range(number))
        self._stamps = [stamp(each) for each in stamps]
        self._tasks = [json.dumps(sized(*each)).encode() for each in enumerate(self._stamps)]

    def answer(self, request):
        if request.path == "/state":
            return 200, {"asked": self.asked, "met": self.met}
        self.asked += 1
        query = {name: values[0] for name, values in request.query.items()}
        low = bisect.bisect_left(self._stamps, query.get("start_time", ""))
        high = bisect.bisect_right(self._stamps, query.get("end_time", "9"))
        limit, skip = int(query.get("limit", 100)), int(query.get("next_token", 0))
        start = high - skip
        docs = self._tasks[max(low, start - limit) : start][::-1]
        more = start - limit > low
        envelope = {"total": high - low, "limit": limit, "offset": skip, "has_more": more}
        envelope.update({"next_token": str(skip + limit)} if more else {})
        return 200, b'{"docs":[' + b",".join(docs) + b"]," + json.dumps(envelope).encode()[1:]

    def is_new(self, request):
        return True


class Changing:
    """Tasks that are there already, of which some change when `/change` is requested.

    Attributes:
        met: how many requests met which fault.
        asked: how many came.
    """

    CHANGED, ADDED, CANCELED = 1000, 500, 100
    TIED = 10  # so many of them have the same times

    def __init__(self, number):
        self.met, self.asked = Counter(), 0
        self._first = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
        self._tasks = [self._new(row, self._first + dt.timedelta(seconds=row // 2))
                       for row in range(number)]  # fmt: skip
        self._stamps = [each["created_at"] for each in self._tasks]

    def _new(self, row, moment):
        time_ = stamp(moment)
        return {**sized(row, time_), "updated_at": time_, "status": "pending"}

    def answer(self, request):
        if request.path == "/state":
            return 200, {"asked": self.asked, "met": self.met}
        if request.path == "/change":
            return 200, self._change(dt.datetime.now(dt.timezone.utc))
        self.asked += 1
        query = {name: values[0] for name, values in request.query.items()}
        low = bisect.bisect_left(self._stamps, query.get("start_time", ""))
        high = bisect.bisect_right(self._stamps, query.get("end_time", "9"))
        since, until = query.get("updated_after", ""), query.get("updated_before", "9")
        status = query.get("status")
        found = [
            task
            for task in self._tasks[low:high][::-1]
            if since <= task["updated_at"] <= until and status in (None, task["status"])
        ]
        limit, skip = int(query.get("limit", 100)), int(query.get("next_token", 0))
        more = skip + limit < len(found)
        page = {"docs": found[skip : skip + limit], "total": len(found), "limit": limit}
        page.update({"next_token": str(skip + limit)} if more else {})
        return 200, {**page, "offset": skip, "has_more": more}

    def _change(self, now):
        """Change, cancel and add tasks, at times of which each is that of several tasks."""
        changes = (
            {"status": "completed", "completed_at": stamp(now)},
            {"tags": ["checked"]},
            {"metadata": {"checked": True}},
            {"customer_review_status": "accepted", "customer_review_comments": "good"},
        )
        chosen = random.Random(SEED).sample(self._tasks, self.CHANGED + self.CANCELED)
        for row, each in enumerate(chosen):
            change = {"status": "canceled"} if row >= self.CHANGED else changes[row % len(changes)]
            each.update(change, updated_at=stamp(self._moment(now, row)))
        first = len(self._tasks)
        self._tasks += [self._new(first + row, self._moment(now, row)) for row in range(self.ADDED)]
        self._stamps = [each["created_at"] for each in self._tasks]
        return {"tasks": len(self._tasks)}

    def _moment(self, now, row):
        return now + dt.timedelta(milliseconds=row // self.TIED)

    def is_new(self, request):
        return True


class Finishing:
    """Pending tasks, which are finished one by one from the first request on, in any order.

    Attributes:
        asked: how many requests came.
    """

    def __init__(self, number, seconds):
        self.met, self.asked = Counter(), 0
        self._interval = seconds / number
        created = dt.datetime.now(dt.timezone.utc)
        self._tasks = []
        for row in range(number):
            time_ = stamp(created + dt.timedelta(milliseconds=row))
            self._tasks.append({**sized(row, time_), "updated_at": time_, "status": "pending"})
        self._remaining = list(self._tasks)
        random.Random(SEED).shuffle(self._remaining)
        self._next = None

    def answer(self, request):
        if request.path == "/state":
            return 200, {"asked": self.asked, "met": self.met}
        self.asked += 1
        self._finish(time.time())
        query = {name: values[0] for name, values in request.query.items()}
        since, status = query.get("updated_after", ""), query.get("status")
        docs = [
            task
            for task in reversed(self._tasks)
            if task["updated_at"] >= since and status in (None, task["status"])
        ]
        start = int(query.get("next_token", 0))
        page = {"docs": docs[start : start + 100], "total": len(docs), "limit": 100}
        more = start + 100 < len(docs)
        page.update({"next_token": str(start + 100)} if more else {})
        return 200, {**page, "offset": start, "has_more": more}

    def _finish(self, now):
        self._next = self._next or now + self._interval
        while self._remaining and self._next <= now:
            moment = dt.datetime.fromtimestamp(self._next, dt.timezone.utc)
            self._remaining.pop().update(status="completed", updated_at=stamp(moment))
            self._next += self._interval

    def is_new(self, request):
        return True


def stamp(moment):
    """With six digits, as the client writes bounds, so that texts compare as times do."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def sized(number, created_at):
    """A task of usual size."""
    return {**task(number), "created_at": created_at}


KINDS = {"creating": Service, "listing": Listing, "finishing": Finishing, "changing": Changing}
CONTROL = ("/state", "/change")


class Server:
    """HTTP around a service.

    Args:
        latency: seconds from a request to its response.
        share: of the requests, how many meet a fault, from 0 to 1.

    Attributes:
        received: how many requests came, those that met a fault included.
    """

    def __init__(self, service, latency, share):
        self.service, self.latency, self.share = service, latency, share
        self.random = random.Random(SEED)
        self.received = 0

    async def serve(self, reader, writer):
        """Answer request after request on one connection."""
        try:
            while (request := await read(reader)) is not None:
                answer = self.answer(request)
                await asyncio.sleep(self.latency)
                if answer is None:
                    return
                writer.write(on_the_wire(*answer))
                await writer.drain()
        except OSError:
            pass  # the client has gone
        finally:
            writer.transport.abort()

    def answer(self, request):
        """The response, None where the connection is to be dropped instead."""
        if request.path in CONTROL:
            status, body = self.service.answer(request)
            return status, {**body, "received": self.received}
        self.received += 1
        if self.random.random() >= self.share:
            return self.service.answer(request)
        name = self.random.choice(list(FAULTS))
        self.service.met[name] += self.service.is_new(request)
        if FAULTS[name].carried_out:
            self.service.answer(request)
        return FAULTS[name].answer


async def read(reader):
    """The next request, None where there is none."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *headers = head.decode("latin-1").split("\r\n")
        lengths = (line[15:] for line in headers if line.lower().startswith("content-length:"))
        body = await reader.readexactly(int(next(lengths, 0)))
    except asyncio.IncompleteReadError:
        return None
    method, target, _ = first.split()
    parts = urlsplit(target)
    return Request(method, parts.path, parse_qs(parts.query), json.loads(body) if body else None)


def on_the_wire(status, body, *headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} -",
        f"Date: {formatdate(usegmt=True)}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *headers,
    ]
    return "\r\n".join([*lines, "\r\n"]).encode() + content


async def main():
    folder, latency, share = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    service = KINDS[sys.argv[4]](*map(int, sys.argv[5:]))
    serve = Server(service, latency, share).serve
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
