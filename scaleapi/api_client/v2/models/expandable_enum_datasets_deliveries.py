"""The published module of `ExpandableEnumDatasetsDeliveries`; generated."""

from .._models.enums import ExpandableEnumDatasetsDeliveries as ExpandableEnumDatasetsDeliveries
