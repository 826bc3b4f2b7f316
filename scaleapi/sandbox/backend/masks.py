"""The files that segmentation tasks have as results: small pictures of one colour."""

from __future__ import annotations

import struct
import uuid
import zlib

SIZE = 8  # pixels, each way
COLOURS = {"unlabeled": b"\0\0\0", "labeled": b"\xff\xff\xff", "combined": b"\x80\x80\x80"}


def mask_urls(url: str, task_id: str) -> dict[str, str]:
    """Where a task's files are, below the instance address `url`: protected, the key is needed."""
    return {name: f"{url}/task/{task_id}/response_url/{_uuid(task_id, name)}" for name in COLOURS}


def mask_png(task_id: str, wanted: str) -> bytes | None:
    """The PNG with this uuid; None where the task has none of it."""
    colours = (colour for name, colour in COLOURS.items() if _uuid(task_id, name) == wanted)
    colour = next(colours, None)
    return None if colour is None else _png(colour)


def _uuid(task_id: str, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{task_id}/{name}"))


def _png(colour: bytes) -> bytes:
    rows = (b"\0" + colour * SIZE) * SIZE
    head = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)  # 8 bits of red, green and blue
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
