"""Studio: one's own labelers, their projects, groups and batches.

Source: https://scale.com/docs/api-reference/studio
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Dict, Iterable, List, Optional

from ._http.idempotency import IDEMPOTENT
from ._http.response import APIResult
from ._recovery import CREATE_PROJECT_GROUP
from ._resource import ClientMixin, Resource
from ._validation import non_empty_str, path_segment, str_list
from .exceptions import ScaleException


class StudioBatchStatus(Enum):
    """What a Studio batch is for."""

    Production = "Production"


class StudioLabelerAssignment(Resource):
    """The projects that a labeler is assigned to.

    Unlike the other resources it is a list: `as_dict()` gives the names of the projects.

    Attributes:
        email: whose assignments these are.
        assigned_projects: names of the projects.
    """

    email: str
    assigned_projects: List[str]

    def __init__(self, assigned_projects: List[str], email: str, client: Any) -> None:
        # Not through Resource, whose JSON is an object.
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
        id: the labeler's id.
        email: the labeler's address.
    """

    _id_key = "email"
    _required = ("id", "email")

    id: str
    email: str


class StudioProjectGroup(Resource):
    """A group of a project's labelers.

    Attributes:
        id: its id.
        name: unique in the project.
        numWorkers: how many labelers it has.
        isSingleton: whether it stands for one labeler.
    """

    _id_key = "id"
    _label = _shown_key = "name"
    _required = ("id", "name", "numWorkers", "isSingleton")

    id: str
    name: str
    numWorkers: int
    isSingleton: bool

    def __init__(self, json: Dict[str, Any], client: Any) -> None:
        super().__init__(json, client)
        _ = self.workers  # complains now, while it is known which answer it was

    @property
    def workers(self) -> List[StudioWorker]:
        """Its labelers, an empty list where the service does not list them."""
        rows = self._json.get("workers")
        return [StudioWorker(row, self._client) for row in (rows if isinstance(rows, list) else [])]


class StudioBatch(Resource):
    """A batch as Studio sees it.

    Attributes:
        id, name: which batch.
        project_id, project_name: of which project.
        batch_type: text of a `StudioBatchStatus`.
        studio_priority: its place in the order, None without an explicit one.
        total, completed: how many tasks it has, and how many of them are completed.
        groups: who works on it, as the service sends it.
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
    groups: List[Any]


Assignments = Dict[str, StudioLabelerAssignment]


class StudioMethods(ClientMixin):
    """The client's calls on Studio. They need a live Studio account."""

    def list_studio_assignments(self) -> Assignments:
        """Every labeler's assignments, by e-mail address.

        See https://scale.com/docs/api-reference/studio.
        """
        return self._assignments(self._request("GET", "studio/assignments"))

    def add_studio_assignments(self, emails: Iterable[str], projects: Iterable[str]) -> Assignments:
        """Assign labelers to projects; the whole team's assignments come back, by address.

        Raises:
            ScaleResourceNotFound: there is no such project.

        See https://scale.com/docs/api-reference/studio.
        """
        return self._change_assignments("add", emails, projects)

    def remove_studio_assignments(
        self, emails: Iterable[str], projects: Iterable[str]
    ) -> Assignments:
        """Take labelers off projects; the whole team's assignments come back, by address.

        Raises:
            ScaleResourceNotFound: there is no such project.

        See https://scale.com/docs/api-reference/studio.
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

    def list_project_groups(self, project: str) -> List[StudioProjectGroup]:
        """The groups of a project.

        Raises:
            ScaleResourceNotFound: there is no such project.

        See https://scale.com/docs/api-reference/studio.
        """
        return self._request_list(StudioProjectGroup, "GET", _groups_of(project))

    def create_project_group(
        self, project: str, emails: Iterable[str], project_group: str
    ) -> StudioProjectGroup:
        """Make a group of labelers, who must be assigned to the project already.

        Args:
            project: name of the project.
            emails: the labelers.
            project_group: name of the group.

        Raises:
            ScaleInvalidRequest: somebody is not assigned to the project.
            ScaleDuplicateResource: the name is taken.

        See https://scale.com/docs/api-reference/studio.
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
        """Add labelers to a group and remove others; the changed group comes back.

        Args:
            project: name of the project.
            project_group: name of the group.
            add_emails: whom to add, None nobody.
            remove_emails: whom to remove, None nobody.

        Raises:
            ScaleInvalidRequest: somebody is not assigned to the project.
            ScaleResourceNotFound: there is no such project or group.

        See https://scale.com/docs/api-reference/studio.
        """
        endpoint = f"{_groups_of(project)}/{path_segment('project_group', project_group)}"
        body = {
            "add_emails": str_list("add_emails", add_emails or []),
            "remove_emails": str_list("remove_emails", remove_emails or []),
        }
        return self._request_object(StudioProjectGroup, "PUT", endpoint, body=body)

    def list_studio_batches(self) -> List[StudioBatch]:
        """The pending batches, first the one that is worked on first.

        See https://scale.com/docs/api-reference/studio.
        """
        return self._request_list(StudioBatch, "GET", "studio/batches")

    def assign_studio_batches(self, batch_name: str, project_groups: Iterable[str]) -> StudioBatch:
        """Give a batch to groups, in place of those it had; the changed batch comes back.

        Args:
            batch_name: which batch.
            project_groups: names of the groups.

        Raises:
            ScaleResourceNotFound: there is no such batch or group.

        See https://scale.com/docs/api-reference/studio.
        """
        endpoint = f"studio/batches/{path_segment('batch_name', batch_name)}"
        body = {"groups": str_list("project_groups", project_groups)}
        return self._request_object(StudioBatch, "PUT", endpoint, body=body)

    def set_studio_batches_priorities(self, batch_names: Iterable[str]) -> List[StudioBatch]:
        """Set the order in which batches are worked on; the pending batches come back in it.

        Args:
            batch_names: all pending batches, the first with the highest priority.

        Raises:
            ScaleInvalidRequest: a pending batch is missing, or one that is not pending is named.

        See https://scale.com/docs/api-reference/studio.
        """
        body = {"batches": [{"name": name} for name in str_list("batch_names", batch_names)]}
        endpoint = "studio/batches/set_priorities"
        return self._request_list(StudioBatch, "POST", endpoint, body=body, idempotency=IDEMPOTENT)

    def reset_studio_batches_priorities(self) -> List[StudioBatch]:
        """Go back to the order of creation, oldest first; the pending batches come back in it.

        See https://scale.com/docs/api-reference/studio.
        """
        endpoint = "studio/batches/reset_priorities"
        return self._request_list(StudioBatch, "POST", endpoint, idempotency=IDEMPOTENT)


def _groups_of(project: str) -> str:
    return f"studio/projects/{path_segment('project', project)}/groups"
