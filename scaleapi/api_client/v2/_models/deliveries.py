"""Deliveries of projects, datasets and their deliveries, and what the calls for them answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List, Optional, Union

from ._convert import Id
from ._model import Model
from ._unions import OneOf
from .chat import Task
from .projects import Project


class Delivery(Model):
    """Tasks of a project that were handed over together."""

    id: str
    name: str
    task_count: int
    delivered_at: datetime
    project: Union[Id, Project]


class ExpandableDelivery(OneOf):
    """The id of a delivery, or the delivery."""

    actual_instance: Union[str, Delivery]
    _kinds = (Id, Delivery)


class GetDeliveriesResponse(Model):
    """All deliveries of a project."""

    deliveries: List[Delivery]


class GetDeliveredTasksResponse(Model):
    """A page of the tasks of a delivery."""

    delivery: Optional[Union[Id, Delivery]]
    tasks: List[Task]
    next_token: Optional[str]


class GetDeliveryTasksResponseDocsInner(Model):
    """A task, and when it was delivered if it was."""

    task_id: str
    created_at: Optional[datetime]
    delivery_id: Optional[str]
    delivered_at: Optional[str]
    response_schema_id: Optional[str]
    response: Optional[Dict[str, Any]]


class GetDeliveryTasksResponse(Model):
    """A page of tasks, delivered or not."""

    docs: List[GetDeliveryTasksResponseDocsInner]
    total: int
    next_token: Optional[str]


class Dataset(Model):
    """Tasks that are delivered as data."""

    id: str
    name: str


class ExpandableDataset(OneOf):
    """The id of a dataset, or the dataset."""

    actual_instance: Union[str, Dataset]
    _kinds = (Id, Dataset)


class DatasetDeliveryDataset(ExpandableDataset):
    """The id of a dataset, or the dataset."""


class GetDatasetsResponse(Model):
    """All datasets."""

    datasets: List[Dataset]


class DatasetDeliveryMetadata(Model):
    """How much a delivery of a dataset holds."""

    task_count: Optional[int]
    turn_count: Optional[int]


class DatasetDelivery(Model):
    """Tasks of a dataset that were handed over together."""

    id: str
    name: str
    delivered_at: datetime
    dataset: Optional[Union[Id, Dataset]]
    metadata: DatasetDeliveryMetadata


class ExpandableDatasetDelivery(OneOf):
    """The id of a delivery of a dataset, or the delivery."""

    actual_instance: Union[str, DatasetDelivery]
    _kinds = (Id, DatasetDelivery)


class DatasetTask(Model):
    """A task of a dataset."""

    task_id: str
    dataset: Union[Id, Dataset]
    delivery: Union[Id, DatasetDelivery]
    response: Dict[str, Any]


class GetDatasetDeliveriesResponse(Model):
    """All deliveries of datasets."""

    deliveries: List[DatasetDelivery]


class GetDatasetDeliveryResponse(Model):
    """A page of the tasks of a delivery of a dataset."""

    delivery: Optional[Union[Id, DatasetDelivery]]
    tasks: List[DatasetTask]
    next_token: Optional[str]


class GetDatasetTasksResponse(Model):
    """A page of the tasks of a dataset."""

    tasks: List[DatasetTask]
    next_token: Optional[str]
