"""How an operation is performed: its arguments checked, its request sent, in three forms.

A method of `V2Api` builds a `Request` and hands it to `V2Api._send`. `operation` checks what it was
called with; `with_http_info` and `without_preload_content` derive the two other forms, which run
the same method but return more of the response.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Generic,
    NamedTuple,
    Optional,
    TypedDict,
    TypeVar,
    cast,
)
from urllib.parse import quote, urlencode, urljoin

import requests

from ..._http.auth import is_valid_header_value, no_auth_headers
from ..._http.idempotency import IDEMPOTENT, IdempotencyRule
from ..._http.options import Timeout
from ..._http.response import json_or_none
from ..._recovery import V2_POST
from ...api import Api
from ...exceptions import ScaleException, ScaleInvalidArgument
from . import models
from ._models._model import Model
from .api_response import ApiResponse
from .exceptions import ApiException, ApiTypeError, ApiValueError, headers_of, to_api_exception
from .rest import RESTResponse

if TYPE_CHECKING:
    from typing_extensions import ParamSpec

    from .api_client import ApiClient

    P = ParamSpec("P")

T = TypeVar("T")

SECRET_HEADERS = ("authorization", "cookie")


class CallOptions(TypedDict, total=False):
    """The arguments of every form of every operation, besides its own."""

    _request_timeout: Timeout
    _request_auth: Optional[Mapping[str, Any]]
    _content_type: Optional[str]
    _headers: Optional[Mapping[str, str]]
    _host_index: int


CALL_OPTION_NAMES = tuple(CallOptions.__annotations__)


@dataclass(frozen=True)
class Request(Generic[T]):
    """A request of an operation, and how to read its response.

    Attributes:
        method: HTTP method.
        path: Path of the URL, without the query.
        returns: Model of the response body; `str` for the URL of a redirect.
        options: The `CallOptions` of the call.
        query: Parameters of the query; a list is sent as a repeated parameter.
        body: JSON of the request body, None for none.
        errors: Models of error bodies by status, besides that of 500.
        redirects: Whether the result is the URL that a redirect names, instead of a body.
        idempotency: How to retry it safely; None for the default of the HTTP method.
    """

    method: str
    path: str
    returns: type[T]
    options: Mapping[str, Any] = field(repr=False)  # may hold a secret
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Optional[Mapping[str, Any]] = None
    errors: Mapping[int, type[Model]] = field(default_factory=dict)
    redirects: bool = False
    idempotency: Optional[IdempotencyRule] = None

    @property
    def idempotency_rule(self) -> IdempotencyRule:
        """The rule by which the request is retried."""
        return self.idempotency or (V2_POST if self.method == "POST" else IDEMPOTENT)


# The three forms.


def operation(method: Callable[P, T]) -> Callable[P, T]:
    """Have a method of `V2Api` raise an `ApiTypeError` for unknown or missing arguments."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise ApiTypeError(f"{method.__name__}() {error}") from None
        for name in given.get("options", ()):
            if name not in CALL_OPTION_NAMES:
                raise ApiTypeError(f"{method.__name__}() got an unexpected argument {name!r}")
        return method(*args, **kwargs)

    return call


def with_http_info(method: Callable[P, T]) -> Callable[P, ApiResponse[T]]:
    """Derive the form that returns an `ApiResponse`: the data, status, headers and raw body."""
    returns = cast(Any, ApiResponse)[method.__annotations__["return"]]
    form: Callable[P, ApiResponse[T]] = _derive(method, "with_http_info", fetch_response, returns)
    return form


def without_preload_content(method: Callable[P, Any]) -> Callable[P, RESTResponse]:
    """Derive the form that returns a `RESTResponse`: unread, and whatever its status."""
    form: Callable[P, RESTResponse] = _derive(
        method, "without_preload_content", open_response, RESTResponse
    )
    return form


def _derive(method: Any, suffix: str, exchange: Callable[..., Any], returns: Any) -> Any:
    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        api = copy.copy(self)
        api._exchange = exchange
        return method(api, *args, **kwargs)

    call.__name__ += f"_{suffix}"
    call.__qualname__ += f"_{suffix}"
    call.__annotations__ = {**method.__annotations__, "return": returns}
    return call


# Ways to send a request.


def fetch_data(client: ApiClient, request: Request[T]) -> T:
    """Return the data of the response."""
    return fetch_response(client, request).data


