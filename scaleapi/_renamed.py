"""Names of the published client's versions 0 and 1, and what replaces them.

They do not exist here. The errors that their use raises name the replacement.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterable
from enum import Enum
from typing import Any, Callable, NoReturn, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

METHODS = {
    "_getrequest": "request('GET', path)",
    "_postrequest": "request('POST', path, body=...)",
    "create_audiotranscription_task": "create_task('audiotranscription', ...)",
    "fetch_task": "get_task(task_id)",
    "list_batches": "get_batches() for all batches, or batches() for one page",
}
ATTRIBUTES = {
    "client": "the ScaleClient that you created",
    "param_dict": "as_dict()",
}
MODULE_NAMES = {
    "SCALE_ENDPOINT": "ScaleClient(api_instance_url=...)",
    "ScaleDuplicateTask": "ScaleDuplicateResource",
    "TASK_TYPES": "TaskType",
    "quote_string": "Api.quote_string",
}


def method_hint(name: str, task_types: Iterable[Enum]) -> str:
    """Return what to add to the error for a client's attribute that is missing, often nothing.

    Args:
        name: Name of the attribute.
        task_types: The task types, for the methods that had one in their name.
    """
    match = re.fullmatch("create_(.+)_task", name)
    type_name = match[1].replace("_", "") if match else None
    for task_type in task_types:
        if task_type.value == type_name:
            return f"; use create_task({task_type}, ...)"
    return f"; use {METHODS[name]}" if name in METHODS else ""


def attribute_hint(name: str) -> str:
    """Return what to add to the error for a resource's attribute that is missing."""
    return f"; use {ATTRIBUTES[name]}" if name in ATTRIBUTES else ""


def raise_missing_name(module: str, name: str) -> NoReturn:
    """Raise the error for a module's attribute that is missing, and name what replaces it.

    Call it from the module's `__getattr__`.

    Raises:
        ImportError: In a `from` import of a renamed name: that takes any AttributeError for an
            ImportError of its own, without the replacement.
        AttributeError: In all other cases.
    """
    replacement = MODULE_NAMES.get(name)
    if replacement is None:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    caller = sys._getframe(2)
    if caller.f_code.co_code[caller.f_lasti] == _import_from():
        raise ImportError(
            f"cannot import name {name!r} from {module!r}; use {replacement}", name=module
        )
    raise AttributeError(f"module {module!r} has no attribute {name!r}; use {replacement}")


def _import_from() -> int:
    import opcode  # here, since hardly any program needs it

    return opcode.opmap["IMPORT_FROM"]


def explains_old_keywords(**new_names: str) -> Callable[[F], F]:
    """Return a decorator whose functions name the argument that replaces a keyword.

    Args:
        **new_names: The arguments, by the keywords that they replace.
    """

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except TypeError:
                for old in new_names.keys() & kwargs.keys():
                    name = function.__qualname__
                    message = f"{name}() has no argument {old!r}; use {new_names[old]!r}"
                    raise TypeError(message) from None
                raise

        return call  # type: ignore[return-value]  # it has the same signature

    return decorate
