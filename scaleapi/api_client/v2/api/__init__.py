"""The operations of the v2 API."""

from .v2_api import V2Api

__all__ = ["V2Api"]
