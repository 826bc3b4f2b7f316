"""Upload many files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional, Union

from .._progress import ProgressOption
from .._validation import non_empty_str
from ..exceptions import ScaleDuplicateResource, ScaleInvalidArgument
from ..files import File, FileMethods
from .outcomes import Record
from .runner import BulkRun, capture_outcome, validate_items
from .throttle import throttled_client

UPLOADED, EXISTED = "uploaded", "existed"

PathLike = Union[str, os.PathLike[str]]
ReferenceIdFunc = Callable[[Any], str]


@dataclass(frozen=True)
class FileOutcome(Record):
    """The outcome of one path.

    Attributes:
        index: Position of the path, counted from 0.
        path: The path as it was passed.
        file: The uploaded file, None unless this run uploaded it.
        status: "uploaded", "existed" or "failed".
        error: Why it failed, else None.
        request_id: The id that the service gave the last request, None if it gave none.
    """

    index: int
    path: Any
    file: Optional[File]
    status: str
    error: Optional[Exception] = None
    request_id: Optional[str] = None


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
            f"reference_id must be a function of a path that returns its id, got {reference_id!r}"
        )
    throttled, throttle = throttled_client(client, workers)

    def upload_one(path: Any) -> Any:
        if not isinstance(path, (str, os.PathLike)):
            raise ScaleInvalidArgument(f"each of paths must be a path, got {path!r}")
        if reference_id is None:
            return UPLOADED, throttled.upload_file(path, **fields)
        name = non_empty_str("the result of reference_id", reference_id(path))
        try:
            return UPLOADED, throttled.upload_file(path, reference_id=name, **fields)
        except ScaleDuplicateResource:
            return EXISTED, None

    items = validate_items("paths", paths)
    work = capture_outcome(FileOutcome, upload_one, client, throttle.recorder)
    return BulkRun("upload_files", items, work, throttle, progress)
