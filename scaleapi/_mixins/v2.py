"""The client's way into the v2 (GenAI) API, which is loaded when it is first used.

Source: https://scale.com/docs/api-reference, version 2
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Callable, Generator, Iterable, Optional, Union

from .. import api_client
from .._resource import ClientMixin
from ..pagination import PageParams, Paginator, iter_items, next_by_token
from ..tasks import TaskStatus

Moment = Union[dt.datetime, dt.date, str, None]
StatusLike = Union["api_client.v2.TaskStatus", TaskStatus, str, None]
Opts = Optional[Iterable[Union["api_client.v2.Option", str]]]


class V2Methods(ClientMixin):
    """The client's calls on the v2 API."""

    @property
    def v2(self) -> api_client.v2.V2Api:
        """The operations of the v2 API, over this client's connections and with its settings."""
        from ..api_client.v2 import ApiClient, Configuration, V2Api

        if "_v2_replacement" in self.__dict__:
            return self.__dict__["_v2_replacement"]  # type: ignore[no-any-return]
        made: Any = self.__dict__.get("_v2")
        if made is None:
            first = (self.api, V2Api(ApiClient(Configuration.of(self.api))))
            made = self.__dict__.setdefault("_v2", first)  # of two threads' one
        elif made[0] is not self.api:  # with_options has given it another
            made = (self.api, V2Api(made[1].api_client.over(self.api)))
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
        completed_after: Moment = None,
        completed_before: Moment = None,
        limit: Optional[int] = None,
        expand: Optional[Iterable[Union[api_client.v2.ExpandableEnumTask, str]]] = None,
        opts: Opts = None,
    ) -> Generator[api_client.v2.Task, None, None]:
        """Every task of a project or a batch, page by page as they are needed.

        Args:
            project_id, project_name, batch_id, batch_name: whose tasks; one of them is needed.
            status: only those in this state.
            completed_after, completed_before: only those completed then.
            limit: how many are asked for at a time, 1 to 100.
            expand: what comes as a whole object rather than its id: "project", "batch".
            opts: what comes besides: "annotation_details", "attachment_details",
                "model_parameters", "submissions".

        Raises:
            ApiTypeError, ApiValueError: an argument makes no sense; on the first `next`.
            ApiException: the service refuses.

        See https://scale.com/docs/api-reference/tasks.
        """
        yield from _pages(
            self.v2.get_tasks,
            "tasks",
            project_id=project_id,
            project_name=project_name,
            batch_id=batch_id,
            batch_name=batch_name,
            status=status,
            completed_after=completed_after,
            completed_before=completed_before,
            limit=limit,
            expand=expand,
            opts=opts,
        )

    def v2_get_batches(
        self,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        status: Union[api_client.v2.BatchStatus, str, None] = None,
        created_after: Moment = None,
        created_before: Moment = None,
        completed_after: Moment = None,
        completed_before: Moment = None,
        limit: Optional[int] = None,
        expand: Optional[Iterable[Union[api_client.v2.ExpandableEnumBatch, str]]] = None,
    ) -> Generator[api_client.v2.Batch, None, None]:
        """Every batch that matches, page by page as they are needed.

        Takes what `client.v2.get_batches` takes, but for the token; raises as `v2_get_tasks`.

        See https://scale.com/docs/api-reference/batches.
        """
        yield from _pages(
            self.v2.get_batches,
            "batches",
            project_id=project_id,
            project_name=project_name,
            status=status,
            created_after=created_after,
            created_before=created_before,
            completed_after=completed_after,
            completed_before=completed_before,
            limit=limit,
            expand=expand,
        )

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
        """Every task of a delivery, page by page as they are needed.

        Takes what `client.v2.get_delivery` takes, but for the token; raises as `v2_get_tasks`.

        See https://scale.com/docs/api-reference/deliveries.
        """
        yield from _pages(
            self.v2.get_delivery,
            "tasks",
            delivery_id=delivery_id,
            delivery_name=delivery_name,
            project_id=project_id,
            project_name=project_name,
            limit=limit,
            expand=expand,
            opts=opts,
        )

    def v2_get_delivery_tasks(
        self,
        delivery_id: Optional[str] = None,
        project_id: Optional[str] = None,
        project_name: Optional[str] = None,
        status: StatusLike = None,
        completed_after: Moment = None,
        completed_before: Moment = None,
        limit: Optional[int] = None,
    ) -> Generator[api_client.v2.GetDeliveryTasksResponseDocsInner, None, None]:
        """Every task of a project with its delivered response, page by page as they are needed.

        Takes what `client.v2.get_delivery_tasks` takes, but for the token; raises as
        `v2_get_tasks`.

        See https://scale.com/docs/api-reference/deliveries.
        """
        yield from _pages(
            self.v2.get_delivery_tasks,
            "docs",
            delivery_id=delivery_id,
            project_id=project_id,
            project_name=project_name,
            status=status,
            completed_after=completed_after,
            completed_before=completed_before,
            limit=limit,
        )

    def v2_get_dataset_delivery(
        self,
        delivery_id: Optional[str] = None,
        limit: Optional[int] = None,
        expand: Optional[Iterable[Union[api_client.v2.ExpandableEnumDatasetTask, str]]] = None,
    ) -> Generator[api_client.v2.DatasetTask, None, None]:
        """Every task of a dataset's delivery, page by page as they are needed.

        Takes what `client.v2.get_dataset_delivery` takes, but for the token; raises as
        `v2_get_tasks`.

        See https://scale.com/docs/api-reference/datasets.
        """
        yield from _pages(
            self.v2.get_dataset_delivery,
            "tasks",
            delivery_id=delivery_id,
            limit=limit,
            expand=expand,
        )

    def v2_get_dataset_tasks(
        self,
        dataset_id: Optional[str] = None,
        delivery_id: Optional[str] = None,
        delivered_after: Moment = None,
        delivered_before: Moment = None,
        limit: Optional[int] = None,
        expand: Optional[Iterable[Union[api_client.v2.ExpandableEnumDatasetTask, str]]] = None,
    ) -> Generator[api_client.v2.DatasetTask, None, None]:
        """Every task of a dataset, page by page as they are needed.

        Takes what `client.v2.get_dataset_tasks` takes, but for the token; raises as
        `v2_get_tasks`.

        See https://scale.com/docs/api-reference/datasets.
        """
        yield from _pages(
            self.v2.get_dataset_tasks,
            "tasks",
            dataset_id=dataset_id,
            delivery_id=delivery_id,
            delivered_after=delivered_after,
            delivered_before=delivered_before,
            limit=limit,
            expand=expand,
        )


def _pages(operation: Callable[..., Any], items: str, **query: Any) -> Generator[Any, None, None]:
    """What stands under `items` on each page of an operation."""

    def fetch(step: PageParams) -> Paginator[Any]:
        page = operation(**query, **step)
        docs, token = getattr(page, items), page.next_token
        return Paginator(docs, len(docs), len(docs), 0, bool(token), token)

    yield from iter_items(fetch, next_by_token, {})
