"""Automatic completion: in live mode tasks are completed after a delay."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from .backend import canned, lifecycle
from .backend.state import SandboxState
from .backend.store import TASKS
from .http import timestamps
from .http.errors import ApiError

log = logging.getLogger("scaleapi.sandbox")


class AutoCompleter:
    """Completes pending tasks with canned responses, from a thread of its own.

    The delay of a task starts with its creation, its recall or the release of its batch, whichever
    was last. While its batch is not in progress, a task is not completed.

    Args:
        state: The sandbox's state.
        delay: Delay of each task, in seconds.
    """

    def __init__(self, state: SandboxState, delay: float) -> None:
        self._state = state
        self._delay = timedelta(seconds=delay)
        # A poll is one query on an index, so it may be frequent enough to about keep the delay.
        self._interval = min(0.5, max(0.02, delay / 10))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox auto-complete", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Complete no more tasks, and end the thread."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._interval):
            try:
                self._complete_due()
            except Exception:
                log.exception("automatic completion of the tasks that are due failed")

    def _complete_due(self) -> None:
        store = self._state.store
        before = timestamps.format_timestamp(timestamps.utc_now() - self._delay)
        for account, task_id in store.due_tasks(before):
            task = store.get(TASKS, account, task_id=task_id)
            if self._stopping.is_set():
                return
            if task is None:
                continue  # removed by a reset in the meantime
            try:
                response = canned.response(task, self._state.url)
                lifecycle.complete_task(self._state, account, task_id, response)
            except ApiError:
                continue  # no longer pending
