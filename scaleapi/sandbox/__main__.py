"""`python -m scaleapi.sandbox`: a standalone sandbox, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sqlite3
import sys
import threading
from typing import Any

from . import Sandbox
from .backend import fixtures
from .backend.store import Store
from .http.access import is_loopback


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted.

    Args:
        arguments: Arguments of the command line; None for those of the process.

    Returns:
        The exit code.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.export and not options.db:
        parser.error("--export needs --db, the data to write")
    try:
        if options.export:
            return _export(options.db, options.export)
        sandbox = Sandbox(
            options.host,
            options.port,
            db=options.db,
            live=options.live,
            complete_after=options.complete_after,
        )
        if options.faults:
            sandbox.load_faults(options.faults)
        with sandbox:
            if options.seed:
                sandbox.seed(options.seed)
            if not is_loopback(options.host):
                sys.stderr.write(
                    f"Everyone who reaches {options.host} can read and change this data: the "
                    f"sandbox takes any key\n"
                )
            sys.stdout.write(f"Scale sandbox at {sandbox.url}\n")
            sys.stdout.flush()
            threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    except (OSError, ValueError, OverflowError, sqlite3.Error) as exc:
        sys.stderr.write(f"The sandbox could not start: {exc}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scaleapi.sandbox",
        description="Scale's labeling API on this machine, to try and test without a key.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="0 for a free one (%(default)s)")
    parser.add_argument("--db", metavar="FILE", help="keep the data in this file")
    parser.add_argument(
        "--live", action="store_true", help="tasks stay pending, batches start in staging"
    )
    parser.add_argument(
        "--complete-after",
        metavar="SECONDS",
        type=float,
        help="with --live: complete tasks after this delay",
    )
    parser.add_argument("--faults", metavar="FILE", help="fault rules to apply, a JSON list")
    parser.add_argument("--seed", metavar="FILE", help="load this data first, JSON lines")
    parser.add_argument(
        "--export", metavar="FILE", help="write the data of --db to such a file, and exit"
    )
    return parser


def _export(db: str, path: str) -> int:
    if not os.path.isfile(db):  # opening it would create it
        raise FileNotFoundError(f"there is no file {db}")
    with contextlib.closing(Store(db)) as store:
        fixtures.write(store, path)
    return 0


def _interrupt(signum: int, frame: Any) -> None:
    # A second Ctrl-C must not interrupt the shutdown that the first one has started.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
