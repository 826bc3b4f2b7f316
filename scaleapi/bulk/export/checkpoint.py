"""What an export has done so far, in a folder beside the file that it will write.

Whenever the process ends, a file of this folder is whole, or has the name of an unfinished one.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, List, Mapping

from ..._atomic import atomic_write, remove_stale_temp_files
from ...exceptions import ScaleException, ScaleInvalidArgument
from .partition import ExportWindow, Plan

PLAN, PART = "plan.json", ".part"


class Checkpoint:
    """The plan of an export, and which of its windows have been read.

    Attributes:
        folder: where it is kept.
        plan: how the export is divided.
    """

    def __init__(self, folder: Path, kept: Mapping[str, Any]) -> None:
        self.folder = folder
        windows = [ExportWindow(*window) for window in kept["windows"]]
        self.plan = Plan(kept["whole"], kept["total"], windows)
        self._id = kept["id"]

    @classmethod
    def find(cls, folder: Path, job: Mapping[str, Any], key: str) -> Any:
        """The checkpoint of a job that was begun, None where none was.

        Args:
            folder: where it would be.
            job: what tells one export from another.
            key: the API key, since another account has other tasks.

        Raises:
            ScaleInvalidArgument: the folder has the checkpoint of another job.
        """
        try:
            kept = json.loads((folder / PLAN).read_bytes())
            ours = {**job, "account": _fingerprint(key, kept["id"])}
            other = [name for name in ours if kept["job"].get(name) != ours[name]]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ScaleException(f"{folder / PLAN} is not the plan of an export") from None
        if other:
            differences = "; ".join(f"its {name}: {kept['job'].get(name)}" for name in other)
            raise ScaleInvalidArgument(
                f"{folder} holds what was read for another export ({differences}). Call that one "
                f"again to finish it, give this one another path, or begin anew with resume=False"
            )
        return cls(folder, kept)

    @classmethod
    def begin(cls, folder: Path, job: Mapping[str, Any], key: str, plan: Plan) -> Checkpoint:
        """Keep the plan of a new job."""
        name = uuid.uuid4().hex
        kept: Dict[str, Any] = {
            "id": name,
            "job": {**job, "account": _fingerprint(key, name)},
            "whole": plan.whole,
            "total": plan.total,
            "windows": [[window.filters, window.count] for window in plan.windows],
        }
        folder.mkdir(exist_ok=True)
        with atomic_write(folder / PLAN, folder) as file:
            file.write(json.dumps(kept).encode())
        return cls(folder, kept)

    def part(self, number: int) -> Path:
        """Where the tasks of a window are kept.

        The name holds the job's, for a thread of a job that was broken off may still write.
        """
        return self.folder / f"{self._id}-{number}{PART}"

    @property
    def missing(self) -> List[int]:
        """The windows that are not read yet."""
        return [at for at in range(len(self.plan.windows)) if not self.part(at).exists()]


def remove(folder: Path) -> None:
    """Remove a checkpoint; files that are no part of one stay.

    The plan goes first: what is ended in the midst of this must not go on from there.
    """
    (folder / PLAN).unlink(missing_ok=True)
    for file in folder.glob(f"*{PART}"):
        file.unlink(missing_ok=True)
    remove_stale_temp_files(folder)
    with suppress(OSError):  # there is none, or a stranger's file in it
        folder.rmdir()


def _fingerprint(key: str, salt: str) -> str:
    """Enough of a key to tell two accounts from each other, and too little to find the key by."""
    return hashlib.blake2b(key.encode(), key=salt.encode(), digest_size=3).hexdigest()
