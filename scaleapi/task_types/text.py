"""Task types of texts: text collection and named entities."""

from __future__ import annotations

from ._common import PAYLOAD, VALUES, inline
from ._findings import HIGH, LOW, MEDIUM
from ._forms import AnyOf, Anything, Array, Boolean, Form, Map, Number, Recursive, String
from ._schema import Field, NotBelow, Record, Tagged, TaskTypeDeclaration

MAX_RESPONSES = 100
ATTACHMENT_TYPES = ("pdf", "image", "text", "video", "website", "audio")

_NAME = String(is_empty_allowed=False, trust=HIGH)
_COUNT = Number(minimum=1, maximum=MAX_RESPONSES, is_integer=True, trust=MEDIUM)

_ATTACHMENT = Record(
    "TextCollectionAttachment",
    {
        "type": Field(String(values=ATTACHMENT_TYPES, trust=HIGH), "what it is", HIGH),
        "content": Field(_NAME, "Markdown, or the URL of a file", HIGH),
        "forms": Field(Array(String()), "`field_id`s of the forms with which it is shown"),
    },
    doc="Something that is shown to the labelers.",
    trust=HIGH,
)

_CHOICE: Record = Record(
    "FieldChoice",
    {
        "label": Field(String(trust=HIGH), "what the labelers read", HIGH),
        "value": Field(
            AnyOf((String(), Number(), Boolean()), trust=HIGH), "what the response holds", HIGH
        ),
        "hint": Field(String(), "an explanation"),
        "subchoices": Field(
            Array(Recursive(lambda: _CHOICE, "an object with label, value")),
            "choices below it: it cannot be selected then",
        ),
    },
    doc="A choice of a category field.",
    trust=HIGH,
)


def _field(name: str, doc: str, *rules: NotBelow, **fields: Field) -> Record:
    shared = {
        "type": Field(String(), "the kind of field", HIGH),
        "field_id": Field(_NAME, "key of the result, unique in the task", HIGH),
        "title": Field(String(trust=HIGH), "what the labelers read", HIGH),
        "description": Field(String(), "more of it"),
        "hint": Field(String(), "an explanation"),
        "required": Field(Boolean(), "whether it must be filled in", default=False),
        "min_responses_required": Field(_COUNT, "how many answers at least", default=1),
        "max_responses_required": Field(_COUNT, "how many answers at most", default=1),
        "conditions": Field(
            Array(Map()), "objects of `field_id` to values with which the field is shown"
        ),
    }
    order = NotBelow("max_responses_required", "min_responses_required")
    return Record(name, {**shared, **fields}, doc=doc, rules=(order, *rules), trust=HIGH)


def _fields(min_items: int) -> Array:
    item: Form = Recursive(lambda: FIELD, "an object with type, field_id, title")
    return Array(item, min_items=min_items, unique_key="field_id", trust=HIGH)


_DATE = _field("DateField", "A date.")

FIELD: Tagged = Tagged(
    "TextCollectionField",
    "type",
    {
        "category": _field(
            "CategoryField",
            "One or several choices.",
            NotBelow("max_choices", "min_choices"),
            choices=Field(Array(_CHOICE, min_items=1, trust=HIGH), "the choices", HIGH),
            min_choices=Field(Number(minimum=0, is_integer=True), "how many at least", default=1),
            max_choices=Field(Number(minimum=1, is_integer=True), "how many at most", default=1),
        ),
        "text": _field(
            "TextField",
            "A string.",
            max_characters=Field(Number(minimum=1, is_integer=True), "how long it may be"),
        ),
        "number": _field(
            "NumberField",
            "A number.",
            NotBelow("max", "min", LOW),
            min=Field(Number(), "the least"),
            max=Field(Number(), "the greatest"),
            step=Field(Number(), "the interval"),
            digits=Field(Number(is_integer=True), "decimal places"),
            use_slider=Field(Boolean(), "whether it is set with a slider"),
            prefix=Field(String(), "shown before it"),
            suffix=Field(String(), "shown after it"),
        ),
        "date": _DATE,
        "datetime": _DATE,
        "ranking_order": _field(
            "RankingField",
            "An order of options.",
            num_options=Field(Number(minimum=1, is_integer=True), "how many options"),
            num_items_to_rank=Field(Number(minimum=1, is_integer=True), "the same"),
            first_label=Field(String(), "name of the first place"),
            last_label=Field(String(), "name of the last place"),
            option_label=Field(String(), "name of an option"),
            options_flexible=Field(Boolean(), "whether options may be left out"),
            positions_flexible=Field(Boolean(), "whether places may be shared"),
        ),
        "field_set": _field(
            "FieldSet",
            "Fields that belong together.",
            fields=Field(_fields(2), "the fields, at least 2", HIGH),
            inline=Field(Boolean(), "whether they stand side by side", default=False),
        ),
        "form": _field(
            "FormField",
            "Fields that are shown with certain attachments.",
            fields=Field(_fields(1), "the fields", HIGH),
        ),
    },
    trust=LOW,
)

