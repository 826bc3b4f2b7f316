"""Projects: the type, instructions and other parameters that tasks share."""

from __future__ import annotations

from typing import Any, Optional

from ._recovery import CREATE_PROJECT, UPDATE_PROJECT
from ._renamed import explains_old_keywords
from ._resource import ClientMixin, Resource
from ._validation import boolean, enum_value, non_empty_str, path_segment
from .tasks import TaskType, TypeLike


class TaskTemplate(Resource):
    """The template that the tasks of a chat or text collection project follow.

    Attributes:
        id, version, created_at, updated_at: The template's id, its version, and when it was created
            and last changed.
        template_variables: The variables that a task may fill in.
        response_schema: Schema of the responses, or None.
        auto_onboard_enabled: Whether labelers may start by themselves.
    """

    _id_key = "id"
    _required = ("id", "version", "created_at", "updated_at", "template_variables")
    _defaults = {"response_schema": None, "auto_onboard_enabled": False}

    id: str
    version: int
    created_at: str
    updated_at: str
    template_variables: dict[str, Any]
    response_schema: Optional[dict[str, Any]]
    auto_onboard_enabled: bool

    def get_template_variables(self) -> dict[str, Any]:
        """Return the variables that a task may fill in."""
        return self.template_variables

    def get_response_schema(self) -> Optional[dict[str, Any]]:
        """Return the schema of the responses, or None."""
        return self.response_schema

    def is_auto_onboardable(self) -> bool:
        """Return whether labelers may start by themselves."""
        return self.auto_onboard_enabled


class Project(Resource):
    """A project.

    Its parameters have versions, oldest first in `as_dict()["param_history"]`.

    Attributes:
        name: The project's name, unique in the account.
        type: The value of a `TaskType`, a string, which is the type of all its tasks.
    """

    _id_key = _label = "name"
    _required = ("name", "type")

    name: str
    type: str
    _client: ProjectMethods

    @property
    def params(self) -> Optional[dict[str, Any]]:
        """The current parameters, or None."""
        history = self._json.get("param_history")
        last = history[-1] if isinstance(history, list) and history else None
        return last if isinstance(last, dict) else None

    @property
    def version(self) -> Optional[int]:
        """The version number of the current parameters, or None."""
        return (self.params or {}).get("version")

    @property
    def instruction(self) -> Optional[str]:
        """The current instruction, or None."""
        return (self.params or {}).get("instruction")

    def get_template(self) -> TaskTemplate:
        """Return the project's template; see `ScaleClient.get_project_template`."""
        return self._client.get_project_template(self.name)


class ProjectMethods(ClientMixin):
    """The client's methods for projects. See https://scale.com/docs/api-reference/projects."""

    @explains_old_keywords(type="task_type")
    def create_project(
        self,
        project_name: str,
        task_type: TypeLike,
        params: Optional[dict[str, Any]] = None,
        rapid: bool = False,
        studio: bool = False,
        dataset_id: Optional[str] = None,
    ) -> Project:
        """Create a project.

        Args:
            project_name: The project's name, unique in the account.
            task_type: The type of its tasks.
            params: Its first parameters, such as `{"instruction": ...}`; tasks inherit them.
            rapid: Whether it is a Rapid project.
            studio: Whether it is a Studio project.
            dataset_id: Id of an existing Nucleus dataset to link.

        Returns:
            The created project.

        Raises:
            ScaleDuplicateResource: If the name is taken.
            ScaleInvalidRequest: If an argument is invalid.
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
        """Return the project with this name.

        Args:
            project_name: The name of the project.

        Raises:
            ScaleResourceNotFound: If there is no such project.
        """
        return self._request_object(
            Project, "GET", f"projects/{path_segment('project_name', project_name)}"
        )

    def projects(self, *, archived: Optional[bool] = None) -> list[Project]:
        """Return all projects of the account.

        Args:
            archived: True for only archived projects, False for only those that are not, None for
                both. (Scale documents this filter, and its client for Node has it.)
        """
        # Unlike other booleans, this one is documented in lower case.
        params = (
            None if archived is None else {"archived": str(boolean("archived", archived)).lower()}
        )
        return self._request_list(Project, "GET", "projects", params=params)

    def get_projects(self, *, archived: Optional[bool] = None) -> list[Project]:
        """Return all projects of the account; the same as `projects`.

        Args:
            archived: See `ScaleClient.projects`.
        """
        return self.projects(archived=archived)

    def update_project(self, project_name: str, **kwargs: Any) -> Project:
        """Create a new version of a project's parameters.

        Args:
            project_name: The name of the project.
            **kwargs: The parameters, and `patch`: True keeps the parameters that are not named,
                False replaces all of them.

        Returns:
            The changed project.

        Raises:
            ScaleResourceNotFound: If there is no such project.
        """
        endpoint = f"projects/{path_segment('project_name', project_name)}/setParams"
        return self._request_object(
            Project, "POST", endpoint, body=kwargs, idempotency=UPDATE_PROJECT
        )

    def get_project_template(self, project_name: str) -> TaskTemplate:
        """Return the template of a chat or text collection project.

        Args:
            project_name: The name of the project.

        Raises:
            ScaleException: If there is no such project (404), or it has no template (400 or 404).
        """
        endpoint = f"projects/{path_segment('project_name', project_name)}/taskTemplates"
        return self._request_object(TaskTemplate, "GET", endpoint)
