"""The published module of `CriterionDefinition`; generated."""

from .._models.chat import CriterionDefinition as CriterionDefinition
