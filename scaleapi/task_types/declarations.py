"""All declarations, by the name of the task type on the wire."""

from __future__ import annotations

from . import chat, documents, image, lidar, questions, scenes, text, video
from ._common import PAYLOAD
from ._schema import Record, TaskTypeDeclaration

_FAMILIES = (image, video, lidar, scenes, text, documents, questions, chat)

DECLARATIONS: dict[str, TaskTypeDeclaration] = {
    declaration.type: declaration for family in _FAMILIES for declaration in family.DECLARATIONS
}

COMMON: Record = PAYLOAD
"""What every task type takes."""
