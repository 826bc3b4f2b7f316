"""Uploading many files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional, Union

from .._validation import non_empty_str
from ..exceptions import ScaleDuplicateResource, ScaleInvalidArgument
from ..files import File, FileMethods
from .outcomes import Record
from .progress import ProgressOption
from .runner import BulkRun, capture_outcome, validate_items
from .throttle import throttled_client

UPLOADED, EXISTED = "uploaded", "existed"

PathLike = Union[str, os.PathLike[str]]
ReferenceIdFunc = Callable[[Any], str]


@dataclass(frozen=True)
class FileOutcome(Record):
    """What became of one path.

    Attributes:
        index: its place among the paths, from 0.
        path: the path as it was given.
        file: the file at Scale, None where it was not uploaded now.
        status: "uploaded", "existed" or "failed".
        error: why it failed, else None.
    """

    index: int
    path: Any
    file: Optional[File]
    status: str
    error: Optional[Exception] = None


def upload(
    client: FileMethods,
    paths: Iterable[PathLike],
    workers: int,
    reference_id: Optional[ReferenceIdFunc],
    progress: ProgressOption,
    fields: Mapping[str, Any],
) -> BulkRun[FileOutcome]:
    """See `ScaleClient.upload_files`."""
    if reference_id is not None and not callable(reference_id):
        raise ScaleInvalidArgument(
            "reference_id must be a function that gives each path a reference id of its own, "
            f"got {reference_id!r}"
        )
    throttled, throttle = throttled_client(client, workers)

    def send(path: Any) -> Any:
        if not isinstance(path, (str, os.PathLike)):
            raise ScaleInvalidArgument(f"each of paths must be a path, got {path!r}")
        if reference_id is None:
            return UPLOADED, throttled.upload_file(path, **fields)
        name = non_empty_str("what reference_id gives", reference_id(path))
        try:
            return UPLOADED, throttled.upload_file(path, reference_id=name, **fields)
        except ScaleDuplicateResource:
            return EXISTED, None

    items = validate_items("paths", paths)
    return BulkRun(
        "upload_files", items, capture_outcome(FileOutcome, send, client), throttle, progress
    )
