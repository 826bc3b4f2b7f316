"""Bulk jobs: thousands of calls with nothing lost and nothing made twice.

Start with `create_tasks`, `cancel_tasks`, `update_tasks`, `upload_files`, `export_tasks`,
`export_windows` and `download_results` of `ScaleClient`.
"""

from .downloads import DownloadOutcome
from .export import ExportReport
from .runner import BulkRun
from .tasks import TaskOutcome
from .uploads import FileOutcome
from .windows import ExportWindow

__all__ = [
    "BulkRun",
    "DownloadOutcome",
    "ExportReport",
    "ExportWindow",
    "FileOutcome",
    "TaskOutcome",
]
