"""Typing features that not every supported Python version has."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Optional

if sys.version_info >= (3, 11):
    from typing import Unpack as Unpack
elif TYPE_CHECKING:
    from typing_extensions import Unpack as Unpack
else:
    Unpack = Optional  # a subscriptable stand-in, so that `typing.get_type_hints` works

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol, TypeVar

    T_co = TypeVar("T_co", covariant=True)

    class JSONArray(Protocol[T_co]):
        """A list or tuple. A string is none: it does not look for any object in itself."""

        def __contains__(self, value: object, /) -> bool: ...
        def __iter__(self) -> Iterator[T_co]: ...
        def __len__(self) -> int: ...
        def __getitem__(self, index: int, /) -> T_co: ...
