"""The published module of `RubricCriteriaValue`; generated."""

from .._models.annotations import RubricCriteriaValue as RubricCriteriaValue
