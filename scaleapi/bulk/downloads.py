"""Downloading the files that tasks point to."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Optional, Union

from .._atomic import remove_stale_temp_files
from .._http.download import FileDownloader
from .._resource import ClientMixin
from .._validation import non_empty_str
from ..exceptions import ScaleInvalidArgument
from ..tasks import Task
from .outcomes import Record
from .progress import ProgressOption
from .runner import FAILED, BulkRun, validate_items
from .throttle import throttled_client

DOWNLOADED, EXISTED, EMPTY = "downloaded", "existed", "empty"
ATTACHMENTS = ("attachment", "attachments")

_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")
_DEVICE = re.compile(r"^(?=(con|prn|aux|nul|com\d|lpt\d)(\.|$))", re.IGNORECASE)  # of Windows
MAX_STEM_LENGTH = 100  # characters of a name's first part

Folder = Union[str, os.PathLike[str]]


@dataclass(frozen=True)
class DownloadOutcome(Record):
    """What became of one task's files.

    Attributes:
        index: its place among the tasks, from 0.
        task: the task as it was given.
        paths: its files, those that are whole.
        status: "downloaded", "existed" (all were there), "empty" (it points to none) or "failed".
        error: why the first that failed did, else None.
    """

    index: int
    task: Any
    paths: list[Path]
    status: str
    error: Optional[Exception] = None


def download(
    client: ClientMixin,
    tasks: Iterable[Union[Task, Mapping[str, Any]]],
    folder: Folder,
    workers: int,
    progress: ProgressOption,
) -> BulkRun[DownloadOutcome]:
    """See `ScaleClient.download_results`."""
    if not isinstance(folder, (str, os.PathLike)) or not str(folder):
        raise ScaleInvalidArgument(f"folder must be the path of a folder, got {folder!r}")
    base = Path(folder)
    if base.exists() and not base.is_dir():
        raise ScaleInvalidArgument(f"folder must be a folder, which {folder!r} is not")
    throttled, throttle = throttled_client(client, workers)
    downloader = throttled.api._downloader()

    def fetch(index: int, task: Any, _: Any) -> DownloadOutcome:
        paths: list[Path] = []
        fetched, error = 0, None
        try:
            wanted = collect_files(task)
            for place in {base / path.parent for path in wanted}:
                remove_stale_temp_files(place)
            for path, address in wanted.items():
                try:
                    fetched += ensure_downloaded(downloader, address, base / path)
                    paths.append(base / path)
                except Exception as problem:
                    error = error or problem
        except Exception as problem:
            error = problem
        status = FAILED if error else DOWNLOADED if fetched else EXISTED if paths else EMPTY
        return DownloadOutcome(index, task, paths, status, error)

    return BulkRun("download_results", validate_items("tasks", tasks), fetch, throttle, progress)


def ensure_downloaded(downloader: FileDownloader, address: str, path: Path) -> bool:
    """Have a file there; whether it had to be fetched."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    downloader.save(address, path)
    return True


def collect_files(task: Any) -> dict[PurePosixPath, str]:
    """Return the URLs that a task points to, by the path of their file."""
    json = task.as_dict() if isinstance(task, Task) else task
    if not isinstance(json, Mapping):
        raise ScaleInvalidArgument(f"each of tasks must be a task or its JSON, got {task!r:.100}")
    folder = safe_filename(non_empty_str("task_id", json.get("task_id")))
    params = json.get("params")
    given = params if isinstance(params, Mapping) else {}
    found = [
        *iter_urls("response", json.get("response")),
        *(each for name in ATTACHMENTS for each in iter_urls(name, json.get(name))),
        *(each for name in ATTACHMENTS for each in iter_urls(f"params.{name}", given.get(name))),
    ]
    first: dict[str, str] = {}
    for place, address in found:
        first.setdefault(address, place)
    return {PurePosixPath(folder, filename_for(place, each)): each for each, place in first.items()}


def iter_urls(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """All addresses in a value, however deep, each with where it stands."""
    if isinstance(value, str):
        if _URL.fullmatch(value):
            yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from iter_urls(f"{place}.{key}", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from iter_urls(f"{place}.{number}", inner)


def filename_for(place: str, address: str) -> str:
    """Return a file's name: where its URL stands in the task, and a hash of the URL.

    The query is left out of the latter: signed addresses have another one each time.
    """
    where = address.partition("#")[0].partition("?")[0]
    which = hashlib.sha256(where.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    extension = _EXTENSION.fullmatch(PurePosixPath(where.rpartition("/")[2]).suffix)
    return f"{safe_filename(place)}-{which}{extension[0] if extension else ''}"


def safe_filename(part: str) -> str:
    """Return a name that is valid in every file system, and leads out of no folder."""
    plain = _DEVICE.sub("_", _UNSAFE.sub("_", part))
    if plain == part.strip(".") and len(part) <= MAX_STEM_LENGTH:
        return plain
    # What was taken out may be all that names differ in.
    digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain[:MAX_STEM_LENGTH].lstrip('.')}-{digest}"
