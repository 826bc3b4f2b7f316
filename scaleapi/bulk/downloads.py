"""Download the files that tasks point to."""

from __future__ import annotations

import glob
import hashlib
import json
import mimetypes
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Callable, NamedTuple, Optional, Union

from .._atomic import TEMP_SUFFIX, remove_stale_temp_files
from .._http.download import FileDownloader, SavedFile
from .._manifest import FileKey, ManifestEntry, ManifestWriter, strip_query
from .._progress import ProgressOption
from .._resource import ClientMixin
from .._task_sources import TaskSource, task_json, tasks_in
from .._validation import choice, is_int, non_empty_str
from ..exceptions import ScaleInvalidArgument
from .hosts import HostFailures
from .outcomes import Record
from .runner import FAILED, BulkRun
from .throttle import throttled_client

DOWNLOADED, EXISTED, EMPTY = "downloaded", "existed", "empty"
SOURCES = ("response", "attachment")
LOCKS = 256

_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")
_DEVICE = re.compile(r"^(?=(con|prn|aux|nul|com\d|lpt\d)(\.|$))", re.IGNORECASE)  # on Windows
MAX_STEM_LENGTH = 100  # characters, without hash and extension
# Where the tables of platforms differ.
_EXTENSIONS = {"image/jpeg": ".jpg", "text/plain": ".txt", "image/tiff": ".tif"}

Folder = Union[str, os.PathLike[str]]


@dataclass(frozen=True)
class DownloadOutcome(Record):
    """The outcome of one task.

    Attributes:
        index: Position of the task, counted from 0.
        task: The task as it was passed; of an export, the JSON of its line.
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


class FileSource(NamedTuple):
    """A file that a task points to, for functions that name files.

    Attributes:
        task: The task's JSON.
        position: Where its URL is in the task, such as "response.annotations.url".
        url: The URL, without query.
    """

    task: Mapping[str, Any]
    position: str
    url: str


NameFunc = Callable[[FileSource], str]


def download(
    client: ClientMixin,
    tasks: TaskSource,
    folder: Folder,
    only: Union[str, Iterable[str]],
    name: Optional[NameFunc],
    max_host_failures: Optional[int],
    workers: int,
    progress: ProgressOption,
) -> BulkRun[DownloadOutcome]:
    """See `ScaleClient.download_results`."""
    if not isinstance(folder, (str, os.PathLike)) or not str(folder):
        raise ScaleInvalidArgument(f"folder must be the path of a folder, got {folder!r}")
    base = Path(folder)
    if base.exists() and not base.is_dir():
        raise ScaleInvalidArgument(f"folder must be a folder, got {folder!r}, which is a file")
    sources = [choice("only", each, SOURCES) for each in ([only] if _is_one(only) else only)]
    if name is not None and not callable(name):
        raise ScaleInvalidArgument(f"name must be a function that names a file, got {name!r}")
    if max_host_failures is not None and not (is_int(max_host_failures) and max_host_failures > 0):
        raise ScaleInvalidArgument(
            f"max_host_failures must be a whole number over 0, or None, got {max_host_failures!r}"
        )
    items = tasks_in(tasks)
    throttled, throttle = throttled_client(client, workers)
    job = _Job(throttled.api._downloader(), base, sources, name, HostFailures(max_host_failures))

    def fetch(index: int, _: Any, task: Any) -> DownloadOutcome:
        throttle.recorder.forget_request_id()
        paths: list[Path] = []
        downloaded, first_error = 0, None
        try:
            for source, url in job.files_of(task):
                try:
                    path, is_new = job.ensure(source, url)
                    downloaded += is_new
                    paths.append(path)
                except Exception as error:
                    first_error = first_error or error
        except Exception as error:
            first_error = error
        status = (
            FAILED if first_error else DOWNLOADED if downloaded else EXISTED if paths else EMPTY
        )
        request_id = throttle.recorder.request_id
        return DownloadOutcome(index, task, paths, status, first_error, request_id)

    return BulkRun("download_results", items, fetch, throttle, progress, snapshot=parse_line)


def parse_line(task: Any) -> Any:
    """Return the JSON of an export's line, or its text if it is none; any other task as it is."""
    if not isinstance(task, (str, bytes)):
        return task
    try:
        return json.loads(task)
    except ValueError:
        return task if isinstance(task, str) else task.decode("utf-8", "replace")


def _is_one(only: Any) -> bool:
    return isinstance(only, (str, bytes)) or not isinstance(only, Iterable)


