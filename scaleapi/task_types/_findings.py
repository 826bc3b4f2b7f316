"""What a check of a payload finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Union

HIGH = "high"  # the service is known to reject what breaks this: an error
MEDIUM = "medium"  # documented, but nobody has seen it rejected: a warning; the sandbox rejects it
LOW = "low"  # the service may accept it, or ignore it: a warning

MAX_SHOWN = 60  # characters of a value in a message

Path = tuple[Union[str, int], ...]


@dataclass(frozen=True)
class Finding:
    """Something in a payload that the service rejects, or may reject or ignore.

    Attributes:
        path: Where it is, such as "geometries.box.objects_to_annotate" or "fields[0].title".
        problem: What is wrong.
        expected: What would be right.
        trust: How sure that is: "high", "medium" or "low".
    """

    path: str
    problem: str
    expected: str
    trust: str

    @property
    def severity(self) -> str:
        """The severity, "error" where the service is known to reject it, else "warning"."""
        return "error" if self.trust == HIGH else "warning"

    def __str__(self) -> str:
        return f"{self.path} {self.problem}"


class Findings:
    """Collects the findings of one check.

    Args:
        has_project: Whether a project may give what the payload lacks.

    Attributes:
        items: The findings, in the order in which the payload was read.
    """

    def __init__(self, has_project: bool = False) -> None:
        self.has_project = has_project
        self.items: list[Finding] = []

    def add(self, path: Path, problem: str, expected: str, trust: str) -> None:
        """Add a finding."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
        self.items.append(Finding("".join(steps).lstrip("."), problem, expected, trust))

    def add_value(self, path: Path, value: Any, expected: str, trust: str) -> None:
        """Add the finding that a value is not of the expected form."""
        text = repr(value)
        text = text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."
        self.add(path, f"must be {expected}, got {text}", expected, trust)

    def add_missing(self, path: Path, expected: str, trust: str, inheritable: bool) -> None:
        """Add the finding that a key is missing, which a project may give if it is inheritable."""
        lowered = LOW if inheritable and self.has_project else trust
        self.add(path, "is required", expected, lowered)
