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
    json_response,
    object_body,
    parse_json,
    query_int,
    query_limit,
    required_string,
)

routes = Blueprint("files", __name__)

MAX_FILE = 80 * 1024 * 1024


@routes.post("/files/upload")
def upload() -> Response:
    sent = request.files.get("file")
    if sent is None:
        raise invalid_parameter('"file" is required')
    content = sent.stream.read()
    if len(content) > MAX_FILE:
        raise ApiError(413, f"A file may have {MAX_FILE} bytes, this one has {len(content)}")
    named_type = sent.mimetype if sent.mimetype != "application/octet-stream" else ""
    form: dict[str, Any] = request.form.to_dict()
    if "metadata" in form:
        form["metadata"] = _metadata(form["metadata"])
    kept = {"mime_type": named_type or _guess(sent.filename), "size": len(content)}
    return json_response(public(_keep(form, kept, content)))


@routes.post("/files/import")
def import_file() -> Response:
    body = object_body()
    # The address is not fetched: the sandbox asks nothing of the network.
    path = required_string(body, "file_url").partition("?")[0]
    return json_response(public(_keep(body, {"mime_type": _guess(path)}, None)))


@routes.get("/files")
def list_page() -> Response:
    project, limit = request.args.get("project"), query_limit()
    if not project:
        raise invalid_parameter('"project" is required')
    wanted = _metadata(request.args["metadata"]) if "metadata" in request.args else {}
    if not isinstance(wanted, dict):
        raise invalid_parameter('"metadata" must be a JSON object')
    matching = [
        file
        for file in current_state().store.all(FILES, current_account())
        if _is(file, project, wanted)
    ]
    start = query_int("cursor", 0, 0, MAX_OFFSET)
    more = start + limit < len(matching)
    page = {"docs": [public(file) for file in matching[start : start + limit]], "has_more": more}
    return json_response({**page, **({"cursor": str(start + limit)} if more else {})})


def _is(file: Doc, project: str, metadata: dict[str, Any]) -> bool:
    held = file.get("metadata")
    held = held if isinstance(held, dict) else {}
    same = all(name in held and held[name] == value for name, value in metadata.items())
    return project in file["project_names"] and same


def _keep(given: dict[str, Any], kept: Doc, content: bytes | None) -> Doc:
    for key in ("project_name", "reference_id"):
        if not isinstance(given.get(key), (str, type(None))):
            raise invalid_parameter(f'"{key}" must be a string')
    project, state, now = (
        given.pop("project_name", None),
        current_state(),
        timestamps.current(),
    )
    file_id = str(uuid.uuid4())
    doc = {
        **given,
        "id": file_id,
        "attachment_url": f"scaledata://{current_account()[:24]}/{file_id}",
        **kept,
        "project_names": [project] if project else [],
        "created_at": now,
        "updated_at": now,
    }
    with state.store.transaction():
        lifecycle.resolve_reference(state, PROJECTS, current_account(), project or None)
        state.store.insert(FILES, current_account(), doc)
        if content is not None:
            state.store.put_content(file_id, content)
    return doc


def _metadata(text: str) -> Any:
    return parse_json(text, 'Parameter is invalid, reason: "metadata" must be a JSON text')


def _guess(name: str | None) -> str:
    return mimetypes.guess_type(name or "")[0] or "application/octet-stream"
