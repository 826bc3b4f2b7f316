"""The published module of `CancelBatch200Response`; generated."""

from .._models.projects import CancelBatch200Response as CancelBatch200Response
