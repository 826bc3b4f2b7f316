"""The state of an interrupted export, in a folder beside the file that it writes.

All files are written atomically, so that a killed process leaves complete and temporary files only.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Optional

from ..._atomic import atomic_write, remove_temp_files
from ...exceptions import ScaleException, ScaleInvalidArgument
from .moved_bounds import LowerBounds, compare_filters
from .partition import ExportWindow, Plan
from .parts import is_intact

VERSION = 2  # of the files' format
PLAN_FILENAME, PART_SUFFIX = "plan.json", ".part"
START_OVER = "pass resume=False to start over"


class UnusableCheckpoint(ScaleException):
    """A folder has a plan that the job can't resume."""


class DifferentExport(UnusableCheckpoint, ScaleInvalidArgument):
    """A folder has the plan of another job."""


class Job(NamedTuple):
    """What an export is to do.

    Attributes:
        address: The URL of the API.
        filters: The filters, as the caller gave them.
        key: The API key, which identifies the account.
    """

    address: str
    filters: Mapping[str, Any]
    key: str

    def describe(self, salt: str) -> dict[str, Any]:
        """Return the job as JSON, with a fingerprint in place of the key."""
        account = _fingerprint(self.key, salt)
        return {"address": self.address, "filters": dict(self.filters), "account": account}


class Checkpoint:
    """The plan of an export, and which of its windows have been fetched.

    Attributes:
        folder: The folder that stores it.
        plan: How the export is divided.
        pending: The numbers of the windows that are still to be fetched.
        narrowed: Later lower bounds than those of the plan, which the result must meet.
    """

    def __init__(self, folder: Path, job_id: str, plan: Plan, narrowed: LowerBounds) -> None:
        self.folder = folder
        self.plan = plan
        self.narrowed = narrowed
        self._id = job_id
        numbers = range(len(plan.windows))
        self.pending = [number for number in numbers if not is_intact(self.part_path(number))]

    @classmethod
    def load(cls, folder: Path, job: Job) -> Optional[Checkpoint]:
        """Return the checkpoint of an interrupted job, None if there is none that can be resumed.

        A job whose filters differ in bounds of time alone, all of them later, is taken to be the
        same job, called with bounds that are relative to the current time. It is resumed if only
        lower bounds moved, since the windows contain all that it asks for.

        Args:
            folder: The folder that would store it.
            job: The job.

        Raises:
            DifferentExport: If the folder has the checkpoint of a different job.
            UnusableCheckpoint: If its plan can't be read.
            ScaleException: If it is no folder.
        """
        _validate_folder(folder)
        try:
            stored = _verified(json.loads((folder / PLAN_FILENAME).read_bytes()))
            theirs, ours = stored["job"], job.describe(stored["id"])
            windows = [ExportWindow(*window) for window in stored["windows"]]
            plan = Plan(stored["filters"], stored["total"], windows)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnusableCheckpoint(
                f"{folder / PLAN_FILENAME} is not the plan of an export, or is damaged: "
                f"{START_OVER}"
            ) from None
        differing = [name for name in ours if theirs.get(name) != ours[name]]
        narrowed = LowerBounds({})
        if differing == ["filters"]:
            moved = compare_filters(theirs["filters"], ours["filters"])
            if moved.is_same_job:
                if moved.narrowed is None:
                    return None
                narrowed, differing = moved.narrowed, []
        if differing:
            differences = "; ".join(f"its {name}: {theirs.get(name)}" for name in differing)
            raise DifferentExport(
                f"{folder} contains the checkpoint of a different export ({differences}). Repeat "
                f"that export to finish it, choose another path, or pass resume=False"
            )
        return cls(folder, stored["id"], plan, narrowed)

    @classmethod
    def create(cls, folder: Path, job: Job, plan: Plan) -> Checkpoint:
        """Store the plan of a new job."""
        job_id = uuid.uuid4().hex
        stored: dict[str, Any] = {
            "version": VERSION,
            "id": job_id,
            "job": job.describe(job_id),
            "filters": plan.filters,
            "total": plan.total,
            "windows": [[window.filters, window.count] for window in plan.windows],
        }
        folder.mkdir(exist_ok=True)
        with atomic_write(folder / PLAN_FILENAME, folder) as file:
            file.write(json.dumps({**stored, "checksum": _checksum(stored)}).encode())
        return cls(folder, job_id, plan, LowerBounds({}))

    def part_path(self, number: int) -> Path:
        """Return the path of a window's part file.

        Its name contains the job's id, since a thread of an interrupted job may still write.
        """
        return self.folder / f"{self._id}-{number}{PART_SUFFIX}"


def remove_checkpoint(folder: Path) -> None:
    """Delete a checkpoint, except files that do not belong to one.

    The plan is deleted first, so that a process killed meanwhile can't resume from a partial
    checkpoint.

    Raises:
        ScaleException: If something else has the name of the folder or of the plan.
    """
    _validate_folder(folder)
    (folder / PLAN_FILENAME).unlink(missing_ok=True)
    for file in folder.glob(f"*{PART_SUFFIX}"):
        file.unlink(missing_ok=True)
    remove_temp_files(folder)
    with suppress(OSError):  # missing, or contains files that are not ours
        folder.rmdir()


def _validate_folder(folder: Path) -> None:
    plan = folder / PLAN_FILENAME
    if os.path.lexists(folder) and not folder.is_dir():
        raise ScaleException(f"{folder} must be a folder, for the parts of the export: remove it")
    if os.path.lexists(plan) and not plan.is_file():
        raise ScaleException(f"{plan} must be a file, the plan of an export: remove it")


def _verified(stored: Any) -> Any:
    """Return a stored plan without its checksum.

    Raises:
        ValueError: If the checksum does not match.
        ScaleException: If another version of this package stored it.
    """
    version = stored.get("version", stored["job"].get("version"))
    if version != VERSION:
        raise ScaleException(
            f"The interrupted export has format {version!r:.20}, of another version of scaleapi, "
            f"not {VERSION}: {START_OVER}"
        )
    checksum = stored.pop("checksum")
    if checksum != _checksum(stored):
        raise ValueError("the checksum does not match")
    return stored


def _checksum(stored: Mapping[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(stored).encode(), digest_size=16).hexdigest()


def _fingerprint(key: str, salt: str) -> str:
    """Return a hash that tells accounts apart, too short to recover the key from."""
    return hashlib.blake2b(key.encode(), key=salt.encode(), digest_size=3).hexdigest()
