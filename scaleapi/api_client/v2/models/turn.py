"""The published module of `Turn`; generated."""

from .._models.chat import Turn as Turn
