"""What an export has done so far, in a folder beside the file that it will write.

Whenever the process ends, a file of this folder is whole, or has the name of an unfinished one.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..._atomic import atomic_write, remove_stale_temp_files
from ...exceptions import ScaleException, ScaleInvalidArgument
from .partition import ExportWindow, Plan

PLAN_FILENAME, PART_SUFFIX = "plan.json", ".part"


class Checkpoint:
    """The plan of an export, and which of its windows have been read.

    Attributes:
        folder: where it is stored.
        plan: how the export is divided.
    """

    def __init__(self, folder: Path, stored: Mapping[str, Any]) -> None:
        self.folder = folder
        windows = [ExportWindow(*window) for window in stored["windows"]]
        self.plan = Plan(stored["filters"], stored["total"], windows)
        self._id = stored["id"]

    @classmethod
    def load(cls, folder: Path, job: Mapping[str, Any], key: str) -> Any:
        """Return the checkpoint of a job that was begun, None where none was.

        Args:
            folder: where it would be.
            job: what tells one export from another.
            key: the API key, since another account has other tasks.

        Raises:
            ScaleInvalidArgument: the folder has the checkpoint of another job.
        """
        try:
            stored = json.loads((folder / PLAN_FILENAME).read_bytes())
            ours = {**job, "account": _fingerprint(key, stored["id"])}
            other = [name for name in ours if stored["job"].get(name) != ours[name]]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ScaleException(f"{folder / PLAN_FILENAME} is not the plan of an export") from None
        if other:
            differences = "; ".join(f"its {name}: {stored['job'].get(name)}" for name in other)
            raise ScaleInvalidArgument(
                f"{folder} holds what was read for another export ({differences}). Call that one "
                f"again to finish it, give this one another path, or begin anew with resume=False"
            )
        return cls(folder, stored)

    @classmethod
    def create(cls, folder: Path, job: Mapping[str, Any], key: str, plan: Plan) -> Checkpoint:
        """Keep the plan of a new job."""
        name = uuid.uuid4().hex
        stored: dict[str, Any] = {
            "id": name,
            "job": {**job, "account": _fingerprint(key, name)},
            "filters": plan.filters,
            "total": plan.total,
            "windows": [[window.filters, window.count] for window in plan.windows],
        }
        folder.mkdir(exist_ok=True)
        with atomic_write(folder / PLAN_FILENAME, folder) as file:
            file.write(json.dumps(stored).encode())
        return cls(folder, stored)

    def part_path(self, number: int) -> Path:
        """Where the tasks of a window are stored.

        The name holds the job's, for a thread of a job that was interrupted may still write.
        """
        return self.folder / f"{self._id}-{number}{PART_SUFFIX}"

    @property
    def pending(self) -> list[int]:
        """The windows that are not read yet."""
        return [at for at in range(len(self.plan.windows)) if not self.part_path(at).exists()]


def remove_checkpoint(folder: Path) -> None:
    """Remove a checkpoint; files that are no part of one stay.

    The plan goes first: what is ended in the midst of this must not go on from there.
    """
    (folder / PLAN_FILENAME).unlink(missing_ok=True)
    for file in folder.glob(f"*{PART_SUFFIX}"):
        file.unlink(missing_ok=True)
    remove_stale_temp_files(folder)
    with suppress(OSError):  # there is none, or a stranger's file in it
        folder.rmdir()


def _fingerprint(key: str, salt: str) -> str:
    """Enough of a key to tell two accounts from each other, and too little to find the key by."""
    return hashlib.blake2b(key.encode(), key=salt.encode(), digest_size=3).hexdigest()
