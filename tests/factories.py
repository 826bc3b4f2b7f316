"""The JSON of one resource of each type, as the service sends it."""

from typing import Any, Optional

Json = dict[str, Any]

TASK: Json = {
    "task_id": "66f1c0de8a4b2f0012ab34cd",
    "created_at": "2025-03-04T10:15:00.000Z",
    "updated_at": "2025-03-04T10:15:00.060Z",
    "completed_at": "2025-03-04T10:15:00.046Z",
    "type": "imageannotation",
    "status": "completed",
    "instruction": "Box every bicycle.",
    "params": {"attachment_type": "image", "attachment": "https://example.org/street.jpg"},
    "is_test": True,
    "metadata": {},
    "project": "street-scenes",
    "batch": "march-01",
    "unique_id": "street-000123",
    "response": {"annotations": []},
}
BATCH: Json = {
    "project": "street-scenes",
    "name": "march-01",
    "status": "in_progress",
    "callback": "https://example.org/hook",
    "created_at": "2025-03-04T10:00:00.000Z",
    "metadata": {"owner": "ops"},
}
PROJECT: Json = {
    "type": "imageannotation",
    "name": "street-scenes",
    "param_history": [
        {"version": 0, "created_at": "2025-01-10T09:00:00.000Z", "instruction": "Box bicycles."},
        {"version": 1, "created_at": "2025-02-01T09:00:00.000Z", "instruction": "Box them all."},
    ],
    "created_at": "2025-01-10T09:00:00.000Z",
}
TEMPLATE: Json = {
    "id": "67aa00",
    "version": 3,
    "created_at": "2025-01-10T09:00:00.000Z",
    "updated_at": "2025-01-12T09:00:00.000Z",
    "template_variables": {"prompt": {"type": "string"}},
    "response_schema": {"type": "object"},
    "auto_onboard_enabled": True,
}
FILE: Json = {
    "id": "1d9f0a52-6c1e-4a7a-9c55-0f6f1c8e2b10",
    "attachment_url": "scaledata://66f1c0de8a4b2f0012ab34cd/1d9f0a52",
    "mime_type": "image/png",
    "size": 34071,
    "project_names": ["street-scenes"],
}
QUALITY_TASK: Json = {
    "id": "68bb11",
    "expected_response": {"annotations": {}},
    "initial_response": {"annotations": {"a": 1}},
}
TEAMMATE: Json = {
    "email": "ana@example.org",
    "role": "manager",
    "firstName": "Ana",
    "lastName": "Silva",
    "company": "Example Ltd",
    "isStudioLabeler": False,
}
WORKER: Json = {"id": "u1", "email": "ana@example.org"}
GROUP: Json = {
    "id": "69cc22",
    "name": "night-shift",
    "numWorkers": 1,
    "isSingleton": False,
    "workers": [WORKER],
}
STUDIO_BATCH: Json = {
    "id": "70dd33",
    "name": "march-01",
    "projectId": "71ee44",
    "projectName": "street-scenes",
    "batchType": "Production",
    "studioPriority": 1,
    "total": 40,
    "completed": 12,
    "groups": ["night-shift"],
}
ASSIGNMENTS: Json = {"ana@example.org": ["street-scenes", "receipts"], "bo@example.org": []}
BATCH_STATUS: Json = {"status": "in_progress", "pending": 3, "completed": 12}

CATEGORIZATION: Json = {
    "attachment_type": "text",
    "attachment": "x",
    "categories": ["c"],
    "instruction": "i",
}
"""The body of a create request that the sandbox accepts."""


def page(*docs: Any, total: Optional[int] = None, total_key: str = "total", **more: Any) -> Json:
    """One page of a listing."""
    envelope = {"docs": list(docs), "limit": 100, "offset": 0, "has_more": False, **more}
    return {**envelope, total_key: len(docs) if total is None else total}
