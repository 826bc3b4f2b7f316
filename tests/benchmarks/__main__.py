"""How fast it is, as ratios against plain requests measured in one run.

    python -m tests.benchmarks [--peer PYTHON] [--rounds N] [--rst] [ROW ...]

PYTHON is an interpreter that has the published client. Exit code 1: a row misses its target.
"""

import argparse
import datetime as dt
import os
import platform
import sys
from typing import Callable, NamedTuple

import requests
import urllib3

from . import bulk, data_sets
from .measure import Lab, connections, import_cost, ratio, upload_memory


class Row(NamedTuple):
    """What is measured, and what it may come to at the most, or must come to at the least."""

    words: str
    target: float
    measure: Callable
    bound: str = "at most"

    @property
    def aim(self):
        return f"{self.bound} {self.target:g}"

    def missed(self, found):
        return found < self.target if self.bound == "at least" else found > self.target


ROWS = {
    "get_task": Row(
        "processor time of one get_task, kept alive, against plain requests",
        0.72, ratio("get_task"),
    ),
    "get_task_bare": Row(
        "processor time of one get_task, kept alive, against a bare urllib3 pool",
        1.8, ratio("get_task", baseline="bare"),
    ),
    "get_tasks": Row(
        "20,000 tasks through get_tasks, against plain requests", 0.95, ratio("get_tasks"),
    ),
    "v2_get_tasks": Row(
        "5,000 tasks through v2_get_tasks, against plain requests", 1.0, ratio("v2_get_tasks"),
    ),
    "threads": Row(
        "1,000 calls on 50 threads, against plain requests", 1.1, ratio("threads"),
    ),
    "connections": Row("connections opened for 201 calls in a row", 1, connections),
    "upload": Row("memory in MiB added by uploading 512 MiB", 16, upload_memory),
    "import": Row("import scaleapi against import requests", 1.1, import_cost),
    "payload_checks": Row(
        "processor time of 2,000 creations with checked payloads, against unchecked ones",
        1.05, bulk.payload_checks,
    ),
    "bulk_create": Row(
        "speed of 2,000 creations on 16 workers, TLS, 50 ms each, against 200 one by one",
        12, bulk.speed, "at least",
    ),
    "rerun": Row("requests of creating 20,000 tasks that exist", 220, bulk.requests_of_rerun),
    "plan": Row("requests of planning 20,000 tasks that exist", 220, bulk.requests_of_plan),
    "bulk_faults": Row(
        "wrong among 5,000 creations, 16 workers, TLS, 50 ms, 10 % faults, killed twice",
        0, bulk.wrong_under_faults,
    ),
    "bulk_memory": Row(
        "memory in MiB added by 100,000 creations beyond that by 10,000, TLS, no latency",
        4, bulk.memory,
    ),
    "export": Row(
        "speed of an export of 100,000 tasks, 8 workers, TLS, 50 ms, against 20,000 in a loop",
        6, bulk.export_speed, "at least",
    ),
    "export_memory": Row(
        "memory in MiB added by an export of 200,000 tasks, 8 workers, TLS, no latency",
        64, bulk.export_memory,
    ),
    "export_faults": Row(
        "wrong lines of 20,000 exported, 8 workers, TLS, 50 ms, 10 % faults, killed three times",
        0, bulk.wrong_in_export,
    ),
    "mirror": Row(
        "requests of a mirror of 100,000 tasks with 1,600 changes, 10 % faults, killed three "
        "times, in percent of an export's",
        2, bulk.requests_of_mirror,
    ),
    "mirror_idle": Row(
        "requests of a mirror of 100,000 tasks with nothing new", 3, bulk.requests_of_idle_mirror,
    ),
    "parquet_memory": Row(
        "memory in MiB added by an export of 200,000 tasks to Parquet beyond one to JSON lines",
        64, bulk.parquet_memory,
    ),
    "parquet_speed": Row(
        "time of an export of 100,000 tasks to Parquet, against one to .jsonl.gz",
        1.5, bulk.parquet_speed,
    ),
    "to_coco": Row(
        "processor time of to_coco of 100,000 tasks with 10 boxes each, against json.loads of them",
        2.5, data_sets.to_coco,
    ),
    "coco_memory": Row(
        "memory in MiB added by to_coco of 100,000 tasks with 10 boxes each",
        200, data_sets.coco_memory,
    ),
    "waiting": Row(
        "requests to wait for 1,000 tasks that finish over 60 s, TLS, 50 ms",
        40, bulk.requests_of_wait,
    ),
}  # fmt: skip


def main():
    options = read_options()
    names = options.rows or list(ROWS)
    print(machine(), flush=True)
    missed = False
    lines = [["what", "target", "scaleapi", "published client"]]
    with Lab(options.peer, options.rounds) as lab:
        for name in names:
            row = ROWS[name]
            found = row.measure(lab)
            missed = missed or row.missed(found["ours"])
            figures = [found["ours"], found.get("published")]
            lines.append([row.words, row.aim, *map(figure, figures)])
            if not options.rst:
                print(f"{row.words}: {figure(found['ours'])} ({row.aim}; published: "
                      f"{figure(found.get('published'))})", flush=True)  # fmt: skip
    if options.rst:
        print(rst_table(lines))
    return 1 if missed else 0


def read_options():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--peer", help="an interpreter that has the published client")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured")
    parser.add_argument("--rst", action="store_true", help="print a table for README.rst")
    options = parser.parse_args()
    unknown = [name for name in options.rows if name not in ROWS]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}")
    return options


def machine():
    """What this was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{dt.date.today()}, {os.cpu_count()} processors, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, requests {requests.__version__}, "
        f"urllib3 {urllib3.__version__}"
    )


def figure(number):
    if number is None:
        return "-"
    return f"{number:,.2f}" if number % 1 else f"{number:,.0f}"


def rst_table(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    rule = " ".join("=" * width for width in widths)
    rows = [" ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([rule, rows[0], rule, *rows[1:], rule])


if __name__ == "__main__":
    sys.exit(main())
