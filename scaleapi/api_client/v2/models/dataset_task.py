"""The published module of `DatasetTask`; generated."""

from .._models.deliveries import DatasetTask as DatasetTask
