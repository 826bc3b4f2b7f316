"""The client's method that waits for tasks, whose code is loaded when it is called."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any, Callable, Literal, Optional, Union, cast

from .._polling import DEFAULT_POLL, PollOption
from .._progress import ProgressOption
from .._resource import ClientMixin
from ..tasks import Task, TaskMethods


class WaitingMethods(ClientMixin):
    """The client's methods that wait. See https://scale.com/docs/api-reference/tasks."""

    def wait_for_tasks(
        self,
        tasks_or_filters: Union[Iterable[Task], Mapping[str, Any]],
        until: Union[Literal["finished"], Callable[[Task], bool]] = "finished",
        *,
        timeout: Optional[float] = None,
        poll: PollOption = DEFAULT_POLL,
        progress: ProgressOption = None,
    ) -> Generator[Task, None, None]:
        """Yield each task once it is completed, errored or canceled.

        A generator: nothing is sent before the first `next`. It lists what has changed, in pages,
        rather than fetching task after task, and sleeps between these polls. Every tenth poll, and
        the last one before a timeout, checks every pending task in addition, in case the service
        did not list a change. For waits of days, a callback is better than polling.

        Args:
            tasks_or_filters: Tasks, which are updated in place; those that are finished already are
                yielded first, without a request. Or a dictionary of filters of `get_tasks`, such as
                `{"batch_name": "march-01"}`: it waits for all tasks that match, including those
                that begin to match while it waits. Filters that would hide a pending task or a
                change are rejected.
            until: A function that returns whether a task need not be waited for any longer, in
                place of "finished".
            timeout: Seconds to wait, from the first `next`; 0 polls once, None waits without limit.
                A request that has begun is not interrupted.
            poll: The first and the largest interval between polls, in seconds, or one number for
                both. Each interval is half as long again as the one before, and reduced at random
                by up to a quarter.
            progress: See `ScaleClient.create_tasks`; with filters the total is the number of
                matching tasks so far.

        Yields:
            The tasks, each once, in the order in which they are found.

        Raises:
            ScaleInvalidArgument: If an argument is invalid.
            ScaleWaitTimeout: If tasks are still pending after `timeout`; `err.pending` has them.
            ScaleResourceNotFound: If given tasks no longer exist, once no other task is pending.
            ScaleException: If a request fails after all attempts. Call again with the same tasks
                to resume.

        Example:
            >>> for task in client.wait_for_tasks({"batch_name": "march-01"}, timeout=3600):
            ...     print(task.id, task.status)
        """
        from ..bulk import waiting

        options = waiting.WaitOptions(until, timeout, poll, progress)
        return waiting.wait(cast(TaskMethods, self), tasks_or_filters, options)
