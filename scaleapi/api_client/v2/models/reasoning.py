"""The published module of `Reasoning`; generated."""

from .._models.chat import Reasoning as Reasoning
