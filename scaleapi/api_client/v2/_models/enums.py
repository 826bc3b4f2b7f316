"""The known values of v2 fields and arguments.

Each member equals the string in the JSON. Any string may occur in the place of a member, since the
service may have values that are not listed here.
"""

from __future__ import annotations

from ._convert import StringEnum


class TaskStatus(StringEnum):
    """The status of a task."""

    PENDING = "pending"
    COMPLETED = "completed"
    CANCELED = "canceled"
    ERROR = "error"
    DELETED = "deleted"


class BatchStatus(StringEnum):
    """The status of a batch."""

    STAGING = "staging"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class MessageRole(StringEnum):
    """The author of a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    FUNCTION = "function"


class ErrorType(StringEnum):
    """The reason why a task ended in an error."""

    UNSUPPORTED_LANGUAGE = "UNSUPPORTED_LANGUAGE"
    LANGUAGE_MISMATCH = "LANGUAGE_MISMATCH"
    PROMPT_LENGTH_EXCEEDED = "PROMPT_LENGTH_EXCEEDED"
    INVALID_CATEGORY = "INVALID_CATEGORY"
    PROMPT_INFEASIBLE = "PROMPT_INFEASIBLE"


class AnnotationType(StringEnum):
    """The type of an annotation's value."""

    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"
    CATEGORY = "category"
    CATEGORY_MULTIPLE = "category_multiple"
    FILE = "file"
    WORKSPACE_CONTAINER = "workspace_container"
    RANKED_CHOICES = "ranked_choices"
    RANKED_GROUPS = "ranked_groups"
    RUBRIC_CRITERIA = "rubric_criteria"
    RUBRIC_RATING = "rubric_rating"
    LABELED_TEXT = "labeled_text"


class GenAIProjectType(StringEnum):
    """The purpose of a project."""

    SFT = "SFT"
    RLHF_COLON__PREF_RANKING = "RLHF: Pref Ranking"
    RLHF_COLON__PREF_RANKING_WITH_REWRITES = "RLHF: Pref Ranking with Rewrites"
    RLVR_COLON__REINFORCEMENT_LEARNING_WITH_VERIFIABLE_REWARDS = (
        "RLVR: Reinforcement Learning with Verifiable Rewards"
    )
    RUBRICS = "Rubrics"
    PROCESS_SUPERVISION = "Process Supervision"
    EVALS = "Evals"
    PROMPT_GENERATION = "Prompt Generation"
    CONTENT_UNDERSTANDING = "Content Understanding"
    OTHER = "Other"


class Option(StringEnum):
    """The details that `opts` may request."""

    ANNOTATION_DETAILS = "annotation_details"
    ATTACHMENT_DETAILS = "attachment_details"
    MODEL_PARAMETERS = "model_parameters"
    SUBMISSIONS = "submissions"


class Expandable(StringEnum):
    """The objects that `expand` may request in the place of ids."""

    PROJECT = "project"
    BATCH = "batch"
    DELIVERY = "delivery"


class ExpandableEnumBatch(StringEnum):
    """The objects that `expand` may request in batches."""

    PROJECT = "project"


class ExpandableEnumDatasetTask(StringEnum):
    """The objects that `expand` may request in tasks of datasets."""

    DATASET = "dataset"
    DELIVERY = "delivery"


class ExpandableEnumDatasetsDeliveries(StringEnum):
    """The objects that `expand` may request in deliveries of datasets."""

    DATASET = "dataset"


class ExpandableEnumDeliveries(StringEnum):
    """The objects that `expand` may request in deliveries."""

    PROJECT = "project"


class ExpandableEnumDelivery(StringEnum):
    """The objects that `expand` may request in one delivery and its tasks."""

    PROJECT = "project"
    BATCH = "batch"
    DELIVERY = "delivery"


class ExpandableEnumTask(StringEnum):
    """The objects that `expand` may request in tasks."""

    PROJECT = "project"
    BATCH = "batch"
