"""The published module of `ExpandableEnumDelivery`; generated."""

from .._models.enums import ExpandableEnumDelivery as ExpandableEnumDelivery
