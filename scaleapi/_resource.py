"""Base classes of the resources and of the client's parts."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Callable, ClassVar, Optional, TypeVar
from urllib.parse import urlencode

from ._http.idempotency import IdempotencyRule
from ._http.options import SYSTEM_CLOCK, Clock
from ._http.response import APIResult, is_mock
from ._renamed import attribute_hint
from .api import Api, replaced_method
from .exceptions import ScaleDuplicateResource, ScaleException
from .pagination import Paginator

P = TypeVar("P", bound=Paginator[Any])
R = TypeVar("R", bound="Resource")
C = TypeVar("C", bound="ClientMixin")


class Resource:
    """An object of the service: its JSON, and the client that fetched it.

    Every top-level key of the JSON is an attribute. Two objects of the same class with the same id
    are equal. An object is pickled with its client, and so with the client's API key.
    """

    _id_key: ClassVar[str]
    """The key that identifies an object."""
    _label: ClassVar[str] = "id"
    """The label of the shown value in `str`."""
    _shown_key: ClassVar[Optional[str]] = None
    """The key whose value `str` shows, where it is not `_id_key`."""
    _required: ClassVar[tuple[str, ...]]
    """Keys without which the JSON is invalid."""
    _aliases: ClassVar[Mapping[str, str]] = {}
    """The JSON keys of attributes that are spelled differently."""
    _defaults: ClassVar[Mapping[str, Any]] = {}
    """The values of keys that may be absent."""

    _published_name: ClassVar[str]
    """The name of the class in this package, which a user's subclass prints too."""

    _json: dict[str, Any]
    _client: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith(f"{__package__}."):
            cls._published_name = cls.__name__

    def __init__(self, json: dict[str, Any], client: Any) -> None:
        if not is_mock(json):
            self._check(json)
        self._json = json
        self._client = client

    def _check(self, json: Any) -> None:
        name = type(self).__name__
        if not isinstance(json, dict):
            raise ScaleException(f"{name} must be made of a JSON object, got {json!r}")
        for key in self._required:
            if key not in json:
                raise ScaleException(f"{name} needs {key!r}, which is missing")

    def __getattr__(self, name: str) -> Any:
        # Called only where normal attribute lookup fails.
        fields = self._fields()
        key = self._aliases.get(name, name)
        if key in fields:
            return fields[key]
        if key in self._defaults:
            return copy.copy(self._defaults[key])
        raise AttributeError(self._missing(name))

    def _fields(self) -> dict[str, Any]:
        # Not self._json: copy and pickle look up attributes before it is set.
        json = self.__dict__.get("_json")
        return json if isinstance(json, dict) else {}

    def _missing(self, name: str) -> str:
        hint = attribute_hint(name)
        return f"{type(self).__name__!r} object has no attribute {name!r}{hint}"

    def __dir__(self) -> list[str]:
        keys = [key for key in self._fields() if key.isidentifier()]
        return sorted({*super().__dir__(), *keys, *self._aliases, *self._defaults})

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON as the service sent it, including all of its keys; not a copy."""
        return self._json

    def _identity(self) -> Any:
        return self._json[self._id_key]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Resource):
            return NotImplemented
        if not (isinstance(other, type(self)) or isinstance(self, type(other))):
            return False
        return bool(self._identity() == other._identity())

    def __hash__(self) -> int:
        return hash(str(self._identity()))  # the service may send an id of any type

    def __repr__(self) -> str:
        return f"{self._published_name}({self._json})"

    def _repr_html_(self) -> str:
        from ._html import object_table

        return object_table(str(self), self._fields())

    def __str__(self) -> str:
        shown = self._json[self._shown_key or self._id_key]
        return f"{self._published_name}({self._label}={shown})"

    def __deepcopy__(self: R, memo: dict[int, Any]) -> R:
        # The data is copied and the client is shared: it holds connections, not data.
        twin = memo[id(self)] = copy.copy(self)
        for name, value in self.__dict__.items():
            if name != "_client":
                twin.__dict__[name] = copy.deepcopy(value, memo)
        return twin


class ResourceList(list[R]):
    """A list that notebooks display as a table."""

    def _repr_html_(self) -> str:
        from ._html import list_table

        names = {type(item).__name__ for item in self}
        title = f"{'/'.join(sorted(names)) or 'list'}: {len(self)}"
        return list_table(title, [item.as_dict() for item in self])


class ClientMixin:
    """Base class of the client's parts, one per resource: sends requests and parses responses."""

    api: Api

    @property
    def _clock(self) -> Clock:
        return self.api._options.clock if isinstance(self.api, Api) else SYSTEM_CLOCK

    def _with_request_options(self: C, **changes: Any) -> C:
        """Return a client over the same connections, with other `RequestOptions`."""
        copied = copy.copy(self)
        if isinstance(self.api, Api):  # else it is a test double, which has no options
            copied.api = self.api._with(**changes)
        return copied

    def _request(
        self,
        method: str,
        endpoint: str,
        *,
        params: Optional[Mapping[str, Any]] = None,
        idempotency: Optional[IdempotencyRule] = None,
        **content: Any,
    ) -> APIResult:
        """Return the result of a request, sent by the transport or by a test double of `Api`."""
        double = replaced_method(self.api, method)
        if double is None:
            return self.api.request(
                method, endpoint, params=params, idempotency=idempotency, **content
            )
        content.pop("progress", None)
        if endpoint.startswith(("teams/", "studio/")) and "body" in content:
            # As the published client calls it, which a user's test may verify.
            return APIResult.from_double(double(endpoint, content["body"]))
        if params is not None and method == "POST":
            endpoint += f"?{urlencode(params)}"
        elif params is not None:
            content["params"] = params
        return APIResult.from_double(double(endpoint, **content))

    def _request_object(
        self, resource_class: type[R], method: str, endpoint: str, **content: Any
    ) -> R:
        """Return the object in the response to a request."""
        try:
            result = self._request(method, endpoint, **content)
        except ScaleDuplicateResource as error:
            error.existing = self._existing(resource_class, error.existing)
            raise
        return result.parse_with(resource_class, result.json_object(), self)

    def _existing(self, resource_class: type[R], json: Any) -> Optional[R]:
        """Return the object that has the name or key of a create request, None if unknown."""
        try:
            return None if json is None else resource_class(json, self)
        except ScaleException:
            return None

    def _request_list(
        self, resource_class: type[R], method: str, endpoint: str, **content: Any
    ) -> list[R]:
        """Return the objects in the response to a request, a bare array."""
        result = self._request(method, endpoint, **content)
        return result.parse_with(self._build_list, resource_class, result.json_array())

    def _request_page(
        self,
        page_class: type[P],
        resource_class: type[R],
        endpoint: str,
        query: Mapping[str, Any],
        total_key: str,
    ) -> P:
        """Return one page of a listing, whose envelope counts all matches under `total_key`."""
        result = self._request("GET", endpoint, params=query)
        page = result.page(("docs", total_key, "limit", "offset", "has_more"))
        docs = result.parse_with(self._build_list, resource_class, page["docs"])
        position = (page["limit"], page["offset"], page["has_more"], page.get("next_token"))
        return page_class(docs, page[total_key], *position)

    def _build_list(self, resource_class: type[R], rows: list[Any]) -> list[R]:
        return ResourceList(resource_class(row, self) for row in rows)


def arguments_of(method_locals: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a method by name, from the `locals()` of its first statement.

    Methods whose many filters are passed on as they are need not list them again.
    """
    return {name: value for name, value in method_locals.items() if name != "self"}


def own_unless_replaced(
    public: Callable[..., P], published: Callable[..., P], own: Callable[..., P]
) -> Callable[..., P]:
    """Return a private form of a public method, or the method where it is not the package's.

    A page loop uses it to validate its filters once, and still calls what a subclass or a test has
    put in the place of the public method, as the published client does.

    Args:
        public: The method, looked up on the client.
        published: The function that the package defines under its name.
        own: The private form.
    """
    return own if getattr(public, "__func__", None) is published else public
