"""Task types of conversations. Chat tasks of today are created through v2."""

from __future__ import annotations

from ._common import PAYLOAD, inline
from ._findings import HIGH, LOW, MEDIUM
from ._forms import Anything, Array, String
from ._schema import Field, Record, TaskTypeDeclaration

_STEP = Record(
    "ChatStep",
    {
        "type": Field(String(), "the kind of step, such as PromptInput", HIGH),
        "output": Field(Anything(), "what was written", HIGH),
    },
    doc="A step of a chat task.",
    is_open=True,
)


def _chat(type: str, title: str, stem: str, status: str, evidence: str) -> TaskTypeDeclaration:
    return TaskTypeDeclaration(
        type,
        title,
        Record(
            f"{stem}Payload",
            {"template_variables": Field(Anything(), "values for the project's template")},
            doc=f"A payload of a {type} task, which the project's template describes.",
            parent=PAYLOAD,
            is_open=True,
        ),
        inline(
            f"{stem}Response",
            "What was written.",
            {"responses": Field(Array(_STEP), "one object per step", HIGH)},
        ),
        status=status,
        evidence=evidence,
    )


DECLARATIONS = (
    _chat("chat", "Chat", "Chat", "older", MEDIUM),
    *(
        _chat(type, title, stem, "undocumented", LOW)
        for type, title, stem in (
            ("chatlite", "Chat lite", "ChatLite"),
            ("chatexperimental", "Chat, experimental", "ChatExperimental"),
            ("multichat", "Multi chat", "MultiChat"),
        )
    ),
)