def fetch_response(client: ApiClient, request: Request[T]) -> ApiResponse[T]:
    """Return the data with the status, the headers and the body of the response.

    Raises:
        ApiException: If the service responds with an error.
    """
    call = _prepare_call(client, request)
    try:
        response, data = _fetch_redirect(call) if request.redirects else _execute(call, request)
    except ScaleException as error:
        if error.response is None or isinstance(error, ApiException):
            raise
        raise to_api_exception(error, _error_data(error, request)) from None
    return ApiResponse(response.status_code, data, response.content, dict(headers_of(response)))


def open_response(client: ApiClient, request: Request[Any]) -> RESTResponse:
    """Return the response with its body unread, whatever its status."""
    api, method, endpoint, body, headers = _prepare_call(client, request)
    response = api.stream(
        method, endpoint, body=body, headers=headers, idempotency=request.idempotency_rule
    )
    return RESTResponse(response)


class PreparedCall(NamedTuple):
    """A request with the settings of the client and the options of the call."""

    api: Api
    method: str
    endpoint: str
    body: Optional[Mapping[str, Any]]
    headers: dict[str, str]


def _execute(call: PreparedCall, request: Request[Any]) -> tuple[requests.Response, Any]:
    result = call.api.request(
        call.method,
        call.endpoint,
        body=call.body,
        headers=call.headers,
        idempotency=request.idempotency_rule,
    )
    return result.response, cast(Any, request.returns).view(result.json_object())


def _fetch_redirect(call: PreparedCall) -> tuple[requests.Response, Any]:
    api = call.api._with(follow_redirects=False)
    try:
        result = api.request(call.method, call.endpoint, headers=call.headers)
    except ScaleException as error:
        if error.response is None or not error.response.is_redirect:
            raise
        return error.response, urljoin(error.response.url, error.response.headers["Location"])
    raise result.make_error("Expected a redirect, got a success")


def _error_data(error: ScaleException, request: Request[Any]) -> Optional[Model]:
    declared: dict[int, type[Model]] = {500: models.GetBatch500Response, **request.errors}
    model = declared.get(error.code or 0)
    body = None if error.response is None else json_or_none(error.response.content)
    return model.view(body) if model is not None and isinstance(body, dict) else None


def _prepare_call(client: ApiClient, request: Request[Any]) -> PreparedCall:
    options = request.options
    auth_query = _auth_in(options, "query")
    query = {**request.query, **auth_query}
    endpoint = request.path
    if query:
        endpoint += "?" + urlencode(query, doseq=True, quote_via=quote, safe="/")
    api = _api(client, options)
    headers = _headers(client, options, api.user_agent)
    if auth_query:
        api = api._with(redact_query=True)
    api = _without_secrets(api, headers)
    return PreparedCall(api, request.method, endpoint, request.body, headers)


def _api(client: ApiClient, options: Mapping[str, Any]) -> Api:
    if options.get("_host_index", 0) != 0:
        raise ApiValueError(f"_host_index must be 0, got {options['_host_index']!r}")
    if options.get("_request_auth") is not None:
        own = {**_auth_in(options, "header"), **_auth_in(options, "cookie")}
        api = client._transport_for(lambda key: own)
    else:
        api = client.transport
    timeout = options.get("_request_timeout")
    if timeout is None:
        return api
    try:
        return api.with_options(timeout=tuple(timeout) if isinstance(timeout, list) else timeout)
    except ScaleInvalidArgument as error:
        raise ApiValueError(f"_request_{error.message}") from None


def _auth_in(options: Mapping[str, Any], place: str) -> dict[str, str]:
    """Return what `_request_auth` puts in a place of the request, instead of the API key."""
    auth = options.get("_request_auth")
    if auth is not None and auth.get("in") not in ("header", "query", "cookie"):
        given = auth.get("in")
        raise ApiValueError(f"_request_auth['in'] must be header, query or cookie, got {given!r}")
    if auth is None or auth["in"] != place:
        return {}
    return {"Cookie" if place == "cookie" else auth["key"]: auth["value"]}


def _without_secrets(api: Api, headers: dict[str, str]) -> Api:
    """Move headers that hold a secret from the request to its authentication."""
    secret = {name: headers[name] for name in headers if name.lower() in SECRET_HEADERS}
    auth = api._options.auth or no_auth_headers
    if not secret:
        return api
    for name in secret:
        del headers[name]
    return api._with(auth=lambda api_key: {**secret, **auth(api_key)})


def _headers(client: ApiClient, options: Mapping[str, Any], user_agent: str) -> dict[str, str]:
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
