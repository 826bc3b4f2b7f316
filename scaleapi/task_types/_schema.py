"""The vocabulary in which task types are declared, and the checks that follow from it.

A declaration is data: records of fields, each with a form and how sure its facts are.
"""

from __future__ import annotations

import difflib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, Optional, Union

from .._validation import is_number
from ._findings import HIGH, LOW, MEDIUM, Finding, Findings, Path


class Form(ABC):
    """The form of a value.

    Attributes:
        described: The form in words, as in "must be ...".
    """

    described: str

    @abstractmethod
    def accepts(self, value: Any) -> bool:
        """Whether a value has the JSON type of this form, whatever it holds."""

    @abstractmethod
    def check(self, value: Any, path: Path, findings: Findings) -> None:
        """Add what is wrong with a value to the findings."""


@dataclass(frozen=True)
class Anything(Form):
    """A value that no check looks into."""

    described: str = "a JSON value"

    def accepts(self, value: Any) -> bool:
        return True

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        pass


@dataclass(frozen=True)
class Null(Form):
    """Null, which the service writes where there is nothing."""

    described: str = "null"

    def accepts(self, value: Any) -> bool:
        return value is None

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        if value is not None:
            findings.add_value(path, value, self.described, LOW)


@dataclass(frozen=True)
class String(Form):
    """A string.

    Attributes:
        values: The strings that are allowed; none for any.
        is_empty_allowed: Whether it may be empty.
        trust: How sure this is.
    """

    values: tuple[str, ...] = ()
    is_empty_allowed: bool = True
    trust: str = LOW

    @property
    def described(self) -> str:  # type: ignore[override]
        if self.values:
            return f"one of {', '.join(self.values)}"
        return "a string" if self.is_empty_allowed else "a non-empty string"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str)

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        if (
            not isinstance(value, str)
            or (self.values and value not in self.values)
            or not (value or self.is_empty_allowed)
        ):
            findings.add_value(path, value, self.described, self.trust)


@dataclass(frozen=True)
class Number(Form):
    """A number. Numeric text is accepted for it, as the service does.

    Attributes:
        minimum: The least that is allowed, None for no bound.
        maximum: The most that is allowed, None for no bound.
        is_integer: Whether it is an integer.
        values: The numbers that are allowed; none for any.
        trust: How sure this is.
    """

    minimum: Optional[float] = None
    maximum: Optional[float] = None
    is_integer: bool = False
    values: tuple[float, ...] = ()
    trust: str = LOW

    @property
    def described(self) -> str:  # type: ignore[override]
        if self.values:
            return f"one of {', '.join(map(str, self.values))}"
        noun = "an integer" if self.is_integer else "a number"
        if self.minimum is not None and self.maximum is not None:
            return f"{noun} from {self.minimum:g} to {self.maximum:g}"
        if self.minimum is not None:
            return f"{noun} of at least {self.minimum:g}"
        return noun if self.maximum is None else f"{noun} of at most {self.maximum:g}"

    def accepts(self, value: Any) -> bool:
        return is_number(value)

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        number: Any = _number(value) if isinstance(value, str) else value
        if (
            not self.accepts(number)
            or (self.values and number not in self.values)
            or (self.minimum is not None and not number >= self.minimum)
            or (self.maximum is not None and not number <= self.maximum)
            or (self.is_integer and number != number // 1)
        ):
            findings.add_value(path, value, self.described, self.trust)


def _number(text: str) -> Optional[float]:
    try:
        return float(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Boolean(Form):
    """True or False."""

    trust: str = LOW
    described: str = "True or False"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, bool)

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        if not isinstance(value, bool):
            findings.add_value(path, value, self.described, self.trust)


@dataclass(frozen=True)
class Array(Form):
    """A list.

    Attributes:
        item: The form of its items.
        min_items: How many it holds at least.
        max_items: How many it holds at most, None for no bound.
        unique_key: The key in which no two items agree; "" for none.
        trust: How sure its own facts are.
    """

    item: Form = Anything()
    min_items: int = 0
    max_items: Optional[int] = None
    unique_key: str = ""
    trust: str = LOW

    @property
    def described(self) -> str:  # type: ignore[override]
        items = "" if isinstance(self.item, Anything) else f", each {self.item.described}"
        if self.min_items and self.min_items == self.max_items:
            return f"a list of exactly {self.min_items}{items}"
        bounds = f" of at most {self.max_items}" if self.max_items is not None else ""
        if self.min_items == 1:
            return f"a non-empty list{bounds}{items}"
        bounds = f" of at least {self.min_items}" if self.min_items else bounds
        return f"a list{bounds}{items}"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, (list, tuple))

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        if (
            not isinstance(value, (list, tuple))
            or len(value) < self.min_items
            or (self.max_items is not None and len(value) > self.max_items)
        ):
            findings.add_value(path, value, self.described, self.trust)
            return
        check = self.item.check
        for index, item in enumerate(value):
            check(item, (*path, index), findings)
        if self.unique_key:
            self._check_unique(value, path, findings)

    def _check_unique(self, value: Sequence[Any], path: Path, findings: Findings) -> None:
        key, seen = self.unique_key, set()
        for index, item in enumerate(value):
            name = item.get(key) if isinstance(item, Mapping) else None
            if isinstance(name, str):
                if name in seen:
                    where = (*path, index, key)
                    findings.add_value(where, name, "unique in the list", self.trust)
                seen.add(name)


