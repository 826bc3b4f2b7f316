"""The published module of `ResumeBatch200Response`; generated."""

from .._models.projects import ResumeBatch200Response as ResumeBatch200Response
