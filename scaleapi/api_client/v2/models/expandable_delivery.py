"""The published module of `ExpandableDelivery`; generated."""

from .._models.deliveries import ExpandableDelivery as ExpandableDelivery
