"""The published module of `ExpandableEnumDeliveries`; generated."""

from .._models.enums import ExpandableEnumDeliveries as ExpandableEnumDeliveries
