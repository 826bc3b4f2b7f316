"""The published module of `CriterionEvaluation`; generated."""

from .._models.chat import CriterionEvaluation as CriterionEvaluation
