"""Reading a request of v2 and writing its answer: what these routes share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Response, request

from ...backend import chat, task_schema
from ...backend.store import BATCHES, PROJECTS, Doc, Filter, Page, Table
from ...backend.v2_view import V2Serializer
from ...http.errors import bad_request, not_found
from .. import http_io


def serializer(expand: Collection[str] = (), opts: bool = False) -> V2Serializer:
    """The view that a request asks for, with what it may expand, and whether it takes `opts`."""
    return V2Serializer(
        http_io.current_state(),
        http_io.current_account(),
        http_io.query_names("expand", tuple(expand)),
        http_io.query_names("opts", chat.OPTIONS) if opts else (),
    )


def find_by_id_or_name(
    table: Table, what: str, given: Mapping[str, Any], **also: str
) -> Doc | None:
    """The object that `<what>_id` and `<what>_name` name; None when neither is given.

    Both fit it where both are given, and so does `also`; 404 when there is none.
    """
    wanted = {}
    for name, column in ((f"{what}_id", "_id"), (f"{what}_name", "name")):
        value = given.get(name)
        if value is None or value == "":
            continue
        if not task_schema.is_non_empty_string(value):
            raise bad_request(f'Parameter is invalid, reason: "{name}" must be a string')
        wanted[column] = value
    if not wanted:
        return None
    doc = http_io.current_state().store.get(table, http_io.current_account(), **wanted, **also)
    if doc is None:
        raise not_found(what, " / ".join(wanted.values()))
    return doc


def required_project(given: Mapping[str, Any]) -> Doc:
    """The project that a query or body names; it has to name one."""
    project = find_by_id_or_name(PROJECTS, "project", given)
    if project is None:
        raise missing_parameter("project_id", "project_name")
    return project


def required_batch(given: Mapping[str, Any]) -> Doc:
    """The batch that a query or body names; it has to name one."""
    batch = find_by_id_or_name(BATCHES, "batch", given)
    if batch is None:
        raise missing_parameter("batch_id", "batch_name")
    return batch


def missing_parameter(*names: str) -> Exception:
    """400: none of these parameters was given."""
    return bad_request(f"Parameter is invalid, reason: needs one of {', '.join(names)}")


def required_argument(name: str) -> str:
    """A parameter of the query that has to be there."""
    value = request.args.get(name)
    if not value:
        raise missing_parameter(name)
    return value


def fetch_page(table: Table, filters: list[Filter]) -> Page:
    """The page asked for, newest first."""
    limit, after = http_io.query_limit(), http_io.query_cursor()
    return http_io.current_state().store.page(
        table, http_io.current_account(), filters, limit, after=after
    )


def page_response(page: Page, body: Doc) -> Response:
    """An answer with the token of the next page, if there is one."""
    if page.more and page.end:
        body["next_token"] = http_io.encode_page_token(page.end, 0)
    return http_io.json_response(body)


def updated_metadata(old: Doc, body: Doc) -> Doc:
    """What the body of a metadata call makes of an object's metadata."""
    new = http_io.optional_object(body, "metadata")
    if new is None:
        raise bad_request('Parameter is invalid, reason: "metadata" is required')
    return _merged(old, new) if http_io.boolean(body, "merge") else new


def _merged(old: Doc, new: Doc) -> Doc:
    merged = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged
