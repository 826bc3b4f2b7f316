"""The published facade of the transport: settings, and requests by endpoint."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar, Union
from urllib.parse import quote

import requests

from ._http.auth import KeyLike, KeySource, SentHeaders, build_user_agent, without_password
from ._http.environment import ConnectionSettings
from ._http.idempotency import GetJson, IdempotencyRule, RequestData
from ._http.options import (
    DEFAULT_MAX_RESPONSE_BYTES,
    DEFAULT_TIMEOUT,
    NOT_GIVEN,
    OnAttempt,
    RequestOptions,
    Retries,
    Timeout,
    UploadProgress,
    clock_from_environment,
    validate_max_response_bytes,
    validate_on_attempt,
    validate_timeout,
)
from ._http.response import APIResult
from ._http.session import ForkSafeSession, SessionFactory
from ._http.transport import PreparedCall, Transport
from ._recovery import rule_for
from ._validation import is_int
from .exceptions import ScaleInvalidArgument
from .retries import RETRIED_METHODS, RETRIED_STATUSES, RetryPolicy

if TYPE_CHECKING:
    from ._http.download import FileDownloader
    from ._http.multipart import MultipartStream
    from ._http.retrying import RetryingCall

SCALE_API_BASE_URL_V1 = "https://api.scale.com/v1"

# The policy of a client that is given no `retries`; read at each call.
HTTP_TOTAL_RETRIES = RetryPolicy().total
HTTP_RETRY_BACKOFF_FACTOR = RetryPolicy().backoff_factor
HTTP_STATUS_FORCE_LIST = sorted(RETRIED_STATUSES)
HTTP_RETRY_ALLOWED_METHODS = RETRIED_METHODS

Self = TypeVar("Self", bound="Api")


class Api:
    """Sends requests to one instance of the service and reads its responses.

    Safe to share between threads. `api_key`, `base_api_url`, `verify`, `proxies`, `cert`, `timeout`
    and `retries` may be set at any time and hold from the next call on.

    Args:
        api_key: The key, or a function that returns it and is called for each request; None takes
            it from the environment's `SCALE_API_KEY`.
        user_agent_extension: What to add to the User-Agent header.
        api_instance_url: Address of the service, its version included; None takes it from the
            environment's `SCALE_API_INSTANCE_URL`, else it is Scale's own.
        verify: As in requests. None and True use the CA bundle that the environment names, else the
            one that comes with requests; False or a path wins over the environment.
        proxies: As in requests; they win over the environment's, scheme by scheme.
        cert: Client certificate, as in requests.
        timeout: Seconds to connect and seconds to wait for the next part of the response, as a pair
            or as one number for both; None for no limit.
        retries: A policy, or the number of retries under the default one.
        session: A function that makes the `requests.Session`; called once per process.
        max_response_bytes: How large a decoded response body may be.

    Raises:
        ScaleException: If there is no API key.
        ScaleInvalidArgument: If an argument is invalid.
    """

    def __init__(
        self,
        api_key: KeyLike = None,
        user_agent_extension: Optional[str] = None,
        api_instance_url: Optional[str] = None,
        verify: Union[bool, str, None] = None,
        proxies: Optional[dict[str, str]] = None,
        cert: Union[str, tuple[str, str], None] = None,
        *,
        timeout: Timeout = DEFAULT_TIMEOUT,
        retries: Retries = None,
        session: Optional[SessionFactory] = None,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
    ) -> None:
        self._key = KeySource.of(api_key)
        del api_key  # no frame of a traceback may hold it
        if api_instance_url is None:
            api_instance_url = os.environ.get("SCALE_API_INSTANCE_URL")
        if not isinstance(api_instance_url, (str, type(None))):
            raise ScaleInvalidArgument(
                f"api_instance_url must be a string, got {api_instance_url!r}"
            )
        self.base_api_url = (api_instance_url or SCALE_API_BASE_URL_V1).rstrip("/")
        self.verify = verify
        self.proxies = proxies
        self.cert = cert
        self.user_agent = build_user_agent(user_agent_extension)
        self._options = RequestOptions(
            timeout=validate_timeout(timeout),
            policy=resolve_retry_policy(retries),
            max_response_bytes=validate_max_response_bytes(max_response_bytes),
            clock=clock_from_environment(),
        )
        self._sessions = ForkSafeSession(session)
        self._transport: Optional[tuple[tuple[Any, ...], Transport]] = None
        self._current_transport()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({without_password(self.base_api_url)!r})"

    def __getstate__(self) -> dict[str, Any]:
        # Another machine has proxies and certificates of its own.
        return {**vars(self), "_transport": None}

    def with_options(
        self: Self,
        *,
        timeout: Timeout = NOT_GIVEN,
        retries: Retries = NOT_GIVEN,
        on_attempt: Optional[OnAttempt] = NOT_GIVEN,
        max_response_bytes: int = NOT_GIVEN,
    ) -> Self:
        """Return a copy that shares the connections, with the given options replaced.

        Args:
            timeout: See `Api`.
            retries: See `Api`.
            on_attempt: Called with an `Attempt` after each attempt; None for no callback.
            max_response_bytes: See `Api`.

        Raises:
            ScaleInvalidArgument: If an argument is invalid.
        """
        changes: dict[str, Any] = {}
        if timeout is not NOT_GIVEN:
            changes["timeout"] = validate_timeout(timeout)
        if retries is not NOT_GIVEN:
            changes["policy"] = resolve_retry_policy(retries)
        if on_attempt is not NOT_GIVEN:
            changes["on_attempt"] = validate_on_attempt(on_attempt)
        if max_response_bytes is not NOT_GIVEN:
            changes["max_response_bytes"] = validate_max_response_bytes(max_response_bytes)
        return self._with(**changes)

    def _with(self: Self, **changes: Any) -> Self:
        """Return a copy that shares the connections, with other `RequestOptions`."""
        copied = type(self).__new__(type(self))
        copied.__dict__.update(self.__dict__)
        copied._options = self._options._replace(**changes)
        return copied

    # Settings.

    @property
    def api_key(self) -> str:
        """The key that is sent with each request."""
        return self._key.get()

    @api_key.setter
    def api_key(self, api_key: KeyLike) -> None:
        self._key = KeySource.of(api_key)

    @property
    def timeout(self) -> Timeout:
        """Seconds to connect and to wait for the next part of a response."""
        return self._options.timeout

    @timeout.setter
    def timeout(self, timeout: Timeout) -> None:
        self._options = self._options._replace(timeout=validate_timeout(timeout))

    @property
    def retries(self) -> RetryPolicy:
        """When a call is retried."""
        return self._options.policy or default_policy()

    @retries.setter
    def retries(self, retries: Retries) -> None:
        self._options = self._options._replace(policy=resolve_retry_policy(retries))

    @property
    def root_url(self) -> str:
        """The instance address without the version at its end."""
        base = self.base_api_url.rstrip("/")
        return base[: -len("/v1")] if base.endswith("/v1") else base

    @property
    def session(self) -> requests.Session:
        """The session of this process, through which every attempt is sent."""
        return self._sessions.get()

    def close(self) -> None:
        """Close the pooled connections; a later call opens new ones."""
        self._sessions.close()

    def _current_transport(self) -> Transport:
        """Return the transport for the settings as they are now."""
        made = self._transport  # read once: other threads may replace it
        if made is None or made[0] != self._settings():
            made = self._transport = self._make_transport()
        return made[1]

    def _settings(self) -> tuple[Any, ...]:
        connection = ConnectionSettings(self.base_api_url, self.verify, self.cert, self.proxies)
        return self._key, self.user_agent, connection

    def _make_transport(self) -> tuple[tuple[Any, ...], Transport]:
        key, user_agent, connection = self._settings()
        snapshot = connection.snapshot()
        transport = Transport(self._sessions, key, snapshot, user_agent)
        return (key, user_agent, snapshot), transport

    # What the published client offers. Each returns the response's JSON, None where it has none.

    def get_request(self, endpoint: str, params: Optional[Mapping[str, Any]] = None) -> Any:
        """Return the JSON of a GET, None where the response is empty or text."""
        return self.request("GET", endpoint, params=params).json

    def post_request(
        self,
        endpoint: str,
        body: Any = None,
        files: Optional[Mapping[str, Any]] = None,
        data: Optional[Mapping[str, Any]] = None,
    ) -> Any:
        """Return the JSON of a POST, None where the response is empty or text."""
        return self.request("POST", endpoint, body=body, files=files, data=data).json

    def put_request(
        self, endpoint: str, body: Any = None, params: Optional[Mapping[str, Any]] = None
    ) -> Any:
        """Return the JSON of a PUT, None where the response is empty or text."""
        return self.request("PUT", endpoint, params=params, body=body).json

    def delete_request(
        self, endpoint: str, params: Optional[Mapping[str, Any]] = None, body: Any = None
    ) -> Any:
        """Return the JSON of a DELETE, None where the response is empty or text."""
        return self.request("DELETE", endpoint, params=params, body=body).json

    @staticmethod
    def quote_string(text: str) -> str:
        """Return a string as one segment of a path, `/` and all reserved characters escaped."""
        return quote(text, safe="")

    # The way of every request.

    def request(
        self,
        method: str,
        endpoint: str,
        *,
        params: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        files: Optional[Mapping[str, Any]] = None,
        data: Optional[Mapping[str, Any]] = None,
        progress: Optional[UploadProgress] = None,
        headers: Optional[Mapping[str, str]] = None,
        idempotency: Optional[IdempotencyRule] = None,
    ) -> APIResult:
        """Send a request, retry it where the policy says so, and return the result of a success.

        Args:
            method: HTTP method.
            endpoint: Path below the instance address, its segments escaped; one that begins with
                "/" names its version itself, such as "/v2/tasks".
            params: The query; lists are repeated keys, None is left out.
            body: What to send as JSON; None sends no body.
            files: What to send as multipart, in the form of requests.
            data: Form fields, in the place of `body` or beside `files`.
            progress: Called with the bytes of `files` that have been sent, and with their total.
            headers: More headers, and others in the place of the usual ones.
            idempotency: What is known about a second processing; None looks it up by the endpoint.

        Raises:
            ScaleException: If the service rejects it (see scaleapi.exceptions), or no response
                is received.
            OSError: If a file cannot be read.
        """
        fields = body if data is None else data
        sent = RequestData(
            endpoint, params or {}, fields if isinstance(fields, Mapping) else {}, headers or {}
        )
        form = nullcontext(data) if files is None else multipart(data, files, progress)
        with form as content:
            transport = self._current_transport()
            request = transport.prepare(method, endpoint, params, body, content, headers or {})
            call = self._call(transport, transport.fetch, request, idempotency, sent)
            return call.execute(partial(self._get_json, headers))

    def stream(
        self,
        method: str,
        endpoint: str,
        *,
        body: Any = None,
        headers: Mapping[str, str],
        idempotency: Optional[IdempotencyRule] = None,
    ) -> requests.Response:
        """Send a request as above, and return the last response as it is.

        Any status is returned, the body is not read and redirects are not followed.

        Raises:
            ScaleConnectionError: If no response is received.
        """
        sent = RequestData(endpoint, {}, body if isinstance(body, Mapping) else {}, headers)
        transport = self._current_transport()
        request = transport.prepare(method, endpoint, None, body, None, headers)
        return self._call(transport, transport.send, request, idempotency, sent).execute_raw()

    def _call(
        self,
        transport: Transport,
        attempt: Callable[[PreparedCall, RequestOptions, float], requests.Response],
        request: PreparedCall,
        idempotency: Optional[IdempotencyRule],
        sent: RequestData,
    ) -> RetryingCall:
        from ._http.retrying import RetryingCall  # here, since many programs only import

        sent_headers = SentHeaders()
        options = self._options_now(on_secret=sent_headers.add)
        rule = idempotency or rule_for(str(request.method), sent.endpoint)

        def secrets() -> set[str]:
            return transport.secrets() | sent_headers.secrets()

        return RetryingCall(
            partial(attempt, request, options), request, options, rule, sent, secrets
        )

    def _options_now(self, **changes: Any) -> RequestOptions:
        return self._options._replace(policy=self.retries, **changes)

    def _get_json(self, headers: Optional[Mapping[str, str]], policy: RetryPolicy) -> GetJson:
        """Return the look-up that a recovery makes, under what is left of a call's policy."""
        api = self._with(policy=policy)

        def get_json(endpoint: str, params: Optional[Mapping[str, Any]] = None) -> Any:
            double = replaced_method(api, "GET")
            if double is not None:
                return double(endpoint, params=params)
            return api.request("GET", endpoint, params=params, headers=headers).json

        return get_json

    def _downloader(self) -> FileDownloader:
        """Return what downloads files with these settings, as they are now."""
        from ._http.download import FileDownloader  # here, since few need it

        return FileDownloader(self._current_transport(), self._options_now())


