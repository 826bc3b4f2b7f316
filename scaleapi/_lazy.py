"""Lazy loading of package attributes (PEP 562) and of optional packages."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any


def load_attribute(package: str, module_of: Mapping[str, str], name: str) -> Any:
    """Return an attribute of a package, from the submodule that defines it.

    The attribute is stored in the package, so that its `__getattr__` is not called again.

    Args:
        package: Name of the package.
        module_of: The submodule that defines each attribute, by attribute name.
        name: Name of the attribute.

    Raises:
        AttributeError: If the package has no such attribute.
    """
    if name not in module_of:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{module_of[name]}", package), name)
    setattr(sys.modules[package], name, value)
    return value


def import_extra(module: str, extra: str, what: str) -> Any:
    """Import a module of an optional package.

    Args:
        module: Name of the module.
        extra: The extra of this package that installs it.
        what: What needs it, for the error message.

    Raises:
        ImportError: If it is not installed; the message names the extra.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise ImportError(
            f"{what} needs {package}. Install it with: pip install 'scaleapi[{extra}]'"
        ) from None


class OptionalPackage:
    """A stand-in for a package in annotations, which is imported when one of them is evaluated.

    `Any` replaces its types where it is not installed.

    Args:
        name: Name of the package.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(importlib.import_module(self._name), name)
        except ImportError:
            return Any
