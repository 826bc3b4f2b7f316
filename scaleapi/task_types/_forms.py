"""The forms of values in payloads and responses: their JSON types, and the checks of each."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional

from .._validation import is_number
from ._findings import LOW, Findings, Path


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
