"""The published module of `ModelParameters`; generated."""

from .._models.chat import ModelParameters as ModelParameters
