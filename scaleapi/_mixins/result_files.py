"""Results that are files: the client's methods that download one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Union

from .._resource import ClientMixin
from .._validation import non_empty_str, path_segment


class ResultFileMethods(ClientMixin):
    """The client's methods for files that responses point to; for many, see `download_results`.

    See https://scale.com/docs/api-reference/secure-result-urls.
    """

    def get_task_response_file(self, task_id: str, uuid: str) -> bytes:
        """Return the content of a protected result file, all of it in memory.

        Accounts with protected results have URLs such as
        `https://api.scale.com/v1/task/<task_id>/response_url/<uuid>` in their responses. Scale
        documents the path and that it requires the live key; that it is a GET is taken from another
        client, and that it may redirect to file storage from v2, where it does.

        Args:
            task_id: The id of the task.
            uuid: The UUID at the end of the file's URL.

        Returns:
            The content of the file.

        Raises:
            ScaleResourceNotFound: If there is no such task or file.
            ScaleException: If the request was rejected, or the download is incomplete after all
                attempts.
        """
        endpoint = (
            f"task/{path_segment('task_id', task_id)}/response_url/{path_segment('uuid', uuid)}"
        )
        return self.api._downloader().read(f"{self.api.base_api_url.rstrip('/')}/{endpoint}")

    def download_response_url(self, url: str, path: Union[str, os.PathLike[str]]) -> Path:
        """Download the file at a URL that a response contains.

        The file is written in blocks to a temporary file, which takes its final name only when
        complete; an older file of that name is replaced. A truncated download is retried. The key
        is sent only while the URL is below the client's own, redirects included. Scale documents
        that URLs are either public or require the key.

        Args:
            url: The complete URL, as in `task.response`.
            path: The file to write, in an existing folder.

        Returns:
            The path of the file.

        Raises:
            ScaleInvalidArgument: If `url` is not a URL, or `path` is not the path of a file.
            ScaleException: If the request was rejected, or the download is incomplete after all
                attempts.
            OSError: If the file can't be written.

        Example:
            >>> masks = task.response["annotations"]
            >>> client.download_response_url(masks["combined"], "combined.png")
        """
        from .._atomic import validate_output_path

        address, target = non_empty_str("url", url), validate_output_path(path)
        self.api._downloader().save(address, lambda content_type: target)
        return target
