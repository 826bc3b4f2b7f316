"""Writing all tasks that match to a file, on many threads, and going on where that broke off."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Union

from ..._atomic import atomic_write, remove_stale_temp_files, validate_output_path
from ..._resource import ClientMixin
from ...exceptions import ScaleException, ScaleInvalidArgument
from ...pagination import Paginator, iter_items, next_by_token
from ...tasks import normalize_task_filters, task_query
from ..outcomes import Record
from ..progress import ProgressOption, make_progress_callback, validate_progress
from ..runner import ThrottledPool
from ..throttle import throttled_client
from .checkpoint import Checkpoint, remove_checkpoint
from .merge import IncompleteListing, merge
from .partition import ExportWindow, build_plan
from .raw_json import RawTask, TaskPageReader

logger = logging.getLogger("scaleapi")

MAX_WINDOW_READS = 3  # of a window whose tasks are fewer than the service counts


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
    filters: dict[str, Any],
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
    reader = TaskPageReader(throttled)
    folder = target.with_name(f"{target.name}.parts")
    job = {"version": 1, "address": client.api.base_api_url, "filters": filters}
    key = client.api.api_key
    found = Checkpoint.load(folder, job, key) if resume else None
    if found:
        remove_stale_temp_files(folder)
    else:
        remove_checkpoint(folder)
    with ThrottledPool(throttle) as pool:
        checkpoint = found or Checkpoint.create(folder, job, key, build_plan(reader, filters, pool))
        if found:
            logger.info("%s: %d parts are left to be read", target, len(found.pending))
        with closing(iter_part_files(reader, checkpoint, pool, progress)) as files:
            tasks = merge(reader, checkpoint, target, files)
    remove_checkpoint(folder)
    return ExportReport(
        target, tasks, reader.requests, time.monotonic() - started, resumed=bool(found)
    )


def windows(
    client: ClientMixin, filters: dict[str, Any], workers: int, max_tasks: Any
) -> list[ExportWindow]:
    """See `ScaleClient.export_windows`."""
    filters = normalize_task_filters("export_windows", filters)
    is_number = isinstance(max_tasks, int) and not isinstance(max_tasks, bool)
    if max_tasks is not None and not (is_number and max_tasks >= 1):
        raise ScaleInvalidArgument(f"max_tasks must be a whole number over 0, got {max_tasks!r}")
    throttled, throttle = throttled_client(client, workers)
    with ThrottledPool(throttle) as pool:
        return build_plan(TaskPageReader(throttled), filters, pool, max_tasks).windows


def iter_part_files(
    reader: TaskPageReader, checkpoint: Checkpoint, pool: ThrottledPool, progress: ProgressOption
) -> Generator[Path, None, None]:
    """All windows as files, newest first, each as soon as it is there; several are read at once."""
    missing = checkpoint.pending
    reading = pool.map("export_tasks", partial(fetch_window, reader, checkpoint), missing)
    report = make_progress_callback(progress, "export_tasks", checkpoint.plan.total)
    done, left = 0, set(missing)
    with closing(reading):
        try:
            for number, window in enumerate(checkpoint.plan.windows):
                if number in left:
                    next(reading)  # which goes through them in this order
                done += window.count
                report(min(done, checkpoint.plan.total))  # neighbours share tasks
                yield checkpoint.part_path(number)
            next(reading, None)  # its end
        finally:
            report(None)


def fetch_window(reader: TaskPageReader, checkpoint: Checkpoint, number: int) -> int:
    """Read one window into its part; its number again.

    Raises:
        ScaleException: the service counts more tasks than it gives.
    """
    window = checkpoint.plan.windows[number]
    for _ in range(MAX_WINDOW_READS):
        try:
            with atomic_write(checkpoint.part_path(number), checkpoint.folder) as part:
                write_window(reader, window, part)
            return number
        except IncompleteListing as error:
            missing = error
    raise missing


def write_window(reader: TaskPageReader, window: ExportWindow, part: IO[bytes]) -> None:
    """Write the tasks of a window, each once, as lines of its id and its JSON."""
    query = task_query(window.filters)
    totals: list[int] = []

    def page(step: dict[str, Any]) -> Paginator[RawTask]:
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
        raise IncompleteListing(
            f"{min(totals)} tasks are counted, but {len(seen)} listed: {window.filters}"
        )
