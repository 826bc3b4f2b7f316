"""Deliveries of projects, datasets and their deliveries, and the responses that hold them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Optional, Union

from ._convert import Id
from ._model import Model
from ._unions import OneOf
from .chat import Task
from .projects import Project


class Delivery(Model):
    """Tasks of a project that were delivered together."""

    id: str
    name: str
    task_count: int
    delivered_at: datetime
    project: Union[Id, Project]


class ExpandableDelivery(OneOf):
    """The id of a delivery, or the delivery."""

    actual_instance: Union[str, Delivery]
    _members = (Id, Delivery)


class GetDeliveriesResponse(Model):
    """All deliveries of a project."""

    deliveries: list[Delivery]


class GetDeliveredTasksResponse(Model):
    """A page of the tasks of a delivery."""

    delivery: Optional[Union[Id, Delivery]]
    tasks: list[Task]
    next_token: Optional[str]


class GetDeliveryTasksResponseDocsInner(Model):
    """A task, with its delivery if it was delivered."""

    task_id: str
    created_at: Optional[datetime]
    delivery_id: Optional[str]
    delivered_at: Optional[str]
    response_schema_id: Optional[str]
    response: Optional[dict[str, Any]]


class GetDeliveryTasksResponse(Model):
    """A page of tasks, delivered or not."""

    docs: list[GetDeliveryTasksResponseDocsInner]
    total: int
    next_token: Optional[str]


class Dataset(Model):
    """Tasks that are delivered as data."""

    id: str
    name: str


class ExpandableDataset(OneOf):
    """The id of a dataset, or the dataset."""

    actual_instance: Union[str, Dataset]
    _members = (Id, Dataset)


class DatasetDeliveryDataset(ExpandableDataset):
    """The id of a dataset, or the dataset."""


class GetDatasetsResponse(Model):
    """All datasets."""

    datasets: list[Dataset]


class DatasetDeliveryMetadata(Model):
    """The size of a delivery of a dataset."""

    task_count: Optional[int]
    turn_count: Optional[int]


class DatasetDelivery(Model):
    """Tasks of a dataset that were delivered together."""

    id: str
    name: str
    delivered_at: datetime
    dataset: Optional[Union[Id, Dataset]]
    metadata: DatasetDeliveryMetadata


class ExpandableDatasetDelivery(OneOf):
    """The id of a delivery of a dataset, or the delivery."""

    actual_instance: Union[str, DatasetDelivery]
    _members = (Id, DatasetDelivery)


class DatasetTask(Model):
    """A task of a dataset."""

    task_id: str
    dataset: Union[Id, Dataset]
    delivery: Union[Id, DatasetDelivery]
    response: dict[str, Any]


class GetDatasetDeliveriesResponse(Model):
    """All deliveries of datasets."""

    deliveries: list[DatasetDelivery]


class GetDatasetDeliveryResponse(Model):
    """A page of the tasks of a delivery of a dataset."""

    delivery: Optional[Union[Id, DatasetDelivery]]
    tasks: list[DatasetTask]
    next_token: Optional[str]


class GetDatasetTasksResponse(Model):
    """A page of the tasks of a dataset."""

    tasks: list[DatasetTask]
    next_token: Optional[str]
