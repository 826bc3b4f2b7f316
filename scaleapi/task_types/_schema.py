"""The vocabulary in which task types are declared: records of fields, and their rules.

A declaration is data: each field has a form, and each fact says how sure it is.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional, Union

from .._validation import is_number
from ._findings import HIGH, LOW, MEDIUM, Finding, Findings, Path
from ._forms import Form


@dataclass(frozen=True)
class Field:
    """A key of a record.

    Attributes:
        form: The form of its value; null is taken for a key that is left out.
        note: What it is, with units; for the documentation.
        required: How sure it is that the key is needed; "" where it is not.
        is_inheritable: Whether a project's parameters may give it.
        default: What holds without it; for the documentation.
        filled_in: What the service writes into the task where the key is left out.
        is_nullable: Whether null says something else than a key that is left out.
    """

    form: Form
    note: str = ""
    required: str = ""
    is_inheritable: bool = False
    default: Any = None
    filled_in: Any = None
    is_nullable: bool = False


@dataclass(frozen=True)
class OneOf:
    """A rule of a record: of some keys at least one is needed.

    Attributes:
        keys: The keys.
        is_exclusive: Whether only one of them may be there.
        trust: How sure this is.
        is_inheritable: Whether a project's parameters may give one.
    """

    keys: tuple[str, ...]
    is_exclusive: bool = False
    trust: str = HIGH
    is_inheritable: bool = False

    def check(self, value: Mapping[str, Any], path: Path, findings: Findings) -> None:
        """Add what is wrong with a record to the findings."""
        present = [key for key in self.keys if value.get(key) not in (None, "", [], {})]
        named = " or ".join(self.keys)
        if not present:
            findings.add_missing((*path, self.keys[0]), named, self.trust, self.is_inheritable)
        elif self.is_exclusive and len(present) > 1:
            problem = f"must be left out beside {present[0]}"
            findings.add((*path, present[1]), problem, f"either {named}", self.trust)


@dataclass(frozen=True)
class NotBelow:
    """A rule of a record: one number is not below another.

    Attributes:
        key: The number that is not below.
        other: The other one.
        trust: How sure this is.
    """

    key: str
    other: str
    trust: str = MEDIUM

    def check(self, value: Mapping[str, Any], path: Path, findings: Findings) -> None:
        """Add what is wrong with a record to the findings."""
        number: Any = value.get(self.key)
        other: Any = value.get(self.other)
        if is_number(number) and is_number(other) and number < other:
            expected = f"at least {self.other}, which is {other}"
            findings.add_value((*path, self.key), number, expected, self.trust)


Rule = Union[OneOf, NotBelow]


@dataclass(frozen=True)
class Record(Form):
    """An object with named keys.

    Attributes:
        name: The name of its `TypedDict`.
        fields: Its keys.
        doc: What it is.
        rules: What holds between its keys.
        parent: The record whose keys it has as well.
        is_open: Whether any other key is as good as these.
        unknown_trust: How sure it is that other keys are rejected.
        trust: How sure it is that the value must be an object.
    """

    name: str
    fields: dict[str, Field] = field(hash=False)
    doc: str = ""
    rules: tuple[Rule, ...] = ()
    parent: Optional[Record] = None
    is_open: bool = False
    unknown_trust: str = LOW
    trust: str = LOW

    @property
    def described(self) -> str:  # type: ignore[override]
        needed = [key for key, each in self.fields.items() if each.required]
        return f"an object with {', '.join(needed)}" if needed else "an object"

    @cached_property
    def all_fields(self) -> dict[str, Field]:
        """Its keys and those of its parent."""
        inherited = self.parent.all_fields if self.parent else {}
        return {**inherited, **self.fields}

    def accepts(self, value: Any) -> bool:
        return isinstance(value, Mapping)

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        if not isinstance(value, Mapping):
            findings.add_value(path, value, self.described, self.trust)
            return
        fields = self.all_fields
        for key, item in value.items():
            known = fields.get(key)
            if known is None:
                if not self.is_open:
                    self._add_unknown(key, path, findings)
            elif item is not None:
                known.form.check(item, (*path, key), findings)
        for key, known in fields.items():
            if known.required and value.get(key) is None:
                expected = known.form.described
                findings.add_missing((*path, key), expected, known.required, known.is_inheritable)
        for rule in self.rules:
            rule.check(value, path, findings)

    def find(self, value: Mapping[str, Any], has_project: bool = False) -> list[Finding]:
        """Return what is wrong with a payload.

        Args:
            value: The payload.
            has_project: Whether a project may give what it lacks.
        """
        findings = Findings(has_project)
        self.check(value, (), findings)
        return findings.items

    def _add_unknown(self, key: Any, path: Path, findings: Findings) -> None:
        near = difflib.get_close_matches(str(key), self.all_fields, n=1)
        problem = f"is unknown; did you mean {near[0]!r}?" if near else "is unknown"
        expected = near[0] if near else f"one of {', '.join(self.all_fields)}"
        findings.add((*path, key), problem, expected, self.unknown_trust)


@dataclass(frozen=True)
class Tagged(Form):
    """An object of one of several records, told apart by one of their keys.

    Attributes:
        name: The name of the union of their `TypedDict`s.
        key: That key.
        records: Its values, and the record that goes with each.
        default: The value that holds without the key; "" where the key is needed.
        trust: How sure it is that there are no other values.
    """

    name: str
    key: str
    records: dict[str, Record] = field(hash=False)
    default: str = ""
    trust: str = LOW

    @property
    def described(self) -> str:  # type: ignore[override]
        return f"an object whose {self.key} is one of {', '.join(self.records)}"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, Mapping)

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        if not isinstance(value, Mapping):
            findings.add_value(path, value, self.described, self.trust)
            return
        tag = value.get(self.key)
        if tag is None:
            tag = self.default
        record = self.records.get(tag) if isinstance(tag, str) else None
        if record is not None:
            record.check(value, path, findings)
        elif tag == "":
            findings.add_missing((*path, self.key), self._values, self.trust, False)
        else:
            findings.add_value((*path, self.key), tag, self._values, self.trust)

    @property
    def _values(self) -> str:
        return f"one of {', '.join(self.records)}"


@dataclass(frozen=True)
class TaskTypeDeclaration:
    """What is known about a task type.

    Attributes:
        type: Its name on the wire.
        title: Its name in the documentation.
        payload: What a create call takes.
        response: What `task.response` holds once the task is completed.
        files: The JSON files to which a response leads, by the key that holds the address.
        status: "current", "older", "legacy" or "undocumented".
        evidence: How sure all this is: "high", "medium" or "low".
        reference: The page of Scale's API reference, below its address; "" where there is none.
    """

    type: str
    title: str
    payload: Record
    response: Form
    files: dict[str, Form] = field(default_factory=dict, hash=False)
    status: str = "current"
    evidence: str = HIGH
    reference: str = ""

    @property
    def filled_in(self) -> dict[str, Any]:
        """The parameters that the service writes into a task that lacks them."""
        fields = self.payload.all_fields.items()
        return {key: each.filled_in for key, each in fields if each.filled_in is not None}

    def check(
        self, payload: Mapping[str, Any], has_project: Optional[bool] = None
    ) -> list[Finding]:
        """Return what is wrong with a payload.

        Args:
            payload: The keys of a create call.
            has_project: Whether a project may give what the payload lacks; None if the payload
                says so itself.
        """
        if has_project is None:
            has_project = bool(payload.get("project") or payload.get("batch"))
        return self.payload.find(payload, has_project)
