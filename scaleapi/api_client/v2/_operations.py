"""One operation: what its method's signature says is sent, in three forms.

A method of `V2Api` is its own declaration: the names, defaults and types of its parameters say what
goes into the query or the body, its return type what the answer is read as. `operation` makes the
plain form of it, `with_http_info` and `without_preload_content` derive the two others.
"""

from __future__ import annotations

import datetime as dt
import functools
import inspect
import re
from enum import Enum
from inspect import Parameter
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterable,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Tuple,
    Type,
    TypedDict,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)
from urllib.parse import quote, urlencode, urljoin

import requests

from ..._http.auth import is_valid_header_value, no_auth_headers
from ..._http.idempotency import IDEMPOTENT, IdempotencyRule
from ..._http.options import Timeout
from ..._http.response import json_or_none
from ..._recovery import V2_POST
from ..._timestamps import parse_iso8601
from ..._validation import non_empty_str
from ...api import Api
from ...exceptions import ScaleException, ScaleInvalidArgument
from . import models
from .api_response import ApiResponse
from .exceptions import ApiException, ApiTypeError, ApiValueError, headers_of, to_api_exception
from .models._base import Model
from .rest import RESTResponse

if TYPE_CHECKING:
    from typing_extensions import ParamSpec

    from .api_client import ApiClient

    P = ParamSpec("P")

T = TypeVar("T")

PRIVATE = ("_request_timeout", "_request_auth", "_content_type", "_headers", "_host_index")
SECRET_HEADERS = ("authorization", "cookie")
MAX_LIMIT = 100
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%f%z"


class CallOptions(TypedDict, total=False):
    """What every form of every operation takes besides its own arguments."""

    _request_timeout: Timeout
    _request_auth: Optional[Mapping[str, Any]]
    _content_type: Optional[str]
    _headers: Optional[Mapping[str, str]]
    _host_index: int


class Sent(NamedTuple):
    """A call that is ready to go."""

    api: Api
    method: str
    endpoint: str
    body: Optional[Mapping[str, Any]]
    headers: Dict[str, str]


