"""The published module of `BaseChunk`; generated."""

from .._models.chat import BaseChunk as BaseChunk
