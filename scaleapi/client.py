"""The client: the methods of all resources over one transport."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Optional, TypeVar, Union

import requests

from ._http.auth import KeyLike, KeySource
from ._http.options import (
    DEFAULT_MAX_RESPONSE_BYTES,
    DEFAULT_TIMEOUT,
    NOT_GIVEN,
    OnAttempt,
    Retries,
    Timeout,
)
from ._http.session import SessionFactory
from ._mixins.bulk import BulkMethods
from ._mixins.create_tasks import BulkCreationMethods
from ._mixins.result_files import ResultFileMethods
from ._mixins.v2 import V2Methods
from ._mixins.waiting import WaitingMethods
from ._payload_checks import PayloadCheckMode, PayloadChecks
from ._renamed import method_hint
from ._validation import choice, normalize_path
from .api import Api
from .batches import BatchMethods
from .evaluation_tasks import EvaluationTaskMethods
from .files import FileMethods
from .projects import ProjectMethods
from .studio import StudioMethods
from .task_creation import TaskCreationMethods
from .tasks import TaskMethods, TaskType
from .teams import TeamMethods
from .training_tasks import TrainingTaskMethods

HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

Self = TypeVar("Self", bound="ScaleClient")


class ScaleClient(
    TaskCreationMethods,
    TaskMethods,
    BatchMethods,
    ProjectMethods,
    FileMethods,
    EvaluationTaskMethods,
    TrainingTaskMethods,
    TeamMethods,
    StudioMethods,
    V2Methods,
    BulkCreationMethods,
    BulkMethods,
    ResultFileMethods,
    WaitingMethods,
):
    """A client of Scale's API, using one API key.

    One client may be shared by any number of threads and survives a fork. It keeps its connections
    open; `close()` or a `with` block closes them, and a later call opens new ones. A client is
    pickled together with a key that was passed in code; a key from the environment is read again
    where the client is unpickled.

    Args:
        api_key: The key, or a function that returns it and is called for each request, so that it
            can be rotated; None reads it from the environment variable `SCALE_API_KEY`.
        source: Name of the calling program, added to the User-Agent header.
        api_instance_url: URL of the service, including its version; None reads it from the
            environment variable `SCALE_API_INSTANCE_URL`, else it is https://api.scale.com/v1.
        verify: As in requests: False disables certificate verification, a path names the trusted
            certificates. None and True use those that the environment names, else those that are
            installed with requests.
        proxies: As in requests; they take precedence over the environment's, scheme by scheme.
        cert: Client certificate, as in requests.
        timeout: Seconds to connect and seconds to wait for the next part of a response, as a pair
            or as one number for both; None for no limit.
        retries: A `RetryPolicy`, or the number of retries under the default one (3).
        session: A function that makes the `requests.Session` through which every attempt is sent;
            called once per process.
        max_response_bytes: Maximum size of a decoded response body; a larger one raises.
        check_payloads: What is done about a payload of `create_task` and `create_tasks` that breaks
            a documented rule of its task type. "warn" logs each distinct finding once, and the task
            is sent; "error" also raises `ScaleInvalidArgument` before sending where the service is
            known to reject it; "off" checks nothing. See `check_task`.

    Attributes:
        api: The transport, whose `get_request` and similar methods call endpoints that have no
            method of their own.

    Raises:
        ScaleException: If there is no API key.
        ScaleInvalidArgument: If an argument is invalid.

    Example:
        >>> client = ScaleClient(api_key="test_key")
        >>> task = client.get_task("66f1c0de8a4b2f0012ab34cd")

    See https://scale.com/docs/api-reference.
    """

    def __init__(
        self,
        api_key: KeyLike = None,
        source: Optional[str] = None,
        api_instance_url: Optional[str] = None,
        verify: Union[bool, str, None] = None,
        proxies: Optional[dict[str, str]] = None,
        cert: Union[str, tuple[str, str], None] = None,
        *,
        timeout: Timeout = DEFAULT_TIMEOUT,
        retries: Retries = None,
        session: Optional[SessionFactory] = None,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        check_payloads: PayloadCheckMode = "warn",
    ) -> None:
        key = KeySource.of(api_key)
        del api_key  # traceback frames must not contain the key
        self.api = Api(
            key,
            source,
            api_instance_url,
            verify,
            proxies,
            cert,
            timeout=timeout,
            retries=retries,
            session=session,
            max_response_bytes=max_response_bytes,
        )
        self._payload_checks = PayloadChecks(check_payloads)

    def __repr__(self) -> str:
        return repr(self.api).replace(type(self.api).__name__, type(self).__name__, 1)

    @property
    def session(self) -> requests.Session:
        """The `requests.Session` of this process, through which every attempt is sent.

        Adapters may be mounted and response hooks registered on it; they apply to all clients that
        share it through `with_options`. A forked or unpickled client makes a new session: pass
        `ScaleClient` a `session` function that configures it.
        """
        return self.api.session

    if not TYPE_CHECKING:  # else type checkers would let any name pass

        def __getattr__(self, name: str) -> Any:
            # Called only where normal attribute lookup fails.
            hint = method_hint(name, TaskType)
            if not hint:
                return super().__getattribute__(name)  # raises again, also what a property raised
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message + hint)

    def with_options(
        self: Self,
        *,
        timeout: Timeout = NOT_GIVEN,
        retries: Retries = NOT_GIVEN,
        on_attempt: Optional[OnAttempt] = NOT_GIVEN,
        max_response_bytes: int = NOT_GIVEN,
        check_payloads: PayloadCheckMode = NOT_GIVEN,
    ) -> Self:
        """Return a client over the same connections, with other options.

        Args:
            timeout: See `ScaleClient`.
            retries: See `ScaleClient`.
            on_attempt: Called with an `Attempt` after each attempt, for metrics; None for no
                callback. It may be called by several threads at once; what it raises is logged.
            max_response_bytes: See `ScaleClient`.
            check_payloads: See `ScaleClient`.

        Example:
            >>> client.with_options(timeout=5, retries=0).get_task(task_id)

        Raises:
            ScaleInvalidArgument: If an argument is invalid.
        """
        copied = copy.copy(self)
        copied.api = self.api.with_options(
            timeout=timeout,
            retries=retries,
            on_attempt=on_attempt,
            max_response_bytes=max_response_bytes,
        )
        if check_payloads is not NOT_GIVEN:
            copied = copied._with_payload_checks(check_payloads)
        return copied

    def request(
        self,
        method: str,
        path: Union[str, Iterable[str]],
        *,
        params: Optional[Mapping[str, Any]] = None,
        body: Any = None,
    ) -> Any:
        """Send any request and return the JSON of the response.

        For endpoints that have no method of their own, or not yet. The request is sent like every
        other call: with the key, over the same connections, and under the same retry policy. This
        includes POST requests, which the service may then process twice if an attempt fails
        ambiguously: `client.with_options(retries=0)` prevents that.

        Args:
            method: "GET", "POST", "PUT", "PATCH" or "DELETE".
            path: A path below the instance URL, such as "teams"; or below its root, with a version,
                such as "/v2/tasks". A list of segments is escaped and joined, as is needed where
                one is a name: `["projects", "street/scenes", "setOntology"]`.
            params: Query parameters; lists become repeated keys, None is left out.
            body: The value to send as JSON; None sends no body.

        Returns:
            The parsed JSON, None where the response has none.

        Raises:
            ScaleInvalidArgument: If an argument is invalid.
            ScaleException: If the service rejected the request, or no response was received.

        Example:
            >>> client.request("POST", ["projects", name, "setOntology"], body={"ontology": [...]})
        """
        verb = choice("method", method.upper() if isinstance(method, str) else method, HTTP_METHODS)
        endpoint = normalize_path(path)
        content = {} if body is None else {"body": body}
        return self._request(verb, endpoint, params=params, **content).json

    def close(self) -> None:
        """Close the pooled connections; a later call opens new ones."""
        if hasattr(self.api, "close"):  # a test double of `Api` may have none
            self.api.close()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
