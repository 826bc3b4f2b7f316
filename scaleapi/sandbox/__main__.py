"""`python -m scaleapi.sandbox`: the sandbox for other processes, until Ctrl-C."""

import argparse
import signal
import sqlite3
import sys
import threading
from typing import Any, List, Optional

from . import Sandbox


def main(arguments: Optional[List[str]] = None) -> int:
    """Serve until interrupted; the exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    options = _parser().parse_args(arguments)
    try:
        with Sandbox(options.host, options.port, db=options.db, live=options.live) as box:
            sys.stdout.write(f"Scale sandbox at {box.url}\n")
            sys.stdout.flush()
            threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    except (OSError, OverflowError, sqlite3.Error) as problem:
        sys.stderr.write(f"The sandbox could not start: {problem}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scaleapi.sandbox",
        description="Scale's labeling API on this machine, to try and test without a key.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one (%(default)s)")
    parser.add_argument("--db", metavar="FILE", help="keep the data in this file")
    parser.add_argument(
        "--live", action="store_true", help="tasks stay pending, batches start in staging"
    )
    return parser


def _interrupt(signum: int, frame: Any) -> None:
    # A second Ctrl-C must not break into the stopping that the first one began.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
