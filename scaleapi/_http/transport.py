"""Prepare requests and send them once, over the session that a client shares."""

from __future__ import annotations

import base64
import types
from collections.abc import Mapping
from posixpath import normpath
from typing import Any, Callable, Optional, Union
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.util
from requests.structures import CaseInsensitiveDict
from requests.utils import default_headers

from .._validation import dump_json, fully_unquoted, has_dot_segments
from ..exceptions import ScaleException, ScaleInvalidArgument
from .auth import (
    AuthHeaders,
    KeySource,
    basic_auth_headers,
    bearer_auth_headers,
    no_auth_headers,
    secrets_in,
    without_password,
)
from .body import close_response, from_double, read_body, read_error_body
from .environment import ConnectionSettings, send_settings
from .failures import (
    NETWORK_ERRORS,
    LocalError,
    LocalErrors,
    forget_request,
    strip_tracebacks,
)
from .options import MAX_TIMEOUT, Clock, RequestOptions, Timeout
from .session import ForkSafeSession
from .urllib3_hooks import copy_headers

MAX_REDIRECTS = 5
_PLAIN_SIGNS = {ord(sign): None for sign in "/_-"}
_SESSIONS_FILE = str(requests.Session.mount.__code__.co_filename)

Sender = Callable[[requests.PreparedRequest], requests.Response]
NextRequest = Callable[[requests.Response], Optional[requests.PreparedRequest]]


class PreparedCall(requests.PreparedRequest):
    """A request without the key, and the arguments that it was prepared from.

    Attributes:
        arguments: `params`, `json`, `files` and `data`, as `requests.Session.request` takes them.
    """

    arguments: dict[str, Any]


