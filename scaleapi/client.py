"""The client: the sum of its resources' calls, over one transport."""

from __future__ import annotations

import copy
from types import TracebackType
from typing import Any, Dict, Iterable, Mapping, Optional, Tuple, Type, TypeVar, Union

from ._mixins.bulk import BulkMethods
from ._mixins.result_files import ResultMethods
from ._mixins.v2 import V2Methods
from ._validation import endpoint_of, one_of
from .api import DEFAULT_TIMEOUT, UNCHANGED, Api, Retries, Timeout, bearer
from .batches import BatchMethods
from .evaluation_tasks import EvaluationTaskMethods
from .files import FileMethods
from .projects import ProjectMethods
from .studio import StudioMethods
from .tasks import TaskMethods
from .teams import TeamMethods
from .training_tasks import TrainingTaskMethods

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

Self = TypeVar("Self", bound="ScaleClient")


class ScaleClient(
    TaskMethods,
    BatchMethods,
    ProjectMethods,
    FileMethods,
    EvaluationTaskMethods,
    TrainingTaskMethods,
    TeamMethods,
    StudioMethods,
    V2Methods,
    BulkMethods,
    ResultMethods,
):
    """Scale's API, under one key.

    One client may be shared by any number of threads and survives a fork. It keeps its connections
    open; `close()` or a `with` block frees them, and a later call opens new ones. A client pickles
    with its key.

    Args:
        api_key: None takes it from the environment variable `SCALE_API_KEY`.
        source: name of the calling program, added to the User-Agent header.
        api_instance_url: address of the service, its version included; None takes it from the
            environment variable `SCALE_API_INSTANCE_URL`, else it is https://api.scale.com/v1.
        verify: as in requests: False checks no certificates, a path names the trusted ones. None
            and True take those that the environment names, else those that come with requests.
        proxies: as in requests; they win over the environment's, scheme by scheme.
        cert: client certificate, as in requests.
        timeout: seconds to connect and seconds to wait for the next part of an answer, as a pair
            or as one number for both; None waits for ever.
        retries: a `RetryPolicy`, or how often a call is sent again under the usual one (3).

    Attributes:
        api: the transport, with `get_request` and its kin for what has no method of its own.

    Raises:
        ScaleException: there is no API key.
        ScaleInvalidArgument: an argument makes no sense.

    Example:
        >>> client = ScaleClient(api_key="test_key")
        >>> task = client.get_task("66f1c0de8a4b2f0012ab34cd")

    See https://scale.com/docs/api-reference.
    """

    def __init__(
        self,
        api_key: Optional[str] = None,
        source: Optional[str] = None,
        api_instance_url: Optional[str] = None,
        verify: Union[bool, str, None] = None,
        proxies: Optional[Dict[str, str]] = None,
        cert: Union[str, Tuple[str, str], None] = None,
        *,
        timeout: Timeout = DEFAULT_TIMEOUT,
        retries: Retries = None,
    ) -> None:
        self.api = Api(
            api_key,
            source,
            api_instance_url,
            verify,
            proxies,
            cert,
            timeout=timeout,
            retries=retries,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.api.base_api_url!r})"

    def with_options(
        self: Self, *, timeout: Timeout = UNCHANGED, retries: Retries = UNCHANGED
    ) -> Self:
        """A client over the same connections, with another timeout or other retries.

        Example:
            >>> client.with_options(timeout=5, retries=0).get_task(task_id)

        Raises:
            ScaleInvalidArgument: an argument makes no sense.
        """
        other = copy.copy(self)
        other.api = self.api.with_options(timeout=timeout, retries=retries)
        return other

    def request(
        self,
        method: str,
        path: Union[str, Iterable[str]],
        *,
        params: Optional[Mapping[str, Any]] = None,
        body: Any = None,
    ) -> Any:
        """The JSON that any request is answered with, None where the answer has none.

        For what has no method of its own, or not yet. It goes out as all other calls do: with the
        key, over the same connections, and again under the same policy. That holds for a POST too,
        which the service may then carry out twice: `client.with_options(retries=0)` rules that out.

        Args:
            method: "GET", "POST", "PUT", "PATCH" or "DELETE".
            path: below the instance address, such as "teams"; or below its root, with a version,
                such as "/v2/tasks". A list of segments is escaped and joined, as is needed where
                one is a name: `["projects", "street/scenes", "setOntology"]`.
            params: query; lists are repeated keys, None is left out.
            body: what to send as JSON; None sends no body.

        Raises:
            ScaleInvalidArgument: an argument makes no sense.
            ScaleException: the service refused, or no answer came.

        Example:
            >>> client.request("POST", ["projects", name, "setOntology"], body={"ontology": [...]})

        See https://scale.com/docs/api-reference.
        """
        verb = one_of("method", method.upper() if isinstance(method, str) else method, METHODS)
        endpoint = endpoint_of(path)
        api = self.api
        if endpoint.startswith("/v2/"):  # which takes the key in another form
            api = api.with_options()
            api.credentials = bearer
        return api.request(verb, endpoint, params=params, body=body).json

    def close(self) -> None:
        """Close the pooled connections; a later call opens new ones."""
        self.api.close()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()