_VALUES_BY_FIELD = Map(
    AnyOf((String(), Number(), Boolean(), Array(Anything()), VALUES)), trust=HIGH
)
TEXT_COLLECTION_TYPE = TaskTypeDeclaration(
    "textcollection",
    "Text collection",
    Record(
        "TextCollectionPayload",
        {
            "attachments": Field(
                Array(_ATTACHMENT, trust=HIGH), "what is shown to the labelers", HIGH
            ),
            "fields": Field(_fields(1), "what they fill in", LOW, is_inheritable=True),
            "title": Field(String(), "shown to the labelers"),
            "description": Field(String(), "shown to the labelers"),
            "responses_required": Field(
                _COUNT, "how many labelers answer, from 1 to 100", default=1
            ),
            "read_only_field_ids": Field(Array(String()), "fields that cannot be changed"),
            "attachment_type": Field(String(), "accepted, and ignored"),
        },
        doc="A payload of a textcollection task.",
        parent=PAYLOAD,
    ),
    inline(
        "TextCollectionResponse",
        "The values by `field_id`: a list for categories and rankings, else a string.",
        {
            "annotations": Field(_VALUES_BY_FIELD, "the values; consensus of several", HIGH),
            "responses": Field(
                Array(_VALUES_BY_FIELD), "one per labeler, where several were asked for"
            ),
        },
    ),
    reference="generative-ai-reference",
)

_ENTITY_LABEL = Record(
    "EntityLabel",
    {
        "name": Field(_NAME, "the label", HIGH),
        "description": Field(String(), "what the labelers read"),
        "attributes": Field(Map(), "what to say about each entity"),
        "relationships": Field(Anything(), "relationships to other labels"),
    },
    doc="A kind of entity.",
    unknown_trust=MEDIUM,
    trust=HIGH,
)
_ENTITY = Record(
    "Entity",
    {
        "id": Field(String(), "the entity's id", HIGH),
        "start": Field(Number(minimum=0, is_integer=True), "its first character", HIGH),
        "end": Field(Number(minimum=0, is_integer=True), "the character after its last", HIGH),
        "text": Field(String(), "its text", HIGH),
        "label": Field(String(), "the name of its label", HIGH),
        "attributes": Field(VALUES, "values of the attributes"),
    },
    doc="An entity in the text.",
    is_open=True,
)
_RELATIONSHIP = Record(
    "Relationship",
    {
        "id": Field(String(), "the relationship's id", HIGH),
        "source_ref": Field(String(), "id of the first entity", HIGH),
        "target_ref": Field(String(), "id of the second entity", HIGH),
        "name": Field(String(), "its name; empty where it has none"),
    },
    doc="A relationship between two entities.",
    is_open=True,
)
NAMED_ENTITY_TYPE = TaskTypeDeclaration(
    "namedentityrecognition",
    "Named entity recognition",
    Record(
        "NamedEntityRecognitionPayload",
        {
            "text": Field(_NAME, "the text itself", HIGH),
            "labels": Field(
                Array(_ENTITY_LABEL, trust=HIGH), "kinds of entities", HIGH, is_inheritable=True
            ),
            "merge_newlines": Field(Boolean(), "whether newlines are merged"),
            "preserve_trailing_punctuation": Field(
                Boolean(), "whether punctuation at the end of an entity is kept"
            ),
            "allow_overlapping_annotations": Field(Boolean(), "whether entities may overlap"),
            "relationships": Field(Array(Anything()), "kinds of relationships"),
            "relationshipDefinitions": Field(Array(Anything()), "the same under another name"),
            "attachments": Field(Array(Anything()), "accepted by some projects"),
        },
        doc="A payload of a namedentityrecognition task.",
        parent=PAYLOAD,
    ),
    inline(
        "NamedEntityRecognitionResponse",
        "What was found in the text.",
        {
            "annotations": Field(Array(_ENTITY), "the entities", HIGH),
            "relationships": Field(Array(_RELATIONSHIP), "relationships between them", LOW),
        },
    ),
    reference="generative-ai",
)

DECLARATIONS = (TEXT_COLLECTION_TYPE, NAMED_ENTITY_TYPE)
