"""Files of responses: their addresses, and the forms in which they are written."""

from __future__ import annotations

import json
import struct
import uuid
import zlib
from typing import Any, NamedTuple

from ..store import Doc


class ResultFile(NamedTuple):
    """A file of a response."""

    content: bytes
    mimetype: str


def file_name_of(task: Doc, name: str) -> str:
    """Return the last segment of the address of a task's file."""
    return stable_uuid(task, f"file {name}")


def address(task: Doc, url: str, name: str) -> str:
    """Return the address of a task's file; the API key is needed to read it."""
    return f"{url}/task/{task['task_id']}/response_url/{file_name_of(task, name)}"


def stable_uuid(task: Doc, name: str) -> str:
    """Return a UUID that depends on the task and a name alone."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{task['task_id']}/{name}"))


def json_file(value: Any) -> ResultFile:
    """Return a JSON file."""
    return ResultFile(json.dumps(value).encode(), "application/json")


def png(rows: list[bytes], width: int, color_type: int) -> ResultFile:
    """Return a PNG of 8 bits per channel.

    Args:
        rows: The pixels of each row.
        width: Pixels of a row.
        color_type: 0 for one channel, 6 for red, green, blue and alpha.
    """
    head = struct.pack(">IIBBBBB", width, len(rows), 8, color_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return ResultFile(content, "image/png")
