"""Export all tasks that match to a file, on many threads, resuming an interrupted export."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Union

from ..._atomic import remove_temp_files, validate_output_path
from ..._progress import ProgressOption, validate_progress
from ..._resource import ClientMixin
from ..._validation import is_int
from ...exceptions import ScaleInvalidArgument
from ...tasks import normalize_task_filters
from ..outcomes import Record
from ..runner import ThrottledPool
from ..throttle import throttled_client
from .checkpoint import Checkpoint, Job, remove_checkpoint
from .fetching import iter_part_files
from .formats import format_of
from .merge import merge
from .pages import TaskPageReader
from .partition import ExportWindow, build_plan

logger = logging.getLogger("scaleapi")


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
    columns: Optional[Mapping[str, str]] = None,
    annotations: bool = False,
    again: str = "export_tasks again with resume=False",
) -> ExportReport:
    """See `ScaleClient.export_tasks`; `again` is what to call if the service omits tasks."""
    started = time.monotonic()
    target = validate_output_path(path)
    output_format = format_of(Path(path), columns, annotations)
    filters = normalize_task_filters("export_tasks", filters)
    validate_progress(progress)
    throttled, throttle = throttled_client(client, workers)
    reader = TaskPageReader(throttled)
    folder = target.with_name(f"{target.name}.parts")
    job = Job(client.api.base_api_url, filters, client.api.api_key)
    previous = Checkpoint.load(folder, job) if resume else None
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
            checkpoint = Checkpoint.create(folder, job, plan)
        fetched = iter_part_files(reader, checkpoint, pool, "export_tasks", progress)
        with closing(fetched) as files:
            tasks = merge(reader, checkpoint, target, output_format, files, again)
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
