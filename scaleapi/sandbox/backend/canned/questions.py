"""Responses of the old types that ask one question."""

from __future__ import annotations

from typing import Any

from ..store import Doc
from .labels import as_dict, as_list, first_labels

WRITTEN = "test response"  # as in Scale's test environment
SECONDS = 15


def categorization(task: Doc, url: str) -> Doc:
    """Return a category for the categories, and one for each taxonomy."""
    params = task["params"]
    taxonomies, ids = as_dict(params.get("taxonomies")), as_dict(params.get("category_ids"))
    found: Doc = {}
    if params.get("categories") or not taxonomies:
        found["category"] = _chosen(params.get("categories"), params.get("allow_multiple"))
    if ids:
        first = next(iter(ids))
        found["category_id"] = [first] if params.get("allow_multiple") else first
    if taxonomies:
        found["taxonomies"] = {
            name: _chosen(as_dict(each).get("choices"), as_dict(each).get("allow_multiple"))
            for name, each in taxonomies.items()
        }
    return found


def _chosen(choices: Any, allow_multiple: Any) -> Any:
    first = next(iter(first_labels(choices)), "none")
    return [first] if allow_multiple else first


def comparison(task: Doc, url: str) -> Doc:
    """Return one of the choices, and a string for each field."""
    params = task["params"]
    choice = {"choice": _chosen(params.get("choices"), False)} if params.get("choices") else {}
    fields = {"fields": _written(params.get("fields"))} if params.get("fields") else {}
    return {**choice, **fields}


def transcription(task: Doc, url: str) -> Doc:
    """Return a string for each field, and one row of those that repeat."""
    rows = task["params"].get("repeatable_fields")
    repeated = {"repeatable_fields": [_written(rows)]} if rows else {}
    return {"fields": _written(task["params"].get("fields")), **repeated}


def data_collection(task: Doc, url: str) -> Doc:
    """Return a string for each field."""
    fields = _written(task["params"].get("fields"))
    return {"fields": fields, "time_spent_in_seconds": SECONDS}


def _written(fields: Any) -> Doc:
    names = [*as_dict(fields), *(str(name) for name in as_list(fields) if isinstance(name, str))]
    return dict.fromkeys(names, WRITTEN)
