"""What is loaded when it is first used: attributes of packages (PEP 562), optional packages."""

from __future__ import annotations

import importlib
import sys
from typing import Any, Mapping


def load_attribute(package: str, module_of: Mapping[str, str], name: str) -> Any:
    """An attribute of a package, from the module below it that defines it.

    The package keeps it, so that its `__getattr__` is not asked again.

    Args:
        package: name of the package.
        module_of: which module below it defines which attribute.
        name: the attribute.

    Raises:
        AttributeError: the package has no such attribute.
    """
    if name not in module_of:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{module_of[name]}", package), name)
    setattr(sys.modules[package], name, value)
    return value


class OptionalPackage:
    """Stands for a package in annotations, which is loaded when one of them is evaluated.

    `Any` stands for its types where it is not installed.

    Args:
        name: of the package.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(importlib.import_module(self._name), name)
        except ImportError:
            return Any
