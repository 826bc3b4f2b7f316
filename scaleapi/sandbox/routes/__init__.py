"""The routes, one module per resource, each with the name that it has in the client."""

from . import batches, files, projects, quality_tasks, studio, tasks, teams

BLUEPRINTS = tuple(
    module.routes for module in (tasks, batches, projects, files, quality_tasks, teams, studio)
)
