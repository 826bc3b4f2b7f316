"""The published module of `ChunkText`; generated."""

from .._models.chat import ChunkText as ChunkText
