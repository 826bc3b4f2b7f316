"""The published module of `GetDatasetTaskResponseUrl404Response`; generated."""

from .._models.responses import (
    GetDatasetTaskResponseUrl404Response as GetDatasetTaskResponseUrl404Response,
)
