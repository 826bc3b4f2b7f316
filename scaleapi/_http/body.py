"""Read response bodies: whole, or up to a bound, or not at all."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import requests
import urllib3.exceptions

from ..exceptions import MAX_BODY_BYTES, ScaleException
from .failures import NETWORK_ERRORS
from .urllib3_hooks import is_decoded_whole

READ_SIZE = 64 * 1024
ENCODED_READ_SIZE = 4 * 1024  # each may become a thousand times as much


def read_body(response: requests.Response, limit: int) -> None:
    """Read the body, so that the connection returns to the pool.

    Raises:
        ScaleException: If it is longer than `limit` bytes.
        OSError, urllib3.exceptions.HTTPError: If it does not arrive whole.
    """
    if _is_read(response):  # by a hook, or by a test
        _check_whole(response)
    parts: list[bytes] = []
    size = 0
    for part in iter_body(response, whole_up_to=limit):
        parts.append(part)
        size += len(part)
        if size > limit:
            close_response(response)
            _set_content(response, b"")
            error = ScaleException(
                f"The response body is over max_response_bytes={limit}: raise it with "
                f"client.with_options(max_response_bytes=...) if it is right",
                response.status_code,
            )
            error.response, error.headers = response, response.headers
            raise error
    _set_content(response, b"".join(parts))


def read_error_body(response: requests.Response) -> None:
    """Read the body of an error response up to 64 KiB; it may be cut short, its status is known."""
    if _is_read(response):
        return
    content = b""
    try:
        for part in iter_body(response):
            content += part
            if len(content) >= MAX_BODY_BYTES:
                close_response(response)
                break
    except NETWORK_ERRORS:
        close_response(response)
    _set_content(response, content[:MAX_BODY_BYTES])


def iter_body(
    response: requests.Response, size: int = READ_SIZE, whole_up_to: int = READ_SIZE
) -> Iterator[bytes]:
    """Iterate over the decoded body.

    Args:
        response: Unread.
        size: Bytes to read at a time.
        whole_up_to: Up to how many bytes the body is read at once, where its length is known.

    Raises:
        OSError, urllib3.exceptions.HTTPError: If it does not arrive whole.
    """
    raw: Any = response.raw
    if raw is None or _is_read(response):
        yield response.content or b""
        return
    if not hasattr(raw, "stream"):  # a file, as some test doubles have
        while part := raw.read(size):
            yield part
        return
    try:
        if _is_short(response, whole_up_to):
            yield raw.read(decode_content=True)
        else:
            if "Content-Encoding" in response.headers:
                size = min(size, ENCODED_READ_SIZE)
            while part := raw.read(size, decode_content=True):
                yield part
    except ValueError as error:
        raise urllib3.exceptions.ProtocolError(f"invalid chunk: {error}") from error
    _check_whole(response)


def _check_whole(response: requests.Response) -> None:
    """Raise where a body that has been read ended early."""
    raw: Any = response.raw
    if hasattr(raw, "stream"):
        if raw.tell() and not is_decoded_whole(raw):
            raise urllib3.exceptions.ProtocolError("the compressed body ended early")
        _check_length(response)


def _is_short(response: requests.Response, size: int) -> bool:
    """Return whether the headers promise a body of at most `size` bytes, not compressed."""
    headers = response.headers
    length = headers.get("Content-Length", "")
    return length.isdigit() and int(length) <= size and "Content-Encoding" not in headers


def _check_length(response: requests.Response) -> None:
    # An adapter that is not ours, over urllib3 1.26, takes half a body for a whole one.
    if getattr(response.raw, "length_remaining", None) == 0:
        return
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and "Transfer-Encoding" not in response.headers:
        received = response.raw.tell()
        has_body = response.request.method != "HEAD" and response.status_code not in (204, 304)
        if has_body and received < int(length):
            raise urllib3.exceptions.ProtocolError(f"{received} of {length} bytes were received")


def close_response(response: requests.Response) -> None:
    """Close a response; one made by hand has nothing to be closed."""
    if response.raw is not None:
        response.close()


def _is_read(response: requests.Response) -> bool:
    content: Any = response._content
    return content is not False


def _set_content(response: requests.Response, content: bytes) -> None:
    response._content = content
    response._content_consumed = True  # type: ignore[attr-defined]


def from_double(double: Any, request: requests.PreparedRequest) -> requests.Response:
    """Return a response made of what a test double offers of one.

    Args:
        double: What stands in for a response: `status_code`, and `content`, `text` or `json()`.
        request: What it responds to.
    """
    response = requests.Response()
    status = getattr(double, "status_code", None)
    response.status_code = status if isinstance(status, int) else 200
    headers = getattr(double, "headers", None)
    response.headers.update(headers if isinstance(headers, dict) else {})
    response.url, response.request = str(request.url), request
    content, text = getattr(double, "content", None), getattr(double, "text", None)
    if isinstance(content, bytes):
        pass
    elif isinstance(text, str):
        content = text.encode()
    else:
        content = json.dumps(double.json()).encode()
    response.raw = io.BytesIO(content)
    _set_content(response, content)
    return response
