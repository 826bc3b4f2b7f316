"""The published module of `SensitiveContentReport`; generated."""

from .._models.chat import SensitiveContentReport as SensitiveContentReport
