"""A TLS server with prepared answers, in a process of its own so that only the client is measured.

`python -m tests.benchmarks.server FOLDER` writes its authority's certificate to FOLDER/ca.pem and
prints its port.
"""

import json
import socket
import ssl
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import trustme

PAGE, PAGES, CHAT_PAGES = 100, 200, 50
connections = 0


def task(number):
    """A task of usual size."""
    return {
        "task_id": f"{number:024x}",
        "type": "imageannotation",
        "status": "completed",
        "created_at": "2026-03-04T10:15:00.000Z",
        "project": "street-scenes",
        "batch": "march-01",
        "params": {
            "attachment": f"https://example.org/{number}.jpg",
            "geometries": {"box": {"objects_to_annotate": ["bicycle", "car"]}},
        },
        "response": {
            "annotations": [
                {"label": "car", "left": 10 * n, "top": 5, "width": 40, "height": 30, "type": "box"}
                for n in range(5)
            ]
        },
        "metadata": {"row": number},
    }


def answer(body):
    """A whole response with a JSON body."""
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return f"{head}\r\n\r\n".encode() + content


def page(number):
    docs = [task(number * PAGE + row) for row in range(PAGE)]
    last = number + 1 == PAGES
    more = {"has_more": not last, **({} if last else {"next_token": str(number + 1)})}
    return {"docs": docs, "total": PAGE * PAGES, "limit": PAGE, "offset": number * PAGE, **more}


def chat_task(number):
    """A v2 task of usual size."""
    said = {"role": "user", "content": {"text": f"What is {number}?"}, "source_id": "s"}
    notes = [{"id": f"a{n}", "key": f"k{n}", "type": "integer", "value": n} for n in range(4)]
    turn = {"id": "u", "messages": [{**said, "annotations": notes}] * 2, "annotations": notes}
    return {
        "task_id": f"{number:024x}",
        "project": "66f1c0de8a4b2f0012ab34cd",
        "batch": "66f1c0de8a4b2f0012ab34ce",
        "status": "completed",
        "created_at": "2026-03-04T10:15:00.000Z",
        "completed_at": "2026-03-04T10:16:00.000Z",
        "metadata": {"row": number},
        "threads": [{"id": "h", "turns": [turn], "annotations": notes}],
    }


def chat_page(number):
    tasks = [chat_task(number * PAGE + row) for row in range(PAGE)]
    token = {"next_token": str(number + 1)} if number + 1 < CHAT_PAGES else {}
    return {"tasks": tasks, **token}


ANSWERS = {
    "task": answer(task(1)),
    "upload": answer({"id": "f", "attachment_url": "scaledata://f"}),
    **{f"page {number}": answer(page(number)) for number in range(PAGES)},
    **{f"chat page {number}": answer(chat_page(number)) for number in range(CHAT_PAGES)},
}


def reply(target):
    """What a request for this target gets."""
    parts = urlsplit(target)
    if parts.path in ("/v1/tasks", "/v2/tasks"):
        number = parse_qs(parts.query).get("next_token", ["0"])[0]
        return ANSWERS[("page " if parts.path == "/v1/tasks" else "chat page ") + number]
    if parts.path == "/connections":
        return answer(connections)
    return ANSWERS["upload" if parts.path == "/v1/files/upload" else "task"]


def serve(connection, context):
    """Answer request after request; bodies are read and forgotten."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with context.wrap_socket(connection, server_side=True) as sock:
        with sock.makefile("rb", 1024 * 1024) as reader:
            while line := reader.readline():
                left = 0
                while (header := reader.readline()) not in (b"\r\n", b""):
                    if header.lower().startswith(b"content-length:"):
                        left = int(header[15:])
                while left > 0:
                    left -= len(reader.read(min(left, 1024 * 1024)))
                sock.sendall(reply(line.split()[1].decode()))


def main():
    global connections
    authority, folder = trustme.CA(), Path(sys.argv[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            connections += 1
            threading.Thread(target=_quietly, args=(connection, context), daemon=True).start()


def _quietly(connection, context):
    try:
        serve(connection, context)
    except OSError:
        pass  # the client has gone


if __name__ == "__main__":
    main()