def multipart(
    fields: Any, files: Any, progress: Optional[UploadProgress]
) -> AbstractContextManager[MultipartStream]:
    """Return a form with files, which is closed in the end."""
    from ._http.multipart import MultipartStream  # here, since few need it

    return closing(MultipartStream(fields, files, progress))


def resolve_retry_policy(retries: Any) -> Optional[RetryPolicy]:
    """Return a policy: the one given, the default one with that number of retries, or None."""
    if retries is None or isinstance(retries, RetryPolicy):
        return retries
    if not is_int(retries) or retries < 0:
        raise ScaleInvalidArgument(
            f"retries must be a RetryPolicy, or a number of retries (0 or more), got {retries!r}"
        )
    return default_policy().replace(total=retries)


def default_policy() -> RetryPolicy:
    """Return the policy that the constants of this module describe now."""
    return _policy(
        HTTP_TOTAL_RETRIES,
        HTTP_RETRY_BACKOFF_FACTOR,
        tuple(HTTP_STATUS_FORCE_LIST),
        tuple(HTTP_RETRY_ALLOWED_METHODS),
    )


@lru_cache(maxsize=8)
def _policy(
    total: int, backoff_factor: float, statuses: tuple[int, ...], methods: tuple[str, ...]
) -> RetryPolicy:
    return RetryPolicy(total, backoff_factor, statuses=statuses, methods=methods)


_PUBLISHED = {
    "GET": Api.get_request,
    "POST": Api.post_request,
    "PUT": Api.put_request,
    "DELETE": Api.delete_request,
}


def replaced_method(api: Any, method: str) -> Optional[Callable[..., Any]]:
    """Return what stands in the place of `Api.get_request` or its kin; None where nothing does.

    A test double, by `mock.patch` or as a whole `Api`, is called in the place of the transport.
    """
    published = _PUBLISHED.get(method)
    if published is None:
        return None
    function: Any = getattr(api, published.__name__)
    return None if getattr(function, "__func__", None) is published else function
