"""Files: upload and import."""

from __future__ import annotations

import mimetypes
import uuid
from typing import Any

from flask import Blueprint, Response, request

from ..backend import lifecycle
from ..backend.store import FILES, PROJECTS, Doc, public
from ..http import timestamps
from ..http.errors import ApiError, invalid_parameter
from .http_io import (
    MAX_OFFSET,
    current_account,
    current_state,
    current_store,
    json_response,
    object_body,
    parse_json,
    public_response,
    query_int,
    query_limit,
    required_string,
)

routes = Blueprint("files", __name__)

MAX_FILE = 80 * 1024 * 1024  # bytes


@routes.post("/files/upload")
def upload() -> Response:
    """Store an uploaded file."""
    file = request.files.get("file")
    if file is None:
        raise invalid_parameter('"file" is required')
    content = file.stream.read()
    if len(content) > MAX_FILE:
        raise ApiError(413, f"A file may have {MAX_FILE} bytes, this one has {len(content)}")
    mime_type = file.mimetype if file.mimetype != "application/octet-stream" else ""
    form: dict[str, Any] = request.form.to_dict()
    if "metadata" in form:
        form["metadata"] = _metadata(form["metadata"])
    properties = {"mime_type": mime_type or _guess_type(file.filename), "size": len(content)}
    return public_response(_create(form, properties, content))


@routes.post("/files/import")
def import_file() -> Response:
    """Create a file by its URL, which is not downloaded."""
    body = object_body()
    path = required_string(body, "file_url").partition("?")[0]
    return public_response(_create(body, {"mime_type": _guess_type(path)}, None))


@routes.get("/files")
def list_page() -> Response:
    """List a page of a project's files."""
    project, limit = request.args.get("project"), query_limit()
    if not project:
        raise invalid_parameter('"project" is required')
    metadata = _metadata(request.args["metadata"]) if "metadata" in request.args else {}
    if not isinstance(metadata, dict):
        raise invalid_parameter('"metadata" must be a JSON object')
    matching = [
        file
        for file in current_store().all(FILES, current_account())
        if _matches(file, project, metadata)
    ]
    start = query_int("cursor", 0, 0, MAX_OFFSET)
    more = start + limit < len(matching)
    page = {"docs": [public(file) for file in matching[start : start + limit]], "has_more": more}
    return json_response({**page, **({"cursor": str(start + limit)} if more else {})})


def _matches(file: Doc, project: str, metadata: dict[str, Any]) -> bool:
    own = file.get("metadata")
    own = own if isinstance(own, dict) else {}
    has_metadata = all(name in own and own[name] == value for name, value in metadata.items())
    return project in file["project_names"] and has_metadata


def _create(body: dict[str, Any], properties: Doc, content: bytes | None) -> Doc:
    for key in ("project_name", "reference_id"):
        if not isinstance(body.get(key), (str, type(None))):
            raise invalid_parameter(f'"{key}" must be a string')
    project, store, created = body.pop("project_name", None), current_store(), timestamps.current()
    file_id = str(uuid.uuid4())
    doc = {
        **body,
        "id": file_id,
        "attachment_url": f"scaledata://{current_account()[:24]}/{file_id}",
        **properties,
        "project_names": [project] if project else [],
        "created_at": created,
        "updated_at": created,
    }
    with store.transaction():
        lifecycle.resolve_reference(current_state(), PROJECTS, current_account(), project or None)
        store.insert(FILES, current_account(), doc)
        if content is not None:
            store.put_content(file_id, content)
    return doc


def _metadata(text: str) -> Any:
    return parse_json(text, 'Parameter is invalid, reason: "metadata" must be a JSON text')


def _guess_type(name: str | None) -> str:
    return mimetypes.guess_type(name or "")[0] or "application/octet-stream"
