"""Fetch the windows of an export into part files, on several threads."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO, Any, Optional

from ..._atomic import atomic_write
from ..._progress import ProgressOption, make_progress_callback
from ...exceptions import ScaleException
from ...pagination import Paginator, iter_items, next_by_token
from ...tasks import task_query
from ..runner import ThrottledPool
from .checkpoint import Checkpoint
from .pages import RawTask, TaskPageReader
from .partition import ExportWindow
from .parts import PartWriter

MAX_WINDOW_READS = 3  # attempts per window before reporting that the API lists less than it counts
MAX_REPEATED_PAGES = 20  # in a row without a task that is new


class IncompleteListing(ScaleException):
    """The service lists fewer tasks than it counts."""


def iter_part_files(
    reader: TaskPageReader,
    checkpoint: Checkpoint,
    pool: ThrottledPool,
    name: str,
    progress: ProgressOption,
) -> Generator[Path, None, None]:
    """Yield the part files of all windows, newest first, fetching pending windows concurrently.

    Args:
        reader: Fetches the pages.
        checkpoint: The windows.
        pool: Its threads fetch them.
        name: Name of the job, for logs and progress bars.
        progress: See `validate_progress`.
    """
    pending = checkpoint.pending
    fetched = pool.map(name, partial(fetch_window, reader, checkpoint), pending)
    report = make_progress_callback(progress, name, checkpoint.plan.total)
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
        ScaleException: If its pages never end.
    """
    fetch_part(reader, checkpoint.plan.windows[number], checkpoint.part_path(number))
    return number


def fetch_part(
    reader: TaskPageReader,
    window: ExportWindow,
    path: Path,
    first: Optional[Paginator[RawTask]] = None,
) -> None:
    """Fetch a window into a part file.

    Args:
        reader: Fetches the pages.
        window: The window.
        path: The part file.
        first: The first page, if it has been fetched.

    Raises:
        IncompleteListing: If the service counts more tasks than it lists, repeatedly.
        ScaleException: If its pages never end.
    """
    for attempt in range(MAX_WINDOW_READS):
        try:
            with atomic_write(path, path.parent) as part:
                write_window(reader, window, part, None if attempt else first)
            return
        except IncompleteListing as error:
            incomplete = error
    raise incomplete


def write_window(
    reader: TaskPageReader,
    window: ExportWindow,
    file: IO[bytes],
    first: Optional[Paginator[RawTask]] = None,
) -> None:
    """Write the tasks of a window to a part file, each once.

    Args:
        reader: Fetches the pages.
        window: The window.
        file: The part file, opened for writing.
        first: The first page, if it has been fetched.

    Raises:
        IncompleteListing: If the service counts more tasks than it lists.
        ScaleException: If its pages never end.
    """
    query = task_query(window.filters)
    part = PartWriter(file)
    totals: list[int] = []
    seen: set[str] = set()
    new_until_page = [0]  # the number of tasks that were seen when each page was fetched

    def page(step: dict[str, Any]) -> Paginator[RawTask]:
        new_until_page.append(len(seen))
        if new_until_page[-MAX_REPEATED_PAGES - 1 : -MAX_REPEATED_PAGES] == [len(seen)]:
            raise ScaleException(
                f"The last {MAX_REPEATED_PAGES} pages have no task that was not on an earlier "
                f"one, and yet there are more of them: {window.filters}"
            )
        tasks = first if first is not None and not step else reader.page({**query, **step})
        totals.append(tasks.total)
        return tasks

    for task in iter_items(page, next_by_token, start={}):
        if task.id not in seen:
            seen.add(task.id)
            part.write(task)
    if part.tasks < min(totals):
        raise IncompleteListing(
            f"{min(totals)} tasks are counted, but {part.tasks} listed: {window.filters}"
        )
    part.finish()
