"""The published module of `ContentAndUrl`; generated."""

from .._models.files import ContentAndUrl as ContentAndUrl