class _Job:
    """What the workers of a run share.

    Args:
        downloader: Downloads a file.
        base: The folder to write to.
        sources: Which of `SOURCES` are wanted.
        name: Names a file, None for the usual names.
        hosts: Gives up hosts that can't be reached.
    """

    def __init__(
        self,
        downloader: FileDownloader,
        base: Path,
        sources: list[str],
        name: Optional[NameFunc],
        hosts: HostFailures,
    ) -> None:
        self._downloader = downloader
        self._base = base
        self._sources = sources
        self._name = name
        self._hosts = hosts
        self._manifest = ManifestWriter(base)
        # Two workers may have the same file to load, since a task may be named twice.
        self._locks = [threading.Lock() for _ in range(LOCKS)]
        self._owners: dict[str, FileKey] = {}  # of names that the caller's function made
        self._swept: set[Path] = set()

    def files_of(self, task: Any) -> list[tuple[FileSource, str]]:
        """Return the files that a task points to, each with its whole URL."""
        fields = task_json(task)
        non_empty_str("task_id", fields.get("task_id"))
        return [
            (FileSource(fields, position, strip_query(url)), url)
            for url, position in positions_of(fields, self._sources).items()
        ]

    def ensure(self, source: FileSource, url: str) -> tuple[Path, bool]:
        """Return the path of a file, and whether it was downloaded now.

        Raises:
            ScaleInvalidArgument: If its name is invalid, or another file has it.
        """
        relative = filename_for(source) if self._name is None else self._custom_name(source)
        path = self._base / relative
        with self._locks[hash(relative) % LOCKS]:
            existing = self._existing(path, key_of(source))
            if existing is not None:
                self._list(source, existing, None)
                return existing, False
            if path.parent.is_dir():
                self._sweep(path.parent)
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._hosts.watching(url):
                saved = self._downloader.save(url, lambda media: with_extension(path, media))
            self._list(source, saved.path, saved)
        return saved.path, True

    def _existing(self, path: Path, key: FileKey) -> Optional[Path]:
        """Return the path of a file that is there already; its extension may be the server's.

        One that was downloaded from another URL, as a task had before, does not count.
        """
        candidates = [path]
        if not _EXTENSION.fullmatch(path.suffix):
            listed = self._manifest.file_of(key)
            pattern = f"{glob.escape(path.name)}.*"
            candidates += [self._base / listed] if listed else sorted(path.parent.glob(pattern))
        for candidate in candidates:
            extension = candidate.name[len(path.name) :]
            is_named_so = not extension or _EXTENSION.fullmatch(extension)
            is_whole = candidate.suffix != TEMP_SUFFIX and candidate.is_file()
            owner = self._manifest.owner_of(candidate.relative_to(self._base).as_posix())
            if is_whole and is_named_so and owner in (None, key):
                return candidate
        return None

    def _custom_name(self, source: FileSource) -> str:
        assert self._name is not None
        name = validate_file_name(self._name(source))
        key = key_of(source)
        owner = self._owners.setdefault(name, key)
        if owner != key:
            raise ScaleInvalidArgument(
                f"the result of name must be unique, got {name!r} for {key[1]} of task {key[0]} "
                f"and for {owner[1]} of task {owner[0]}"
            )
        return name

    def _sweep(self, folder: Path) -> None:
        if folder not in self._swept:
            self._swept.add(folder)
            remove_stale_temp_files(folder)

    def _list(self, source: FileSource, path: Path, saved: Optional[SavedFile]) -> None:
        """Add a file to the manifest; one that existed is read if it is not listed."""
        file = path.relative_to(self._base).as_posix()
        key = key_of(source)
        if saved is None:
            if self._manifest.file_of(key) == file:
                return
            content_type = mimetypes.guess_type(path.name)[0] or ""
            saved = SavedFile(path, path.stat().st_size, content_type, _sha256(path))
        self._manifest.add(ManifestEntry(*key, file, saved.size, saved.content_type, saved.sha256))


def key_of(source: FileSource) -> FileKey:
    """Return what identifies a file in the manifest."""
    return str(source.task["task_id"]), source.position, source.url


def positions_of(task: Mapping[str, Any], sources: Iterable[str]) -> dict[str, str]:
    """Return the URLs in parts of a task, each with the position where it occurs first."""
    params = task.get("params")
    params = params if isinstance(params, Mapping) else {}
    attachments = ("attachment", "attachments")
    parts: dict[str, dict[str, Any]] = {
        "response": {"response": task.get("response")},
        "attachment": {
            **{name: task.get(name) for name in attachments},
            **{f"params.{name}": params.get(name) for name in attachments},
        },
    }
    positions: dict[str, str] = {}
    for source in sources:
        for name, value in parts[source].items():
            for position, url in iter_urls(name, value):
                positions.setdefault(url, position)
    return positions


def validate_file_name(name: Any) -> str:
    """Return the name that a caller's function gave a file, if it stays below its folder.

    Raises:
        ScaleInvalidArgument: If it is no relative path, or leads out of the folder.
    """
    parts = name.split("/") if isinstance(name, str) else []
    if not parts or not all(part.strip(". ") for part in parts) or re.search(r"[\0\\:]", name):
        raise ScaleInvalidArgument(
            f"the result of name must be a relative path with slashes, got {name!r:.200}"
        )
    return "/".join(parts)


def with_extension(path: Path, content_type: str) -> Path:
    """Return the path with the extension of a media type, if it has none."""
    if _EXTENSION.fullmatch(path.suffix):
        return path
    known = _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type, strict=False)
    return path.with_name(f"{path.name}{known}") if known else path


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()


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


def filename_for(source: FileSource) -> str:
    """Return a file's usual path: a folder for the task, then position and a hash of the URL.

    The query does not count: that of a signed URL differs each time.
    """
    extension = _EXTENSION.fullmatch(PurePosixPath(source.url.rpartition("/")[2]).suffix)
    folder = safe_filename(str(source.task["task_id"]))
    suffix = extension[0] if extension else ""
    return f"{folder}/{safe_filename(source.position)}-{_short_hash(source.url)}{suffix}"


def safe_filename(stem: str) -> str:
    """Return a name that is valid in every file system, and does not lead out of its folder."""
    plain = _DEVICE.sub("_", _UNSAFE.sub("_", stem))
    if plain == stem.strip(".") and len(stem) <= MAX_STEM_LENGTH:
        return plain
    # Sanitizing may have made it ambiguous.
    return f"{plain[:MAX_STEM_LENGTH].lstrip('.')}-{_short_hash(stem)}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
