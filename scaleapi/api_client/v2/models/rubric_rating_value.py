"""The published module of `RubricRatingValue`; generated."""

from .._models.annotations import RubricRatingValue as RubricRatingValue
