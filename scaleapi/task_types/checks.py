"""Checks of payloads against the declarations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._findings import Finding
from .declarations import DECLARATIONS


def find_problems(task_type: str, payload: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with a payload; nothing for a type that is not known.

    Args:
        task_type: The name of the task type on the wire.
        payload: The keys of a create call.
    """
    declaration = DECLARATIONS.get(task_type)
    return declaration.check(payload) if declaration is not None else []
