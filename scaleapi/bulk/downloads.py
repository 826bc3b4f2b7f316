"""Download the files that tasks point to."""

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
_DEVICE = re.compile(r"^(?=(con|prn|aux|nul|com\d|lpt\d)(\.|$))", re.IGNORECASE)  # on Windows
MAX_STEM_LENGTH = 100  # characters, without hash and extension

Folder = Union[str, os.PathLike[str]]


@dataclass(frozen=True)
class DownloadOutcome(Record):
    """The outcome of one task.

    Attributes:
        index: Position of the task, counted from 0.
        task: The task as it was passed.
        paths: The paths of its complete files.
        status: "downloaded", "existed" (all of its files existed), "empty" (it points to none) or
            "failed".
        error: Why the first file that failed did so, else None.
        request_id: The id that the service gave the last request, None if it gave none.
    """

    index: int
    task: Any
    paths: list[Path]
    status: str
    error: Optional[Exception] = None
    request_id: Optional[str] = None


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
        raise ScaleInvalidArgument(f"folder must be a folder, got {folder!r}, which is a file")
    throttled, throttle = throttled_client(client, workers)
    downloader = throttled.api._downloader()

    def fetch(index: int, task: Any, _: Any) -> DownloadOutcome:
        throttle.recorder.forget_request_id()
        paths: list[Path] = []
        downloaded, first_error = 0, None
        try:
            urls = collect_files(task)
            for task_folder in {base / path.parent for path in urls}:
                remove_stale_temp_files(task_folder)
            for path, url in urls.items():
                try:
                    downloaded += ensure_downloaded(downloader, url, base / path)
                    paths.append(base / path)
                except Exception as error:
                    first_error = first_error or error
        except Exception as error:
            first_error = error
        status = (
            FAILED if first_error else DOWNLOADED if downloaded else EXISTED if paths else EMPTY
        )
        request_id = throttle.recorder.request_id
        return DownloadOutcome(index, task, paths, status, first_error, request_id)

    return BulkRun("download_results", validate_items("tasks", tasks), fetch, throttle, progress)


def ensure_downloaded(downloader: FileDownloader, url: str, path: Path) -> bool:
    """Download a file unless it exists, and return whether it was downloaded."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    downloader.save(url, path)
    return True


def collect_files(task: Any) -> dict[PurePosixPath, str]:
    """Return the URLs in a task's response and attachments, by the path of their file."""
    json = task.as_dict() if isinstance(task, Task) else task
    if not isinstance(json, Mapping):
        raise ScaleInvalidArgument(f"each of tasks must be a task or its JSON, got {task!r:.100}")
    folder = safe_filename(non_empty_str("task_id", json.get("task_id")))
    params = json.get("params")
    params = params if isinstance(params, Mapping) else {}
    values = {
        "response": json.get("response"),
        **{name: json.get(name) for name in ATTACHMENTS},
        **{f"params.{name}": params.get(name) for name in ATTACHMENTS},
    }
    positions: dict[str, str] = {}  # of each URL, where it occurs first
    for name, value in values.items():
        for position, url in iter_urls(name, value):
            positions.setdefault(url, position)
    return {PurePosixPath(folder, filename_for(at, url)): url for url, at in positions.items()}


def iter_urls(position: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield all URLs in a value, at any depth, each with its position, such as "response.0.url"."""
    if isinstance(value, str):
        if _URL.fullmatch(value):
            yield position, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from iter_urls(f"{position}.{key}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from iter_urls(f"{position}.{index}", item)


def filename_for(position: str, url: str) -> str:
    """Return a file's name: the position of its URL in the task, and a hash of the URL.

    The query does not count: that of a signed URL differs each time.
    """
    plain_url = url.partition("#")[0].partition("?")[0]
    extension = _EXTENSION.fullmatch(PurePosixPath(plain_url.rpartition("/")[2]).suffix)
    suffix = extension[0] if extension else ""
    return f"{safe_filename(position)}-{_short_hash(plain_url)}{suffix}"


def safe_filename(stem: str) -> str:
    """Return a name that is valid in every file system, and does not lead out of its folder."""
    plain = _DEVICE.sub("_", _UNSAFE.sub("_", stem))
    if plain == stem.strip(".") and len(stem) <= MAX_STEM_LENGTH:
        return plain
    # Sanitizing may have made it ambiguous.
    return f"{plain[:MAX_STEM_LENGTH].lstrip('.')}-{_short_hash(stem)}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
