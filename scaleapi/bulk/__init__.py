"""Bulk jobs: thousands of concurrent calls, without lost or duplicate work.

Start with `create_tasks`, `cancel_tasks`, `update_tasks`, `upload_files`, `export_tasks`,
`export_windows`, `sync_tasks` and `download_results` of `ScaleClient`. The modules are imported on
first use, so that annotations can name their classes at no cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._lazy import load_attribute
from .._progress import ProgressOption as ProgressOption

if TYPE_CHECKING:
    from .downloads import DownloadOutcome as DownloadOutcome
    from .downloads import FileSource as FileSource
    from .export import ExportReport as ExportReport
    from .export.partition import ExportWindow as ExportWindow
    from .export.sync import SyncReport as SyncReport
    from .failures import Failure as Failure
    from .failures import read_failures as read_failures
    from .outcomes import Difference as Difference
    from .outcomes import TaskOutcome as TaskOutcome
    from .planning import TaskPlan as TaskPlan
    from .runner import BulkRun as BulkRun
    from .statistics import RunStats as RunStats
    from .uploads import FileOutcome as FileOutcome

_MODULE_OF = {
    "BulkRun": "runner",
    "DownloadOutcome": "downloads",
    "Difference": "outcomes",
    "ExportReport": "export",
    "ExportWindow": "export.partition",
    "Failure": "failures",
    "FileOutcome": "uploads",
    "FileSource": "downloads",
    "RunStats": "statistics",
    "SyncReport": "export.sync",
    "TaskOutcome": "outcomes",
    "TaskPlan": "planning",
    "read_failures": "failures",
}

__all__ = [
    "BulkRun",
    "Difference",
    "DownloadOutcome",
    "ExportReport",
    "ExportWindow",
    "Failure",
    "FileOutcome",
    "FileSource",
    "RunStats",
    "SyncReport",
    "TaskOutcome",
    "TaskPlan",
    "read_failures",
]

if not TYPE_CHECKING:  # else type checkers would let any name pass

    def __getattr__(name: str) -> Any:
        return load_attribute(__name__, _MODULE_OF, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
