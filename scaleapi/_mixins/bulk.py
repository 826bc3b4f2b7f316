"""The client's bulk calls, whose code is loaded when one is used."""

from __future__ import annotations

import os
from typing import Any, Callable, Iterable, List, Mapping, Optional, Union, cast

from .. import bulk
from .._resource import ClientMixin
from .._typing import Unpack
from ..files import FileMethods
from ..tasks import Task, TaskFilters, TaskMethods, TaskType


class BulkMethods(ClientMixin):
    """The client's calls on many tasks at once."""

    def create_tasks(
        self,
        task_type: Union[TaskType, str],
        payloads: Iterable[Mapping[str, Any]],
        *,
        workers: int = 8,
        on_duplicate: str = "fetch",
        progress: bulk.ProgressOption = None,
    ) -> bulk.BulkRun[bulk.TaskOutcome]:
        """Create many tasks, each with a `unique_id` exactly once.

        Nothing is sent before the run is iterated, or `.run()`. Run again after a crash it makes
        what is missing, and finds the rest. A payload without `unique_id` is not sent again after a
        lost answer; its outcome is "failed", and the error says that the task may exist.

        Args:
            task_type: the type of all of them.
            payloads: the JSON of each, from any iterable; read as they are sent, and not changed.
            workers: how many are under way at once, 1 to 64; fewer while the service is busy.
            on_duplicate: what to do where a `unique_id` is taken: "fetch" the task that has it (if
                its type, project and batch are the same), "skip" it, or "fail".
            progress: True for a bar (extra `progress`), or a function of the number done and the
                number in all (None if it can't be known).

        Returns:
            A run with one `TaskOutcome(index, payload, task, status, error)` per payload, in their
            order, its status "created", "existed" or "failed"; or the counts from `.run()`.

        Raises:
            ScaleInvalidArgument: an argument makes no sense. What is wrong with one payload is the
                error of its outcome.

        See https://scale.com/docs/api-reference/tasks.
        """
        from ..bulk import tasks

        client = cast(TaskMethods, self)
        return tasks.create(client, task_type, payloads, workers, on_duplicate, progress)

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
            tasks_or_ids: which, such as a generator of `get_tasks`.
            clear_unique_id: free their unique ids for other tasks.
            workers: how many are under way at once, 1 to 64.
            progress: as in `create_tasks`.

        Returns:
            A run, as in `create_tasks`; the statuses are "canceled", "refused" (done, canceled
            already or being worked on) and "failed".

        Raises:
            ScaleInvalidArgument: an argument makes no sense.

        See https://scale.com/docs/api-reference/tasks.
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
            tasks_or_ids: which, such as a generator of `get_tasks`.
            tags, add_tags, delete_tags: what to replace all tags by, to add, to remove.
            metadata: what to replace the metadata by.
            workers: how many are under way at once, 1 to 64.
            progress: as in `create_tasks`.

        Returns:
            A run, as in `create_tasks`; the statuses are "updated" and "failed".

        Raises:
            ScaleInvalidArgument: an argument makes no sense, or nothing is to be changed.

        See https://scale.com/docs/api-reference/tasks.
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
            paths: which, such as `Path("images").glob("*.jpg")`.
            workers: how many are under way at once, 1 to 64.
            reference_id: a function that gives each path a reference id of its own, such as
                `lambda path: path.name`. A file that has one is uploaded once, whatever the network
                does and however often this is run. Without one it is not sent again after a lost
                answer; its outcome is "failed", and the error says that the file may exist.
            progress: as in `create_tasks`.
            **kwargs: `project_name`, `metadata` (a dictionary) ..., the same for all.

        Returns:
            A run with one `FileOutcome(index, path, file, status, error)` per path, in their order;
            the statuses are "uploaded", "existed" (a file with this reference id is there; the
            service does not say which, so `file` is None) and "failed".

        Raises:
            ScaleInvalidArgument: an argument makes no sense. What is wrong with one path is the
                error of its outcome.

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
        progress: bulk.ProgressOption = None,
        **filters: Unpack[TaskFilters],
    ) -> bulk.ExportReport:
        """Write all tasks that match to a file of JSON lines, newest first, each once.

        A task's line is the JSON that the service sent, as it was when its page was read. Tasks
        that are created later are not in the file. It takes its name when it is whole; until then
        what was read is kept in a folder beside it, and the same call goes on from there.

        Args:
            path: the file, compressed with gzip where it ends in ".gz". An older one is replaced.
            workers: how many pages are asked for at once, 1 to 64.
            resume: False begins anew where an earlier call was broken off.
            progress: as in `create_tasks`.
            **filters: those of `get_tasks`: `project_name` or `batch_name`, `status`,
                `created_after` ...; `limit` is the size of a page.

        Returns:
            `ExportReport(path, tasks, requests, seconds, resumed)`.

        Raises:
            ScaleInvalidArgument: an argument makes no sense, or what was read so far is of an
                export with other filters.
            ScaleException: a page could not be had, or the service counts more tasks than it
                lists. What was read is kept.
            OSError: a file can't be written.

        Example:
            >>> client.export_tasks("march.jsonl.gz", project_name="street-scenes")

        See https://scale.com/docs/api-reference/tasks.
        """
        from ..bulk import export

        return export.export(self, path, {**filters}, workers, resume, progress)

    def export_windows(
        self, *, workers: int = 8, size: Optional[int] = None, **filters: Unpack[TaskFilters]
    ) -> List[bulk.ExportWindow]:
        """Divide tasks by the time of their creation into parts to be read side by side.

        `export_tasks` does so by itself; this is for an engine that reads the parts on many
        machines, each with `client.get_tasks(**window.filters)`. Neighbours may share tasks: keep
        one of each id. No part is missing, and no task that was created before the call.

        Args:
            workers: how many counts are asked for at once, 1 to 64.
            size: tasks in a window at the most, as far as time can tell them apart; None is a size
                that gives each worker about four, but 500 at the least and 2,500 at the most.
            **filters: those of `get_tasks`.

        Returns:
            A list of `ExportWindow(filters, count)`, newest first, empty where no task matches.

        Raises:
            ScaleInvalidArgument: an argument makes no sense.

        See https://scale.com/docs/api-reference/tasks.
        """
        from ..bulk import export

        return export.windows(self, {**filters}, workers, size)

    def download_results(
        self,
        tasks: Iterable[Union[Task, Mapping[str, Any]]],
        folder: Union[str, os.PathLike[str]],
        *,
        workers: int = 8,
        progress: bulk.ProgressOption = None,
    ) -> bulk.BulkRun[bulk.DownloadOutcome]:
        """Download the files that responses and attachments of tasks point to.

        Each goes to `folder/<task id>/<where its address stands>-<hash>.<extension>`, block by
        block, and takes that name when it is whole; one that is there is not fetched again. The key
        goes only to addresses below the client's own, redirects included.

        Args:
            tasks: tasks, or their JSON such as the lines of an export.
            folder: where to; made if it is not there.
            workers: how many tasks are under way at once, 1 to 64.
            progress: as in `create_tasks`.

        Returns:
            A run with one `DownloadOutcome(index, task, paths, status, error)` per task, in their
            order; the statuses are "downloaded", "existed" (all of its files were there), "empty"
            (it points to none) and "failed" (`paths` has those that came whole).

        Raises:
            ScaleInvalidArgument: an argument makes no sense.

        See https://scale.com/docs/api-reference/secure-result-urls.
        """
        from ..bulk import downloads

        return downloads.download(self, tasks, folder, workers, progress)