class Transport:
    """Sends the requests of one client to one instance of the service.

    Args:
        sessions: The shared session.
        key: The API key.
        settings: The address, proxies and certificates; a snapshot.
        user_agent: The User-Agent header.
    """

    def __init__(
        self,
        sessions: ForkSafeSession,
        key: KeySource,
        settings: ConnectionSettings,
        user_agent: str,
    ) -> None:
        self._sessions = sessions
        self._key = key
        self.settings = settings
        self._send_settings = send_settings(settings)
        self.user_agent = user_agent
        self.base_url = normalize_url(settings.base_url).rstrip("/")
        self.root_url = self.base_url[: -len("/v1")] if self._has_version() else self.base_url

    def _has_version(self) -> bool:
        return self.base_url.endswith("/v1")

    def for_origin(self, origin: str) -> Transport:
        """Return a transport to another host: its own proxy, and no client certificate."""
        settings = self.settings._replace(base_url=origin, cert=None)
        return Transport(self._sessions, self._key, settings, self.user_agent)

    def secrets(self) -> set[str]:
        """Return the passwords of addresses, which no message may show."""
        return secrets_in((*self.settings.urls(), *self._send_settings["proxies"].values()))

    # Preparing.

    def prepare(
        self,
        method: str,
        endpoint: str,
        params: Optional[Mapping[str, Any]],
        body: Any,
        form: Any,
        headers: Mapping[str, str],
    ) -> PreparedCall:
        """Return a request without the key.

        By hand rather than by Session.prepare_request, which reads the environment's .netrc and
        would put what it finds there in the place of the key.

        Args:
            method: HTTP method.
            endpoint: Path below the instance address; one that begins with "/" is below its root.
            params: The query.
            body: What to send as JSON.
            form: In the place of `body`: form fields, or a MultipartStream.
            headers: In the place of the usual ones, or beside them.

        Raises:
            ScaleInvalidArgument: If the endpoint leads out of the instance address.
        """
        request = PreparedCall()
        request.method = method
        request.headers = self.default_headers()
        own_version = endpoint.startswith("/")
        base = self.root_url if own_version else self.base_url + "/"
        if is_plain_path(endpoint):
            query = request._encode_params(params) if params else ""  # type: ignore[attr-defined]
            request.url = f"{base}{endpoint}?{query}" if query else base + endpoint
        else:
            request.prepare_url(base + endpoint, params)
            if not self._is_below(str(request.url), base):
                raise ScaleInvalidArgument(
                    f"endpoint must be a path below the instance address, got {endpoint!r}"
                )
        request.arguments = {"params": params or {}, "json": body, "files": None, "data": None}
        self._prepare_content(request, body, form, is_json=not own_version)
        if headers:
            request.headers.update(headers)
        return request

    def _prepare_content(self, request: PreparedCall, body: Any, form: Any, is_json: bool) -> None:
        if form is None:
            if is_json or body is not None:
                request.headers["Content-Type"] = "application/json"
            if body is not None:
                request.body = dump_json(body).encode()
                request.headers["Content-Length"] = str(len(request.body))
            elif request.method != "GET":
                request.headers["Content-Length"] = "0"
        elif isinstance(form, (Mapping, list, tuple, str, bytes)):
            request.arguments["data"] = form
            request.prepare_body(form, None)
        else:
            request.arguments["data"] = form.body
            request.headers["Content-Type"] = form.content_type
            request.headers["Content-Length"] = str(form.length)
            request.body = form.body

    def default_headers(self) -> CaseInsensitiveDict[str]:
        """Return the headers of every request: those of the session, and the User-Agent."""
        headers = getattr(self._sessions.get(), "headers", None)
        if not isinstance(headers, CaseInsensitiveDict):
            is_mapping = isinstance(headers, Mapping)  # else it is a double of the session
            headers = CaseInsensitiveDict(headers if is_mapping else default_headers())
        copied = copy_headers(headers)
        copied["User-Agent"] = self.user_agent
        return copied

    # Sending.

    def fetch(
        self, request: PreparedCall, options: RequestOptions, deadline: float
    ) -> requests.Response:
        """Make one attempt: send a request, follow redirects, read the body."""

        def send(each: requests.PreparedRequest) -> requests.Response:
            if each is request or self.is_own(str(each.url)):
                return self.send(each, options, deadline)
            return self.send(each, options._replace(auth=no_auth_headers), deadline)

        follow = self._redirected if options.follow_redirects else (lambda response: None)
        response = follow_redirects(send, request, follow)
        if 200 <= response.status_code < 300:
            read_body(response, options.max_response_bytes)
        else:
            read_error_body(response)
        return response

    def send(
        self, request: requests.PreparedRequest, options: RequestOptions, deadline: float
    ) -> requests.Response:
        """Send a request once and return its response, unread; redirects are not followed.

        The key is on a copy of the request only while that is being sent, so that nothing that
        keeps the request afterwards (a response, an exception, a pickle of either) has it.
        """
        try:
            return self._send(request, options, deadline)
        except (*NETWORK_ERRORS, LocalError, ScaleException) as error:
            response = getattr(error, "response", None)
            if isinstance(error, requests.HTTPError) and response is not None:
                # A hook of the user's calls raise_for_status: it is a response all the same.
                return self._received(response, request)
            strip_tracebacks(error)
            forget_request(error, request)
            raise error.with_traceback(None) from error.__cause__
        except Exception as error:  # as a tool raises that forbids sockets
            strip_tracebacks(error)
            unexpected = error
        except BaseException as error:  # KeyboardInterrupt
            strip_tracebacks(error)
            raise error.with_traceback(None) from error.__cause__
        # Not in the except block, which would make it the context of what is raised.
        raise ScaleException(str(unexpected)) from unexpected

    def _send(
        self, request: requests.PreparedRequest, options: RequestOptions, deadline: float
    ) -> requests.Response:
        session = self._sessions.get()
        auth = options.auth or self._auth_of(str(request.url))
        with LocalErrors():  # what a function for the key raises is no failure of the service
            auth_headers = {} if auth is no_auth_headers else auth(self._key.get())
        for secret in auth_headers.values():
            options.on_secret(secret)
        keywords: dict[str, Any] = {
            **self._send_settings,
            "timeout": cap_timeout(options.timeout, deadline, options.clock),
            "allow_redirects": False,
            "stream": True,
        }
        if is_replaced(session.request):
            response: Any = _call_replaced(session.request, request, auth_headers, keywords)
        else:
            sent = requests.PreparedRequest()
            sent.method, sent.url, sent.body = request.method, request.url, request.body
            sent.headers = copy_headers(request.headers)
            for name, value in auth_headers.items():
                sent.headers[name] = value
            hooks = session.hooks.get("response") or ()
            sent.hooks = {"response": [hooks] if callable(hooks) else list(hooks)}
            response = session.send(sent, **keywords)
        if not issubclass(type(response), requests.Response):
            return from_double(response, request)
        return self._received(response, request)

    @staticmethod
    def _received(
        response: requests.Response, request: requests.PreparedRequest
    ) -> requests.Response:
        """Return a response that holds no request with the key."""
        response.request = request
        response._next = None  # type: ignore[attr-defined]  # to which it redirects
        return response

    def _auth_of(self, url: str) -> AuthHeaders:
        """Return the form in which the version below which an address stands takes the key."""
        is_v2 = url.startswith(f"{self.root_url}/v2/")
        return bearer_auth_headers if is_v2 else basic_auth_headers

    def _redirected(self, response: requests.Response) -> Optional[requests.PreparedRequest]:
        """Return the request that a response redirects to: GETs only, within the same origin."""
        if response.request.method != "GET" or not response.is_redirect:
            return None
        request = response.request.copy()
        try:
            target = redirect_target(response)
            request.prepare_url(urljoin(str(response.request.url), target), None)
        except ValueError:  # no address at all
            return None
        return request if same_origin(str(request.url), self.base_url) else None

    @staticmethod
    def _is_below(url: str, base: str) -> bool:
        """Whether an address stays below another one, however often a server decodes it."""
        path, scope = urlsplit(url).path, urlsplit(base).path
        if not url.startswith(base) or has_dot_segments(path):
            return False
        decoded = fully_unquoted(path).replace("\\", "/")
        return f"{normpath(decoded)}/".startswith(f"{scope.rstrip('/')}/")

    def is_own(self, url: str) -> bool:
        """Whether an address is below the instance address, so that the key may go there."""
        for scope in (f"{self.base_url}/", f"{self.root_url}/v2/"):
            if url.startswith(scope) and url[len(scope) : len(scope) + 1] != "/":
                return not has_dot_segments(fully_unquoted(urlsplit(url).path))
        return False


