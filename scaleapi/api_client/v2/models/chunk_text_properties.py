"""The published module of `ChunkTextProperties`; generated."""

from .._models.chat import ChunkTextProperties as ChunkTextProperties
