"""The old task types that ask one question about an attachment."""

from __future__ import annotations

from ._common import INSTRUCTION, PAYLOAD, URL, attachment, attachment_type, inline, labels
from ._findings import HIGH, MEDIUM
from ._forms import AnyOf, Anything, Array, Boolean, Map, Number, String
from ._schema import Field, OneOf, Record, TaskTypeDeclaration

_FIELDS = Map(String(), trust=HIGH)
_ANSWERS = Map(String(), trust=HIGH)
_ONE_OR_MORE = AnyOf((String(), Array(String())))

_TAXONOMY = Record(
    "Taxonomy",
    {
        "type": Field(String(), "the kind", default="category"),
        "description": Field(String(), "what the labelers read"),
        "choices": Field(labels(trust=MEDIUM), "the choices", MEDIUM),
        "allow_multiple": Field(Boolean(), "whether several may be chosen", default=False),
        "condition": Field(Anything(), "when it is asked"),
    },
    doc="A question with choices.",
    trust=MEDIUM,
)
CATEGORIZATION_TYPE = TaskTypeDeclaration(
    "categorization",
    "Categorization (legacy)",
    Record(
        "CategorizationPayload",
        {
            "instruction": INSTRUCTION,
            "attachment": attachment("URL, or the text itself"),
            "attachment_type": attachment_type(
                "text", "image", "video", "audio", "website", "pdf", required=HIGH
            ),
            "categories": Field(labels(trust=MEDIUM), "the choices"),
            "taxonomies": Field(Map(_TAXONOMY, trust=MEDIUM), "several questions, by name"),
            "category_ids": Field(Map(), "the category of each id"),
            "allow_multiple": Field(
                Boolean(), "whether several may be chosen", filled_in=False, default=False
            ),
            "layers": Field(Map(), "shapes that are drawn over the image"),
        },
        doc="A payload of a categorization task.",
        rules=(OneOf(("categories", "taxonomies"), trust=MEDIUM, is_inheritable=True),),
        parent=PAYLOAD,
    ),
    inline(
        "CategorizationResponse",
        "What was chosen.",
        {
            "category": Field(_ONE_OR_MORE, "the category, or a list with `allow_multiple`"),
            "category_id": Field(_ONE_OR_MORE, "its id"),
            "taxonomies": Field(Map(), "what was chosen, by taxonomy"),
        },
    ),
    status="legacy",
    reference="categorization",
)

COMPARISON_TYPE = TaskTypeDeclaration(
    "comparison",
    "Comparison (legacy)",
    Record(
        "ComparisonPayload",
        {
            "instruction": INSTRUCTION,
            "attachments": Field(
                Array(URL, min_items=1, trust=HIGH), "URLs, or the texts themselves", HIGH
            ),
            "attachment_type": attachment_type(
                "text", "image", "video", "audio", "website", "pdf", required=HIGH
            ),
            "choices": Field(Array(String(), trust=MEDIUM), "the choices"),
            "fields": Field(_FIELDS, "a description of each thing to write"),
        },
        doc="A payload of a comparison task.",
        rules=(OneOf(("choices", "fields"), is_inheritable=True),),
        parent=PAYLOAD,
    ),
    inline(
        "ComparisonResponse",
        "What was chosen or written.",
        {
            "choice": Field(String(), "one of the choices"),
            "fields": Field(_ANSWERS, "what was written, by key"),
        },
    ),
    status="legacy",
)

_REPEATED = Record(
    "TranscriptionResponse",
    {
        "fields": Field(_ANSWERS, "what was written, by key", HIGH),
        "repeatable_fields": Field(Array(Map()), "one object per row"),
    },
    doc="What was written.",
    is_open=True,
)
TRANSCRIPTION_TYPE = TaskTypeDeclaration(
    "transcription",
    "Transcription (legacy)",
    Record(
        "TranscriptionPayload",
        {
            "instruction": INSTRUCTION,
            "attachment": attachment("URL"),
            "attachment_type": Field(String(), "what the attachment is"),
            "fields": Field(_FIELDS, "a description of each thing to write", HIGH, True),
            "repeatable_fields": Field(_FIELDS, "the same, once per row"),
        },
        doc="A payload of a transcription task.",
        parent=PAYLOAD,
    ),
    _REPEATED,
    status="legacy",
)

DATA_COLLECTION_TYPE = TaskTypeDeclaration(
    "datacollection",
    "Data collection (legacy)",
    Record(
        "DataCollectionPayload",
        {
            "instruction": INSTRUCTION,
            "attachment": attachment("URL, or the text itself"),
            "attachment_type": Field(String(), "text, image or website"),
            "fields": Field(_FIELDS, "a description of each thing to find", HIGH, True),
        },
        doc="A payload of a datacollection task.",
        parent=PAYLOAD,
    ),
    inline(
        "DataCollectionResponse",
        "What was found.",
        {
            "fields": Field(_ANSWERS, "what was written, by key", HIGH),
            "time_spent_in_seconds": Field(Number(minimum=0), "seconds"),
        },
    ),
    status="legacy",
)

DECLARATIONS = (CATEGORIZATION_TYPE, COMPARISON_TYPE, TRANSCRIPTION_TYPE, DATA_COLLECTION_TYPE)
