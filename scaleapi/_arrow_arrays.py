"""Make Arrow arrays from Python values.

`pyarrow.array` imports pandas wherever that is installed, which takes 50 MiB of memory and a third
of a second. Filling the buffers of an array does not.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

from ._lazy import OptionalPackage, import_extra

if TYPE_CHECKING:
    import pyarrow
else:
    pyarrow = OptionalPackage("pyarrow")


def make_array(values: Sequence[Any], type_: Any) -> pyarrow.Array[Any]:
    """Return an array of values.

    Args:
        values: The values, None for null. Strings must have no halves of surrogate pairs, and
            timestamps are numbers of their unit.
        type_: The type: bool, int32, int64, double, string or timestamp, or a dictionary, list or
            struct of these.
    """
    arrow = import_extra("pyarrow", "arrow", "An Arrow table")
    types = arrow.types
    array_: pyarrow.Array[Any]
    if types.is_dictionary(type_):
        codes: dict[Any, int] = {}
        numbers = [None if each is None else codes.setdefault(each, len(codes)) for each in values]
        indices = make_array(numbers, type_.index_type)
        strings = make_array(list(codes), type_.value_type)
        array_ = arrow.DictionaryArray.from_arrays(indices, strings)
        return array_
    buffers: list[Any] = []
    children: list[pyarrow.Array[Any]] = []
    if types.is_string(type_):
        buffers += _string_buffers([each or "" for each in values])
    elif types.is_list(type_):
        lists = [each or () for each in values]
        buffers.append(_offsets(map(len, lists)))
        children.append(make_array(list(chain.from_iterable(lists)), type_.value_type))
    elif types.is_struct(type_):
        for field in type_:
            members = [None if each is None else each[field.name] for each in values]
            children.append(make_array(members, field.type))
    elif types.is_boolean(type_):
        buffers.append(_bits(values))
    else:
        buffers.append(array(_TYPE_CODES[str(type_)], [each or 0 for each in values]))
    nulls = values.count(None)
    validity = _bits(each is not None for each in values) if nulls else None
    array_ = arrow.Array.from_buffers(
        type_,
        len(values),
        [None if each is None else arrow.py_buffer(each) for each in (validity, *buffers)],
        nulls,
        children=children or None,
    )
    return array_


_TYPE_CODES = {"int32": "i", "int64": "q", "timestamp[ms, tz=UTC]": "q", "double": "d"}
"""The type code of `array.array` for each type of numbers."""


def _string_buffers(strings: Sequence[str]) -> list[Any]:
    text = "".join(strings)
    data = text.encode()
    if len(data) == len(text):
        return [_offsets(map(len, strings)), data]
    return [_offsets(len(each.encode()) for each in strings), data]


def _offsets(lengths: Iterable[int]) -> array[int]:
    return array("i", accumulate(lengths, initial=0))


def _bits(flags: Iterable[Any]) -> bytes:
    """Return a bit for each flag, the first in the lowest place."""
    digits = "".join("1" if flag else "0" for flag in flags)
    return int(digits[::-1] or "0", 2).to_bytes((len(digits) + 7) // 8, "little")