def is_plain_path(endpoint: str) -> bool:
    """Whether nothing in a path needs to be escaped, or could lead out of it."""
    return endpoint.isascii() and endpoint.translate(_PLAIN_SIGNS).isalnum()


def follow_redirects(
    send: Sender, request: requests.PreparedRequest, next_request: NextRequest
) -> requests.Response:
    """Send a request, and those that the responses redirect to as far as `next_request` allows."""
    response = send(request)
    for _ in range(MAX_REDIRECTS):
        try:
            following = next_request(response)
        except ScaleException:
            close_response(response)
            raise
        if following is None:
            break
        read_error_body(response)
        response = send(following)
    return response


def redirect_target(response: requests.Response) -> str:
    """Return the Location of a redirect as text: servers send UTF-8, http.client reads Latin-1."""
    location: str = response.headers["Location"]
    try:
        return location.encode("latin-1").decode("utf-8")
    except ValueError:
        return location


def same_origin(url: str, other: str) -> bool:
    """Whether two prepared addresses have one scheme, host and port."""
    return bool(_origin(url) == _origin(other))


def _origin(url: str) -> Any:
    parts = urlsplit(url)
    try:
        default = {"http": 80, "https": 443}.get(parts.scheme)
        return parts.scheme, parts.hostname, parts.port or default
    except ValueError:
        return url


def normalize_url(url: str) -> str:
    """Return an address in the one form in which it is compared and sent, without its password.

    Raises:
        ScaleInvalidArgument: If it is no http or https address.
    """
    probe = requests.PreparedRequest()
    try:
        probe.prepare_url(url, None)
        parts = urlsplit(str(probe.url))
        if parts.scheme in ("http", "https"):
            return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        pass
    shown = without_password(url.partition("?")[0])
    raise ScaleInvalidArgument(f"url must be an http or https address, got {shown!r}")


def cap_timeout(
    timeout: Timeout, deadline: float, clock: Clock
) -> Union[Timeout, urllib3.util.Timeout]:
    """Return a timeout that ends at the deadline, in each of its parts and in all."""
    if deadline == float("inf"):
        return timeout
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    remaining = min(max(deadline - clock.monotonic(), 0.001), MAX_TIMEOUT)
    return urllib3.util.Timeout(
        total=remaining,
        connect=min(connect or remaining, remaining),
        read=min(read or remaining, remaining),
    )


# Doubles.


def is_replaced(method: Any) -> bool:
    """Whether a tool, or a subclass, has put its own in the place of a method of Session's."""
    if type(method) is not types.MethodType or type(method.__func__) is not types.FunctionType:
        return True
    defined_in: str = method.__func__.__code__.co_filename
    return bool(defined_in != _SESSIONS_FILE)


def _call_replaced(
    function: Callable[..., Any],
    request: requests.PreparedRequest,
    auth_headers: Mapping[str, str],
    keywords: Mapping[str, Any],
) -> Any:
    """Call what stands in the place of Session.request, as the published client does."""
    arguments: dict[str, Any] = dict(
        getattr(request, "arguments", None)
        or {"params": {}, "json": None, "files": None, "data": request.body}
    )
    url = str(request.url)
    usual = {**default_headers(), "Content-Length": request.headers.get("Content-Length")}
    del usual["User-Agent"]
    headers = {name: value for name, value in request.headers.items() if usual.get(name) != value}
    scheme, _, token = auth_headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        arguments["auth"] = tuple(base64.b64decode(token).decode().split(":", 1))
        auth_headers = {}
    return function(
        method=request.method,
        url=url.partition("?")[0] if arguments["params"] else url,
        headers={**headers, **auth_headers},
        **arguments,
        **_accepted(function, keywords),
    )


def _accepted(function: Callable[..., Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the keywords that a function takes."""
    import inspect  # here, since it is slow to load

    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return dict(keywords)
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
        return dict(keywords)
    names = {parameter.name for parameter in parameters}
    return {name: value for name, value in keywords.items() if name in names}
