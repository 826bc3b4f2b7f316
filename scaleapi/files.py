"""Files: attachments kept by Scale.

Source: https://scale.com/docs/api-reference/file-endpoints
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import (
    IO,
    Any,
    Dict,
    Generator,
    List,
    Mapping,
    Optional,
    Tuple,
    Union,
)

from ._http.options import UploadProgress
from ._recovery import CREATE_FILE
from ._resource import ClientMixin, Resource
from ._validation import dump_json, mapping, non_empty_str
from .exceptions import ScaleException, ScaleInvalidArgument
from .pagination import PageParams, Paginator, iter_items

Upload = Union[str, os.PathLike[str], bytes, IO[bytes], Tuple[Any, ...]]


class File(Resource):
    """A file kept by Scale.

    Attributes:
        id: a UUID.
        attachment_url: what to give a task as its `attachment`.
        mime_type: such as "image/png".
        size: in bytes.
    """

    _id_key = "id"
    _required = ("id", "attachment_url")

    id: str
    attachment_url: str
    mime_type: str
    size: int


class FileMethods(ClientMixin):
    """The client's calls on files."""

    def upload_file(
        self, file: Upload, *, progress: Optional[UploadProgress] = None, **kwargs: Any
    ) -> File:
        """Upload a file of at most 80 MB, for tasks to use as an attachment.

        Args:
            file: a path; or what is to be sent: a file opened as binary, bytes, or a tuple as in
                requests, such as `("a.png", opened, "image/png")`. A file is sent from where it
                stands, in blocks; one that can't be rewound is copied to a temporary file first.
            progress: is called with the bytes sent so far and those in all, at the start of each
                try and after each block.
            **kwargs: `project_name`, `display_name`, `reference_id` (makes an upload happen only
                once), `metadata` (a dictionary) ...

        Raises:
            ScaleDuplicateResource: a file with this `reference_id` is there.
            ScaleInvalidRequest: something is missing or wrong.
            OSError: the file can't be read.

        See https://scale.com/docs/api-reference/file-endpoints.
        """
        with ExitStack() as opened:
            if isinstance(file, (str, os.PathLike)):
                path = non_empty_str("file", os.fspath(file))
                part: Any = opened.enter_context(open(path, "rb"))
            elif isinstance(file, (bytes, bytearray, tuple)) or hasattr(file, "read"):
                part = file
            else:
                raise ScaleInvalidArgument(
                    f"file must be a path, a file opened as binary, bytes or a tuple, got {file!r}"
                )
            sent = {"files": {"file": part}, "data": _form(kwargs), "progress": progress}
            return self._request_object(
                File, "POST", "files/upload", idempotency=CREATE_FILE, **sent
            )

    def import_file(self, file_url: str, **kwargs: Any) -> File:
        """Have Scale fetch a file from a public address.

        Args:
            file_url: where it is.
            **kwargs: `project_name`, `display_name`, `reference_id` (makes an import happen only
                once), `metadata` ...

        Raises:
            ScaleDuplicateResource: a file with this `reference_id` is there.
            ScaleInvalidRequest: something is missing or wrong.

        See https://scale.com/docs/api-reference/file-endpoints.
        """
        body = {"file_url": non_empty_str("file_url", file_url), **kwargs}
        return self._request_object(
            File, "POST", "files/import", body=body, idempotency=CREATE_FILE
        )

    def get_files(
        self, project_name: str, metadata: Optional[Mapping[str, Any]] = None
    ) -> Generator[File, None, None]:
        """Every file of a project; pages are asked for as they are needed.

        Experimental: Scale documents that files can be listed by project, metadata and cursor, but
        not what comes back. The path is from two other clients. Read is what is likely: an array,
        or an object that holds one.

        Args:
            project_name: whose files.
            metadata: files with this metadata.

        Raises:
            ScaleException: a page could not be had, or can't be understood.

        See https://scale.com/docs/api-reference/file-endpoints.
        """
        wanted = {"project": non_empty_str("project_name", project_name)}
        if metadata is not None:
            wanted["metadata"] = dump_json(mapping("metadata", metadata), "metadata")

        def page(step: PageParams) -> Paginator[File]:
            answer = self._request("GET", "files", params={**wanted, **step})
            rows, more = answer.parse_with(_listing, answer.json)
            if more in step.values():  # the page asked for, which is the last then
                more = None
            files = answer.parse_with(self._build_list, File, rows)
            return Paginator(files, len(files), len(files), 0, bool(more), more)

        def advance(page: Paginator[File]) -> Optional[PageParams]:
            return {"cursor": page.next_token} if page.has_more else None

        yield from iter_items(page, advance, start={})


_CURSORS = ("cursor", "next_cursor", "next_token")


def _listing(body: Any) -> Tuple[List[Any], Optional[str]]:
    """The rows of a page whose form is not documented, and the cursor of the next one."""
    if isinstance(body, list):
        return body, None
    envelope = body if isinstance(body, dict) else {}
    arrays = {name: value for name, value in envelope.items() if isinstance(value, list)}
    if "docs" not in arrays and len(arrays) != 1:
        raise ScaleException("Expected a page of files, got an object without an array of them")
    cursors = [envelope.get(name) for name in _CURSORS if envelope.get("has_more", True)]
    found = (cursor for cursor in cursors if isinstance(cursor, str) and cursor)
    return arrays.get("docs", next(iter(arrays.values()))), next(found, None)


def _form(fields: Mapping[str, Any]) -> Dict[str, Any]:
    """Form fields: dictionaries as JSON text; the rest is what requests makes of it."""
    return {
        name: dump_json(value, name) if isinstance(value, Mapping) else value
        for name, value in fields.items()
    }
