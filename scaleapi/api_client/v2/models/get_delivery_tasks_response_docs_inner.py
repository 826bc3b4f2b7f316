"""The published module of `GetDeliveryTasksResponseDocsInner`; generated."""

from .._models.deliveries import (
    GetDeliveryTasksResponseDocsInner as GetDeliveryTasksResponseDocsInner,
)
