"""Bulk jobs: thousands of calls with nothing lost and nothing made twice.

Start with `create_tasks`, `cancel_tasks`, `update_tasks`, `upload_files` and `export_tasks` of
`ScaleClient`.
"""

from ._run import BulkRun
from .export import ExportReport
from .files import FileOutcome
from .tasks import TaskOutcome
from .windows import ExportWindow

__all__ = ["BulkRun", "ExportReport", "ExportWindow", "FileOutcome", "TaskOutcome"]
