"""What tasks say about their attachments: copies in the store, and those that can't be loaded."""

from __future__ import annotations

from typing import Any

from ..store import Doc
from .labels import as_list

FORBIDDEN = 403


def urls(task: Doc) -> list[str]:
    """Return the URLs of a task's attachments, without attachments that are texts."""
    params = task["params"]
    listed = [params.get("attachment"), *as_list(params.get("attachments"))]
    contents = [item.get("content") if isinstance(item, dict) else item for item in listed]
    return [text for text in contents if isinstance(text, str) and "://" in text]


def stored_copies(task: Doc) -> list[dict[str, Any]]:
    """Return the copies of each attachment: the original, and the converted one."""
    return [
        {
            "attachmentURL": url,
            "s3URL": f"s3://scale-sandbox/{task['task_id']}/{number}{suffix}",
            "isConvertedImage": bool(suffix),
        }
        for number, url in enumerate(urls(task))
        for suffix in ("", "-converted")
    ]


def error_response(task: Doc, message: str) -> Doc:
    """Return the response of a task with an error: the message, and what could not be loaded.

    That is the first attachment, or the first frame of a task with several.
    """
    found = urls(task)
    if not found:
        return {"error": message}
    attachment = {"statusCode": FORBIDDEN, "url": found[0]}
    if isinstance(task["params"].get("attachments"), list) and len(found) > 1:
        frame = {"frame": 0, "message": message, "attachment": attachment}
        return {"error": message, "frames": [frame]}
    return {"error": message, "attachments": [attachment]}
