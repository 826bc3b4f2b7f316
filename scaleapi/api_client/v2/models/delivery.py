"""The published module of `Delivery`; generated."""

from .._models.deliveries import Delivery as Delivery
