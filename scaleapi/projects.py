"""Projects: what is to be done, and how.

Source: https://scale.com/docs/api-reference/projects
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from ._recovery import CREATE_PROJECT, UPDATE_PROJECT
from ._resource import ClientMixin, Resource
from ._validation import boolean, enum_value, non_empty_str, path_segment
from .tasks import TaskType, TypeLike


class TaskTemplate(Resource):
    """The form that a chat or text collection project's tasks follow.

    Attributes:
        id, version, created_at, updated_at: which template, and since when.
        template_variables: what a task may fill in.
        response_schema: form of the responses, or None.
        auto_onboard_enabled: whether labelers may start by themselves.
    """

    _id_key = "id"
    _required = ("id", "version", "created_at", "updated_at", "template_variables")
    _defaults = {"response_schema": None, "auto_onboard_enabled": False}

    id: str
    version: int
    created_at: str
    updated_at: str
    template_variables: Dict[str, Any]
    response_schema: Optional[Dict[str, Any]]
    auto_onboard_enabled: bool

    def get_template_variables(self) -> Dict[str, Any]:
        """What a task may fill in."""
        return self.template_variables

    def get_response_schema(self) -> Optional[Dict[str, Any]]:
        """Form of the responses, or None."""
        return self.response_schema

    def is_auto_onboardable(self) -> bool:
        """Whether labelers may start by themselves."""
        return self.auto_onboard_enabled


class Project(Resource):
    """A project.

    Its parameters have versions, oldest first in `as_dict()["param_history"]`.

    Attributes:
        name: unique in the account.
        type: text of a `TaskType`, that of all its tasks.
    """

    _id_key = _label = "name"
    _required = ("name", "type")

    name: str
    type: str
    _client: ProjectMethods

    @property
    def params(self) -> Optional[Dict[str, Any]]:
        """The parameters in force, or None."""
        history = self._json.get("param_history")
        last = history[-1] if isinstance(history, list) and history else None
        return last if isinstance(last, dict) else None

    @property
    def version(self) -> Optional[int]:
        """Number of the parameters' version in force, or None."""
        return (self.params or {}).get("version")

    @property
    def instruction(self) -> Optional[str]:
        """The instruction in force, or None."""
        return (self.params or {}).get("instruction")

    def get_template(self) -> TaskTemplate:
        """The project's template; see `ScaleClient.get_project_template`."""
        return self._client.get_project_template(self.name)


class ProjectMethods(ClientMixin):
    """The client's calls on projects."""

    def create_project(
        self,
        project_name: str,
        task_type: TypeLike,
        params: Optional[Dict[str, Any]] = None,
        rapid: bool = False,
        studio: bool = False,
        dataset_id: Optional[str] = None,
    ) -> Project:
        """Create a project.

        Args:
            project_name: its name, unique in the account.
            task_type: what its tasks are.
            params: its first parameters, such as `{"instruction": ...}`; tasks inherit them.
            rapid: make it a Rapid project.
            studio: make it a Studio project.
            dataset_id: an existing Nucleus dataset to link.

        Raises:
            ScaleDuplicateResource: the name is taken.
            ScaleInvalidRequest: an argument is wrong.

        See https://scale.com/docs/api-reference/projects.
        """
        body = {
            "type": enum_value("task_type", task_type, TaskType),
            "name": non_empty_str("project_name", project_name),
            "params": params,
            "rapid": rapid,
            "studio": studio,
            "datasetId": dataset_id,
        }
        return self._request_object(
            Project, "POST", "projects", body=body, idempotency=CREATE_PROJECT
        )

    def get_project(self, project_name: str) -> Project:
        """The project of this name.

        Raises:
            ScaleResourceNotFound: there is none.

        See https://scale.com/docs/api-reference/projects.
        """
        return self._request_object(
            Project, "GET", f"projects/{path_segment('project_name', project_name)}"
        )

    def projects(self, *, archived: Optional[bool] = None) -> List[Project]:
        """All projects of the account.

        Args:
            archived: True for those that are archived, False for those that are not. (Scale
                documents this filter, and its client for Node has it.)

        See https://scale.com/docs/api-reference/projects.
        """
        # Unlike other booleans this one is documented in lower case.
        params = (
            None if archived is None else {"archived": str(boolean("archived", archived)).lower()}
        )
        return self._request_list(Project, "GET", "projects", params=params)

    def get_projects(self, *, archived: Optional[bool] = None) -> List[Project]:
        """All projects of the account; the same as `projects`.

        See https://scale.com/docs/api-reference/projects.
        """
        return self.projects(archived=archived)

    def update_project(self, project_name: str, **kwargs: Any) -> Project:
        """Give a project a new version of its parameters; the changed project comes back.

        Args:
            project_name: which project.
            **kwargs: the parameters, and `patch`: True keeps those that are not named, False
                replaces all of them.

        Raises:
            ScaleResourceNotFound: there is no such project.

        See https://scale.com/docs/api-reference/projects.
        """
        endpoint = f"projects/{path_segment('project_name', project_name)}/setParams"
        return self._request_object(
            Project, "POST", endpoint, body=kwargs, idempotency=UPDATE_PROJECT
        )

    def get_project_template(self, project_name: str) -> TaskTemplate:
        """The template of a chat or text collection project.

        Raises:
            ScaleException: there is no such project (404), or it has no template (400 or 404).

        See https://scale.com/docs/api-reference/projects.
        """
        endpoint = f"projects/{path_segment('project_name', project_name)}/taskTemplates"
        return self._request_object(TaskTemplate, "GET", endpoint)
