"""The published module of `Task`; generated."""

from .._models.chat import Task as Task
