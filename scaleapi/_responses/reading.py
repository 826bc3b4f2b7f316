"""Read the response of a task, and the files that it points to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Callable, Optional, Union

from .._geometry import TASK_GEOMETRIES, ResultFile
from .._manifest import read_manifest, strip_query
from ..exceptions import ScaleInvalidArgument
from .inline import (
    read_answers,
    read_chat,
    read_document,
    read_entities,
    read_image,
    read_masks,
)
from .items import NO_ATTRIBUTES, Item, unknown
from .result_files import read_annotations_file, read_events_file, read_points_file

Folder = Union[str, os.PathLike[str], None]


class DownloadedFiles:
    """The files in a folder to which `download_results` wrote.

    Args:
        folder: The folder, None for no files.

    Raises:
        ScaleInvalidArgument: If it is no such folder.
    """

    def __init__(self, folder: Folder) -> None:
        self._files: dict[tuple[str, str], str] = {}
        if folder is None:
            return
        try:
            self._folder = Path(folder)
            if not self._folder.is_dir():
                raise NotADirectoryError("it is none")
            for entry in read_manifest(folder):
                self._files[entry.task_id, entry.url] = entry.file
        except (OSError, TypeError) as error:
            raise ScaleInvalidArgument(
                f"files must be a folder to which download_results wrote, got {folder!r}: {error}"
            ) from None

    def path_of(self, task_id: Any, url: str) -> Optional[Path]:
        """Return the file of a URL of a task, None if it was not downloaded."""
        name = self.name_of(task_id, url)
        return None if name is None else self._folder / name

    def name_of(self, task_id: Any, url: str) -> Optional[str]:
        """Return the path of that file below the folder, with slashes."""
        if not self._files:
            return None
        return self._files.get((str(task_id), strip_query(url)))


def read_task(task: Mapping[str, Any], files: DownloadedFiles) -> Iterator[Item]:
    """Yield the annotations of a task."""
    response = task.get("response")
    if response is None:
        return
    if not isinstance(response, dict):
        yield unknown(response, f"a response must be an object, got {response!r:.40}")
        return
    type_ = task.get("type")
    reader = _READERS.get(type_) if isinstance(type_, str) else None
    if reader is not None:
        yield from reader(response)
        return
    inline = dict(response)
    for key in [key for key in response if key in _FILE_READERS]:
        url = _file_url(response[key])
        if url is not None:
            del inline[key]
            yield from _read_file(task, url, _FILE_READERS[key], files)
        elif key != "annotations" and response[key] is not None:
            yield unknown({key: response[key]}, f"{key} must be the URL of a file")
    yield from read_image(inline, "")


def _file_url(value: Any) -> Optional[str]:
    url = value.get("url") if isinstance(value, dict) else None
    return url if isinstance(url, str) else None


def _read_file(
    task: Mapping[str, Any],
    url: str,
    read: Callable[[Any], Iterator[Item]],
    files: DownloadedFiles,
) -> Iterator[Item]:
    path = files.path_of(task.get("task_id"), url)
    if path is None:
        yield Item(None, ResultFile(url), NO_ATTRIBUTES, json={"url": url})
        return
    try:
        content = json.loads(path.read_bytes().rstrip(b"\0"))  # those of scenes can end in NULs
    except (ValueError, RecursionError):
        yield unknown({"url": url}, f"{path.name} is not JSON")
        return
    yield from read(content)


_FILE_READERS: Mapping[str, Callable[[Any], Iterator[Item]]] = {
    "annotations": read_annotations_file,
    "point_segmentations": read_points_file,
    "events": read_events_file,
}
"""How the file is read that a key of the response points to."""

_READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Item]]] = {
    **{name: partial(read_image, default=form) for name, form in TASK_GEOMETRIES.items()},
    "segmentannotation": read_masks,
    "namedentityrecognition": read_entities,
    **dict.fromkeys(("documenttranscription", "documentmodel"), read_document),
    **dict.fromkeys(
        ("textcollection", "categorization", "comparison", "transcription", "datacollection"),
        read_answers,
    ),
    **dict.fromkeys(("chat", "chatlite", "chatexperimental", "multichat"), read_chat),
}
"""How the response of a task type is read, for those with results that are not files."""
