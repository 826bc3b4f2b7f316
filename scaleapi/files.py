"""Files: attachments stored by Scale."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import ExitStack
from typing import IO, Any, Optional, Union

from ._http.options import UploadProgress
from ._recovery import CREATE_FILE
from ._resource import ClientMixin, Resource
from ._validation import dump_json, mapping, non_empty_str
from .exceptions import ScaleException, ScaleInvalidArgument
from .pagination import PageParams, Paginator, iter_items

Upload = Union[str, os.PathLike[str], bytes, IO[bytes], tuple[Any, ...]]


class File(Resource):
    """A file stored by Scale.

    Attributes:
        id: A UUID.
        attachment_url: The URL to pass to a task as its `attachment`.
        mime_type: The media type, such as "image/png".
        size: The size in bytes.
    """

    _id_key = "id"
    _required = ("id", "attachment_url")

    id: str
    attachment_url: str
    mime_type: str
    size: int


class FileMethods(ClientMixin):
    """The client's methods for files. See https://scale.com/docs/api-reference/file-endpoints."""

    def upload_file(
        self, file: Upload, *, progress: Optional[UploadProgress] = None, **kwargs: Any
    ) -> File:
        """Upload a file of at most 80 MB, which tasks can use as an attachment.

        Args:
            file: A path; or the content: a file opened as binary, bytes, or a tuple as in requests,
                such as `("a.png", opened, "image/png")`. A file is sent in blocks from its current
                position; one that is not seekable is copied to a temporary file first.
            progress: Called with the number of bytes sent so far and the total number of bytes, at
                the start of each attempt and after each block.
            **kwargs: `project_name`, `display_name`, `reference_id` (an idempotency key: the file
                is uploaded only once), `metadata` (a dictionary) ...

        Returns:
            The uploaded file.

        Raises:
            ScaleDuplicateResource: If a file with this `reference_id` exists.
            ScaleInvalidRequest: If an argument is missing or invalid.
            OSError: If the file can't be read.
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
        """Have Scale download a file from a public URL.

        Args:
            file_url: The URL of the file.
            **kwargs: `project_name`, `display_name`, `reference_id` (an idempotency key: the file
                is imported only once), `metadata` ...

        Returns:
            The imported file.

        Raises:
            ScaleDuplicateResource: If a file with this `reference_id` exists.
            ScaleInvalidRequest: If an argument is missing or invalid.
        """
        body = {"file_url": non_empty_str("file_url", file_url), **kwargs}
        return self._request_object(
            File, "POST", "files/import", body=body, idempotency=CREATE_FILE
        )

    def get_files(
        self, project_name: str, metadata: Optional[Mapping[str, Any]] = None
    ) -> Generator[File, None, None]:
        """Yield every file of a project, fetching pages as they are needed.

        Experimental: Scale documents that files can be listed by project, metadata and cursor, but
        not the response. The path is taken from two other clients. Likely forms of the response are
        accepted: an array, or an object that contains one.

        Args:
            project_name: The name of the project.
            metadata: Only files with this metadata.

        Yields:
            The files of all pages.

        Raises:
            ScaleException: If a page can't be fetched, or its form is unknown.
        """
        filters = {"project": non_empty_str("project_name", project_name)}
        if metadata is not None:
            filters["metadata"] = dump_json(mapping("metadata", metadata), "metadata")

        def page(step: PageParams) -> Paginator[File]:
            result = self._request("GET", "files", params={**filters, **step})
            rows, cursor = result.parse_with(_listing, result.json)
            if cursor in step.values():  # the cursor of this page again, so it is the last
                cursor = None
            files = result.parse_with(self._build_list, File, rows)
            return Paginator(files, len(files), len(files), 0, bool(cursor), cursor)

        def advance(page: Paginator[File]) -> Optional[PageParams]:
            return {"cursor": page.next_token} if page.has_more else None

        yield from iter_items(page, advance, start={})


_CURSORS = ("cursor", "next_cursor", "next_token")


def _listing(body: Any) -> tuple[list[Any], Optional[str]]:
    """Return the rows of a page of undocumented form, and the cursor of the next page."""
    if isinstance(body, list):
        return body, None
    envelope = body if isinstance(body, dict) else {}
    arrays = {name: value for name, value in envelope.items() if isinstance(value, list)}
    if "docs" not in arrays and len(arrays) != 1:
        raise ScaleException("Expected a page of files, got an object without an array of them")
    cursors = [envelope.get(name) for name in _CURSORS if envelope.get("has_more", True)]
    cursor = next((cursor for cursor in cursors if isinstance(cursor, str) and cursor), None)
    return arrays.get("docs", next(iter(arrays.values()))), cursor


def _form(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Convert dictionaries to JSON strings; other form fields are left to requests."""
    return {
        name: dump_json(value, name) if isinstance(value, Mapping) else value
        for name, value in fields.items()
    }
