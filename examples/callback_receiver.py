"""Receive Scale's callbacks and append each task to a file of JSON lines.

    SCALE_CALLBACK_AUTH=... python examples/callback_receiver.py --port 8000 --results tasks.jsonl

The callback auth key of your account is read from the environment; --auth-key-env names another
variable. The server listens only on this machine: configure the web server that has your
certificate as a reverse proxy, and create tasks with its URL as `callback_url`.

Responses: 200 if the task was written, now or before; 401 if the key is wrong; 400 if the body is
not a task; 500 if the task could not be written. Scale retries after any response except 200.
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
    """A file with one task per line, which contains each state of a task once."""

    def __init__(self, path):
        self._lock = threading.Lock()
        # Kept open, and without a buffer: what can't be written does not linger in one.
        self._file = open(path, "a+b", buffering=0)  # noqa: SIM115
        self._file.seek(0)
        lines = self._file.read().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):  # truncated by a crash, so not acknowledged
            self._file.truncate(sum(map(len, lines[:-1])))
            lines.pop()
        self._written = {state(json.loads(line)) for line in lines}

    def add(self, task):
        """Write a task unless the file contains its state; return whether it was written."""
        row = task.as_dict()
        line = json.dumps(row).encode() + b"\n"
        with self._lock:
            if state(row) in self._written:
                return False
            end = self._file.seek(0, os.SEEK_END)
            try:
                if self._file.write(line) < len(line):
                    raise OSError("the disk is full")
                os.fsync(self._file.fileno())  # Scale does not send it again
            except OSError:
                self._file.truncate(end)
                raise
            self._written.add(state(row))
        return True

    def close(self):
        """Close the file."""
        self._file.close()


def state(row):
    """Return what duplicates of a callback have in common, in contrast to other callbacks."""
    keys = ("task_id", "status", "completed_at", "customer_review_status")
    return tuple(row.get(key) for key in keys)


class Receiver(ThreadingHTTPServer):
    """The web server, which handles each callback in a separate thread."""

    def __init__(self, address, auth_key, results):
        super().__init__(address, Handler)
        self.auth_key = auth_key
        self.results = results


class Handler(BaseHTTPRequestHandler):
    """Handler of one callback."""

    timeout = 10  # seconds, so that slow clients do not block threads

    def do_POST(self):
        """Verify the callback, write its task, and respond."""
        try:
            task = parse(self.body(), self.headers, self.server.auth_key)
        except scaleapi.ScaleException as err:  # 401 or 400
            self.respond(err.code, err.message)
            return
        try:
            written = self.server.results.add(task)
        except OSError as err:
            self.respond(500, f"{task} could not be written: {err}")
        else:
            self.respond(200, f"{task} {'written' if written else 'was written before'}")

    def body(self):
        """Return the body of the request, unless it is too large."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            raise scaleapi.ScaleInvalidRequest("The request's length is missing or too large")
        return self.rfile.read(int(length))

    def respond(self, status, message):
        """Send a status, and print it with a message."""
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        print(f"{status}: {message}", flush=True)

    def log_message(self, *args):
        """Print nothing more than `respond` does."""


def main(arguments=None):
    """Receive callbacks until interrupted, and return the exit code."""
    options = read_options(arguments)
    auth_key = os.environ.get(options.auth_key_env, "").strip()
    if not auth_key:
        print(f"{options.auth_key_env} must be set to your callback auth key", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # handle it like Ctrl-C
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
    except (OSError, OverflowError, ValueError) as err:
        print(f"Could not start: {err}", file=sys.stderr)
        return 1


def read_options(arguments):
    """Return the command line options."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=8000, help="0 selects a free port (%(default)s)"
    )
    parser.add_argument("--results", default="tasks.jsonl", help="file to append to (%(default)s)")
    parser.add_argument(
        "--auth-key-env",
        default="SCALE_CALLBACK_AUTH",
        metavar="NAME",
        help="environment variable with the callback auth key (%(default)s)",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
