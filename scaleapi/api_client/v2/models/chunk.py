"""The published module of `Chunk`; generated."""

from .._models.chat import Chunk as Chunk
