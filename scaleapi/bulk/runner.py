"""Run many API calls concurrently, yielding outcomes in the order of the items."""

from __future__ import annotations

import logging
import weakref
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sized
from concurrent.futures import Future
from contextlib import closing
from typing import TYPE_CHECKING, Any, Callable, Generic, Optional, TypeVar

from .._atomic import PathLike
from .._progress import ProgressOption, make_progress_callback, validate_progress
from .._resource import ClientMixin, Resource
from ..exceptions import ScaleInvalidArgument
from . import failures
from .executor import DaemonThreadPool, map_ordered
from .failures import Failure
from .statistics import AttemptRecorder, RunStats
from .throttle import AdaptiveThrottle

if TYPE_CHECKING:
    from typing import Protocol

    class Outcome(Protocol):
        """The protocol of outcomes."""

        @property
        def index(self) -> int:
            """The item's position."""

        @property
        def status(self) -> str:
            """The outcome's status, such as "created"."""

        @property
        def error(self) -> Optional[Exception]:
            """Why it failed."""

        @property
        def request_id(self) -> Optional[str]:
            """The id of the last request."""


logger = logging.getLogger("scaleapi")

OutcomeT = TypeVar("OutcomeT", bound="Outcome")
R = TypeVar("R")
FAILED = "failed"

WorkItem = tuple[int, Any, Any]
"""An index, an item, and the item's snapshot."""
ReadAhead = Callable[[DaemonThreadPool, Iterator[WorkItem]], Iterator[WorkItem]]


class BulkRun(Generic[OutcomeT]):
    """A job of many calls, which starts when it is iterated or `run` is called.

    Iterate over it for one outcome per item, in the order of the items; or call `run` for the
    counts. It can be iterated once. Items are read only as fast as they are worked on. It ends when
    its iterator is closed or dropped, by `close()`, or at the end of a `with` block; then nothing
    more is sent.

    Attributes:
        counts: Number of finished items by status.
        failures: What is kept of each item that failed: a `Failure`, without its error object.
    """

    def __init__(
        self,
        name: str,
        items: Iterable[Any],
        work: Callable[[int, Any, Any], OutcomeT],
        throttle: AdaptiveThrottle,
        progress: ProgressOption,
        snapshot: Callable[[Any], Any] = lambda item: item,
        read_ahead: Optional[ReadAhead] = None,
    ) -> None:
        """Prepare a run, without starting it.

        Args:
            name: Name of the job, for logs and bars.
            items: The items to work on.
            work: Returns the outcome of an index, an item and its snapshot; it raises nothing.
            throttle: Limits all requests of the run.
            progress: See `validate_progress`.
            snapshot: Called with each item as it is read; the worker receives its return value.
            read_ahead: Receives the pool and the items, each with its index and snapshot, and
                yields them, perhaps with other snapshots.
        """
        validate_progress(progress)
        self.counts: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self._name = name
        self._items = items
        self._work = work
        self._throttle = throttle
        self._progress = progress
        self._snapshot = snapshot
        self._read_ahead = read_ahead
        self._started = False
        # Weak, because the generator references this run: a strong reference would be a cycle and
        # delay the cleanup after `break`.
        self._outcomes: Optional[weakref.ref[Generator[OutcomeT, None, None]]] = None

    def __iter__(self) -> Iterator[OutcomeT]:
        if self._started:
            return (self._outcomes and self._outcomes()) or iter(())
        self._started = True
        outcomes = self._iterate()
        self._outcomes = weakref.ref(outcomes)
        return outcomes

    def run(self) -> dict[str, int]:
        """Run the job to its end, and return the number of items by status."""
        for _ in self:
            pass
        return dict(self.counts)

    @property
    def stats(self) -> RunStats:
        """The number of requests and retries, the seconds throttled and the bytes so far."""
        return self._throttle.recorder.stats

    def write_failures(self, path: PathLike) -> int:
        """Write the items that failed so far to a file, a JSON object per line.

        Each has the fields of `Failure`: `payload`, `error`, `code`, `message`, `attempts` and so
        on. `scaleapi.read_failures` reads the payloads back for the next run.

        Args:
            path: The file to write, compressed with gzip if it ends in ".gz". It appears when
                complete, also if nothing failed, and replaces an older one.

        Returns:
            The number of items.

        Raises:
            ScaleInvalidArgument: If `path` is not the path of a file in an existing folder.
            OSError: If the file can't be written.
        """
        return failures.write(self.failures, path)

    def close(self) -> None:
        """End the run: nothing more is sent, and requests in flight are not awaited."""
        self._started = True
        outcomes = self._outcomes and self._outcomes()
        if outcomes:
            outcomes.close()

    def __enter__(self) -> BulkRun[OutcomeT]:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not getattr(self, "_started", True):
            logger.warning(
                "%s was never started, so nothing was sent: iterate it, or .run()", self._name
            )

    def __repr__(self) -> str:
        return f"<BulkRun {self._name}: {dict(self.counts) or 'nothing'} so far>"

    def _iterate(self) -> Generator[OutcomeT, None, None]:
        total = len(self._items) if isinstance(self._items, Sized) else None
        report = make_progress_callback(self._progress, self._name, total)
        snapshots: dict[int, Any] = {}  # of the items that are not finished
        try:
            with DaemonThreadPool(self._throttle.workers) as pool:
                items = self._read_items(snapshots)
                if self._read_ahead is not None:
                    items = self._read_ahead(pool, items)
                outcomes = map_ordered(pool, self._work, items, self._interrupt)
                with closing(outcomes):
                    for outcome in outcomes:
                        self.counts[outcome.status] += 1
                        self._keep_failure(outcome, snapshots.pop(outcome.index, None))
                        report(sum(self.counts.values()))
                        yield outcome
        finally:
            report(None)

    def _read_items(self, snapshots: dict[int, Any]) -> Iterator[WorkItem]:
        for index, item in enumerate(self._items):
            snapshots[index] = snapshot = self._snapshot(item)
            yield index, item, snapshot

    def _keep_failure(self, outcome: OutcomeT, snapshot: Any) -> None:
        if outcome.status == FAILED and outcome.error is not None:
            kept = failures.make_failure(outcome.index, snapshot, outcome.error, outcome.request_id)
            self.failures.append(kept)

    def _interrupt(self, begun: list[Future[OutcomeT]]) -> None:
        """Start no new requests, and log a summary."""
        self._throttle.close()
        done = [future for future in begun if future.done() and not future.exception()]
        self.counts.update(future.result().status for future in done)
        in_flight = len(begun) - len(done)
        logger.warning(
            "%s interrupted: %s%s",
            self._name,
            ", ".join(f"{number} {status}" for status, number in self.counts.items())
            or "none done",
            f", {in_flight} in flight with unknown outcome" if in_flight else "",
        )


