"""The state of an interrupted export, in a folder beside the file that it writes.

All files are written atomically, so that a killed process leaves complete and temporary files only.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional

from ..._atomic import atomic_write, remove_temp_files
from ...exceptions import ScaleException, ScaleInvalidArgument
from .partition import ExportWindow, Plan

PLAN_FILENAME, PART_SUFFIX = "plan.json", ".part"


class Checkpoint:
    """The plan of an export, and which of its windows have been fetched.

    Attributes:
        folder: The folder that stores it.
        plan: How the export is divided.
    """

    def __init__(self, folder: Path, stored: Mapping[str, Any]) -> None:
        self.folder = folder
        windows = [ExportWindow(*window) for window in stored["windows"]]
        self.plan = Plan(stored["filters"], stored["total"], windows)
        self._id = stored["id"]

    @classmethod
    def load(cls, folder: Path, job: Mapping[str, Any], key: str) -> Optional[Checkpoint]:
        """Return the checkpoint of an interrupted job, None if there is none.

        Args:
            folder: The folder that would store it.
            job: What identifies the job, such as its filters.
            key: The API key, which identifies the account.

        Raises:
            ScaleInvalidArgument: If the folder has the checkpoint of a different job.
            ScaleException: If its plan can't be read.
        """
        try:
            stored = json.loads((folder / PLAN_FILENAME).read_bytes())
            ours = {**job, "account": _fingerprint(key, stored["id"])}
            differing = [name for name in ours if stored["job"].get(name) != ours[name]]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ScaleException(f"{folder / PLAN_FILENAME} is not the plan of an export") from None
        if differing:
            differences = "; ".join(f"its {name}: {stored['job'].get(name)}" for name in differing)
            raise ScaleInvalidArgument(
                f"{folder} contains the checkpoint of a different export ({differences}). Repeat "
                f"that export to finish it, choose another path, or pass resume=False"
            )
        return cls(folder, stored)

    @classmethod
    def create(cls, folder: Path, job: Mapping[str, Any], key: str, plan: Plan) -> Checkpoint:
        """Store the plan of a new job."""
        job_id = uuid.uuid4().hex
        stored: dict[str, Any] = {
            "id": job_id,
            "job": {**job, "account": _fingerprint(key, job_id)},
            "filters": plan.filters,
            "total": plan.total,
            "windows": [[window.filters, window.count] for window in plan.windows],
        }
        folder.mkdir(exist_ok=True)
        with atomic_write(folder / PLAN_FILENAME, folder) as file:
            file.write(json.dumps(stored).encode())
        return cls(folder, stored)

    def part_path(self, number: int) -> Path:
        """Return the path of a window's part file.

        Its name contains the job's id, since a thread of an interrupted job may still write.
        """
        return self.folder / f"{self._id}-{number}{PART_SUFFIX}"

    @property
    def pending(self) -> list[int]:
        """The numbers of the windows that are still to be fetched."""
        numbers = range(len(self.plan.windows))
        return [number for number in numbers if not self.part_path(number).exists()]


def remove_checkpoint(folder: Path) -> None:
    """Delete a checkpoint, except files that do not belong to one.

    The plan is deleted first, so that a process killed meanwhile can't resume from a partial
    checkpoint.
    """
    (folder / PLAN_FILENAME).unlink(missing_ok=True)
    for file in folder.glob(f"*{PART_SUFFIX}"):
        file.unlink(missing_ok=True)
    remove_temp_files(folder)
    with suppress(OSError):  # missing, or contains files that are not ours
        folder.rmdir()


def _fingerprint(key: str, salt: str) -> str:
    """Return a hash that tells accounts apart, too short to recover the key from."""
    return hashlib.blake2b(key.encode(), key=salt.encode(), digest_size=3).hexdigest()
