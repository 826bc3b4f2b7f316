"""The values that the fields and the arguments of v2 know.

Each member is also the text that goes over the wire, and any text may stand where a member might:
the service may know more values than are written here.
"""

from __future__ import annotations

from ._convert import TextEnum


class TaskStatus(TextEnum):
    """Where a task is."""

    PENDING = "pending"
    COMPLETED = "completed"
    CANCELED = "canceled"
    ERROR = "error"
    DELETED = "deleted"


class BatchStatus(TextEnum):
    """Where a batch is."""

    STAGING = "staging"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class MessageRole(TextEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    FUNCTION = "function"


class ErrorType(TextEnum):
    """Why a task ended in an error."""

    UNSUPPORTED_LANGUAGE = "UNSUPPORTED_LANGUAGE"
    LANGUAGE_MISMATCH = "LANGUAGE_MISMATCH"
    PROMPT_LENGTH_EXCEEDED = "PROMPT_LENGTH_EXCEEDED"
    INVALID_CATEGORY = "INVALID_CATEGORY"
    PROMPT_INFEASIBLE = "PROMPT_INFEASIBLE"


class AnnotationType(TextEnum):
    """What an annotation's value is."""

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


class GenAIProjectType(TextEnum):
    """What a project is for."""

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


class Option(TextEnum):
    """Further detail that `opts` asks for."""

    ANNOTATION_DETAILS = "annotation_details"
    ATTACHMENT_DETAILS = "attachment_details"
    MODEL_PARAMETERS = "model_parameters"
    SUBMISSIONS = "submissions"


class Expandable(TextEnum):
    """What `expand` may ask for."""

    PROJECT = "project"
    BATCH = "batch"
    DELIVERY = "delivery"


class ExpandableEnumBatch(TextEnum):
    """What `expand` may ask for in batches."""

    PROJECT = "project"


class ExpandableEnumDatasetTask(TextEnum):
    """What `expand` may ask for in tasks of datasets."""

    DATASET = "dataset"
    DELIVERY = "delivery"


class ExpandableEnumDatasetsDeliveries(TextEnum):
    """What `expand` may ask for in deliveries of datasets."""

    DATASET = "dataset"


class ExpandableEnumDeliveries(TextEnum):
    """What `expand` may ask for in deliveries."""

    PROJECT = "project"


class ExpandableEnumDelivery(TextEnum):
    """What `expand` may ask for in one delivery and its tasks."""

    PROJECT = "project"
    BATCH = "batch"
    DELIVERY = "delivery"


class ExpandableEnumTask(TextEnum):
    """What `expand` may ask for in tasks."""

    PROJECT = "project"
    BATCH = "batch"
