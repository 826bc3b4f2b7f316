"""The published module of `Rubric`; generated."""

from .._models.chat import Rubric as Rubric
