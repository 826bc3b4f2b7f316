"""Many calls on many threads: read as they are sent, told in order, flat in memory."""

from __future__ import annotations

import logging
import queue
import threading
from collections import Counter, deque
from concurrent.futures import Future
from contextlib import closing
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Deque,
    Dict,
    Generator,
    Generic,
    Iterable,
    Iterator,
    Mapping,
    NamedTuple,
    Optional,
    Sized,
    Tuple,
    Type,
    TypeVar,
    Union,
)

from ..exceptions import ScaleInvalidArgument

if TYPE_CHECKING:
    from typing import Protocol

    from ._pace import Pace

    class Outcome(Protocol):
        """What every kind of outcome has."""

        @property
        def status(self) -> str: ...


logger = logging.getLogger("scaleapi")

O = TypeVar("O", bound="Outcome")  # noqa: E741
Progress = Union[bool, Callable[[int, Optional[int]], object], None]
DONE, FAILED = "done", "failed"
NO_REFUSALS: Mapping[Type[Exception], str] = {}
AHEAD = 4  # items that may be begun before the oldest is told, for each worker


class BulkRun(Generic[O]):
    """A job of many calls, which begins when it is iterated or `run`.

    Iterate it for one outcome per item, in the order of the items; or call `run` for the counts.
    It can be gone through once. Items are read only as fast as they are worked on.

    Attributes:
        counts: how many items came to which status so far.
    """

    def __init__(
        self,
        name: str,
        items: Iterable[Any],
        work: Callable[[int, Any], O],
        pace: Pace,
        progress: Progress,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._name = name
        self._items = items
        self._work = work
        self._pace = pace
        self._total = len(items) if isinstance(items, Sized) else None
        self._tell = teller(progress, name, self._total)
        self._outcomes: Optional[Generator[O, None, None]] = None

    def __iter__(self) -> Generator[O, None, None]:
        if self._outcomes is None:
            self._outcomes = self._go()
        return self._outcomes

    def run(self) -> Dict[str, int]:
        """Do it all; how many items came to which status."""
        for _ in self:
            pass
        return dict(self.counts)

    def __del__(self) -> None:
        if getattr(self, "_outcomes", self) is None:
            logger.warning(
                "%s was never started, so nothing was sent: iterate it, or .run()", self._name
            )

    def __repr__(self) -> str:
        return f"<BulkRun {self._name}: {dict(self.counts) or 'nothing'} so far>"

    def _go(self) -> Generator[O, None, None]:
        crew = _Crew(self._work, self._pace.workers)
        waiting: Deque[Future[O]] = deque()
        finished = False
        items = _Items(self._items)
        try:
            for index, item in enumerate(items):
                waiting.append(crew.give(index, item))
                while waiting and (waiting[0].done() or len(waiting) >= AHEAD * self._pace.workers):
                    yield self._next_of(waiting)
            while waiting:
                yield self._next_of(waiting)
            finished = items.error is None
            if items.error is not None:
                raise items.error
        finally:
            self._tell(None)
            if not finished:
                self._break_off(waiting)
            crew.dismiss()

    def _next_of(self, waiting: Deque[Future[O]]) -> O:
        outcome = waiting[0].result()
        waiting.popleft()
        self.counts[outcome.status] += 1
        self._tell(sum(self.counts.values()))
        return outcome

    def _break_off(self, waiting: Iterable[Future[O]]) -> None:
        """Begin nothing more, and say what was done."""
        # What is under way is not waited for: an answer may take its time.
        self._pace.stop()
        begun = [future for future in waiting if not future.cancel()]
        done = [future for future in begun if future.done() and not future.exception()]
        self.counts.update(future.result().status for future in done)
        under_way = len(begun) - len(done)
        logger.warning(
            "%s was broken off: %s%s",
            self._name,
            ", ".join(f"{number} {status}" for status, number in self.counts.items())
            or "none done",
            f", and {under_way} under way, whose end is not known" if under_way else "",
        )


class _Items:
    """Items up to where they end, or raise: what was begun before that is still to be told.

    Attributes:
        error: what they raised.
    """

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = items
        self.error: Optional[Exception] = None

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._items
        except Exception as error:
            self.error = error


def outcome_of(
    kind: Callable[..., O],
    work: Callable[[Any], Tuple[str, Any]],
    refusals: Mapping[Type[Exception], str] = NO_REFUSALS,
) -> Callable[[int, Any], O]:
    """Work on one item, whatever goes wrong with it.

    Args:
        kind: makes an outcome of the item's place, the item, what it came to, status and error.
        work: gives the status and what it came to.
        refusals: the status of what the service refuses with such an error; else it is "failed".
    """

    def outcome(index: int, item: Any) -> O:
        try:
            status, found = work(item)
        except Exception as error:
            sent = not isinstance(error, ScaleInvalidArgument)
            refused = (refusals[each] for each in refusals if sent and isinstance(error, each))
            return kind(index, item, None, next(refused, FAILED), error)
        return kind(index, item, found, status, None)

    return outcome


class _Done(NamedTuple):
    """The outcome of a step that belongs to a greater job."""

    index: int  # type: ignore[assignment]  # hides tuple's own
    item: Any
    found: Any
    status: str
    error: Optional[Exception]


def each_done(
    name: str, items: Iterable[Any], work: Callable[[Any], Any], pace: Pace
) -> Iterator[Any]:
    """What the work on each item gives, in order; the first error is raised.

    Args:
        name: of the job that this belongs to, to tell what was done where it is broken off.
    """
    run = BulkRun(name, items, outcome_of(_Done, lambda item: (DONE, work(item))), pace, None)
    with closing(iter(run)) as outcomes:
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
            yield outcome.found


class _Crew(Generic[O]):
    """Threads that end with the process, so that Ctrl-C waits for none of them."""

    def __init__(self, work: Callable[[int, Any], O], workers: int) -> None:
        self._work = work
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._workers = workers
        for number in range(workers):
            threading.Thread(target=self._run, name=f"scaleapi-{number}", daemon=True).start()

    def give(self, index: int, item: Any) -> Future[O]:
        """Have somebody work on an item; its outcome to come."""
        future: Future[O] = Future()
        self._queue.put((future, index, item))
        return future

    def dismiss(self) -> None:
        """Send them home, once all that was not canceled is done."""
        for _ in range(self._workers):
            self._queue.put(None)

    def _run(self) -> None:
        while (given := self._queue.get()) is not None:
            future, index, item = given
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(self._work(index, item))
                except BaseException as error:  # of ours: `work` gives outcomes for all else
                    future.set_exception(error)
            del given, future, item  # not kept while waiting for the next


def teller(progress: Progress, name: str, total: Optional[int]) -> Callable[[Optional[int]], None]:
    """What is called with the number of outcomes so far, and with None at the end.

    Raises:
        ImportError: a bar is wanted, and tqdm is not there.
        ScaleInvalidArgument: `progress` makes no sense.
    """
    checked_progress(progress)
    if callable(progress):
        call = progress
        return lambda done: None if done is None else void(call(done, total))
    return _bar(name, total) if progress else lambda done: None


def void(result: object) -> None:
    """Nothing, whatever a function gave."""


def checked_progress(progress: Any) -> None:
    """Refuse what can't show progress."""
    if progress is True:
        try:
            import tqdm.auto  # noqa: F401
        except ImportError:
            raise ImportError(
                "A progress bar needs tqdm. Install it with: pip install 'scaleapi[progress]'"
            ) from None
    elif not callable(progress) and progress not in (None, False):
        raise ScaleInvalidArgument(
            f"progress must be True for a bar, a function of the number done and the number in "
            f"all, or None, not {progress!r}"
        )


def _bar(name: str, total: Optional[int]) -> Callable[[Optional[int]], None]:
    from tqdm.auto import tqdm

    bar = tqdm(total=total, desc=name, unit="", delay=0)

    def tell(done: Optional[int]) -> None:
        if done is None:
            bar.close()
        else:
            bar.update(done - bar.n)

    return tell


def checked_items(name: str, items: Any) -> Iterable[Any]:
    """Something to go through, and no text."""
    if isinstance(items, (str, bytes, dict)) or not isinstance(items, Iterable):
        raise ScaleInvalidArgument(f"{name} must be a list or another iterable, not {items!r}")
    return items
