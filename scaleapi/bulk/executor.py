"""A pool of daemon threads, and a concurrent map that yields results in input order."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future
from typing import Any, Callable, Optional, TypeVar

R = TypeVar("R")
Self = TypeVar("Self", bound="DaemonThreadPool")

MAX_PENDING_PER_WORKER = 4  # items that may be submitted before the oldest result is consumed


class DaemonThreadPool:
    """A pool of daemon threads.

    Unlike ThreadPoolExecutor it is not joined at interpreter exit, so that Ctrl-C never blocks on a
    request in flight.

    Args:
        workers: Number of threads.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for number in range(workers):
            threading.Thread(target=self._run, name=f"scaleapi-{number}", daemon=True).start()

    def submit(self, work: Callable[..., R], *args: Any) -> Future[R]:
        """Submit a call of `work(*args)`, and return a Future for its result."""
        future: Future[R] = Future()
        self._queue.put((future, work, args))
        return future

    def shutdown(self) -> None:
        """End the threads once all work that was not cancelled has finished."""
        for _ in range(self.workers):
            self._queue.put(None)

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.shutdown()

    def _run(self) -> None:
        while (submitted := self._queue.get()) is not None:
            future, work, args = submitted
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work(*args))
                except BaseException as error:
                    future.set_exception(error)
            del submitted, future, work, args  # not kept while waiting for the next


def map_ordered(
    pool: DaemonThreadPool,
    work: Callable[..., R],
    items: Iterable[Iterable[Any]],
    on_interrupt: Callable[[list[Future[R]]], None] = lambda futures: None,
) -> Generator[R, None, None]:
    """Yield `work(*item)` for each item, in order, with bounded memory.

    Items are read only as fast as they are worked on. An exception of the iterable is raised after
    the results of the items before it, and an exception of `work` in place of its result.

    Args:
        pool: The thread pool.
        work: The function that its threads call.
        items: The arguments of each call.
        on_interrupt: Called if the caller stops early or something raises, with the Futures that
            have started; pending ones are cancelled. Requests in flight are not awaited, since they
            may take arbitrarily long.
    """
    pending: deque[Future[R]] = deque()
    deferred = DeferredErrorIterator(items)
    finished = False
    try:
        for item in deferred:
            pending.append(pool.submit(work, *item))
            while pending and (
                pending[0].done() or len(pending) >= MAX_PENDING_PER_WORKER * pool.workers
            ):
                yield _next_result(pending)
        while pending:
            yield _next_result(pending)
        if deferred.error is not None:
            raise deferred.error
        finished = True
    finally:
        if not finished:
            on_interrupt([future for future in pending if not future.cancel()])


def _next_result(pending: deque[Future[R]]) -> R:
    result = pending[0].result()
    pending.popleft()
    return result


class DeferredErrorIterator:
    """Iterate over items, deferring any exception until the submitted ones have been yielded.

    Attributes:
        error: The exception, None where there is none.
    """

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = items
        self.error: Optional[Exception] = None

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._items
        except Exception as error:
            self.error = error
