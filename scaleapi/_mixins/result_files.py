"""Results that are files: the client's calls that fetch one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Union

from .._resource import ClientMixin
from .._validation import non_empty_str, path_segment


class ResultMethods(ClientMixin):
    """The client's calls on the files that responses point to; for many, see `download_results`."""

    def get_task_response_file(self, task_id: str, uuid: str) -> bytes:
        """The bytes of a protected result file, all in memory.

        Accounts with protected results have addresses such as
        `https://api.scale.com/v1/task/<task_id>/response_url/<uuid>` in their responses. Scale
        documents the path and that it takes the live key; that it is a GET is from another client,
        and that it may redirect to a store of files from v2, where it does.

        Raises:
            ScaleResourceNotFound: there is no such task or file.
            ScaleException: it was refused, or did not come whole in all tries.

        See https://scale.com/docs/api-reference/secure-result-urls.
        """
        endpoint = (
            f"task/{path_segment('task_id', task_id)}/response_url/{path_segment('uuid', uuid)}"
        )
        return self.api._downloader().read(f"{self.api.base_api_url.rstrip('/')}/{endpoint}")

    def download_response_url(self, url: str, path: Union[str, os.PathLike[str]]) -> Path:
        """Download the file at an address that a response holds; the path comes back.

        Block by block, again where it comes cut short, and under its name only when it is whole;
        an older file of that name is replaced. The key goes along only while the address is below
        the client's own, redirects included. That addresses are public, or else want the key, is
        what Scale documents.

        Args:
            url: the whole address, as it stands in `task.response`.
            path: the file to write, in a folder that is there.

        Raises:
            ScaleInvalidArgument: `url` is no address, or `path` no file's.
            ScaleException: it was refused, or did not come whole in all tries.
            OSError: the file can't be written.

        Example:
            >>> masks = task.response["annotations"]
            >>> client.download_response_url(masks["combined"], "combined.png")

        See https://scale.com/docs/api-reference/secure-result-urls.
        """
        from .._atomic import validate_output_path

        address, target = non_empty_str("url", url), validate_output_path(path)
        self.api._downloader().save(address, target)
        return target
