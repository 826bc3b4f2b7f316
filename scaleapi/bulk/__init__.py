"""Bulk jobs: thousands of calls with nothing lost and nothing made twice.

Start with `ScaleClient.create_tasks`, `cancel_tasks`, `update_tasks`, `upload_files`.
"""

from ._run import BulkRun
from .files import FileOutcome
from .tasks import TaskOutcome

__all__ = ["BulkRun", "FileOutcome", "TaskOutcome"]
