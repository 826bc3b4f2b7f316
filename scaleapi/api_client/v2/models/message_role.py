"""The published module of `MessageRole`; generated."""

from .._models.enums import MessageRole as MessageRole
