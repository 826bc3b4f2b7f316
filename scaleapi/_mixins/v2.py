"""The client's access to the v2 (GenAI) API, which is imported on first use.

Source: https://scale.com/docs/api-reference, version 2
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any, Callable, Optional, Union

from .. import api_client
from .._resource import ClientMixin, arguments_of
from .._validation import TimestampLike
from ..pagination import PageParams, Paginator, iter_items, next_by_token
from ..tasks import TaskStatus

StatusLike = Union["api_client.v2.TaskStatus", TaskStatus, str, None]
Opts = Optional[Iterable[Union["api_client.v2.Option", str]]]


class V2Methods(ClientMixin):
    """The client's methods for the v2 API."""

    @property
    def v2(self) -> api_client.v2.V2Api:
        """The operations of the v2 API, over this client's connections and with its settings."""
        from ..api_client.v2 import ApiClient, Configuration, V2Api

        if "_v2_replacement" in self.__dict__:
            return self.__dict__["_v2_replacement"]  # type: ignore[no-any-return]
        made: Any = self.__dict__.get("_v2")
        if made is None:
            first = (self.api, V2Api(ApiClient(Configuration._from_transport(self.api))))
            made = self.__dict__.setdefault("_v2", first)  # atomic: two threads get the same
        elif made[0] is not self.api:  # with_options has replaced the transport
            made = (self.api, V2Api(made[1].api_client._with_transport(self.api)))
            self.__dict__["_v2"] = made
        operations: api_client.v2.V2Api = made[1]
        return operations

    @v2.setter
    def v2(self, operations: api_client.v2.V2Api) -> None:
        self.__dict__["_v2_replacement"] = operations

    @v2.deleter
    def v2(self) -> None:
        self.__dict__.pop("_v2_replacement", None)

    def v2_get_tasks(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        batch_id: Optional[str] = None,
        batch_name: Optional[str] = None,
        status: StatusLike = None,
        completed_after: Optional[TimestampLike] = None,
        completed_before: Optional[TimestampLike] = None,
        limit: Optional[int] = None,
        expand: Optional[Iterable[Union[api_client.v2.ExpandableEnumTask, str]]] = None,
        opts: Opts = None,
    ) -> Generator[api_client.v2.Task, None, None]:
        """Yield every task of a project or a batch, fetching pages as they are needed.

        Args:
            project_id: Only tasks of the project with this id; this or one of the next three is
                required.
            project_name: Only tasks of the project with this name.
            batch_id: Only tasks of the batch with this id.
            batch_name: Only tasks of the batch with this name.
            status: Only tasks in this state.
            completed_after: Lower bound of the time of completion, as a string, date or datetime.
            completed_before: Upper bound of the time of completion.
            limit: Tasks per page, 1 to 100.
            expand: What to include as a complete object rather than its id: "project", "batch".
            opts: What to include in addition: "annotation_details", "attachment_details",
                "model_parameters", "submissions".

        Yields:
            The tasks of all pages.

        Raises:
            ApiTypeError: If an argument has the wrong type; on the first `next`.
            ApiValueError: If an argument has an invalid value; on the first `next`.
            ApiException: If the service rejects a request.

        See https://scale.com/docs/api-reference/tasks.
        """
        yield from _pages(self.v2.get_tasks, "tasks", arguments_of(locals()))

    def v2_get_batches(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        status: Union[api_client.v2.BatchStatus, str, None] = None,
        created_after: Optional[TimestampLike] = None,
        created_before: Optional[TimestampLike] = None,
        completed_after: Optional[TimestampLike] = None,
        completed_before: Optional[TimestampLike] = None,
        limit: Optional[int] = None,
        expand: Optional[Iterable[Union[api_client.v2.ExpandableEnumBatch, str]]] = None,
    ) -> Generator[api_client.v2.Batch, None, None]:
        """Yield every batch that matches, fetching pages as they are needed.

        Takes the arguments of `client.v2.get_batches` except the token; raises as `v2_get_tasks`.

        Args:
            project_id: Only batches of the project with this id.
            project_name: Only batches of the project with this name.
            status: Only batches in this state.
            created_after: Lower bound of the time of creation, as a string, date or datetime.
            created_before: Upper bound of the time of creation.
            completed_after: Lower bound of the time of completion, likewise.
            completed_before: Upper bound of the time of completion.
            limit: Batches per page, 1 to 100.
            expand: What to include as a complete object rather than its id.

        Yields:
            The batches of all pages.

        See https://scale.com/docs/api-reference/batches.
        """
        yield from _pages(self.v2.get_batches, "batches", arguments_of(locals()))

    def v2_get_delivery(
        self,
        delivery_id: Optional[str] = None,
        delivery_name: Optional[str] = None,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        limit: Optional[int] = None,
        expand: Optional[Iterable[Union[api_client.v2.ExpandableEnumDelivery, str]]] = None,
        opts: Opts = None,
    ) -> Generator[api_client.v2.Task, None, None]:
        """Yield every task of a delivery, fetching pages as they are needed.

        Takes the arguments of `client.v2.get_delivery` except the token; raises as `v2_get_tasks`.

        Args:
            delivery_id: The id of the delivery.
            delivery_name: The name of the delivery.
            project_id: The id of the delivery's project.
            project_name: The name of the delivery's project.
            limit: See `ScaleClient.v2_get_tasks`.
            expand: What to include as a complete object rather than its id.
            opts: See `ScaleClient.v2_get_tasks`.

        Yields:
            The tasks of all pages.

        See https://scale.com/docs/api-reference/deliveries.
        """
        yield from _pages(self.v2.get_delivery, "tasks", arguments_of(locals()))

    def v2_get_delivery_tasks(
        self,
        delivery_id: Optional[str] = None,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        status: StatusLike = None,
        completed_after: Optional[TimestampLike] = None,
        completed_before: Optional[TimestampLike] = None,
        limit: Optional[int] = None,
    ) -> Generator[api_client.v2.GetDeliveryTasksResponseDocsInner, None, None]:
        """Yield every task of a project with its delivered response, page by page.

        Takes the arguments of `client.v2.get_delivery_tasks` except the token; raises as
        `v2_get_tasks`.

        Args:
            delivery_id: The id of the delivery.
            project_id: The id of the project.
            project_name: The name of the project.
            status: See `ScaleClient.v2_get_tasks`.
            completed_after: See `ScaleClient.v2_get_tasks`.
            completed_before: See `ScaleClient.v2_get_tasks`.
            limit: See `ScaleClient.v2_get_tasks`.

        Yields:
            The tasks of all pages.

        See https://scale.com/docs/api-reference/deliveries.
        """
        yield from _pages(self.v2.get_delivery_tasks, "docs", arguments_of(locals()))

    def v2_get_dataset_delivery(
        self,
        delivery_id: Optional[str] = None,
        limit: Optional[int] = None,
        expand: Optional[Iterable[Union[api_client.v2.ExpandableEnumDatasetTask, str]]] = None,
    ) -> Generator[api_client.v2.DatasetTask, None, None]:
        """Yield every task of a dataset's delivery, fetching pages as they are needed.

        Takes the arguments of `client.v2.get_dataset_delivery` except the token; raises as
        `v2_get_tasks`.

        Args:
            delivery_id: The id of the delivery.
            limit: See `ScaleClient.v2_get_tasks`.
            expand: What to include as a complete object rather than its id.

        Yields:
            The tasks of all pages.

        See https://scale.com/docs/api-reference/datasets.
        """
        yield from _pages(self.v2.get_dataset_delivery, "tasks", arguments_of(locals()))

    def v2_get_dataset_tasks(
        self,
        dataset_id: Optional[str] = None,
        delivery_id: Optional[str] = None,
        delivered_after: Optional[TimestampLike] = None,
        delivered_before: Optional[TimestampLike] = None,
        limit: Optional[int] = None,
        expand: Optional[Iterable[Union[api_client.v2.ExpandableEnumDatasetTask, str]]] = None,
    ) -> Generator[api_client.v2.DatasetTask, None, None]:
        """Yield every task of a dataset, fetching pages as they are needed.

        Takes the arguments of `client.v2.get_dataset_tasks` except the token; raises as
        `v2_get_tasks`.

        Args:
            dataset_id: The id of the dataset.
            delivery_id: The id of the delivery.
            delivered_after: Lower bound of the time of delivery, as a string, date or datetime.
            delivered_before: Upper bound of the time of delivery.
            limit: See `ScaleClient.v2_get_tasks`.
            expand: What to include as a complete object rather than its id.

        Yields:
            The tasks of all pages.

        See https://scale.com/docs/api-reference/datasets.
        """
        yield from _pages(self.v2.get_dataset_tasks, "tasks", arguments_of(locals()))


def _pages(
    operation: Callable[..., Any], items: str, query: Mapping[str, Any]
) -> Generator[Any, None, None]:
    """Yield the items under the attribute `items` of each page of an operation."""

    def fetch(step: PageParams) -> Paginator[Any]:
        page = operation(**query, **step)
        docs, token = getattr(page, items), page.next_token
        return Paginator(docs, len(docs), len(docs), 0, bool(token), token)

    yield from iter_items(fetch, next_by_token, {})
