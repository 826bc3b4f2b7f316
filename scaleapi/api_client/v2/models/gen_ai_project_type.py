"""The published module of `GenAIProjectType`; generated."""

from .._models.enums import GenAIProjectType as GenAIProjectType
