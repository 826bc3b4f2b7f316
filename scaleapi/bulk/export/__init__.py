"""Export all tasks that match to a file, on many threads, resuming an interrupted export."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Union

from ..._atomic import atomic_write, remove_temp_files, validate_output_path
from ..._progress import ProgressOption, make_progress_callback, validate_progress
from ..._resource import ClientMixin
from ..._validation import is_int
from ...exceptions import ScaleInvalidArgument
from ...pagination import Paginator, iter_items, next_by_token
from ...tasks import normalize_task_filters, task_query
from ..outcomes import Record
from ..runner import ThrottledPool
from ..throttle import throttled_client
from .checkpoint import Checkpoint, remove_checkpoint
from .merge import IncompleteListing, merge
from .partition import ExportWindow, build_plan
from .raw_json import RawTask, TaskPageReader

logger = logging.getLogger("scaleapi")

MAX_WINDOW_READS = 3  # attempts per window before reporting that the API lists less than it counts


@dataclass(frozen=True)
class ExportReport(Record):
    """The result of an export.

    Attributes:
        path: The file.
        tasks: Number of its tasks, one a line.
        requests: Number of requests of this call, retries included.
        seconds: Duration of this call.
        resumed: Whether it continued an interrupted export.
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
    previous = Checkpoint.load(folder, job, key) if resume else None
    if previous:
        remove_temp_files(folder)
    else:
        remove_checkpoint(folder)
    with ThrottledPool(throttle) as pool:
        if previous:
            logger.info("%s: resuming, %d parts left to read", target, len(previous.pending))
            checkpoint = previous
        else:
            plan = build_plan(reader, filters, pool)
            checkpoint = Checkpoint.create(folder, job, key, plan)
        with closing(iter_part_files(reader, checkpoint, pool, progress)) as files:
            tasks = merge(reader, checkpoint, target, files)
    remove_checkpoint(folder)
    return ExportReport(
        target, tasks, reader.requests, time.monotonic() - started, resumed=bool(previous)
    )


def windows(
    client: ClientMixin, filters: dict[str, Any], workers: int, max_tasks: Any
) -> list[ExportWindow]:
    """See `ScaleClient.export_windows`."""
    filters = normalize_task_filters("export_windows", filters)
    if max_tasks is not None and not (is_int(max_tasks) and max_tasks >= 1):
        raise ScaleInvalidArgument(f"max_tasks must be a whole number over 0, got {max_tasks!r}")
    throttled, throttle = throttled_client(client, workers)
    with ThrottledPool(throttle) as pool:
        return build_plan(TaskPageReader(throttled), filters, pool, max_tasks).windows


def iter_part_files(
    reader: TaskPageReader, checkpoint: Checkpoint, pool: ThrottledPool, progress: ProgressOption
) -> Generator[Path, None, None]:
    """Yield the part files of all windows, newest first, fetching pending windows concurrently."""
    pending = checkpoint.pending
    fetched = pool.map("export_tasks", partial(fetch_window, reader, checkpoint), pending)
    report = make_progress_callback(progress, "export_tasks", checkpoint.plan.total)
    done, unread = 0, set(pending)
    with closing(fetched):
        try:
            for number, window in enumerate(checkpoint.plan.windows):
                if number in unread:
                    next(fetched)  # map yields them in this order
                done += window.count
                report(min(done, checkpoint.plan.total))  # adjacent windows may share tasks
                yield checkpoint.part_path(number)
            next(fetched, None)  # let map finish
        finally:
            report(None)


def fetch_window(reader: TaskPageReader, checkpoint: Checkpoint, number: int) -> int:
    """Fetch one window into its part file, and return the window's number.

    Raises:
        IncompleteListing: If the service counts more tasks than it lists.
    """
    window = checkpoint.plan.windows[number]
    for _ in range(MAX_WINDOW_READS):
        try:
            with atomic_write(checkpoint.part_path(number), checkpoint.folder) as part:
                write_window(reader, window, part)
            return number
        except IncompleteListing as error:
            incomplete = error
    raise incomplete


def write_window(reader: TaskPageReader, window: ExportWindow, part: IO[bytes]) -> None:
    """Write the tasks of a window, each once, as lines of id, tab and JSON."""
    query = task_query(window.filters)
    totals: list[int] = []

    def page(step: dict[str, Any]) -> Paginator[RawTask]:
        tasks = reader.page({**query, **step})
        totals.append(tasks.total)
        return tasks

    seen = set()
    for task in iter_items(page, next_by_token, start={}):
        if task.id not in seen:
            seen.add(task.id)
            line = f"{json.dumps(task.id)}\t{task.line}\n"
            part.write(line.encode("utf-8", "surrogatepass"))
    if len(seen) < min(totals):
        raise IncompleteListing(
            f"{min(totals)} tasks are counted, but {len(seen)} listed: {window.filters}"
        )
