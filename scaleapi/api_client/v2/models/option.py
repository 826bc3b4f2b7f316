"""The published module of `Option`; generated."""

from .._models.enums import Option as Option
