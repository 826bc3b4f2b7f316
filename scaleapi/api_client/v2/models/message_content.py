"""The published module of `MessageContent`; generated."""

from .._models.chat import MessageContent as MessageContent
