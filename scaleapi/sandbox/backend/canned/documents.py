"""Responses of document types."""

from __future__ import annotations

from ..store import Doc
from .files import stable_uuid
from .labels import TEXT, as_list, first_labels

WIDTH, HEIGHT = 612, 792  # pixels of a page
_LINE = 24  # pixels from text to text


def response(task: Doc, url: str) -> Doc:
    """Return the response: one line of text per feature, on the first page."""
    features = [
        {"choice": feature.get("label") or feature.get("type")}
        for feature in as_list(task["params"].get("features"))
        if isinstance(feature, dict)
    ]
    return {
        "annotations": [
            {
                "uuid": stable_uuid(task, f"annotation {number}"),
                "page": 0,
                "label": label,
                "text": TEXT,
                "refs": [],
                "location": {
                    "type": "box",
                    "left": 40,
                    "top": 40 + _LINE * number,
                    "width": 120,
                    "height": 18,
                },
            }
            for number, label in enumerate(first_labels(features))
        ]
    }


def pages(task: Doc) -> Doc:
    """Return the pages that a task holds at its top, one per attachment."""
    count = len(as_list(task["params"].get("attachments"))) or 1
    return {"document_pages": [{"width": WIDTH, "height": HEIGHT}] * count}
