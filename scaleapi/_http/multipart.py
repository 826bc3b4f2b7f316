"""A multipart body that is read as it is sent: an upload takes no more memory than one block."""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import ExitStack, contextmanager
from typing import IO, Any, Callable, Iterator, List, NamedTuple, Optional, Tuple

from requests.utils import guess_filename, to_key_val_list
from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary, encode_multipart_formdata

from ..exceptions import ScaleInvalidArgument
from .failures import NotSent

BLOCK_BYTES = 64 * 1024
SPOOL_BYTES = 1024 * 1024  # what can't be rewound is kept in memory up to here, then on disk

Progress = Callable[[int, int], object]
"""Is told how many bytes of the files are sent, and how many there are."""


class _Piece(NamedTuple):
    file: IO[bytes]
    start: int
    length: int
    is_file: bool = True
    """Not the form around it."""


class Multipart:
    """The form fields and files of a request, as a body that can be sent again and again.

    Files are sent from where they stand. What can't be rewound is copied to a temporary file first.

    Args:
        fields: names and values; a list is one field for each item, None is left out.
        files: names and files, each as in requests: what is opened as binary, bytes, text, or a
            tuple of file name, one of these, and if need be its type and its headers.
        progress: see `Progress`; called at the start of each try and after each block.

    Attributes:
        content_type: what the header of that name must say.
        length: in bytes.

    Raises:
        ScaleInvalidArgument: something is no file.
        OSError: a file can't be read.
    """

    def __init__(self, fields: Any, files: Any, progress: Optional[Progress] = None) -> None:
        if progress is not None and not callable(progress):
            raise ScaleInvalidArgument(
                f"progress must be a function of the bytes sent and the bytes in all, "
                f"not {progress!r}"
            )
        self._boundary = choose_boundary()
        self._progress = progress
        self._pieces = [_form(fields, self._boundary)]
        with ExitStack() as spools:
            for name, given in _pairs(files):
                self._add(name, given, spools)
            self._spools = spools.pop_all()
        self._pieces.append(_around(f"--{self._boundary}--\r\n".encode()))
        self.content_type = f"multipart/form-data; boundary={self._boundary}"
        self.length = sum(piece.length for piece in self._pieces)
        self._total = sum(piece.length for piece in self._pieces if piece.is_file)

    def _add(self, name: str, given: Any, spools: ExitStack) -> None:
        file_name, content, kind, headers = _as_in_requests(name, given)
        part = RequestField(name, b"", file_name, headers)
        part.make_multipart(content_type=kind)
        self._pieces += [
            _around(f"--{self._boundary}\r\n{part.render_headers()}".encode()),
            _file(name, content, spools),
            _around(b"\r\n"),
        ]

    def __iter__(self) -> Iterator[bytes]:
        """The whole body from its start, in blocks.

        Raises:
            NotSent: from the cause.
        """
        sent = 0
        self._tell(sent)
        for piece in self._pieces:
            for block in _blocks(piece):
                yield block
                if piece.is_file:
                    sent += len(block)
                    self._tell(sent)

    def _tell(self, sent: int) -> None:
        if self._progress is not None:
            with _its_own_fault():
                self._progress(sent, self._total)

    def close(self) -> None:
        """Remove the temporary files, and forget the caller's: they can't be pickled."""
        self._spools.close()
        self._pieces = []
        self._progress = None


def _pairs(named: Any) -> List[Tuple[str, Any]]:
    return list(to_key_val_list(named or {}))  # type: ignore[no-untyped-call]


def _form(fields: Any, boundary: str) -> _Piece:
    texts = [
        (name, item if isinstance(item, bytes) else str(item))
        for name, value in _pairs(fields)
        for item in (value if _is_list(value) else [value])
        if item is not None
    ]
    form, _ = encode_multipart_formdata(texts, boundary)
    return _around(form[: -len(f"--{boundary}--\r\n")])


def _is_list(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, (str, bytes))


def _around(content: bytes) -> _Piece:
    return _Piece(io.BytesIO(content), 0, len(content), is_file=False)


def _as_in_requests(name: str, given: Any) -> Tuple[Any, ...]:
    """File name, content, type and headers."""
    if not isinstance(given, (tuple, list)):
        given = (guess_filename(given) or name, given)  # type: ignore[no-untyped-call]
    if not 2 <= len(given) <= 4:
        raise ScaleInvalidArgument(
            f"{name} must be a tuple of a file name and a file, and if need be its type and its "
            f"headers, not {given!r}"
        )
    return (*given, None, None)[:4]


def _file(name: str, content: Any, spools: ExitStack) -> _Piece:
    if isinstance(content, str):
        content = content.encode()
    if isinstance(content, (bytes, bytearray)):
        content = io.BytesIO(content)
    if not hasattr(content, "read") or getattr(content, "closed", False):
        raise ScaleInvalidArgument(f"{name} must be an open file or bytes, not {content!r}")
    return _rewindable(content) or _spooled(content, spools)


def _rewindable(file: Any) -> Optional[_Piece]:
    """A file from where it stands, None where it can't be rewound or gives text."""
    try:
        start = file.tell()
        is_binary = isinstance(file.read(0), bytes)
        file.seek(0, os.SEEK_END)
        length = max(file.tell() - start, 0)
        file.seek(start)
    except (AttributeError, TypeError, ValueError, OSError):
        return None
    return _Piece(file, start, length) if is_binary else None


def _spooled(file: Any, spools: ExitStack) -> _Piece:
    """A copy of what a file still holds."""
    spool: Any = spools.enter_context(tempfile.SpooledTemporaryFile(SPOOL_BYTES))
    while block := file.read(BLOCK_BYTES):
        spool.write(block.encode() if isinstance(block, str) else block)
    return _Piece(spool, 0, spool.tell())


def _blocks(piece: _Piece) -> Iterator[bytes]:
    left = piece.length
    with _its_own_fault():
        piece.file.seek(piece.start)
    while left:
        with _its_own_fault():
            block = piece.file.read(min(BLOCK_BYTES, left))
            if not block:
                raise OSError("the file became shorter while it was being sent")
        left -= len(block)
        yield block


@contextmanager
def _its_own_fault() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotSent from error
