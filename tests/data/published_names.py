"""Every name that scripts for the published client import, and the order of its arguments.

v2 (`scaleapi.api_client`, `V2Api` and the like) follows with that part of the client.
"""

EXCEPTIONS = (
    "ScaleException ScaleInvalidRequest ScaleUnauthorized ScaleNotEnabled ScaleResourceNotFound "
    "ScaleDuplicateResource ScaleTooManyRequests ScaleInternalError ScaleServiceUnavailable "
    "ScaleTimeoutError ExceptionMap"
).split()

NAMES = {
    "scaleapi": (
        "ScaleClient Task TaskType TaskStatus TaskReviewStatus Batch BatchStatus Project "
        "TaskTemplate File Teammate TeammateRole StudioBatch StudioLabelerAssignment "
        "StudioProjectGroup EvaluationTask TrainingTask ScaleInvalidRequest Paginator Tasklist "
        "Batchlist Api __version__ api batches evaluation_tasks exceptions files projects "
        "quality_tasks studio tasks teams training_tasks"
    ).split()
    + EXCEPTIONS,
    "scaleapi.tasks": ["Task", "TaskType", "TaskStatus", "TaskReviewStatus"],
    "scaleapi.batches": ["Batch", "BatchStatus"],
    "scaleapi.exceptions": EXCEPTIONS,
    "scaleapi.files": ["File"],
    "scaleapi.projects": ["Project", "TaskTemplate"],
    "scaleapi.teams": ["Teammate", "TeammateRole"],
    "scaleapi.studio": (
        "StudioBatch StudioBatchStatus StudioLabelerAssignment StudioProjectGroup StudioWorker"
    ).split(),
    "scaleapi.evaluation_tasks": ["EvaluationTask"],
    "scaleapi.training_tasks": ["TrainingTask"],
    "scaleapi.quality_tasks": ["QualityTask"],
    "scaleapi.api": (
        "Api SCALE_API_BASE_URL_V1 HTTP_TOTAL_RETRIES HTTP_RETRY_BACKOFF_FACTOR "
        "HTTP_STATUS_FORCE_LIST HTTP_RETRY_ALLOWED_METHODS"
    ).split(),
}

FILTERS = (
    "project_name=None, batch_name=None, task_type=None, status=None, review_status=None, "
    "unique_id=None, completed_after=None, completed_before=None, updated_after=None, "
    "updated_before=None, created_after=None, created_before=None, tags=None, "
    "include_attachment_url=True"
)

SIGNATURES = {
    "get_task": "task_id",
    "create_task": "task_type, **kwargs",
    "cancel_task": "task_id, clear_unique_id=False",
    "audit_task": "task_id, accepted, comments=None",
    "update_task_unique_id": "task_id, unique_id",
    "clear_task_unique_id": "task_id",
    "set_task_metadata": "task_id, metadata",
    "set_task_tags": "task_id, tags",
    "add_task_tags": "task_id, tags",
    "delete_task_tags": "task_id, tags",
    "tasks": "**kwargs",
    "get_tasks": f"{FILTERS}, limited_response=None, limit=None",
    "get_tasks_count": FILTERS,
    "_process_tasks_endpoint_args": f"{FILTERS}, limited_response=None",
    "create_batch": (
        "project, batch_name, callback='', calibration_batch=False, self_label_batch=False, "
        "metadata=None"
    ),
    "finalize_batch": "batch_name",
    "get_batch": "batch_name",
    "batch_status": "batch_name",
    "batches": "**kwargs",
    "get_batches": (
        "project_name=None, batch_status=None, created_after=None, created_before=None, "
        "exclude_archived=False"
    ),
    "set_batch_metadata": "batch_name, metadata",
    "create_project": (
        "project_name, task_type, params=None, rapid=False, studio=False, dataset_id=None"
    ),
    "get_project": "project_name",
    "projects": "",
    "get_projects": "",
    "update_project": "project_name, **kwargs",
    "get_project_template": "project_name",
    "upload_file": "file, **kwargs",
    "import_file": "file_url, **kwargs",
    "create_evaluation_task": "task_type, **kwargs",
    "create_training_task": "task_type, **kwargs",
    "list_teammates": "",
    "invite_teammates": "emails, role",
    "update_teammates_role": "emails, role",
    "list_studio_assignments": "",
    "add_studio_assignments": "emails, projects",
    "remove_studio_assignments": "emails, projects",
    "list_project_groups": "project",
    "create_project_group": "project, emails, project_group",
    "update_project_group": "project, project_group, add_emails, remove_emails",
    "list_studio_batches": "",
    "assign_studio_batches": "batch_name, project_groups",
    "set_studio_batches_priorities": "batch_names",
    "reset_studio_batches_priorities": "",
}
