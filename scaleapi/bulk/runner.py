"""Many calls on many threads: read as they are sent, told in order, flat in memory."""

from __future__ import annotations

import logging
import queue
import threading
import weakref
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

from .._resource import ClientMethods, Resource
from ..exceptions import ScaleInvalidArgument
from .throttle import AdaptiveThrottle

if TYPE_CHECKING:
    from typing import Protocol

    class Outcome(Protocol):
        """What every kind of outcome has."""

        @property
        def status(self) -> str: ...


logger = logging.getLogger("scaleapi")

O = TypeVar("O", bound="Outcome")  # noqa: E741
Progress = Union[bool, Callable[[int, Optional[int]], object], None]
Tell = Callable[[Optional[int]], None]
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
        work: Callable[[int, Any, Any], O],
        throttle: AdaptiveThrottle,
        progress: Progress,
        kept: Callable[[Any], Any] = lambda item: item,
    ) -> None:
        """`kept` makes of an item, when it is read, what is worked on."""
        checked_progress(progress)
        self.counts: Counter[str] = Counter()
        self._name = name
        self._items = items
        self._work = work
        self._throttle = throttle
        self._progress = progress
        self._kept = kept
        self._started = False
        # Not the generator itself, which knows this run: let go of, it must end at once.
        self._outcomes: Optional[weakref.ref[Generator[O, None, None]]] = None

    def __iter__(self) -> Iterator[O]:
        if self._outcomes is not None:
            return self._outcomes() or iter(())
        going = self._go()
        self._outcomes = weakref.ref(going)
        return going

    def run(self) -> Dict[str, int]:
        """Do it all; how many items came to which status."""
        for _ in self:
            pass
        return dict(self.counts)

    def __del__(self) -> None:
        if not getattr(self, "_started", True):
            logger.warning(
                "%s was never started, so nothing was sent: iterate it, or .run()", self._name
            )

    def __repr__(self) -> str:
        return f"<BulkRun {self._name}: {dict(self.counts) or 'nothing'} so far>"

    def _go(self) -> Generator[O, None, None]:
        self._started = True
        tell = teller(self._progress, self._name, self._total)
        crew = _Crew(self._work, self._throttle.workers)
        waiting: Deque[Future[O]] = deque()
        finished = False
        items = _Items(self._items)
        try:
            for index, item in enumerate(items):
                waiting.append(crew.give(index, item, self._kept(item)))
                while waiting and (
                    waiting[0].done() or len(waiting) >= AHEAD * self._throttle.workers
                ):
                    yield self._next_of(waiting, tell)
            while waiting:
                yield self._next_of(waiting, tell)
            if items.error is not None:
                raise items.error
            finished = True
        finally:
            tell(None)
            if not finished:
                self._break_off(waiting)
            crew.dismiss()

    @property
    def _total(self) -> Optional[int]:
        return len(self._items) if isinstance(self._items, Sized) else None

    def _next_of(self, waiting: Deque[Future[O]], tell: Tell) -> O:
        outcome = waiting[0].result()
        waiting.popleft()
        self.counts[outcome.status] += 1
        tell(sum(self.counts.values()))
        return outcome

    def _break_off(self, waiting: Iterable[Future[O]]) -> None:
        """Begin nothing more, and say what was done."""
        # What is under way is not waited for: an answer may take its time.
        self._throttle.close()
        begun = [future for future in waiting if not future.cancel()]
        done = [future for future in begun if future.done() and not future.exception()]
        self.counts.update(future.result().status for future in done)
        under_way = len(begun) - len(done)
        logger.warning(
            "%s interrupted: %s%s",
            self._name,
            ", ".join(f"{number} {status}" for status, number in self.counts.items())
            or "none done",
            f", {under_way} in flight with unknown outcome" if under_way else "",
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
    client: ClientMethods,
    refusals: Mapping[Type[Exception], str] = NO_REFUSALS,
) -> Callable[[int, Any, Any], O]:
    """Work on one item, whatever goes wrong with it.

    Args:
        kind: makes an outcome of the item's place, the item, what it came to, status and error.
        work: gives the status and what it came to.
        client: whose object that shall be: the pace of the one at work ends with the run.
        refusals: the status of what the service refuses with such an error; else it is "failed".
    """

    def outcome(index: int, item: Any, kept: Any) -> O:
        try:
            status, found = work(kept)
        except Exception as error:
            sent = not isinstance(error, ScaleInvalidArgument)
            refused = (refusals[each] for each in refusals if sent and isinstance(error, each))
            return kind(index, item, None, next(refused, FAILED), error)
        if isinstance(found, Resource):
            found._client = client
        return kind(index, item, found, status, None)

    return outcome


class _Done(NamedTuple):
    """The outcome of a step that belongs to a greater job."""

    found: Any
    status: str
    error: Optional[Exception] = None


def each_done(
    name: str, items: Iterable[Any], work: Callable[[Any], Any], throttle: AdaptiveThrottle
) -> Generator[Any, None, None]:
    """What the work on each item gives, in order; the first error is raised.

    Args:
        name: of the job that this belongs to, to tell what was done where it is broken off.
    """

    def done(index: int, item: Any, kept: Any) -> _Done:
        try:
            return _Done(work(item), DONE)
        except Exception as error:
            return _Done(None, FAILED, error)

    with closing(BulkRun(name, items, done, throttle, None)._go()) as outcomes:
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
            yield outcome.found


class _Crew(Generic[O]):
    """Threads that end with the process, so that Ctrl-C waits for none of them."""

    def __init__(self, work: Callable[[int, Any, Any], O], workers: int) -> None:
        self._work = work
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._workers = workers
        for number in range(workers):
            threading.Thread(target=self._run, name=f"scaleapi-{number}", daemon=True).start()

    def give(self, *work: Any) -> Future[O]:
        """Have somebody work on an item; its outcome to come."""
        future: Future[O] = Future()
        self._queue.put((future, work))
        return future

    def dismiss(self) -> None:
        """Send them home, once all that was not canceled is done."""
        for _ in range(self._workers):
            self._queue.put(None)

    def _run(self) -> None:
        while (given := self._queue.get()) is not None:
            future, work = given
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(self._work(*work))
                except BaseException as error:  # of ours: `work` gives outcomes for all else
                    future.set_exception(error)
            del given, future, work  # not kept while waiting for the next


def teller(progress: Progress, name: str, total: Optional[int]) -> Tell:
    """What is called with the number of outcomes so far, and with None at the end."""
    if callable(progress):
        call = progress
        return lambda done: None if done is None else void(call(done, total))
    return _bar(name, total) if progress else lambda done: None


def void(result: object) -> None:
    """Nothing, whatever a function gave."""


def checked_progress(progress: Any) -> None:
    """Refuse what can't show progress.

    Raises:
        ImportError: a bar is wanted, and tqdm is not there.
        ScaleInvalidArgument: it makes no sense.
    """
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
            f"all, or None, got {progress!r}"
        )


def _bar(name: str, total: Optional[int]) -> Tell:
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
        raise ScaleInvalidArgument(f"{name} must be a list or another iterable, got {items!r}")
    return items
