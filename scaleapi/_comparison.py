"""Compare what was sent to the service with the object that it shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

# Parameters of URLs that Amazon, Google, CloudFront and Azure sign. Compiled on first use, since at
# import it would take longer than the rest of the module.
_SIGNATURE = (
    "x-(amz|goog)-|signature|expires|awsaccesskeyid|googleaccessid|key-pair-id|policy|s[a-z]{1,2}$"
)

# Whether the service shows these is not known.
_MAYBE_NOT_SHOWN = frozenset(
    ("clear_unique_id_on_error", "force", "priority", "project_param_version", "project_version")
)


class _Absent:
    """The class of `ABSENT`."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"  # so that a copy and a pickle are the object itself

    def __bool__(self) -> bool:
        return False


ABSENT = _Absent()
"""Stands for the value of a key that an object does not have."""


class Difference(NamedTuple):
    """One difference between a payload and the task that has its unique id.

    Attributes:
        path: Where it is, such as "geometries.box.min_width".
        payload: The value in the payload, `ABSENT` if it has none.
        task: The value that the task shows, `ABSENT` if it shows none.
    """

    path: str
    payload: Any
    task: Any

    def __str__(self) -> str:
        return f"{self.path}: {self.payload!r:.100} in the payload, {self.task!r:.100} in the task"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON, without those that are `ABSENT`."""
        return {name: value for name, value in self._asdict().items() if value is not ABSENT}


def iter_differences(sent: Any, shown: Any, path: str) -> Iterator[Difference]:
    """Yield where a value that was sent is not what is shown.

    The service adds keys to objects (its defaults), and signs addresses.
    """
    if isinstance(sent, Mapping) and isinstance(shown, Mapping):
        for key, value in sent.items():
            yield from iter_differences(value, shown.get(key, ABSENT), f"{path}.{key}")
    elif isinstance(sent, list) and isinstance(shown, list) and len(sent) == len(shown):
        for index, pair in enumerate(zip(sent, shown)):
            yield from iter_differences(*pair, f"{path}.{index}")
    elif not (_is_same_value(sent, shown) or (shown is ABSENT and not sent)):
        yield Difference(path, sent, shown)


def _is_same_value(sent: Any, shown: Any) -> bool:
    if isinstance(sent, str) and isinstance(shown, str) and "://" in sent and "://" in shown:
        return sent == shown or _is_same_file(urlsplit(sent), urlsplit(shown))
    return bool(sent == shown)


def _is_same_file(sent: SplitResult, shown: SplitResult) -> bool:
    """Return whether two URLs are of the same file; the shown one may be signed."""
    if sent.scheme == shown.scheme:
        same = (sent.netloc, sent.path) == (shown.netloc, shown.path)
        return same and _unsigned(sent.query) == _unsigned(shown.query)
    # A store's own address, such as s3://bucket/key, is signed as one of http.
    bucket_and_key = f"{shown.netloc}{unquote(shown.path)}"
    return sent.netloc in bucket_and_key and unquote(shown.path).endswith(unquote(sent.path))


def _unsigned(query: str) -> list[tuple[str, str]]:
    """Return the parameters of a query without those that sign it."""
    return [pair for pair in parse_qsl(query) if not re.match(_SIGNATURE, pair[0], re.IGNORECASE)]


def find_differences(fields: Mapping[str, Any], shown: Mapping[str, Any]) -> list[Difference]:
    """Return where an object does not show the fields of its create request as they were sent.

    Keys that only the object has are the service's own or its defaults, and no difference.

    Args:
        fields: The JSON object of the request.
        shown: The JSON of the object; a task shows some fields in its `params`.
    """
    params = shown.get("params")
    of_its_type = params if isinstance(params, Mapping) else {}
    differences: list[Difference] = []
    for name, sent in json.loads(json.dumps(fields)).items():  # as it was sent
        value = shown[name] if name in shown else of_its_type.get(name, ABSENT)
        if value is ABSENT:
            if name in _MAYBE_NOT_SHOWN:
                continue
            if name in ("tags", "batch") or (name == "project" and "batch" not in shown):
                # Where a task has none of these, the service shows no such key; a task of a batch
                # may show the batch alone.
                value = None
        if sent is not None and (sent or value):
            differences.extend(_field_differences(name, sent, value))
    return differences


def _field_differences(name: str, sent: Any, shown: Any) -> Iterator[Difference]:
    if name == "instruction" and isinstance(sent, str) and isinstance(shown, str):
        same = sent in shown  # the project's text is appended
    elif name == "tags":
        same = sent == shown  # to which the service adds nothing, nor to metadata
    elif name == "metadata" and isinstance(sent, Mapping) and isinstance(shown, Mapping):
        for key in {**sent, **shown}:
            values = sent.get(key, ABSENT), shown.get(key, ABSENT)
            if values[0] != values[1]:
                yield Difference(f"metadata.{key}", *values)
        return
    else:
        yield from iter_differences(sent, shown, name)
        return
    if not same:
        yield Difference(name, sent, shown)
