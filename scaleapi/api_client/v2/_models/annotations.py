"""Annotations: one model for each `type`, and the models of their values."""

from __future__ import annotations

from typing import Any, Optional, Union

from ._convert import Id, ModelList
from ._model import Model
from ._unions import DiscriminatedModel, OneOf
from .files import BasicFile, DetailedFile, WorkspaceContainerValue


class LabeledTextValue(Model):
    """A labeled span of text."""

    label: Optional[str]
    text: Optional[str]


class RubricCriteriaValue(Model):
    """The weight of a criterion, with further keys."""

    weight: Optional[float]


class RubricRatingValue(Model):
    """The rating by a criterion, with further keys."""

    score: Optional[float]
    color: Optional[str]
    justification: Optional[str]


class BaseAnnotation(Model):
    """The fields of all annotations."""

    id: str
    key: str
    type: str
    title: Optional[str]
    description: Optional[str]
    labels: list[str]
    not_applicable: Optional[bool]
    cannot_assess: Optional[bool]
    metadata: Optional[AnnotationMetadata]
    justification: Optional[str]


class Annotation(BaseAnnotation, DiscriminatedModel):
    """A statement about a task, a turn, a message or the like.

    JSON becomes the model that its `type` names. If that is missing or unknown, it becomes an
    instance of this class, whose value is the JSON as it is. Without the option
    `annotation_details`, the service may send no more than `key` and `value`.
    """

    value: Any
    possible_values: Any


class ExpandableAnnotation(OneOf):
    """The id of an annotation, or the annotation."""

    actual_instance: Union[str, Annotation]
    _members = (Id, Annotation)


class AnnotationMetadata(Model):
    """The annotation that this one belongs to."""

    criteria: Optional[Union[Id, Annotation]]


class AnnotationBooleanProperties(Model):
    """The value of an annotation that is true or false."""

    value: Optional[bool]
    possible_values: list[bool]


class AnnotationBoolean(AnnotationBooleanProperties, Annotation, type="boolean"):
    """An annotation that is true or false."""


class AnnotationIntegerProperties(Model):
    """The value of an annotation that is an integer."""

    value: Optional[int]
    possible_values: list[int]


class AnnotationInteger(AnnotationIntegerProperties, Annotation, type="integer"):
    """An annotation that is an integer."""


class AnnotationTextProperties(Model):
    """The value of an annotation that is text."""

    value: Optional[str]


class AnnotationText(AnnotationTextProperties, Annotation, type="text"):
    """An annotation whose value is text."""


class AnnotationCategoryProperties(Model):
    """The value of an annotation that picks one of several categories."""

    value: Optional[str]
    possible_values: list[str]


class AnnotationCategory(AnnotationCategoryProperties, Annotation, type="category"):
    """An annotation that picks one of several categories."""


class AnnotationCategoryMultipleProperties(Model):
    """The value of an annotation that picks some of several categories."""

    value: list[str]
    possible_values: list[str]


class AnnotationCategoryMultiple(
    AnnotationCategoryMultipleProperties, Annotation, type="category_multiple"
):
    """An annotation that picks some of several categories."""


class AnnotationFileProperties(Model):
    """The value of an annotation that is a file, or a list of files."""

    value: Optional[Union[DetailedFile, ModelList[BasicFile]]]


class AnnotationFile(AnnotationFileProperties, Annotation, type="file"):
    """An annotation that is a file, or a list of files."""


class AnnotationLabeledTextProperties(Model):
    """The value of an annotation that labels spans of text."""

    value: list[LabeledTextValue]


class AnnotationLabeledText(AnnotationLabeledTextProperties, Annotation, type="labeled_text"):
    """An annotation that labels spans of text."""


class AnnotationRankedChoicesProperties(Model):
    """The value of an annotation that ranks choices, the best one first."""

    value: list[str]


class AnnotationRankedChoices(AnnotationRankedChoicesProperties, Annotation, type="ranked_choices"):
    """An annotation that ranks choices."""


class AnnotationRankedGroupsProperties(Model):
    """The value of an annotation that ranks groups of choices, the best group first."""

    value: list[list[str]]


class AnnotationRankedGroups(AnnotationRankedGroupsProperties, Annotation, type="ranked_groups"):
    """An annotation that ranks groups of choices."""


class AnnotationRubricCriteriaProperties(Model):
    """The value of an annotation that is a criterion."""

    value: Optional[RubricCriteriaValue]


class AnnotationRubricCriteria(
    AnnotationRubricCriteriaProperties, Annotation, type="rubric_criteria"
):
    """An annotation that is a criterion."""


class AnnotationRubricRatingProperties(Model):
    """The value of an annotation that rates by a criterion."""

    value: Optional[RubricRatingValue]


class AnnotationRubricRating(AnnotationRubricRatingProperties, Annotation, type="rubric_rating"):
    """An annotation that rates by a criterion."""


class AnnotationWorkspaceContainerProperties(Model):
    """The value of an annotation that is a workspace."""

    value: Optional[WorkspaceContainerValue]


class AnnotationWorkspaceContainer(
    AnnotationWorkspaceContainerProperties, Annotation, type="workspace_container"
):
    """An annotation that is a workspace."""
