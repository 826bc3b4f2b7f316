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
