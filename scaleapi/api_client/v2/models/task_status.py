"""The published module of `TaskStatus`; generated."""

from .._models.enums import TaskStatus as TaskStatus
