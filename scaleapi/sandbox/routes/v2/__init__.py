"""The routes of v2, one module per resource."""

from . import annotations, batches, datasets, deliveries, projects, tasks

BLUEPRINTS = (
    *(module.routes for module in (tasks, batches, projects, deliveries, datasets, annotations)),
    datasets.signed_files,
)
