"""Receive Scale's callbacks, and write each task to a file of JSON lines.

    SCALE_CALLBACK_AUTH=... python examples/callback_receiver.py --port 8000 --results tasks.jsonl

The callback auth key of your account is taken from the environment; --auth-key-env names another
variable. It listens on this machine only: let the web server that has your certificate pass the
requests on, and create tasks with its address as `callback_url`.

200: the task is written (or was before). 401: the key is wrong. 400: the body is no task. 500: it
could not be written. Scale sends again whatever was not answered with 200.
"""

import argparse
import json
import os
import signal
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import scaleapi
from scaleapi.callbacks import parse

MAX_BODY_BYTES = 16 * 1024 * 1024


class Results:
    """A file with one task a line, each state of a task once."""

    def __init__(self, path):
        self._lock = threading.Lock()
        # Kept open, and without a buffer: what can't be written does not linger in one.
        self._file = open(path, "a+b", buffering=0)  # noqa: SIM115
        self._file.seek(0)
        lines = self._file.read().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):  # cut off by a crash, and so never answered
            self._file.truncate(sum(map(len, lines[:-1])))
            lines.pop()
        self._written = {state(json.loads(line)) for line in lines}

    def add(self, task):
        """Write a task, unless its state stands there already; whether it was written."""
        row = task.as_dict()
        line = json.dumps(row).encode() + b"\n"
        with self._lock:
            if state(row) in self._written:
                return False
            end = self._file.seek(0, os.SEEK_END)
            try:
                if self._file.write(line) < len(line):
                    raise OSError("the disk is full")
                os.fsync(self._file.fileno())  # once it is answered, Scale does not send it again
            except OSError:
                self._file.truncate(end)
                raise
            self._written.add(state(row))
        return True

    def close(self):
        """Close the file."""
        self._file.close()


def state(row):
    """What a callback that comes twice has in common, and another one of the task has not."""
    keys = ("task_id", "status", "completed_at", "customer_review_status")
    return tuple(row.get(key) for key in keys)


class Receiver(ThreadingHTTPServer):
    """The web server; each callback has a thread of its own."""

    def __init__(self, address, auth_key, results):
        super().__init__(address, Handler)
        self.auth_key = auth_key
        self.results = results


class Handler(BaseHTTPRequestHandler):
    """One callback."""

    timeout = 10  # seconds, so that nobody can hold a thread for ever

    def do_POST(self):
        """Check it, write it, answer."""
        try:
            task = parse(self.body(), self.headers, self.server.auth_key)
        except scaleapi.ScaleException as problem:  # 401 or 400
            self.answer(problem.code, problem.message)
            return
        try:
            written = self.server.results.add(task)
        except OSError as problem:
            self.answer(500, f"{task} could not be written: {problem}")
        else:
            self.answer(200, f"{task} {'written' if written else 'was written before'}")

    def body(self):
        """The body of the request, if it is not too large."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            raise scaleapi.ScaleInvalidRequest("The request's length is missing or too large")
        return self.rfile.read(int(length))

    def answer(self, status, words):
        """Answer a status, and say so."""
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        print(f"{status}: {words}", flush=True)

    def log_message(self, *args):
        """Say nothing more: `answer` has."""


def main(arguments=None):
    """Receive until interrupted; the exit code."""
    options = read_options(arguments)
    auth_key = os.environ.get(options.auth_key_env, "").strip()
    if not auth_key:
        print(f"{options.auth_key_env} must hold your callback auth key", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does
    try:
        with (
            closing(Results(options.results)) as results,
            Receiver((options.host, options.port), auth_key, results) as receiver,
        ):
            host, port = receiver.server_address[:2]
            print(f"Waiting for callbacks at http://{host}:{port}/", flush=True)
            receiver.serve_forever()
    except KeyboardInterrupt:
        return 0
    except (OSError, OverflowError, ValueError) as problem:
        print(f"It could not start: {problem}", file=sys.stderr)
        return 1


def read_options(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one (%(default)s)")
    parser.add_argument("--results", default="tasks.jsonl", help="the file (%(default)s)")
    parser.add_argument(
        "--auth-key-env",
        default="SCALE_CALLBACK_AUTH",
        metavar="NAME",
        help="environment variable that holds the callback auth key (%(default)s)",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
