"""The transport: settings, and one request sent once.

`_call` sends it again where it must, `_pool` holds the connections, `_answers` reads what came.
"""

from __future__ import annotations

import base64
import io
import os
import re
import time
from contextlib import closing, nullcontext
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ContextManager,
    Dict,
    Mapping,
    NamedTuple,
    Optional,
    Tuple,
    TypeVar,
    Union,
)
from urllib.parse import quote, urljoin, urlsplit

import requests
import urllib3.util
from requests.structures import CaseInsensitiveDict

from ._http.response import Answer
from ._http.retrying import Call
from ._http.session import SharedSession
from ._recovery import Sent, rule_for
from ._validation import json_text
from ._version import __version__
from .exceptions import ScaleException, ScaleInvalidArgument
from .retries import RETRIED_METHODS, RETRIED_STATUSES, RetryPolicy

if TYPE_CHECKING:
    from ._http.multipart import Multipart, Progress
    from .bulk.throttle import Pace

SCALE_API_BASE_URL_V1 = "https://api.scale.com/v1"

# What a new client retries, unless it is given `retries`; read when the client is made.
HTTP_TOTAL_RETRIES = RetryPolicy().total
HTTP_RETRY_BACKOFF_FACTOR = RetryPolicy().backoff_factor
HTTP_STATUS_FORCE_LIST = sorted(RETRIED_STATUSES)
HTTP_RETRY_ALLOWED_METHODS = RETRIED_METHODS

DEFAULT_TIMEOUT = (10.0, 120.0)
MAX_TIMEOUT = 2_000_000.0  # seconds; sockets count milliseconds in 31 bits
MAX_REDIRECTS = 5

Timeout = Union[float, Tuple[Optional[float], Optional[float]], None]
Retries = Union[RetryPolicy, int, None]
Self = TypeVar("Self", bound="Api")

Credentials = Callable[[str], Dict[str, str]]
"""Gives the headers that carry a key."""

UNCHANGED: Any = object()


def basic(api_key: str) -> Dict[str, str]:
    """The key as v1 takes it: the user name of HTTP basic, without a password."""
    return {"Authorization": "Basic " + base64.b64encode(f"{api_key}:".encode()).decode()}


def bearer(api_key: str) -> Dict[str, str]:
    """The key as v2 takes it."""
    return {"Authorization": f"Bearer {api_key}"}


