"""A multipart body that is read as it is sent: an upload takes no more memory than one chunk."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Any, NamedTuple, Optional, Union

from requests.utils import guess_filename, to_key_val_list
from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary, encode_multipart_formdata

from ..exceptions import ScaleInvalidArgument
from .failures import LocalError, LocalErrors
from .options import UploadProgress

CHUNK_SIZE = 64 * 1024
SPOOL_MAX_SIZE = 1024 * 1024  # what is not seekable is kept in memory up to here, then on disk
MAX_INLINE_SIZE = 64 * 1024  # up to here forms are sent as bytes, which test doubles can read


class _Segment(NamedTuple):
    """A part of the body: a file from a position on, or (not `is_file`) the form around it."""

    file: IO[bytes]
    start: int
    length: int
    is_file: bool = True


class MultipartStream:
    """The form fields and files of a request, as a body that can be sent several times.

    Files are sent from where they stand. What is not seekable is copied to a temporary file first.

    Args:
        fields: Names and values; a list is one field for each item, None is left out.
        files: Names and files, each as in requests: a binary file, bytes, a string, or a tuple of
            file name, one of these, and optionally its content type and its headers.
        progress: See `UploadProgress`; called at the start of each attempt and after each chunk.

    Attributes:
        content_type: The header of that name.
        length: The Content-Length, in bytes.

    Raises:
        ScaleInvalidArgument: If something is no file, or a header is invalid.
        OSError: If a file cannot be read.
    """

    def __init__(self, fields: Any, files: Any, progress: Optional[UploadProgress] = None) -> None:
        if progress is not None and not callable(progress):
            raise ScaleInvalidArgument(
                f"progress must be a function of the bytes sent and their total, got {progress!r}"
            )
        self._boundary = choose_boundary()
        self._progress = progress
        self._segments = [_form(fields, self._boundary)]
        with ExitStack() as spools:
            for name, spec in _pairs(files):
                self._add(name, spec, spools)
            self._spools = spools.pop_all()
        self._segments.append(_framing(f"--{self._boundary}--\r\n".encode()))
        self.content_type = f"multipart/form-data; boundary={self._boundary}"
        self.length = sum(segment.length for segment in self._segments)
        self._total = sum(segment.length for segment in self._segments if segment.is_file)

    def _add(self, name: str, spec: Any, spools: ExitStack) -> None:
        file_name, content, content_type, headers = _normalize_file_spec(name, spec)
        part = RequestField(name, b"", file_name, headers)
        part.make_multipart(content_type=content_type)
        _validate_headers(part)
        self._segments += [
            _framing(f"--{self._boundary}\r\n{part.render_headers()}".encode()),
            _file(name, content, spools),
            _framing(b"\r\n"),
        ]

    @property
    def body(self) -> Union[bytes, MultipartStream]:
        """The body as it is sent: as bytes where it is small and no progress is reported."""
        small = self.length <= MAX_INLINE_SIZE and self._progress is None
        try:
            return b"".join(self) if small else self
        except LocalError as error:
            raise error.__cause__ or error from None

    def __len__(self) -> int:
        return self.length  # from which requests takes the Content-Length

    def __iter__(self) -> Iterator[bytes]:
        """Iterate over the whole body from its start, in chunks.

        Raises:
            LocalError: If a file cannot be read or `progress` raises; the error is its cause.
        """
        sent = 0
        self._report_progress(sent)
        for segment in self._segments:
            for chunk in _iter_chunks(segment):
                yield chunk
                if segment.is_file:
                    sent += len(chunk)
                    self._report_progress(sent)

    def _report_progress(self, sent: int) -> None:
        if self._progress is not None:
            with LocalErrors():
                self._progress(sent, self._total)

    def close(self) -> None:
        """Remove the temporary files, and forget the caller's: they can't be pickled."""
        self._spools.close()
        self._segments = []
        self._progress = None


def _pairs(named: Any) -> list[tuple[str, Any]]:
    return list(to_key_val_list(named or {}))  # type: ignore[no-untyped-call]


def _form(fields: Any, boundary: str) -> _Segment:
    texts = [
        (name, item if isinstance(item, bytes) else str(item))
        for name, value in _pairs(fields)
        for item in (value if _is_list(value) else [value])
        if item is not None
    ]
    form, _ = encode_multipart_formdata(texts, boundary)
    return _framing(form[: -len(f"--{boundary}--\r\n")])


def _is_list(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, (str, bytes))


def _framing(content: bytes) -> _Segment:
    return _Segment(io.BytesIO(content), 0, len(content), is_file=False)


def _normalize_file_spec(name: str, spec: Any) -> tuple[Any, ...]:
    """Return file name, content, type and headers."""
    if not isinstance(spec, (tuple, list)):
        spec = (guess_filename(spec) or name, spec)  # type: ignore[no-untyped-call]
    if not 2 <= len(spec) <= 4:
        raise ScaleInvalidArgument(
            f"{name} must be a file, or a tuple (name, file[, type[, headers]]), got {spec!r}"
        )
    return (*spec, None, None)[:4]


def _file(name: str, content: Any, spools: ExitStack) -> _Segment:
    if isinstance(content, str):
        content = content.encode()
    if isinstance(content, (bytes, bytearray)):
        content = io.BytesIO(content)
    if not hasattr(content, "read") or getattr(content, "closed", False):
        raise ScaleInvalidArgument(f"{name} must be an open file or bytes, got {content!r}")
    return _seekable_segment(content) or _spooled(content, spools)


def _seekable_segment(file: Any) -> Optional[_Segment]:
    """Return a file from its position on, None where it is not seekable or yields text."""
    try:
        start = file.tell()
        is_binary = isinstance(file.read(0), bytes)
        file.seek(0, os.SEEK_END)
        length = max(file.tell() - start, 0)
        file.seek(start)
    except (AttributeError, TypeError, ValueError, OSError):
        return None
    return _Segment(file, start, length) if is_binary else None


def _spooled(file: Any, spools: ExitStack) -> _Segment:
    """Copy what a file still holds."""
    spool: Any = tempfile.SpooledTemporaryFile(SPOOL_MAX_SIZE)  # noqa: SIM115
    spools.enter_context(spool)
    while chunk := file.read(CHUNK_SIZE):
        spool.write(chunk.encode() if isinstance(chunk, str) else chunk)
    return _Segment(spool, 0, spool.tell())


def _iter_chunks(segment: _Segment) -> Iterator[bytes]:
    left = segment.length
    with LocalErrors():
        segment.file.seek(segment.start)
    while left > 0:
        with LocalErrors():
            chunk = segment.file.read(min(CHUNK_SIZE, left))
            if not chunk:
                raise OSError("the file became shorter while it was being sent")
        chunk = chunk[:left]  # a file may read more than it was asked for
        left -= len(chunk)
        yield chunk


def _validate_headers(part: RequestField) -> None:
    """Reject what would add a header; urllib3 escapes the names of fields and files itself."""
    for name, value in part.headers.items():
        if value is not None and any(sign in f"{name}{value}" for sign in "\r\n\0"):
            raise ScaleInvalidArgument(
                f"a part's headers must be strings without line breaks, got {name!r}: {value!r}"
            )
