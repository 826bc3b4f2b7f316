"""The published module of `CreateChatTaskRequest`; generated."""

from .._models.requests import CreateChatTaskRequest as CreateChatTaskRequest
