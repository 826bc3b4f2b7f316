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
    """Completes pending tasks after a delay, with canned responses, from a thread of its own.

    A task waits from its creation, its recall, or the release of its batch, whatever came last;
    those of a batch that is not in progress just wait.

    Args:
        state: whose tasks.
        delay: the seconds that each waits.
    """

    def __init__(self, state: SandboxState, delay: float) -> None:
        self._state = state
        self._delay = timedelta(seconds=delay)
        # A look is one query on an index: often enough that the delay is about kept.
        self._pause = min(0.5, max(0.02, delay / 10))
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = threading.Thread(
            target=self._run, name="sandbox auto-complete", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Complete no more tasks, and end the thread."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._pause):
            try:
                self._complete_due()
            except Exception:
                log.exception("automatic completion of the tasks that are due failed")

    def _complete_due(self) -> None:
        store = self._state.store
        for account, task_id in store.due_tasks(
            timestamps.format_timestamp(timestamps.utc_now() - self._delay)
        ):
            task = store.get(TASKS, account, task_id=task_id)
            if self._stopping.is_set():
                return
            if task is None:
                continue  # forgotten by a reset a moment ago
            try:
                response = canned.response(task, self._state.url)
                lifecycle.complete_task(self._state, account, task_id, response)
            except ApiError:
                continue  # no longer pending: somebody was faster
