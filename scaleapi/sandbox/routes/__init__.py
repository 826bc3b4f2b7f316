"""The routes, one module per resource, each with the name that it has in the client."""

from __future__ import annotations

from . import batches, control, dashboard, files, projects, quality_tasks, studio, tasks, teams, v2

# Under /v1, unless they say otherwise.
BLUEPRINTS = (
    *(module.routes for module in (tasks, batches, projects, files, quality_tasks, teams, studio)),
    *v2.BLUEPRINTS,
    control.routes,
    dashboard.routes,
)

NO_KEY = (v2.datasets.signed_files.name,)