class ThrottledPool(DaemonThreadPool):
    """The thread pool of an export, whose requests share one throttle.

    Args:
        throttle: The throttle, which is closed if a `map` is interrupted.
    """

    def __init__(self, throttle: AdaptiveThrottle) -> None:
        super().__init__(throttle.workers)
        self._throttle = throttle

    def map(
        self, name: str, work: Callable[[Any], R], items: Iterable[Any]
    ) -> Generator[R, None, None]:
        """Yield `work(item)` for each item, in order; the first error is raised.

        Args:
            name: Name of the job, for the log if it is interrupted.
            work: The function that the threads call.
            items: Its arguments.
        """

        def interrupt(begun: list[Future[R]]) -> None:
            self._throttle.close()
            in_flight = sum(not future.done() for future in begun)
            logger.warning("%s interrupted: %d requests in flight", name, in_flight)

        return map_ordered(self, work, ((item,) for item in items), interrupt)


def capture_outcome(
    outcome_class: Callable[..., OutcomeT],
    work: Callable[[Any], Any],
    client: ClientMixin,
    recorder: AttemptRecorder,
) -> Callable[[int, Any, Any], OutcomeT]:
    """Return a function that works on one item and returns an outcome, whatever happens.

    Args:
        outcome_class: Called with the item's index, the item, the result, the status and the error.
        work: Called with the item's snapshot; returns the status and the result, and perhaps the
            outcome's further fields as a dictionary.
        client: The caller's client, attached to returned resources. The worker's throttled copy is
            only valid during the run.
        recorder: Knows the last request id of a thread.
    """

    def outcome(index: int, item: Any, snapshot: Any) -> OutcomeT:
        recorder.forget_request_id()
        try:
            status, result, *more = work(snapshot)
        except Exception as error:
            request_id = recorder.request_id
            return outcome_class(index, item, None, FAILED, error, request_id=request_id)
        if isinstance(result, Resource):
            result._client = client
        fields = more[0] if more else {}
        return outcome_class(index, item, result, status, request_id=recorder.request_id, **fields)

    return outcome


def validate_items(name: str, items: Any) -> Iterable[Any]:
    """Return an iterable that is not a string or a dictionary."""
    if isinstance(items, (str, bytes, dict)) or not isinstance(items, Iterable):
        raise ScaleInvalidArgument(f"{name} must be a list or another iterable, got {items!r}")
    return items


def snapshot_payload(payload: Any) -> Any:
    """Return a copy of a payload; some iterables reuse one dictionary for every row."""
    if isinstance(payload, Mapping):
        return {name: snapshot_payload(value) for name, value in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [snapshot_payload(value) for value in payload]
    return payload
