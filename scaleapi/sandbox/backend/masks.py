"""Result files of segmentation tasks: small images of one colour."""

from __future__ import annotations

import struct
import uuid
import zlib

SIZE = 8  # width and height in pixels
COLOURS = {"unlabeled": b"\0\0\0", "labeled": b"\xff\xff\xff", "combined": b"\x80\x80\x80"}


def mask_urls(url: str, task_id: str) -> dict[str, str]:
    """Return the URLs of a task's masks, which need the key.

    Args:
        url: Instance URL.
        task_id: Id of the task.

    Returns:
        The URLs by the name of the mask.
    """
    return {name: f"{url}/task/{task_id}/response_url/{_uuid(task_id, name)}" for name in COLOURS}


def mask_png(task_id: str, mask_id: str) -> bytes | None:
    """Return a mask as PNG.

    Args:
        task_id: Id of the task.
        mask_id: The UUID in the mask's URL.

    Returns:
        The file, or None if the task has no such mask.
    """
    for name, colour in COLOURS.items():
        if _uuid(task_id, name) == mask_id:
            return _png(colour)
    return None


def _uuid(task_id: str, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{task_id}/{name}"))


def _png(colour: bytes) -> bytes:
    rows = (b"\0" + colour * SIZE) * SIZE
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)  # 8 bits of red, green and blue
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