class Api:
    """Sends requests to one instance of the service and reads its answers.

    Safe to share between threads. `api_key`, `base_api_url`, `verify`, `proxies`, `cert`, `timeout`
    and `retries` may be set at any time and hold from the next call on.

    Args:
        api_key: None takes it from the environment's `SCALE_API_KEY`.
        user_agent_extension: what to add to the User-Agent header.
        api_instance_url: address of the service, its version included; None takes it from the
            environment's `SCALE_API_INSTANCE_URL`, else it is Scale's own.
        verify: as in requests. None and True use the certificates that the environment names, else
            those that come with requests; False or a path wins over the environment.
        proxies: as in requests; they win over the environment's, scheme by scheme.
        cert: client certificate, as in requests.
        timeout: seconds to connect and seconds to wait for the next part of the answer, as a pair
            or as one number for both; None waits for ever.
        retries: a policy, or how often to try again under the usual one.

    Raises:
        ScaleException: there is no API key.
        ScaleInvalidArgument: an argument makes no sense.
    """

    pace: Optional[Pace] = None
    """What a call waits for before each try, where many are made at one pace."""
    repeats_unprotected = True
    """Whether a creation without a name of its own is sent again after a lost answer."""
    reads_whole = True
    """Whether an answer's body is read before it is given."""
    follows = True
    """Whether a GET that is redirected within the same host goes there."""
    tells_query = True
    """Whether logs and errors show the query; that of another host's address may be a secret."""

    def __init__(
        self,
        api_key: Optional[str] = None,
        user_agent_extension: Optional[str] = None,
        api_instance_url: Optional[str] = None,
        verify: Union[bool, str, None] = None,
        proxies: Optional[Dict[str, str]] = None,
        cert: Union[str, Tuple[str, str], None] = None,
        *,
        timeout: Timeout = DEFAULT_TIMEOUT,
        retries: Retries = None,
    ) -> None:
        self.api_key = os.environ.get("SCALE_API_KEY", "") if api_key is None else api_key
        if api_instance_url is None:
            api_instance_url = os.environ.get("SCALE_API_INSTANCE_URL")
        if not isinstance(api_instance_url, (str, type(None))):
            raise ScaleInvalidArgument(f"api_instance_url must be a text, not {api_instance_url!r}")
        self.base_api_url = (api_instance_url or SCALE_API_BASE_URL_V1).rstrip("/")
        self.verify = verify
        self.proxies = proxies
        self.cert = cert
        self.timeout = timeout
        self.retries = retries
        self.user_agent = user_agent(user_agent_extension)
        self.credentials: Credentials = basic
        self._shared = SharedSession()
        self._environment = _Environment.read(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_api_url!r})"

    @property
    def root_url(self) -> str:
        """The instance address without the version at its end."""
        return re.sub(r"/v1$", "", self.base_api_url.rstrip("/"))

    def __getstate__(self) -> Dict[str, Any]:
        # Another machine has proxies and certificates of its own.
        return {name: value for name, value in vars(self).items() if name != "_environment"}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        vars(self).update(state)
        self._environment = _Environment.read(self)

    def with_options(
        self: Self, *, timeout: Timeout = UNCHANGED, retries: Retries = UNCHANGED
    ) -> Self:
        """The same over the same connections, but for what is given."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        if timeout is not UNCHANGED:
            other.timeout = timeout
        if retries is not UNCHANGED:
            other.retries = retries
        return other

    @property
    def api_key(self) -> str:
        """The key that goes out with each request."""
        return self._api_key

    @api_key.setter
    def api_key(self, api_key: str) -> None:
        self._api_key = checked_key(api_key)

    @property
    def timeout(self) -> Timeout:
        """Seconds to connect and to wait for the next part of an answer."""
        return self._timeout

    @timeout.setter
    def timeout(self, timeout: Timeout) -> None:
        self._timeout = checked_timeout(timeout)

    @property
    def retries(self) -> RetryPolicy:
        """When a call is tried again."""
        return self._retries

    @retries.setter
    def retries(self, retries: Retries) -> None:
        self._retries = checked_retries(retries)

    def close(self) -> None:
        """Close the pooled connections; a later call opens new ones."""
        self._shared.close()

    def _read_environment(self) -> None:
        """Read proxies and certificates anew, where a setting was changed."""
        self._environment = self._environment.fresh(self)

    # What the published client offers. Each gives the answer's JSON, and None where it has none.

    def get_request(self, endpoint: str, params: Optional[Mapping[str, Any]] = None) -> Any:
        """The JSON of a GET, None where the answer is empty or text."""
        return self.request("GET", endpoint, params=params).json

    def post_request(
        self,
        endpoint: str,
        body: Any = None,
        files: Optional[Mapping[str, Any]] = None,
        data: Optional[Mapping[str, Any]] = None,
    ) -> Any:
        """The JSON of a POST, None where the answer is empty or text."""
        return self.request("POST", endpoint, body=body, files=files, data=data).json

    def put_request(
        self, endpoint: str, body: Any = None, params: Optional[Mapping[str, Any]] = None
    ) -> Any:
        """The JSON of a PUT, None where the answer is empty or text."""
        return self.request("PUT", endpoint, params=params, body=body).json

    def delete_request(
        self, endpoint: str, params: Optional[Mapping[str, Any]] = None, body: Any = None
    ) -> Any:
        """The JSON of a DELETE, None where the answer is empty or text."""
        return self.request("DELETE", endpoint, params=params, body=body).json

    @staticmethod
    def quote_string(text: str) -> str:
        """A text as one segment of a path, `/` and all other reserved characters escaped."""
        return quote(text, safe="")

    def request(
        self,
        method: str,
        endpoint: str,
        *,
        params: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        files: Optional[Mapping[str, Any]] = None,
        data: Optional[Mapping[str, Any]] = None,
        progress: Optional[Progress] = None,
        headers: Optional[Mapping[str, str]] = None,
    ) -> Answer:
        """Send a request, again where the policy says so, and give the successful answer.

        Args:
            method: HTTP method.
            endpoint: path below the instance address, its segments escaped; one that begins with
                "/" names its version itself, such as "/v2/tasks".
            params: query; lists are repeated keys, None is left out.
            body: what to send as JSON; None sends no body.
            files: what to send as multipart, in the form of requests.
            data: form fields, in the place of `body` or beside `files`.
            progress: is told the bytes of `files` that are sent, and how many there are.
            headers: more headers, and others in the place of the usual ones.

        Raises:
            ScaleException: the service refused (see scaleapi.exceptions), or no answer came.
            OSError: a file can't be read.
        """
        fields = body if data is None else data
        sent = Sent(params or {}, fields if isinstance(fields, Mapping) else {}, (), headers or {})
        with nullcontext(data) if files is None else multipart(data, files, progress) as form:
            request = self._prepare(method, endpoint, params, body, form, headers or {})
            return Call(self, request, endpoint, rule_for(method, endpoint), sent).answer()

    def open(
        self, method: str, endpoint: str, *, body: Any = None, headers: Mapping[str, str]
    ) -> requests.Response:
        """Send a request as above, and give the last answer as it is.

        Its status may be any, its body is unread, and where it redirects to is not followed.

        Raises:
            ScaleConnectionError: no answer came.
        """
        return self._call_unread(method, endpoint, body=body, headers=headers).response()

    def _call_unread(
        self, method: str, endpoint: str, *, body: Any = None, headers: Mapping[str, str]
    ) -> Call:
        """The call of `open`, not made yet, which keeps a record of its tries."""
        unread = self.with_options()
        unread.reads_whole = unread.follows = False
        request = unread._prepare(method, endpoint, None, body, None, headers)
        sent = Sent({}, body if isinstance(body, Mapping) else {}, ())
        return Call(unread, request, endpoint, rule_for(method, endpoint), sent)

    def _prepare(
        self,
        method: str,
        endpoint: str,
        params: Optional[Mapping[str, Any]],
        body: Any,
        form: Union[Multipart, Mapping[str, Any], None],
        headers: Mapping[str, str],
    ) -> requests.PreparedRequest:
        # By hand rather than by Session.prepare_request, which reads the environment's .netrc and
        # would put what it finds there in the place of the key.
        self._read_environment()
        request = requests.PreparedRequest()
        request.method = method
        request.headers = CaseInsensitiveDict(requests.utils.default_headers())
        request.headers["User-Agent"] = self.user_agent
        own_version = endpoint.startswith("/")
        base = self.root_url if own_version else self.base_api_url.rstrip("/") + "/"
        request.prepare_url(base + endpoint, params)
        if form is None:
            if body is not None or not own_version:
                request.headers["Content-Type"] = "application/json"
            request.prepare_body(None if body is None else json_text(body).encode(), None)
        elif isinstance(form, (Mapping, list, tuple)):
            request.prepare_body(form, None)
        else:
            request.headers["Content-Type"] = form.content_type
            request.headers["Content-Length"] = str(form.length)
            request.body = form  # type: ignore[assignment]  # urllib3 takes any iterable
        request.headers.update(headers)
        return request

    def send_once(self, request: requests.PreparedRequest, until: float) -> requests.Response:
        """One try: send a prepared request and read its whole answer.

        GETs are redirected within the same host. `until` is the deadline on the monotonic clock.
        """
        response = self._send(request, until)
        for _ in range(MAX_REDIRECTS if self.follows else 0):
            further = self._redirected(response)
            if further is None:
                break
            response = self._send(further, until)
        return response

    def _redirected(self, response: requests.Response) -> Optional[requests.PreparedRequest]:
        """The request that an answer redirects to, None where it must not go there."""
        if response.request.method != "GET" or not response.is_redirect:
            return None
        session: Any = self._shared.get()
        request = response.request.copy()
        try:
            target = session.get_redirect_target(response)
            request.prepare_url(urljoin(response.url, target), None)
            # The rule by which requests itself says that credentials must not go along; asked of
            # the address as it was prepared, which is read in one way only.
            elsewhere = session.should_strip_auth(response.url, request.url)
        except ValueError:  # no address at all
            return None
        return None if elsewhere else request

    def _send(self, request: requests.PreparedRequest, until: float) -> requests.Response:
        environment = self._environment.fresh(self)
        # The key is on the request only while it is being sent, so that nothing that keeps the
        # request afterwards (an answer, an exception, a pickle of either) can give it away.
        secrets = self.credentials(self.api_key)
        request.headers.update(secrets)
        try:
            # Not Session.send, which would follow redirects in its own way.
            adapter = self._shared.get().get_adapter(self.base_api_url)
            timeout: Any = bounded(self.timeout, until)
            response = adapter.send(request, timeout=timeout, **environment.settings)
            return read_whole(response) if self.reads_whole else response
        finally:
            for name in secrets:
                del request.headers[name]


class _Environment(NamedTuple):
    """How requests go out: the client's own settings, completed from the environment.

    Reading the environment is slow, so it is done once, and again only where a setting was changed.
    """

    made_from: Tuple[Any, ...]
    settings: Dict[str, Any]

    @staticmethod
    def _own_settings(api: Api) -> Tuple[Any, ...]:
        proxies = api.proxies
        if isinstance(proxies, Mapping):  # a copy, since it may be changed
            proxies = dict(proxies)
        return api.base_api_url, api.verify, api.cert, proxies

    @classmethod
    def read(cls, api: Api) -> _Environment:
        if not isinstance(api.proxies or {}, Mapping):
            raise ScaleInvalidArgument(
                f"proxies must be a dictionary from scheme to address, such as "
                f"{{'https': 'http://127.0.0.1:3128'}}, not {api.proxies!r}"
            )
        try:
            probe = requests.PreparedRequest()
            probe.prepare_url(api.base_api_url, None)
            if urlsplit(api.base_api_url).scheme.lower() not in ("http", "https"):
                raise ValueError("neither http nor https")
        except (ValueError, AttributeError) as error:  # requests' complaints are ValueErrors too
            raise ScaleInvalidArgument(
                f"api_instance_url must be an address such as {SCALE_API_BASE_URL_V1!r}, "
                f"not {api.base_api_url!r}: {error}"
            ) from None
        own = dict(api.proxies or {})
        with requests.Session() as session:
            settings = session.merge_environment_settings(
                api.base_api_url, dict(own), None, api.verify, api.cert
            )
        chosen = requests.utils.select_proxy(api.base_api_url, own)
        if chosen:  # else the environment's "https" would win over an own "all"
            settings["proxies"][urlsplit(api.base_api_url).scheme.lower()] = chosen
        return cls(cls._own_settings(api), {**settings, "stream": False})

    def fresh(self, api: Api) -> _Environment:
        """The same, or one read anew where a setting of the client was changed."""
        return self if self.made_from == self._own_settings(api) else self.read(api)


def checked_key(api_key: Any) -> str:
    """A key that can be sent; no complaint shows it."""
    if not api_key:
        raise ScaleException(
            "Please provide a valid API key: ScaleClient(api_key), "
            "or the environment variable SCALE_API_KEY"
        )
    if not isinstance(api_key, str) or not is_header_text(api_key):
        raise ScaleInvalidArgument(
            "api_key must be a text of printable characters, without an end of line"
        )
    return api_key


def checked_timeout(timeout: Any) -> Timeout:
    """A timeout that makes sense, as it was given."""
    parts = timeout if isinstance(timeout, tuple) and len(timeout) == 2 else (timeout,)
    for part in parts:
        number = isinstance(part, (int, float)) and not isinstance(part, bool)
        if part is not None and not (number and 0 < part <= MAX_TIMEOUT):
            raise ScaleInvalidArgument(
                f"timeout must be a number of seconds over 0 (and up to {MAX_TIMEOUT:.0f}), "
                f"a pair of them (connect, read) or None for no limit, not {timeout!r}"
            )
    checked: Timeout = timeout
    return checked


def checked_retries(retries: Any) -> RetryPolicy:
    """A policy: the one given, or the usual one with another number of retries."""
    if isinstance(retries, RetryPolicy):
        return retries
    if retries is None:
        retries = HTTP_TOTAL_RETRIES
    if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
        raise ScaleInvalidArgument(
            f"retries must be a RetryPolicy, or how often to try again (0 or more), not {retries!r}"
        )
    return RetryPolicy(
        total=retries,
        backoff_factor=HTTP_RETRY_BACKOFF_FACTOR,
        statuses=frozenset(HTTP_STATUS_FORCE_LIST),
        methods=frozenset(HTTP_RETRY_ALLOWED_METHODS),
    )


def multipart(fields: Any, files: Any, progress: Optional[Progress]) -> ContextManager[Multipart]:
    """A form with files, which is closed in the end."""
    from ._http.multipart import Multipart  # here, since few need it

    return closing(Multipart(fields, files, progress))


def read_whole(response: requests.Response) -> requests.Response:
    """The same with its body read, which frees the connection; a refusal may lack its own."""
    try:
        response.content  # noqa: B018
    except requests.RequestException:
        if response.ok:
            raise
        response.raw = io.BytesIO()  # what it means is known from its status
    return response


def bounded(timeout: Timeout, until: float) -> Union[Timeout, urllib3.util.Timeout]:
    """A timeout that ends at `until` on the monotonic clock, in each of its parts and in all."""
    if until == float("inf"):
        return timeout
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    left = min(max(until - time.monotonic(), 0.001), MAX_TIMEOUT)
    return urllib3.util.Timeout(
        total=left, connect=min(connect or left, left), read=min(read or left, left)
    )


def is_header_text(text: str) -> bool:
    """Whether an HTTP header can hold this."""
    return text.isprintable() and all(character <= "\xff" for character in text)


def user_agent(extension: Optional[str]) -> str:
    """The User-Agent header: what is asking, on what, and the caller's extension."""
    import platform  # here, since it is slow to load

    if extension and not (isinstance(extension, str) and is_header_text(extension)):
        raise ScaleInvalidArgument(f"source must be printable Latin-1 text, not {extension!r}")
    parts = (
        f"scaleapi/{__version__}",
        f"Python/{platform.python_version()}",
        f"OS/{platform.platform()}",
        extension,
    )
    return " ".join(part for part in parts if part)
