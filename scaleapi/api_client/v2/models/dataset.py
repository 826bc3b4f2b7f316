"""The published module of `Dataset`; generated."""

from .._models.deliveries import Dataset as Dataset