class Operation:
    """What a method of `V2Api` declares.

    Args:
        method: of HTTP.
        path: its groups in braces are parameters.
        stub: the method; never called.
        errors: models of error bodies by status, besides that of 500.
        redirects: whether the answer is the address that a redirect names.
        idempotency: what is known about a second processing.
    """

    def __init__(
        self,
        method: str,
        path: str,
        stub: Callable[..., Any],
        errors: Mapping[int, Type[Model]],
        redirects: bool,
        idempotency: IdempotencyRule,
    ) -> None:
        self.idempotency = idempotency
        self.method, self.path, self.stub = method, path, stub
        self.errors: Dict[int, Type[Model]] = {500: models.GetBatch500Response, **errors}
        self.redirects = redirects
        self.signature = inspect.signature(stub)
        self.returns = stub.__annotations__["return"]  # not evaluated yet

    @functools.cached_property
    def types(self) -> Dict[str, Any]:
        """Types of the parameters, and of the answer as "return"."""
        return get_type_hints(self.stub)

    def plain(self, client: ApiClient, *args: Any, **kwargs: Any) -> Any:
        """The plain form: the answer's data."""
        return self.with_http_info(client, *args, **kwargs).data

    def with_http_info(self, client: ApiClient, *args: Any, **kwargs: Any) -> ApiResponse[Any]:
        """The data with the answer that it came in."""
        sent = self._sent(client, args, kwargs)
        try:
            response, data = self._redirect(sent) if self.redirects else self._answer(sent)
        except ScaleException as error:
            if error.response is None or isinstance(error, ApiException):
                raise
            raise to_api_exception(error, self._error_data(error)) from None
        return ApiResponse(response.status_code, data, response.content, dict(headers_of(response)))

    def without_preload_content(self, client: ApiClient, *args: Any, **kwargs: Any) -> RESTResponse:
        """The answer as it comes, whatever its status."""
        api, method, endpoint, body, headers = self._sent(client, args, kwargs)
        response = api.stream(
            method, endpoint, body=body, headers=headers, idempotency=self.idempotency
        )
        return RESTResponse(response)

    def _answer(self, sent: Sent) -> Tuple[requests.Response, Any]:
        result = sent.api.request(
            sent.method,
            sent.endpoint,
            body=sent.body,
            headers=sent.headers,
            idempotency=self.idempotency,
        )
        data = self.types["return"].view(result.json_object())
        return result.response, data

    def _redirect(self, sent: Sent) -> Tuple[requests.Response, str]:
        api = sent.api._with(follow_redirects=False)
        try:
            result = api.request(sent.method, sent.endpoint, headers=sent.headers)
        except ScaleException as error:
            if error.response is None or not error.response.is_redirect:
                raise
            return error.response, urljoin(error.response.url, error.response.headers["Location"])
        raise result.make_error("Expected a redirect, got a success")

    def _error_data(self, error: ScaleException) -> Optional[Model]:
        kind = self.errors.get(error.code or 0)
        body = None if error.response is None else json_or_none(error.response.content)
        return kind.view(body) if kind is not None and isinstance(body, dict) else None

    # What is sent.

    def _sent(self, client: ApiClient, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Sent:
        options = {name: kwargs.pop(name) for name in PRIVATE if name in kwargs}
        try:
            given = self.signature.bind(None, *args, **kwargs).arguments
        except TypeError as error:
            raise ApiTypeError(f"{self.stub.__name__}() {error}") from None
        del given["self"]
        for name in given.pop("options", ()):
            raise ApiTypeError(f"{self.stub.__name__}() got an unexpected argument {name!r}")
        body = self._body(given) if self.method == "POST" else None
        query = {} if self.method == "POST" else self._query(given)
        path = re.sub("{(.+?)}", lambda match: quote(query.pop(match[1]), safe=""), self.path)
        query.update(_auth_in(options, "query"))
        if query:
            path += "?" + urlencode(query, doseq=True, quote_via=quote, safe="/")
        api = _api(client, options)
        headers = _headers(client, options, api.user_agent)
        if _auth_in(options, "query"):
            api = api._with(redact_query=True)
        return Sent(_without_secrets(api, headers), self.method, path, body, headers)

    def _query(self, given: Mapping[str, Any]) -> Dict[str, Any]:
        for name, value in given.items():
            if value is None and self.signature.parameters[name].default is Parameter.empty:
                raise ApiTypeError(f"{name} must be a string, got None")
        return {
            name: converter(self.types[name])(name, value)
            for name, value in given.items()
            if value is not None and not (name == "next_token" and value == "")
        }

    def _body(self, given: Dict[str, Any]) -> Dict[str, Any]:
        first, *names = [name for name in self.signature.parameters if name != "self"]
        model = next(part for part in parts_of(self.types[first]) if is_kind(part, Model))
        whole = given.pop(first, None)
        fields = {name: value for name, value in given.items() if value is not None}
        if whole is not None and fields:
            raise ApiValueError(f"{first} and {', '.join(fields)} can't be given together")
        if isinstance(whole, str) and str in parts_of(self.types[first]):
            whole = {"batch_id": whole}
        if isinstance(whole, Mapping):
            whole = model(**whole)
        if whole is None:
            whole = model(**fields)
        if not isinstance(whole, model):
            raise ApiTypeError(
                f"{first} must be a {model.__name__}, a dictionary, or left out for "
                f"{', '.join(names)} in its place, got {whole!r}"
            )
        body: Dict[str, Any] = whole.to_dict()
        return body


def _api(client: ApiClient, options: Mapping[str, Any]) -> Api:
    if options.get("_host_index", 0) != 0:
        raise ApiValueError(f"_host_index must be 0, got {options['_host_index']!r}")
    if options.get("_request_auth") is not None:
        own = {**_auth_in(options, "header"), **_auth_in(options, "cookie")}
        api = client.transport_with(lambda key: own)
    else:
        api = client.transport
    timeout = options.get("_request_timeout")
    if timeout is None:
        return api
    try:
        return api.with_options(timeout=tuple(timeout) if isinstance(timeout, list) else timeout)
    except ScaleInvalidArgument as error:
        raise ApiValueError(f"_request_{error.message}") from None


def _auth_in(options: Mapping[str, Any], place: str) -> Dict[str, str]:
    """What `_request_auth` puts there, in the place of the key."""
    auth = options.get("_request_auth")
    if auth is not None and auth.get("in") not in ("header", "query", "cookie"):
        raise ApiValueError("_request_auth must say where it belongs: in header, query or cookie")
    if auth is None or auth["in"] != place:
        return {}
    return {"Cookie" if place == "cookie" else auth["key"]: auth["value"]}


def _without_secrets(api: Api, headers: Dict[str, str]) -> Api:
    """Take headers that hold a secret off the request, and have them sent as the key is."""
    secret = {name: headers[name] for name in headers if name.lower() in SECRET_HEADERS}
    auth = api._options.auth or no_auth_headers
    if not secret:
        return api
    for name in secret:
        del headers[name]
    return api._with(auth=lambda api_key: {**secret, **auth(api_key)})


def _headers(client: ApiClient, options: Mapping[str, Any], user_agent: str) -> Dict[str, str]:
    headers = {"Accept": "application/json", **(options.get("_headers") or {})}
    if options.get("_content_type"):
        headers["Content-Type"] = options["_content_type"]
    if client.cookie:
        headers["Cookie"] = client.cookie
    headers.update({"User-Agent": user_agent, **client.default_headers})
    for name, value in headers.items():
        if not (isinstance(value, str) and is_valid_header_value(f"{name}{value}")):
            raise ApiValueError(f"the header {name!r} must be printable Latin-1 text")
    return headers


# Arguments of a query, by the types that are declared.


def parts_of(annotation: Any) -> List[Any]:
    """The members of a Union, else the type itself."""
    return list(get_args(annotation)) if get_origin(annotation) is Union else [annotation]


def is_kind(part: Any, kind: type) -> bool:
    """Whether this is such a class."""
    return isinstance(part, type) and issubclass(part, kind)


def converter(annotation: Any) -> Callable[[str, Any], Any]:
    """What checks an argument of this type, and gives what goes into the query."""
    parts = parts_of(annotation)
    for part in parts:
        if get_args(part):  # Iterable[Union[SomeEnum, str]]
            enum = next(each for each in parts_of(get_args(part)[0]) if is_kind(each, Enum))
            return functools.partial(_members, enum)
        if is_kind(part, Enum):
            return functools.partial(_value, part)
    if dt.datetime in parts:
        return _moment
    return _limit if int in parts else _text


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ApiTypeError(f"{name} must be a string, got {value!r}")
    try:
        return non_empty_str(name, value)
    except ScaleInvalidArgument as error:
        raise ApiValueError(error.message) from None


def _limit(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ApiTypeError(f"{name} must be a whole number, got {value!r}")
    if not 1 <= value <= MAX_LIMIT:
        raise ApiValueError(f"{name} must be from 1 to {MAX_LIMIT}, got {value}")
    return value


def _moment(name: str, value: Any) -> str:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    if not isinstance(value, (str, dt.datetime)):
        raise ApiTypeError(f"{name} must be a datetime, a date or an ISO 8601 text, got {value!r}")
    read = parse_iso8601(value) if isinstance(value, str) else value
    if isinstance(read, str):
        raise ApiValueError(f"{name} must be an ISO 8601 time such as 2026-03-04, got {value!r}")
    return read.strftime(TIME_FORMAT)


def _value(kind: Type[Enum], name: str, value: Any) -> str:
    """A member's value; any text passes too, for values added later."""
    plain = value.value if isinstance(value, Enum) else value
    if not isinstance(plain, str) or not plain.strip():
        raise ApiTypeError(f"{name} must be a {kind.__name__} or its text, got {value!r}")
    return plain


def _members(kind: Type[Enum], name: str, values: Any) -> List[str]:
    if isinstance(values, (str, Enum)):
        values = [values]
    if not isinstance(values, Iterable):
        raise ApiTypeError(f"{name} must be a list of {kind.__name__}, got {values!r}")
    allowed = [member.value for member in kind]
    plain = [value.value if isinstance(value, Enum) else value for value in values]
    for value in plain:
        if value not in allowed:
            raise ApiValueError(
                f"each of {name} must be one of {', '.join(allowed)}, got {value!r}"
            )
    return plain


# The three forms.


def operation(
    method: str,
    path: str,
    *,
    errors: Optional[Mapping[int, Type[Model]]] = None,
    redirects: bool = False,
    idempotency: Optional[IdempotencyRule] = None,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a method of `V2Api` that only declares do what it says."""

    def decorate(stub: Callable[P, T]) -> Callable[P, T]:
        rule = idempotency or (V2_POST if method == "POST" else IDEMPOTENT)
        declared = Operation(method, path, stub, errors or {}, redirects, rule)
        form: Callable[P, T] = _form(declared, "plain", "", declared.returns)
        return form

    return decorate


def with_http_info(plain: Callable[P, T]) -> Callable[P, ApiResponse[T]]:
    """The form that gives an `ApiResponse`: the data, the status, the headers, the raw body."""
    name, declared = "with_http_info", _declared(plain)
    returns = cast(Any, ApiResponse)[declared.returns]
    form: Callable[P, ApiResponse[T]] = _form(declared, name, f"_{name}", returns)
    return form


def without_preload_content(plain: Callable[P, Any]) -> Callable[P, RESTResponse]:
    """The form that gives a `RESTResponse`: unread, and whatever its status."""
    name = "without_preload_content"
    form: Callable[P, RESTResponse] = _form(_declared(plain), name, f"_{name}", RESTResponse)
    return form


def _declared(plain: Any) -> Operation:
    operation: Operation = plain.operation
    return operation


def _form(declared: Operation, form: str, suffix: str, returns: Any) -> Any:
    perform = getattr(declared, form)

    @functools.wraps(declared.stub)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return perform(self.api_client, *args, **kwargs)

    call.__name__ += suffix
    call.__qualname__ += suffix
    call.__annotations__ = {**declared.stub.__annotations__, "return": returns}
    call.operation = declared  # type: ignore[attr-defined]
    return call
