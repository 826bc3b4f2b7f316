"""Bring a local mirror of tasks up to date, reading only what was updated since the last call."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Optional, Union

from ..._atomic import PathLike, atomic_write, validate_output_path
from ..._progress import ProgressOption, validate_progress
from ..._resource import ClientMixin
from ..._timestamps import format_iso8601, parse_utc
from ...exceptions import ScaleInvalidArgument
from ...tasks import TaskStatus, normalize_task_filters, task_query
from ..outcomes import Record
from ..throttle import throttled_client
from . import export
from .changes import Changes, Tally
from .checkpoint import UnusableCheckpoint, remove_checkpoint
from .fetching import IncompleteListing, fetch_part
from .formats import JSONLines, format_of
from .mirror import Mirror, MirrorState
from .pages import TaskPageReader
from .partition import ExportWindow
from .parts import read_part

logger = logging.getLogger("scaleapi")

NAME = "sync_tasks"
MAX_CHANGES = 2500  # more of them are read as an export is, concurrently
MAX_LAG = dt.timedelta(days=3660)
MILLISECOND = dt.timedelta(milliseconds=1)
REJECTED_FILTERS = {
    "updated_after": "each call sets it",
    "updated_before": "it would hide later changes",
    "limited_response": "it leaves out the time of the last change",
}


@dataclass(frozen=True)
class SyncReport(Record):
    """The result of bringing a mirror up to date.

    Attributes:
        path: The file.
        tasks: Number of its tasks, one a line.
        added: Number of tasks that were not in it.
        changed: Number of tasks whose JSON differs from before.
        removed: Number of tasks that it no longer has.
        unchanged: Number of all other tasks.
        requests: Number of requests of this call, retries included.
        seconds: Duration of this call.
        cursor: The next call reads what was updated since this time, less the lag.
        full: Whether all tasks were read.
        reason: Why all tasks were read, "" if they were not.
    """

    path: Path
    tasks: int
    added: int
    changed: int
    removed: int
    unchanged: int
    requests: int
    seconds: float
    cursor: dt.datetime
    full: bool
    reason: str


def sync(
    client: ClientMixin,
    path: PathLike,
    filters: Mapping[str, Any],
    workers: int,
    lag: dt.timedelta,
    full: bool,
    progress: ProgressOption,
    columns: Optional[Mapping[str, str]],
    annotations: bool,
) -> SyncReport:
    """See `ScaleClient.sync_tasks`."""
    target = validate_output_path(path)
    output_format = format_of(Path(path), columns, annotations)
    plain = normalize_task_filters(NAME, filters)
    for name, reason in REJECTED_FILTERS.items():
        if plain.get(name):
            raise ScaleInvalidArgument(f"{name} must not be a filter of {NAME}(): {reason}")
    if not isinstance(lag, dt.timedelta) or not dt.timedelta(0) <= lag <= MAX_LAG:
        raise ScaleInvalidArgument(f"lag must be a timedelta of 0 to 10 years, got {lag!r}")
    validate_progress(progress)
    own = {name: value for name, value in plain.items() if name != "limit"}
    job = {"address": client.api.base_api_url, "filters": own}
    mirror = Mirror(target, output_format, job, client.api.api_key)
    with mirror.lock():
        return _Sync(client, mirror, plain, workers, lag, progress).run(full)


class _Sync:
    """One call; see `ScaleClient.sync_tasks` for the arguments."""

    def __init__(
        self,
        client: ClientMixin,
        mirror: Mirror,
        filters: dict[str, Any],
        workers: int,
        lag: dt.timedelta,
        progress: ProgressOption,
    ) -> None:
        self._started = time.monotonic()
        self._client = client
        self._mirror = mirror
        self._filters = filters
        self._workers = workers
        self._lag = lag
        self._progress = progress
        throttled, _ = throttled_client(client, workers)
        self._reader = TaskPageReader(throttled)
        self._exported = 0  # requests of exports

    def run(self, full: bool) -> SyncReport:
        """Bring the mirror up to date."""
        state = self._mirror.load()
        reason = self._reason_to_read_all(state, full)
        if state is not None and not reason:
            report = self._read_changes(state)
            if isinstance(report, SyncReport):
                return report
            reason = report
        logger.log(
            logging.INFO if state is None else logging.WARNING,
            "%s: reading all tasks, since %s", self._mirror.path, reason,
        )  # fmt: skip
        return self._read_all(state, reason)

    def _reason_to_read_all(self, state: Optional[MirrorState], full: bool) -> str:
        """Return why an update is not enough, "" if it is."""
        if state is None:
            return "there is no mirror yet"
        if full:
            return "full is True"
        if state.account != self._mirror.account:
            return "the API key is another one"
        if self._started_read("all") is not None:
            return "an earlier read of all tasks was interrupted"
        if not self._mirror.is_intact(state):
            return "the file is missing or was changed"
        return ""

    def _read_changes(self, state: MirrorState) -> Union[SyncReport, str]:
        """Bring the mirror up to date, or return why all tasks have to be read."""
        mirror = self._mirror
        with closing(Changes()) as changes:
            try:
                cursor = self._list_changes(changes, state.cursor - self._lag - MILLISECOND)
            except IncompleteListing as error:  # also when it was listed again
                return str(error)
            comparison = changes.compare(mirror.read())
            added = changes.added
            is_new = bool(comparison.changed or added)
            merged = changes.merge if is_new else iter
            bound = cursor - max(self._lag, MILLISECOND)
            reason = self._disagreement(Tally(bound, merged(mirror.read())), bound, is_new)
            if reason:
                return reason
            if is_new:
                mirror.write(merged(mirror.read()), cursor, state)
            else:
                mirror.store(state._replace(cursor=max(cursor, state.cursor)))
        self._finish_read("changes")
        mirror.update_parquet()
        unchanged = comparison.same + comparison.unlisted
        return self._report(added, comparison.changed, 0, unchanged, cursor, "")

    def _list_changes(self, changes: Changes, bound: dt.datetime) -> dt.datetime:
        """List what was updated since a time, and return the time up to which it is complete."""
        filters = {**self._filters, "updated_after": format_iso8601(bound)}
        query = {"limit": 100, **task_query(filters)}
        first, cursor = self._first_page(query)
        if first.total > MAX_CHANGES:
            path, cursor, _ = self._export("changes", filters)
            changes.add(JSONLines().read(path))
            return cursor
        part = self._mirror.folder / "changes.part"
        window = ExportWindow({"limit": 100, **filters}, first.total)
        fetch_part(self._reader, window, part, first)
        changes.add(line for _, line in read_part(part))
        part.unlink()
        return cursor

    def _read_all(self, state: Optional[MirrorState], reason: str) -> SyncReport:
        """Replace the mirror by a complete export."""
        mirror = self._mirror
        path, cursor, resumed = self._export("all", self._filters)
        if resumed:  # its plan is as old as the cursor
            cursor = self._add_changes(path, cursor)
        with closing(Changes()) as listed:
            listed.add(JSONLines().read(path))
            known = state is not None and mirror.is_intact(state)
            comparison = listed.compare(mirror.read() if known else ())
            added = listed.added
        mirror.write(JSONLines().read(path), cursor, state)
        self._finish_read("all")
        self._finish_read("changes")
        mirror.update_parquet()
        removed = comparison.unlisted
        return self._report(added, comparison.changed, removed, comparison.same, cursor, reason)

    def _add_changes(self, path: Path, cursor: dt.datetime) -> dt.datetime:
        """Add what was updated since a time to a file, and return the time of that."""
        with closing(Changes()) as changes:
            later = self._list_changes(changes, cursor - self._lag - MILLISECOND)
            changes.compare(JSONLines().read(path))
            with atomic_write(path, self._mirror.folder) as file:
                file.writelines(changes.merge(JSONLines().read(path)))
        return later

    def _disagreement(self, tally: Tally, bound: dt.datetime, is_new: bool) -> str:
        """Return how the counts of the service differ from the mirror's, "" if they do not.

        All counts are of tasks that changed before a bound, so that later changes do not matter,
        except that they take a task out of the count.
        """
        names: list[Optional[str]] = [None]
        if self._filters.get("status") is None:
            others = [TaskStatus.Completed.value, TaskStatus.Canceled.value]
            names += [TaskStatus.Pending.value, *(others if is_new else [])]
        before = {"updated_before": format_iso8601(bound)}
        missing = 0
        for name in names:
            status = {} if name is None else {"status": name}
            found = self._reader.count(task_query({**self._filters, **before, **status}))
            most = sum(tally.until.values()) if name is None else tally.until[name]
            least = sum(tally.before.values()) if name is None else tally.before[name]
            if found > most:
                return f"the service counts {found} {name or 'of all'} tasks, the mirror {most}"
            missing = max(missing, least - found)
        if missing:
            query = task_query({**self._filters, "updated_after": format_iso8601(bound)})
            end = parse_utc(query.get("end_time")) or bound  # new tasks make up for none
            query["end_time"] = format_iso8601(min(bound, end))
            later = self._reader.count(query) - tally.after
            if later < missing:
                return f"the service counts {missing} tasks fewer than the mirror"
        return ""

    def _first_page(self, query: Mapping[str, Any]) -> tuple[Any, dt.datetime]:
        """Return a page, and the time before which all changes are visible on it and later."""
        now = dt.datetime.now(dt.timezone.utc)
        page = self._reader.page(query)
        try:
            served = parsedate_to_datetime(self._reader.served_at)
        except (ValueError, TypeError):
            return page, now
        return page, min(now, served.replace(tzinfo=served.tzinfo or dt.timezone.utc))

    def _export(self, name: str, filters: Mapping[str, Any]) -> tuple[Path, dt.datetime, bool]:
        """Export tasks to a file in the folder.

        Returns:
            The file, the time when the export began, and whether an earlier call began it.

        Raises:
            IncompleteListing: If the service lists fewer tasks than it counts.
        """
        path = self._mirror.folder / f"{name}.jsonl"
        cursor = self._started_read(name, filters)
        try:
            if cursor is not None:
                with suppress(UnusableCheckpoint):
                    self._run_export(path, filters)
                    return path, cursor, True
            cursor = self._begin_read(name, filters)
            self._run_export(path, filters)
        except IncompleteListing:  # the next call would read the same again
            self._finish_read(name)
            raise
        return path, cursor, False

    def _run_export(self, path: Path, filters: Mapping[str, Any]) -> None:
        again = f"{NAME} again"
        options = (dict(filters), self._workers, True, self._progress)
        self._exported += export(self._client, path, *options, again=again).requests

    def _begin_read(self, name: str, filters: Mapping[str, Any]) -> dt.datetime:
        """Forget an earlier read, and return the time when this one begins."""
        self._finish_read(name)
        _, cursor = self._first_page(task_query({**filters, "limit": 1}))
        began = {"filters": dict(filters), "cursor": format_iso8601(cursor)}
        with atomic_write(self._began_path(name), self._mirror.folder) as file:
            file.write(json.dumps(began).encode())
        return cursor

    def _started_read(
        self, name: str, filters: Optional[Mapping[str, Any]] = None
    ) -> Optional[dt.datetime]:
        """Return when a read began that was interrupted, None if there is none of these filters."""
        try:
            began = json.loads(self._began_path(name).read_bytes())
            is_same = filters is None or began["filters"] == filters
            return parse_utc(began["cursor"]) if is_same else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _finish_read(self, name: str) -> None:
        self._began_path(name).unlink(missing_ok=True)
        path = self._mirror.folder / f"{name}.jsonl"
        path.unlink(missing_ok=True)
        remove_checkpoint(path.with_name(f"{path.name}.parts"))

    def _began_path(self, name: str) -> Path:
        return self._mirror.folder / f"{name}.began.json"

    def _report(
        self,
        added: int,
        changed: int,
        removed: int,
        unchanged: int,
        cursor: dt.datetime,
        reason: str,
    ) -> SyncReport:
        return SyncReport(
            self._mirror.path,
            added + changed + unchanged,
            added,
            changed,
            removed,
            unchanged,
            self._reader.requests + self._exported,
            time.monotonic() - self._started,
            cursor,
            bool(reason),
            reason,
        )
