"""The published module of `RubricEvaluation`; generated."""

from .._models.chat import RubricEvaluation as RubricEvaluation
