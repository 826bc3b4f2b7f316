"""Lookup of objects, pages and metadata, shared by the routes of v2."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Response, request

from ...backend import chat, task_schema
from ...backend.store import BATCHES, PROJECTS, Doc, Filter, Page, Table
from ...backend.v2_view import V2Serializer
from ...http.errors import ApiError, invalid_parameter, not_found
from .. import http_io


def serializer(expand: Collection[str] = (), opts: bool = False) -> V2Serializer:
    """Return the serializer that the request's parameters select.

    Args:
        expand: The valid values of the parameter `expand`.
        opts: Whether the parameter `opts` is valid.
    """
    return V2Serializer(
        http_io.current_state(),
        http_io.current_account(),
        http_io.query_names("expand", tuple(expand)),
        http_io.query_names("opts", chat.OPTIONS) if opts else (),
    )


def find_by_id_or_name(
    table: Table, resource: str, params: Mapping[str, Any], **columns: str
) -> Doc | None:
    """Find the object that `<resource>_id` and `<resource>_name` identify, or either of them.

    Args:
        table: The table of the objects.
        resource: Name of the resource, such as "project".
        params: The query or the body.
        **columns: Further values that the object must have.

    Returns:
        The object, or None if there is neither parameter.

    Raises:
        ApiError: With 404, if there is no such object; with 400, if a parameter is not a string.
    """
    values = {}
    for name, column in ((f"{resource}_id", "_id"), (f"{resource}_name", "name")):
        value = params.get(name)
        if value is None or value == "":
            continue
        if not task_schema.is_non_empty_string(value):
            raise invalid_parameter(f'"{name}" must be a string')
        values[column] = value
    if not values:
        return None
    doc = http_io.current_store().get(table, http_io.current_account(), **values, **columns)
    if doc is None:
        raise not_found(resource, " / ".join(values.values()))
    return doc


def required_project(params: Mapping[str, Any]) -> Doc:
    """Return the project that a query or body identifies, as it must."""
    project = find_by_id_or_name(PROJECTS, "project", params)
    if project is None:
        raise missing_parameter("project_id", "project_name")
    return project


def required_batch(params: Mapping[str, Any]) -> Doc:
    """Return the batch that a query or body identifies, as it must."""
    batch = find_by_id_or_name(BATCHES, "batch", params)
    if batch is None:
        raise missing_parameter("batch_id", "batch_name")
    return batch


def missing_parameter(*names: str) -> ApiError:
    """Return a 400: one of these parameters is required."""
    return invalid_parameter(f"needs one of {', '.join(names)}")


def required_argument(name: str) -> str:
    """Return a parameter of the query, which must not be empty."""
    value = request.args.get(name)
    if not value:
        raise missing_parameter(name)
    return value


def fetch_page(table: Table, filters: list[Filter]) -> Page:
    """Return the requested page of the objects that match the filters, newest first."""
    limit, after = http_io.query_limit(), http_io.query_cursor()
    return http_io.current_store().page(
        table, http_io.current_account(), filters, limit, after=after
    )


def page_response(page: Page, body: Doc) -> Response:
    """Return a response, with the token of the next page if there is one."""
    if page.more and page.end:
        body["next_token"] = http_io.encode_page_token(page.end, 0)
    return http_io.json_response(body)


def updated_metadata(metadata: Doc, body: Doc) -> Doc:
    """Return an object's metadata after a metadata call.

    Args:
        metadata: The metadata before.
        body: JSON of the call: the new `metadata`, and whether to `merge` them.

    Raises:
        ApiError: With 400, if `metadata` is missing or not an object.
    """
    new = http_io.optional_object(body, "metadata")
    if new is None:
        raise invalid_parameter('"metadata" is required')
    return _merge(metadata, new) if http_io.boolean(body, "merge") else new


def _merge(old: Doc, new: Doc) -> Doc:
    merged = dict(old)
    for key, value in new.items():
        both_objects = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both_objects else value
    return merged
