"""Bulk jobs: thousands of calls with nothing lost and nothing made twice.

Start with `ScaleClient.create_tasks`, `cancel_tasks`, `update_tasks`.
"""

from ._run import BulkRun
from .tasks import TaskOutcome

__all__ = ["BulkRun", "TaskOutcome"]
