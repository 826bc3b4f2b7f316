"""Conversion between JSON values and the Python values that fields of v2 models hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import Enum
from json import dumps, loads
from pprint import pformat
from typing import TYPE_CHECKING, Any, Callable, TypeVar, Union, get_args, get_origin

from ...._timestamps import format_iso8601, parse_iso8601

E = TypeVar("E", bound="StringEnum")
T = TypeVar("T")

Decoders = dict[type, Callable[[Any], Any]]
"""Functions that convert a JSON value to a Python value, by the type of the JSON value."""


class Serializable:
    """A value of a field that the published client wraps: a model, an id, a list of models."""

    __slots__ = ()

    if TYPE_CHECKING:  # each class has its own

        @property
        def actual_instance(self) -> Any:
            """The object itself, since nothing is wrapped here."""

        def as_dict(self) -> Any:
            """Return the JSON."""

    def to_dict(self) -> Any:
        """Return the data as plain dictionaries, lists and strings."""
        return self.as_dict()

    def to_json(self) -> str:
        """Return the data of `to_dict` as a JSON document."""
        return dumps(to_jsonable(self.to_dict()), ensure_ascii=False, separators=(",", ":"))

    def to_str(self) -> str:
        """Return the data of `to_dict`, pretty-printed."""
        return pformat(self.to_dict())


class Id(str, Serializable):
    """An id in the place of an object: a plain string."""

    __slots__ = ()

    @property
    def actual_instance(self) -> str:
        """The id as a plain string."""
        return str(self)

    def as_dict(self) -> str:
        """Return the id as a plain string."""
        return str(self)


class ModelList(list[T], Serializable):
    """A list in the place of a single object."""

    @property
    def actual_instance(self) -> list[T]:
        """The list itself."""
        return self

    def as_dict(self) -> list[Any]:
        """Return the JSON of the items."""
        return [to_jsonable(item) for item in self]

    def to_dict(self) -> list[Any]:
        """Return the data of the items."""
        return [
            item.to_dict() if isinstance(item, Serializable) else to_jsonable(item) for item in self
        ]


class StringEnum(str, Enum):
    """Values of a field; each member equals the string in the JSON."""

    @classmethod
    def from_json(cls: type[E], json_str: str) -> E:
        """Return the member that a JSON document names; it is a quoted string."""
        return cls(loads(json_str))


_SCALAR_TYPES = frozenset({str, int, float, bool, type(None)})


def to_jsonable(value: Any) -> Any:
    """Return a value as JSON has it: a copy that shares nothing with the argument."""
    if type(value) in _SCALAR_TYPES:
        return value
    if isinstance(value, dict):
        return {key: to_jsonable(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return to_jsonable(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [to_jsonable(item) for item in value]
    if isinstance(value, (dt.datetime, dt.date)):
        return format_iso8601(value)
    if isinstance(value, Serializable):
        return to_jsonable(value.as_dict())
    if isinstance(value, Mapping):
        return to_jsonable(dict(value))
    return value


def _int_if_integral(number: float) -> Union[int, float]:
    return int(number) if number.is_integer() else number


def decoders_for(hint: Any) -> Decoders:
    """Return the functions that convert the JSON of a field with this type.

    JSON of a type without a function stays as it is, and so does a string that is no member of an
    enum or no timestamp: nothing that the service sends makes reading fail.
    """
    origin = get_origin(hint)
    if origin is Union:
        return {
            json_type: decode
            for member in get_args(hint)
            for json_type, decode in decoders_for(member).items()
        }
    if isinstance(origin, type) and issubclass(origin, list):
        return _list_decoders(origin, decoders_for(get_args(hint)[0]))
    if origin is not None or not isinstance(hint, type):  # on 3.9 both hold for dict[str, Any]
        return {}
    if hint is int:
        return {float: _int_if_integral}
    if issubclass(hint, dt.datetime):
        return {str: parse_iso8601}
    if issubclass(hint, Enum):
        members = hint._value2member_map_
        return {str: lambda text: members.get(text, text)}
    if issubclass(hint, Id):
        return {str: hint}
    if issubclass(hint, Serializable):
        return {dict: hint.view}  # type: ignore[attr-defined]  # a model: neither list nor id
    return {}


def _list_decoders(list_type: type[list[Any]], item_decoders: Decoders) -> Decoders:
    if not item_decoders:
        return {}  # the list of the JSON itself, which shows every change

    def decode(items: list[Any]) -> list[Any]:
        pairs = ((item_decoders.get(type(item)), item) for item in items)
        return list_type(item if decode is None else decode(item) for decode, item in pairs)

    return {list: decode}
