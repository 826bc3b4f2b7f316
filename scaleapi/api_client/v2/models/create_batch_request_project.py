"""The published module of `CreateBatchRequestProject`; generated."""

from .._models.requests import CreateBatchRequestProject as CreateBatchRequestProject