@dataclass(frozen=True)
class Map(Form):
    """An object whose keys are names that the caller chooses.

    Attributes:
        value: The form of its values.
        max_bytes: How long it may be as JSON, None for no bound.
        trust: How sure its own facts are.
    """

    value: Form = Anything()
    max_bytes: Optional[int] = None
    trust: str = LOW

    @property
    def described(self) -> str:  # type: ignore[override]
        values = "" if isinstance(self.value, Anything) else f" of name to {self.value.described}"
        bound = "" if self.max_bytes is None else f" of at most {self.max_bytes} bytes as JSON"
        return f"an object{values}{bound}"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, Mapping)

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        if not isinstance(value, Mapping) or self._is_too_long(value):
            findings.add_value(path, value, self.described, self.trust)
        elif not isinstance(self.value, Anything):
            for name, item in value.items():
                self.value.check(item, (*path, name), findings)

    def _is_too_long(self, value: Mapping[str, Any]) -> bool:
        if self.max_bytes is None:
            return False
        try:
            return len(json.dumps(value, ensure_ascii=False).encode()) > self.max_bytes
        except (TypeError, ValueError):
            return False  # no JSON at all, which is rejected before it is sent


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
class AnyOf(Form):
    """A value of one of several forms, which differ in their JSON types.

    Attributes:
        forms: The forms.
        trust: How sure it is that there are no others.
        is_first_documented: Whether the others are accepted only, and stand in no `TypedDict`.
    """

    forms: tuple[Form, ...]
    trust: str = LOW
    is_first_documented: bool = False

    @property
    def described(self) -> str:  # type: ignore[override]
        return " or ".join(form.described for form in self.forms)

    def accepts(self, value: Any) -> bool:
        return any(form.accepts(value) for form in self.forms)

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        for form in self.forms:
            if form.accepts(value):
                form.check(value, path, findings)
                return
        findings.add_value(path, value, self.described, self.trust)


@dataclass(frozen=True)
class Recursive(Form):
    """A form that is declared later, since it holds itself.

    Attributes:
        get: Returns the form.
        described: The form in words.
    """

    get: Callable[[], Form]
    described: str

    def accepts(self, value: Any) -> bool:
        return self.get().accepts(value)

    def check(self, value: Any, path: Path, findings: Findings) -> None:
        self.get().check(value, path, findings)


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
