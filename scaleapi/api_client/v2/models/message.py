"""The published module of `Message`; generated."""

from .._models.chat import Message as Message
