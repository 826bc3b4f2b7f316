"""The client's bulk methods, whose code is loaded when one is called."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional, Union, cast

from .. import bulk
from .._resource import ClientMixin
from .._task_sources import TaskSource
from .._typing import Unpack
from ..files import FileMethods
from ..tasks import Task, TaskFilters, TaskMethods


class BulkMethods(ClientMixin):
    """The client's methods for many tasks or files at once.

    See https://scale.com/docs/api-reference/tasks.
    """

    def cancel_tasks(
        self,
        tasks_or_ids: Iterable[Union[Task, str]],
        *,
        clear_unique_id: bool = False,
        workers: int = 8,
        progress: bulk.ProgressOption = None,
    ) -> bulk.BulkRun[bulk.TaskOutcome]:
        """Cancel many tasks.

        Args:
            tasks_or_ids: The tasks or their ids, such as a generator of `get_tasks`.
            clear_unique_id: Whether to free their unique ids for other tasks.
            workers: Maximum number of concurrent requests, 1 to 64.
            progress: See `ScaleClient.create_tasks`.

        Returns:
            A run, as in `create_tasks`. The statuses are "canceled" (by this run),
            "already_canceled", "completed", "errored" (its status is "error"), "in_work" (a labeler
            has started it) and "failed". For `Task` objects that are done already, nothing is sent,
            unless the unique id of a canceled one is to be freed. Where the service rejects the
            request, the task is fetched to tell why.

        Raises:
            ScaleInvalidArgument: If an argument is invalid.
        """
        from ..bulk import tasks

        client = cast(TaskMethods, self)
        return tasks.cancel(client, tasks_or_ids, clear_unique_id, workers, progress)

    def update_tasks(
        self,
        tasks_or_ids: Iterable[Union[Task, str]],
        *,
        tags: Optional[Iterable[str]] = None,
        add_tags: Optional[Iterable[str]] = None,
        delete_tags: Optional[Iterable[str]] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        workers: int = 8,
        progress: bulk.ProgressOption = None,
    ) -> bulk.BulkRun[bulk.TaskOutcome]:
        """Change the tags or the metadata of many tasks, all in the same way.

        Args:
            tasks_or_ids: The tasks or their ids, such as a generator of `get_tasks`.
            tags: The tags that replace all tags of a task.
            add_tags: The tags to add.
            delete_tags: The tags to remove.
            metadata: The metadata that replaces all metadata of a task.
            workers: Maximum number of concurrent requests, 1 to 64.
            progress: See `ScaleClient.create_tasks`.

        Returns:
            A run, as in `create_tasks`; the statuses are "updated" and "failed".

        Raises:
            ScaleInvalidArgument: If an argument is invalid, or there is nothing to change.
        """
        from ..bulk import tasks

        client = cast(TaskMethods, self)
        changes = {
            "tags": tags,
            "add_tags": add_tags,
            "delete_tags": delete_tags,
            "metadata": metadata,
        }
        return tasks.update(client, tasks_or_ids, changes, workers, progress)

    def upload_files(
        self,
        paths: Iterable[Union[str, os.PathLike[str]]],
        *,
        workers: int = 4,
        reference_id: Optional[Callable[[Any], str]] = None,
        progress: bulk.ProgressOption = None,
        **kwargs: Any,
    ) -> bulk.BulkRun[bulk.FileOutcome]:
        """Upload many files, each of at most 80 MB.

        Args:
            paths: The paths of the files, such as `Path("images").glob("*.jpg")`.
            workers: Maximum number of concurrent uploads, 1 to 64.
            reference_id: A function that returns a unique reference id for each path, such as
                `lambda path: path.name`. A file that has one is uploaded once, despite retries and
                repeated runs. Without one it is not retried after an ambiguous failure; its outcome
                is "failed", and the error says that the file may exist.
            progress: See `ScaleClient.create_tasks`.
            **kwargs: `project_name`, `metadata` (a dictionary) ..., the same for all files.

        Returns:
            A run with one `FileOutcome(index, path, file, status, error)` per path, in their order;
            the statuses are "uploaded", "existed" (a file with this reference id exists; the
            service does not say which, so `file` is None) and "failed".

        Raises:
            ScaleInvalidArgument: If an argument is invalid. Errors of one path are reported in its
                outcome.

        See https://scale.com/docs/api-reference/file-endpoints.
        """
        from ..bulk import uploads

        client = cast(FileMethods, self)
        return uploads.upload(client, paths, workers, reference_id, progress, kwargs)

    def export_tasks(
        self,
        path: Union[str, os.PathLike[str]],
        *,
        workers: int = 8,
        resume: bool = True,
        columns: Optional[Mapping[str, str]] = None,
        annotations: bool = False,
        progress: bulk.ProgressOption = None,
        **filters: Unpack[TaskFilters],
    ) -> bulk.ExportReport:
        """Write all tasks that match to a file of JSON lines or Parquet, newest first, each once.

        A task's line is the JSON that the service sent, as of the time its page was read. Tasks
        that are created later are not in the file. The file appears under its final name only when
        complete; until then what was read is kept in a folder beside it, and the same call resumes
        from there.

        Args:
            path: The file to write. The ending is ".jsonl" or ".ndjson", followed by ".gz" if it is
                to be compressed with gzip, or ".parquet" (with the extra `arrow`) for a file with
                the schema of `scaleapi.to_arrow`. An existing file is replaced.
            workers: Maximum number of pages that are fetched concurrently, 1 to 64.
            resume: Whether to resume an interrupted call; False starts over. A call that differs in
                later times alone, such as `updated_after=now - 1 day`, is the same call: where
                lower bounds moved, it is resumed and leaves out the tasks before them, where upper
                bounds moved, it starts over.
            columns: The types of further columns of a Parquet file; see `scaleapi.to_arrow`.
            annotations: Whether to write a second Parquet file, with one row for each annotation:
                beside "tasks.parquet" it is "tasks.annotations.parquet", with the schema of
                `scaleapi.annotations.to_arrow`.
            progress: See `ScaleClient.create_tasks`.
            **filters: The filters of `get_tasks`: `project_name` or `batch_name`, `status`,
                `created_after` ...; `limit` is the size of a page.

        Returns:
            `ExportReport(path, tasks, requests, seconds, resumed)`.

        Raises:
            ImportError: If a Parquet file is to be written and pyarrow is not installed.
            ScaleInvalidArgument: If an argument is invalid, the interrupted export to this path had
                other filters, or a value is not of the type that `columns` gives it.
            ScaleException: If a page can't be fetched, the service counts more tasks than it lists
                or its pages never end, or the checkpoint is damaged. What was read is kept.
            OSError: If a file can't be written.

        Example:
            >>> client.export_tasks("march.jsonl.gz", project_name="street-scenes")
        """
        from ..bulk import export

        return export.export(
            self, path, {**filters}, workers, resume, progress, columns, annotations
        )

    def sync_tasks(
        self,
        path: Union[str, os.PathLike[str]],
        *,
        workers: int = 8,
        lag: dt.timedelta = dt.timedelta(seconds=60),
        full: bool = False,
        progress: bulk.ProgressOption = None,
        columns: Optional[Mapping[str, str]] = None,
        annotations: bool = False,
        **filters: Unpack[TaskFilters],
    ) -> bulk.SyncReport:
        """Bring a local mirror of all tasks that match up to date.

        The first call exports them. Each later one reads only what was updated since the call
        before, merges it by task id, and compares its numbers of tasks with those of the service:
        all tasks and the pending ones, and after a change the completed and the canceled ones too.
        If they disagree, it reads all tasks. A change for which the service moves neither
        `updated_at` nor these numbers is seen only with `full=True`.

        The file is replaced atomically, and a call that was interrupted, even by `kill -9`, loses
        nothing. The state is in a folder beside the file, `<path>.sync`.

        Args:
            path: The mirror, a file as `export_tasks` writes it, newest first. It ends in ".jsonl"
                or ".ndjson", followed by ".gz" if it is to be compressed with gzip, or in
                ".parquet". A Parquet file is written again whenever a task has changed, from JSON
                lines that are kept in the folder.
            workers: Maximum number of pages that are fetched concurrently, 1 to 64.
            lag: How far to read back before the last call, for changes that become visible late.
            full: Whether to read all tasks.
            progress: See `ScaleClient.create_tasks`.
            columns: See `ScaleClient.export_tasks`; a change costs no requests.
            annotations: See `ScaleClient.export_tasks`.
            **filters: The filters of `get_tasks`, the same in each call; neither `updated_after`,
                `updated_before` nor `limited_response`. Where tasks can stop matching them, such
                as those of `status`, all tasks are read whenever one does.

        Returns:
            A report with `tasks`, `added`, `changed`, `removed`, `unchanged`, `requests`, `cursor`,
            `full` and `reason`; see `scaleapi.bulk.SyncReport`.

        Raises:
            ScaleInvalidArgument: If an argument is invalid, or the mirror has other filters.
            ScaleException: If a page can't be fetched, another process updates the mirror, or its
                state can't be read.
            OSError: If a file can't be written.

        Example:
            >>> client.sync_tasks("street-scenes.jsonl.gz", project_name="street-scenes")
        """
        from ..bulk.export import sync

        return sync.sync(
            self, path, {**filters}, workers, lag, full, progress, columns, annotations
        )

    def export_windows(
        self, *, workers: int = 8, max_tasks: Optional[int] = None, **filters: Unpack[TaskFilters]
    ) -> list[bulk.ExportWindow]:
        """Divide tasks by creation time into windows that can be read in parallel.

        `export_tasks` does so by itself; this method is for frameworks that read the windows on
        many machines, each with `client.get_tasks(**window.filters)`. Adjacent windows may share
        tasks: deduplicate them by id. The windows cover all tasks that were created before the
        call.

        Args:
            workers: Maximum number of concurrent count requests, 1 to 64.
            max_tasks: Maximum number of tasks in a window, as far as their creation times differ;
                None uses a limit that gives each worker about four windows, but no less than 500
                and no more than 2,500.
            **filters: The filters of `get_tasks`.

        Returns:
            A list of `ExportWindow(filters, count)`, newest first, empty where no task matches.

        Raises:
            ScaleInvalidArgument: If an argument is invalid.
        """
        from ..bulk import export

        return export.windows(self, {**filters}, workers, max_tasks)

    def download_results(
        self,
        tasks: TaskSource,
        folder: Union[str, os.PathLike[str]],
        *,
        only: Union[str, Iterable[str]] = "response",
        name: Optional[Callable[[bulk.FileSource], str]] = None,
        max_host_failures: Optional[int] = 3,
        workers: int = 8,
        progress: bulk.ProgressOption = None,
    ) -> bulk.BulkRun[bulk.DownloadOutcome]:
        """Download the files that responses or attachments of tasks point to.

        Each is saved to `folder/<task id>/<position of its URL in the JSON>-<hash>.<extension>`, in
        blocks, and appears under that name only when complete; an existing file is not downloaded
        again. If the URL has no extension, the file gets that of its Content-Type. The key is sent
        only to URLs below the client's own, redirects included.

        `folder/manifest.jsonl` lists each file with its task, position, URL without query, path,
        size, type and SHA-256; `to_dataframe(files=folder)` reads it. Several runs, also in other
        processes, may write to one folder.

        Args:
            tasks: Tasks, their JSON, or the path of a file that `export_tasks` wrote.
            folder: The folder to write to; created if it does not exist.
            only: "response", "attachment", or both as a list.
            name: A function that returns the path of a file below `folder`, with slashes, for a
                `FileSource(task, position, url)`. Two files must not get the same path.
            max_host_failures: After how many failures in a row to connect to a host its other files
                fail at once; None for never.
            workers: Maximum number of tasks that are processed concurrently, 1 to 64.
            progress: See `ScaleClient.create_tasks`.

        Returns:
            A run with one `DownloadOutcome(index, task, paths, status, error)` per task, in their
            order; the statuses are "downloaded", "existed" (all of its files existed), "empty" (it
            points to none) and "failed" (`paths` has the files that are complete).

        Raises:
            ScaleInvalidArgument: If an argument is invalid.

        See https://scale.com/docs/api-reference/secure-result-urls.
        """
        from ..bulk import downloads

        return downloads.download(
            self, tasks, folder, only, name, max_host_failures, workers, progress
        )
