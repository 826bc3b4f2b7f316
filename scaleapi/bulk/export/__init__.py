"""Writing all tasks that match to a file, on many threads, and going on where that broke off."""

from __future__ import annotations

import gzip
import json
import logging
import os
import time
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import (
    IO,
    Any,
    ContextManager,
    Dict,
    Generator,
    Iterable,
    Iterator,
    List,
    Union,
)

from ..._atomic import atomic_write, remove_stale_temp_files, validate_output_path
from ..._resource import ClientMixin
from ...exceptions import ScaleException, ScaleInvalidArgument
from ...pagination import Paginator, iter_items, next_by_token
from ...tasks import normalize_task_filters, task_query_params
from ..outcomes import Record
from ..progress import ProgressOption, make_progress_callback, validate_progress
from ..runner import ThrottledPool
from ..throttle import throttled_client
from .checkpoint import Checkpoint, remove
from .partition import ExportWindow, plan
from .raw_json import Reader, Row

logger = logging.getLogger("scaleapi")

READINGS = 3  # of a window whose tasks are fewer than the service counts


@dataclass(frozen=True)
class ExportReport(Record):
    """What an export did.

    Attributes:
        path: the file.
        tasks: how many it has, one a line.
        requests: how many were sent this time, those that were sent again included.
        seconds: what it took this time.
        resumed: whether it went on where an earlier run broke off.
    """

    path: Path
    tasks: int
    requests: int
    seconds: float
    resumed: bool


def export(
    client: ClientMixin,
    path: Union[str, os.PathLike[str]],
    filters: Dict[str, Any],
    workers: int,
    resume: bool,
    progress: ProgressOption,
) -> ExportReport:
    """See `ScaleClient.export_tasks`."""
    started = time.monotonic()
    target = validate_output_path(path)
    filters = normalize_task_filters("export_tasks", filters)
    validate_progress(progress)
    throttled, throttle = throttled_client(client, workers)
    reader = Reader(throttled)
    folder = target.with_name(f"{target.name}.parts")
    job = {"version": 1, "address": client.api.base_api_url, "filters": filters}
    key = client.api.api_key
    found = Checkpoint.find(folder, job, key) if resume else None
    if found:
        remove_stale_temp_files(folder)
    else:
        remove(folder)
    with ThrottledPool(throttle) as pool:
        kept = found or Checkpoint.begin(folder, job, key, plan(reader, filters, pool))
        if found:
            logger.info("%s: %d parts are left to be read", target, len(found.missing))
        with closing(parts(reader, kept, pool, progress)) as files:
            tasks = merge(reader, kept, target, files)
    remove(folder)
    return ExportReport(
        target, tasks, reader.requests, time.monotonic() - started, resumed=bool(found)
    )


def windows(
    client: ClientMixin, filters: Dict[str, Any], workers: int, size: Any
) -> List[ExportWindow]:
    """See `ScaleClient.export_windows`."""
    filters = normalize_task_filters("export_windows", filters)
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
        raise ScaleInvalidArgument(f"size must be a number of tasks over 0, got {size!r}")
    throttled, throttle = throttled_client(client, workers)
    with ThrottledPool(throttle) as pool:
        return plan(Reader(throttled), filters, pool, size).windows


def parts(
    reader: Reader, kept: Checkpoint, pool: ThrottledPool, progress: ProgressOption
) -> Generator[Path, None, None]:
    """All windows as files, newest first, each as soon as it is there; several are read at once."""
    missing = kept.missing
    reading = pool.map("export_tasks", partial(read_part, reader, kept), missing)
    report = make_progress_callback(progress, "export_tasks", kept.plan.total)
    done, left = 0, set(missing)
    with closing(reading):
        try:
            for number, window in enumerate(kept.plan.windows):
                if number in left:
                    next(reading)  # which goes through them in this order
                done += window.count
                report(min(done, kept.plan.total))  # neighbours share tasks
                yield kept.part(number)
            next(reading, None)  # its end
        finally:
            report(None)


def read_part(reader: Reader, kept: Checkpoint, number: int) -> int:
    """Read one window into its part; its number again.

    Raises:
        ScaleException: the service counts more tasks than it gives.
    """
    window = kept.plan.windows[number]
    for _ in range(READINGS):
        try:
            with atomic_write(kept.part(number), kept.folder) as part:
                copy(reader, window, part)
            return number
        except Missing as error:
            missing = error
    raise missing


class Missing(ScaleException):
    """There are fewer tasks than the service counts."""


def copy(reader: Reader, window: ExportWindow, part: IO[bytes]) -> None:
    """Write the tasks of a window, each once, as lines of its id and its JSON."""
    query = task_query_params(window.filters)
    totals: List[int] = []

    def page(step: Dict[str, Any]) -> Paginator[Row]:
        found = reader.page({**query, **step})
        totals.append(found.total)
        return found

    seen = set()
    for row in iter_items(page, next_by_token, start={}):
        if row.id not in seen:
            seen.add(row.id)
            line = f"{json.dumps(row.id)}\t{row.line}\n"
            part.write(line.encode("utf-8", "surrogatepass"))
    if len(seen) < min(totals):
        raise Missing(f"{min(totals)} tasks are counted, but {len(seen)} listed: {window.filters}")


def merge(reader: Reader, kept: Checkpoint, target: Path, files: Iterable[Path]) -> int:
    """Write the file, newest tasks first, each once; how many.

    Raises:
        ScaleException: they are fewer than the service counted, before and after.
    """
    with atomic_write(target, kept.folder) as file:
        zipped = target.suffix == ".gz"
        # Without name and time, so that the same tasks make the same file.
        out: ContextManager[Any] = (
            gzip.GzipFile("", "wb", 6, file, mtime=0) if zipped else nullcontext(file)
        )
        tasks = 0
        with out as lines:
            for line in each_once(files):
                lines.write(line)
                tasks += 1
        if tasks < kept.plan.total and tasks < (
            now := reader.count(task_query_params(kept.plan.whole))
        ):
            raise Missing(
                f"{tasks} tasks were read, but the service counted {kept.plan.total} at first and "
                f"{now} at last: call export_tasks again with resume=False"
            )
    return tasks


def each_once(files: Iterable[Path]) -> Iterator[bytes]:
    """The JSON lines of all parts; of those with the same id the first."""
    import sqlite3  # here, since some Pythons are built without it

    # A temporary file of SQLite's, so that memory stays flat.
    with closing(sqlite3.connect("")) as database:
        database.execute("CREATE TABLE seen (id BLOB PRIMARY KEY) WITHOUT ROWID")
        for part in files:
            with open(part, "rb") as lines:
                for line in lines:
                    task_id, _, task = line.partition(b"\t")
                    added = database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (task_id,))
                    if added.rowcount:
                        yield task
