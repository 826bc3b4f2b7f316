"""Annotations: one model for each `type`, and what their values are made of."""

from __future__ import annotations

from typing import Any, List, Optional, Union

from ._convert import Id, Items
from ._model import Model
from ._unions import OneOf, Wrapper
from .files import BasicFile, DetailedFile, WorkspaceContainerValue


class LabeledTextValue(Model):
    """A piece of text, and its label."""

    label: Optional[str]
    text: Optional[str]


class RubricCriteriaValue(Model):
    """How much a criterion counts, and whatever else is known of it."""

    weight: Optional[float]


class RubricRatingValue(Model):
    """How well a criterion is met, and whatever else is known of it."""

    score: Optional[float]
    color: Optional[str]
    justification: Optional[str]


class BaseAnnotation(Model):
    """What all annotations have."""

    id: str
    key: str
    type: str
    title: Optional[str]
    description: Optional[str]
    labels: List[str]
    not_applicable: Optional[bool]
    cannot_assess: Optional[bool]
    metadata: Optional[AnnotationMetadata]
    justification: Optional[str]


class Annotation(BaseAnnotation, Wrapper):
    """What was said about a task, a turn, a message or the like.

    JSON becomes the model that its `type` names. Where that is missing or not known here, it
    becomes an object of this class, whose value is JSON as it came. Unless `annotation_details` is
    asked for, the service may send no more than `key` and `value`.
    """

    value: Any
    possible_values: Any


class ExpandableAnnotation(OneOf):
    """The id of an annotation, or the annotation."""

    actual_instance: Union[str, Annotation]
    _kinds = (Id, Annotation)


class AnnotationMetadata(Model):
    """What an annotation belongs to."""

    criteria: Optional[Union[Id, Annotation]]


class AnnotationBooleanProperties(Model):
    """Yes or no."""

    value: Optional[bool]
    possible_values: List[bool]


class AnnotationBoolean(AnnotationBooleanProperties, Annotation, type="boolean"):
    """An annotation that says yes or no."""


class AnnotationIntegerProperties(Model):
    """A whole number."""

    value: Optional[int]
    possible_values: List[int]


class AnnotationInteger(AnnotationIntegerProperties, Annotation, type="integer"):
    """An annotation that is a whole number."""


class AnnotationTextProperties(Model):
    """The value of an annotation that is text."""

    value: Optional[str]


class AnnotationText(AnnotationTextProperties, Annotation, type="text"):
    """An annotation whose value is text."""


class AnnotationCategoryProperties(Model):
    """One of several."""

    value: Optional[str]
    possible_values: List[str]


class AnnotationCategory(AnnotationCategoryProperties, Annotation, type="category"):
    """An annotation that picks one of several."""


class AnnotationCategoryMultipleProperties(Model):
    """Some of several."""

    value: List[str]
    possible_values: List[str]


class AnnotationCategoryMultiple(
    AnnotationCategoryMultipleProperties, Annotation, type="category_multiple"
):
    """An annotation that picks some of several."""


class AnnotationFileProperties(Model):
    """A file, or several."""

    value: Optional[Union[DetailedFile, Items[BasicFile]]]


class AnnotationFile(AnnotationFileProperties, Annotation, type="file"):
    """An annotation that is a file, or several."""


class AnnotationLabeledTextProperties(Model):
    """Labels of spans of text."""

    value: List[LabeledTextValue]


class AnnotationLabeledText(AnnotationLabeledTextProperties, Annotation, type="labeled_text"):
    """An annotation that labels spans of text."""


class AnnotationRankedChoicesProperties(Model):
    """Choices, the best one first."""

    value: List[str]


class AnnotationRankedChoices(AnnotationRankedChoicesProperties, Annotation, type="ranked_choices"):
    """An annotation that ranks choices."""


class AnnotationRankedGroupsProperties(Model):
    """Groups of choices, the best ones first."""

    value: List[List[str]]


class AnnotationRankedGroups(AnnotationRankedGroupsProperties, Annotation, type="ranked_groups"):
    """An annotation that ranks groups of choices."""


class AnnotationRubricCriteriaProperties(Model):
    """What a criterion is."""

    value: Optional[RubricCriteriaValue]


class AnnotationRubricCriteria(
    AnnotationRubricCriteriaProperties, Annotation, type="rubric_criteria"
):
    """An annotation that is a criterion."""


class AnnotationRubricRatingProperties(Model):
    """How well a criterion is met."""

    value: Optional[RubricRatingValue]


class AnnotationRubricRating(AnnotationRubricRatingProperties, Annotation, type="rubric_rating"):
    """An annotation that rates by a criterion."""


class AnnotationWorkspaceContainerProperties(Model):
    """A workspace."""

    value: Optional[WorkspaceContainerValue]


class AnnotationWorkspaceContainer(
    AnnotationWorkspaceContainerProperties, Annotation, type="workspace_container"
):
    """An annotation that is a workspace."""
