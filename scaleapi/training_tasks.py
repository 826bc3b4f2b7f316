"""Training tasks of Rapid projects."""

from __future__ import annotations

from typing import Any

from ._recovery import CREATE_TRAINING_TASK
from .quality_tasks import QualityTask, QualityTaskMethods
from .tasks import TypeLike


class TrainingTask(QualityTask):
    """A task that shows labelers how the work is done."""


class TrainingTaskMethods(QualityTaskMethods):
    """The client's methods for training tasks. See https://scale.com/docs/api-reference/tasks."""

    def create_training_task(self, task_type: TypeLike, **kwargs: Any) -> TrainingTask:
        """Create a training task on a Rapid project.

        Args:
            task_type: The type of the task.
            **kwargs: The keys of the task, and `expected_response`, which is required.

        Returns:
            The created task.

        Raises:
            ScaleInvalidRequest: If the project is not a Rapid project, or a key is missing or
                wrong.
        """
        return self._create_quality_task(
            TrainingTask, "training_tasks", task_type, kwargs, CREATE_TRAINING_TASK
        )
