"""Studio: your own labelers, their projects, groups and batches."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Optional

from ._http.idempotency import IDEMPOTENT
from ._http.response import APIResult
from ._recovery import CREATE_PROJECT_GROUP
from ._resource import ClientMixin, Resource
from ._validation import non_empty_str, path_segment, str_list
from .exceptions import ScaleException


class StudioBatchStatus(Enum):
    """The type of a Studio batch."""

    Production = "Production"


class StudioLabelerAssignment(Resource):
    """The projects that a labeler is assigned to.

    Unlike the other resources it is a list: `as_dict()` returns the names of the projects.

    Attributes:
        email: The labeler's e-mail address.
        assigned_projects: Names of the projects.
    """

    email: str
    assigned_projects: list[str]

    def __init__(self, assigned_projects: list[str], email: str, client: Any) -> None:
        # Not through Resource.__init__, whose JSON is an object.
        if not isinstance(assigned_projects, list):
            raise ScaleException(f"Assignments are a list of projects, got {assigned_projects!r}")
        self._json: Any = assigned_projects
        self._client = client
        self.email = email
        self.assigned_projects = assigned_projects

    def _identity(self) -> Any:
        return self.email

    def __str__(self) -> str:
        name = type(self).__name__
        return f"{name}(email={self.email},assigned_projects={self.assigned_projects})"


class StudioWorker(Resource):
    """A labeler in a group.

    Attributes:
        id: The labeler's id.
        email: The labeler's e-mail address.
    """

    _id_key = "email"
    _required = ("id", "email")

    id: str
    email: str


class StudioProjectGroup(Resource):
    """A group of a project's labelers.

    Attributes:
        id: The group's id.
        name: The group's name, unique in the project.
        numWorkers: Number of its labelers.
        isSingleton: Whether it represents a single labeler.
    """

    _id_key = "id"
    _label = _shown_key = "name"
    _required = ("id", "name", "numWorkers", "isSingleton")

    id: str
    name: str
    numWorkers: int  # noqa: N815
    isSingleton: bool  # noqa: N815

    def __init__(self, json: dict[str, Any], client: Any) -> None:
        super().__init__(json, client)
        _ = self.workers  # validates now, so that the error can name the response

    @property
    def workers(self) -> list[StudioWorker]:
        """Its labelers, an empty list where the service does not list them."""
        rows = self._json.get("workers")
        return [StudioWorker(row, self._client) for row in (rows if isinstance(rows, list) else [])]


class StudioBatch(Resource):
    """A batch with its Studio-specific properties.

    Attributes:
        id, name: The batch's id and name.
        project_id, project_name: The id and name of its project.
        batch_type: The value of a `StudioBatchStatus`, a string.
        studio_priority: Its position in the order, None without an explicit one.
        total, completed: Number of its tasks, and of those that are completed.
        groups: The groups that work on it, as the service sends them.
    """

    _id_key = "id"
    _label = _shown_key = "name"
    _required = (
        "id",
        "name",
        "projectId",
        "projectName",
        "batchType",
        "total",
        "completed",
        "groups",
    )
    _aliases = {
        "project_id": "projectId",
        "project_name": "projectName",
        "batch_type": "batchType",
        "studio_priority": "studioPriority",
    }
    _defaults = {"studioPriority": None}

    id: str
    name: str
    project_id: str
    project_name: str
    batch_type: str
    studio_priority: Optional[int]
    total: int
    completed: int
    groups: list[Any]


Assignments = dict[str, StudioLabelerAssignment]


class StudioMethods(ClientMixin):
    """The client's methods for Studio, which require a live Studio account.

    See https://scale.com/docs/api-reference/studio.
    """

    def list_studio_assignments(self) -> Assignments:
        """Return the assignments of all labelers, by e-mail address."""
        return self._assignments(self._request("GET", "studio/assignments"))

    def add_studio_assignments(self, emails: Iterable[str], projects: Iterable[str]) -> Assignments:
        """Assign labelers to projects.

        Args:
            emails: E-mail addresses of the labelers.
            projects: Names of the projects.

        Returns:
            The assignments of the whole team, by e-mail address.

        Raises:
            ScaleResourceNotFound: If there is no such project.
        """
        return self._change_assignments("add", emails, projects)

    def remove_studio_assignments(
        self, emails: Iterable[str], projects: Iterable[str]
    ) -> Assignments:
        """Remove labelers from projects.

        Args:
            emails: E-mail addresses of the labelers.
            projects: Names of the projects.

        Returns:
            The assignments of the whole team, by e-mail address.

        Raises:
            ScaleResourceNotFound: If there is no such project.
        """
        return self._change_assignments("remove", emails, projects)

    def _change_assignments(
        self, action: str, emails: Iterable[str], projects: Iterable[str]
    ) -> Assignments:
        body = {"emails": str_list("emails", emails), "projects": str_list("projects", projects)}
        endpoint = f"studio/assignments/{action}"
        return self._assignments(self._request("POST", endpoint, body=body, idempotency=IDEMPOTENT))

    def _assignments(self, result: APIResult) -> Assignments:
        return {
            email: result.parse_with(StudioLabelerAssignment, projects, email, self)
            for email, projects in result.json_object().items()
        }

    def list_project_groups(self, project: str) -> list[StudioProjectGroup]:
        """Return the groups of a project.

        Args:
            project: Name of the project.

        Raises:
            ScaleResourceNotFound: If there is no such project.
        """
        return self._request_list(StudioProjectGroup, "GET", _groups_of(project))

    def create_project_group(
        self, project: str, emails: Iterable[str], project_group: str
    ) -> StudioProjectGroup:
        """Create a group of labelers, who must already be assigned to the project.

        Args:
            project: Name of the project.
            emails: E-mail addresses of the labelers.
            project_group: Name of the group.

        Returns:
            The created group.

        Raises:
            ScaleInvalidRequest: If a labeler is not assigned to the project.
            ScaleDuplicateResource: If the name is taken.
        """
        body = {
            "emails": str_list("emails", emails),
            "name": non_empty_str("project_group", project_group),
        }
        return self._request_object(
            StudioProjectGroup,
            "POST",
            _groups_of(project),
            body=body,
            idempotency=CREATE_PROJECT_GROUP,
        )

    def update_project_group(
        self,
        project: str,
        project_group: str,
        add_emails: Optional[Iterable[str]],
        remove_emails: Optional[Iterable[str]],
    ) -> StudioProjectGroup:
        """Add labelers to a group and remove others.

        Args:
            project: Name of the project.
            project_group: Name of the group.
            add_emails: E-mail addresses of the labelers to add, None to add nobody.
            remove_emails: E-mail addresses of the labelers to remove, None to remove nobody.

        Returns:
            The changed group.

        Raises:
            ScaleInvalidRequest: If a labeler is not assigned to the project.
            ScaleResourceNotFound: If there is no such project or group.
        """
        endpoint = f"{_groups_of(project)}/{path_segment('project_group', project_group)}"
        body = {
            "add_emails": str_list("add_emails", add_emails or []),
            "remove_emails": str_list("remove_emails", remove_emails or []),
        }
        return self._request_object(StudioProjectGroup, "PUT", endpoint, body=body)

    def list_studio_batches(self) -> list[StudioBatch]:
        """Return the pending batches, in the order in which they are worked on."""
        return self._request_list(StudioBatch, "GET", "studio/batches")

    def assign_studio_batches(self, batch_name: str, project_groups: Iterable[str]) -> StudioBatch:
        """Assign a batch to groups, replacing its previous ones.

        Args:
            batch_name: The name of the batch.
            project_groups: Names of the groups.

        Returns:
            The changed batch.

        Raises:
            ScaleResourceNotFound: If there is no such batch or group.
        """
        endpoint = f"studio/batches/{path_segment('batch_name', batch_name)}"
        body = {"groups": str_list("project_groups", project_groups)}
        return self._request_object(StudioBatch, "PUT", endpoint, body=body)

    def set_studio_batches_priorities(self, batch_names: Iterable[str]) -> list[StudioBatch]:
        """Set the order in which batches are worked on.

        Args:
            batch_names: Names of all pending batches, the first with the highest priority.

        Returns:
            The pending batches in the new order.

        Raises:
            ScaleInvalidRequest: If a pending batch is missing, or one that is not pending is named.
        """
        body = {"batches": [{"name": name} for name in str_list("batch_names", batch_names)]}
        endpoint = "studio/batches/set_priorities"
        return self._request_list(StudioBatch, "POST", endpoint, body=body, idempotency=IDEMPOTENT)

    def reset_studio_batches_priorities(self) -> list[StudioBatch]:
        """Reset the order of batches to that of their creation, oldest first.

        Returns:
            The pending batches in the new order.
        """
        endpoint = "studio/batches/reset_priorities"
        return self._request_list(StudioBatch, "POST", endpoint, idempotency=IDEMPOTENT)


def _groups_of(project: str) -> str:
    return f"studio/projects/{path_segment('project', project)}/groups"
