"""Evaluation tasks of Rapid projects."""

from __future__ import annotations

from typing import Any

from ._recovery import CREATE_EVALUATION_TASK
from .quality_tasks import QualityTask, QualityTaskMethods
from .tasks import TypeLike


class EvaluationTask(QualityTask):
    """A task that measures the quality of labelers' work."""


class EvaluationTaskMethods(QualityTaskMethods):
    """The client's methods for evaluation tasks. See https://scale.com/docs/api-reference/tasks."""

    def create_evaluation_task(self, task_type: TypeLike, **kwargs: Any) -> EvaluationTask:
        """Create an evaluation task on a Rapid project.

        Args:
            task_type: The type of the task.
            **kwargs: The keys of the task, and `expected_response`, which is required; and
                `initial_response`, from which an evaluation of a review starts.

        Returns:
            The created task.

        Raises:
            ScaleInvalidRequest: If the project is not a Rapid project, or a key is missing or
                wrong.
        """
        return self._create_quality_task(
            EvaluationTask, "evaluation_tasks", task_type, kwargs, CREATE_EVALUATION_TASK
        )
