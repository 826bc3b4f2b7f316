"""What the resource objects and the client's parts have in common."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar, Dict, List, Mapping, Optional, Tuple, Type, TypeVar

from .exceptions import ScaleException
from .pagination import Paginator

if TYPE_CHECKING:
    from .api import Api
    from .client import ScaleClient

P = TypeVar("P", bound=Paginator[Any])
R = TypeVar("R", bound="Resource")


class Resource:
    """An object of the service: its JSON, and the client it came through.

    Every top-level key of the JSON is an attribute. Two objects of one kind with one id are equal.
    An object pickles with its client, and so with the client's API key.
    """

    _id_key: ClassVar[str]
    """The key that tells one object from another."""
    _label: ClassVar[str] = "id"
    """What `str` calls it."""
    _shown_key: ClassVar[Optional[str]] = None
    """The key that `str` shows, where it is not `_id_key`."""
    _required: ClassVar[Tuple[str, ...]]
    """Keys without which the object makes no sense."""
    _aliases: ClassVar[Mapping[str, str]] = {}
    """Attributes whose key is spelled otherwise."""
    _defaults: ClassVar[Mapping[str, Any]] = {}
    """What keys that may be absent read as."""

    _json: Dict[str, Any]
    _client: ScaleClient

    def __init__(self, json: Dict[str, Any], client: ScaleClient) -> None:
        if not isinstance(json, dict):
            raise ScaleException(f"{type(self).__name__} is made of a JSON object, not {json!r}")
        for key in self._required:
            if key not in json:
                raise ScaleException(f"{type(self).__name__} needs {key!r}, which is missing")
        self._json = json
        self._client = client

    def __getattr__(self, name: str) -> Any:
        # Called only where nothing else has the name.
        fields = self._fields()
        key = self._aliases.get(name, name)
        if key in fields:
            return fields[key]
        if key in self._defaults:
            return copy.copy(self._defaults[key])
        raise AttributeError(self._missing(name))

    def _fields(self) -> Dict[str, Any]:
        # Not self._json, which copy and pickle have not set yet when they first look around.
        json = self.__dict__.get("_json")
        return json if isinstance(json, dict) else {}

    def _missing(self, name: str) -> str:
        return f"{type(self).__name__!r} object has no attribute {name!r}"

    def __dir__(self) -> List[str]:
        keys = [key for key in self._fields() if key.isidentifier()]
        return sorted({*super().__dir__(), *keys, *self._aliases, *self._defaults})

    def as_dict(self) -> Dict[str, Any]:
        """The JSON as the service sent it, all of its keys included; not a copy."""
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
        return hash(str(self._identity()))  # whatever the service sends as an id

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._json})"

    def _repr_html_(self) -> str:
        from ._html import object_table

        return object_table(str(self), self._fields())

    def __str__(self) -> str:
        shown = self._json[self._shown_key or self._id_key]
        return f"{type(self).__name__}({self._label}={shown})"

    def __deepcopy__(self: R, memo: Dict[int, Any]) -> R:
        # The data is copied, the client is shared: it holds connections, not data.
        twin = memo[id(self)] = copy.copy(self)
        for name, value in self.__dict__.items():
            if name != "_client":
                twin.__dict__[name] = copy.deepcopy(value, memo)
        return twin


class ClientMethods:
    """Base of the client's parts, one per resource: what they need to make objects of answers."""

    api: Api

    def _object(self, kind: Type[R], method: str, endpoint: str, **sent: Any) -> R:
        """The object that a request answers."""
        answer = self.api.request(method, endpoint, **sent)
        return answer.build(kind, answer.object(), self)

    def _objects(self, kind: Type[R], method: str, endpoint: str, **sent: Any) -> List[R]:
        """The objects that a request answers, as a bare array."""
        answer = self.api.request(method, endpoint, **sent)
        return answer.build(self._rows, kind, answer.rows())

    def _page(
        self, pages: Type[P], kind: Type[R], endpoint: str, query: Mapping[str, Any], total: str
    ) -> P:
        """One page of a listing, whose envelope counts all that match under the key `total`."""
        answer = self.api.request("GET", endpoint, params=query)
        page = answer.page(("docs", total, "limit", "offset", "has_more"))
        docs = answer.build(self._rows, kind, page["docs"])
        where = (page["limit"], page["offset"], page["has_more"], page.get("next_token"))
        return pages(docs, page[total], *where)

    def _rows(self, kind: Type[R], rows: List[Any]) -> List[R]:
        client: Any = self
        return [kind(row, client) for row in rows]
