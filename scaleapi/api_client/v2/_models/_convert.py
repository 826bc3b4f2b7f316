"""What a value is in JSON, what it is in Python, and the ways between the two."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from json import dumps, loads
from pprint import pformat
from typing import (
    Any,
    Callable,
    Dict,
    List,
    Mapping,
    Type,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from ...._timestamps import format_iso8601, parse_iso8601

E = TypeVar("E", bound="TextEnum")
T = TypeVar("T")

Readers = Dict[type, Callable[[Any], Any]]
"""By the type that a JSON value has: what makes a Python value of it."""


class Content:
    """What a field may hold and the published client wraps: a model, an id, a list of models."""

    __slots__ = ()

    @property
    def actual_instance(self) -> Any:
        """The object itself, for nothing is wrapped here."""
        return self

    def as_dict(self) -> Any:
        """The JSON of it."""
        return plain(self)

    def to_dict(self) -> Any:
        """Its data as plain dictionaries, lists and texts."""
        return self.as_dict()

    def to_json(self) -> str:
        """The data of `to_dict` as JSON text."""
        return dumps(plain(self.to_dict()), ensure_ascii=False, separators=(",", ":"))

    def to_str(self) -> str:
        """The data of `to_dict`, printed prettily."""
        return pformat(self.to_dict())


class Id(str, Content):
    """An id that stands where a whole object might: a plain string."""

    __slots__ = ()

    @property
    def actual_instance(self) -> str:
        """The id as a plain text."""
        return str(self)

    def as_dict(self) -> str:
        """The id as a plain text."""
        return str(self)


class Items(List[T], Content):
    """A list that stands where a single object might."""

    @property
    def actual_instance(self) -> List[T]:
        """The list itself."""
        return self

    def as_dict(self) -> List[Any]:
        """The JSON of each."""
        return [plain(each) for each in self]

    def to_dict(self) -> List[Any]:
        """The data of each."""
        return [each.to_dict() if isinstance(each, Content) else plain(each) for each in self]


class TextEnum(str, Enum):
    """Values of a field; each member is also the text that stands in the JSON."""

    @classmethod
    def from_json(cls: Type[E], json_str: str) -> E:
        """The member that a JSON text names, its quotes included."""
        return cls(loads(json_str))


_LEAVES = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """A value as JSON has it: a copy that shares nothing with what was given."""
    if type(value) in _LEAVES:
        return value
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (dt.datetime, dt.date)):
        return format_iso8601(value)
    if isinstance(value, Content):
        return plain(value.as_dict())
    if isinstance(value, Mapping):
        return plain(dict(value))
    return value


def _whole(number: float) -> Union[int, float]:
    return int(number) if number.is_integer() else number


def readers(hint: Any) -> Readers:
    """What makes Python values of the JSON of a field with this type.

    JSON of a type that has no entry is given as it came, and so is a string that no enum and no
    calendar knows: nothing that the service sends can make reading fail.
    """
    origin = get_origin(hint)
    if origin is Union:
        return {kind: read for each in get_args(hint) for kind, read in readers(each).items()}
    if isinstance(origin, type) and issubclass(origin, list):
        return _list_readers(origin, readers(get_args(hint)[0]))
    if not isinstance(hint, type):
        return {}
    if hint is int:
        return {float: _whole}
    if issubclass(hint, dt.datetime):
        return {str: parse_iso8601}
    if issubclass(hint, Enum):
        members = hint._value2member_map_
        return {str: lambda text: members.get(text, text)}
    if issubclass(hint, Id):
        return {str: hint}
    if issubclass(hint, Content):
        return {dict: hint.view}  # type: ignore[attr-defined]  # what is no list and no id
    return {}


def _list_readers(kind: Type[List[Any]], each: Readers) -> Readers:
    if not each:
        return {}  # the list of the JSON itself, which shows every change

    def read(values: List[Any]) -> List[Any]:
        found = ((each.get(type(value)), value) for value in values)
        return kind(value if read is None else read(value) for read, value in found)

    return {list: read}
