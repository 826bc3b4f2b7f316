"""The routes, one module per resource, each with the name that it has in the client."""

from . import (
    batches,
    control,
    files,
    page,
    projects,
    quality_tasks,
    studio,
    tasks,
    teams,
    v2_annotations,
    v2_batches,
    v2_datasets,
    v2_deliveries,
    v2_projects,
    v2_tasks,
)

# Under /v1, unless they say otherwise.
BLUEPRINTS = (
    *(module.routes for module in (tasks, batches, projects, files, quality_tasks, teams, studio)),
    *(module.routes for module in (v2_tasks, v2_batches, v2_projects, v2_deliveries)),
    *(module.routes for module in (v2_datasets, v2_annotations)),
    v2_datasets.signed_files,
    control.routes,
    page.routes,
)

NO_KEY = (v2_datasets.signed_files.name,)
