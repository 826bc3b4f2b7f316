"""The published module of `Expandable`; generated."""

from .._models.enums import Expandable as Expandable
