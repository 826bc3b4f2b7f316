"""Task types of documents."""

from __future__ import annotations

from ._common import BOX, EITHER_ATTACHMENT, PAYLOAD, URL, VERTICES
from ._findings import HIGH, LOW, MEDIUM
from ._forms import Array, Boolean, Map, Number, String
from ._schema import Field, Record, Tagged, TaskTypeDeclaration

_FEATURE = Record(
    "DocumentFeature",
    {
        "type": Field(String(), "the kind of feature, such as block", LOW),
        "label": Field(String(), "the label", LOW),
    },
    doc="A kind of thing to find in a document.",
    is_open=True,
)
_QUESTION = Record(
    "DocumentField",
    {
        "field_id": Field(String(), "key of the result", LOW),
        "title": Field(String(), "what the labelers read"),
        "type": Field(String(), "the kind of field, such as select"),
        "required": Field(Boolean(), "whether it must be filled in"),
        "per_page": Field(Boolean(), "whether it is asked for each page"),
        "options": Field(Array(Map()), "objects of title and value, for select"),
        "conditions": Field(Array(Map()), "objects of `field_id` to accepted values"),
    },
    doc="A question about the document.",
    is_open=True,
)
_LINKING_RULES = Record(
    "DocumentLinkingRules",
    {"labels": Field(Array(Array(String())), "pairs of labels that may be linked")},
    doc="Which annotations may be linked.",
)

_LOCATION = Tagged(
    "DocumentLocation",
    "type",
    {
        "box": Record(
            "DocumentBox",
            {"type": Field(String(), '"box"', HIGH), **BOX},
            doc="A rectangle of a page, in pixels.",
        ),
        "polygon": Record(
            "DocumentPolygon",
            {
                "type": Field(String(), '"polygon"', HIGH),
                "vertices": Field(VERTICES, "its corners", HIGH),
            },
            doc="A polygon of a page, in pixels.",
        ),
    },
    trust=HIGH,
)
_ANNOTATION = Record(
    "DocumentAnnotation",
    {
        "uuid": Field(String(), "the annotation's id", HIGH),
        "page": Field(Number(minimum=0, is_integer=True), "index in `document_pages`", HIGH),
        "label": Field(String(), "the label", HIGH),
        "text": Field(String(), "the text", HIGH),
        "location": Field(_LOCATION, "where it is", HIGH),
        "refs": Field(Array(String()), "uuids of linked annotations"),
        "money": Field(Map(), "`amount` and `parsed`, of an amount of money"),
        "checked": Field(Boolean(), "whether a checkbox is checked"),
    },
    doc="Something that was found in a document.",
    is_open=True,
)


def _response(name: str) -> Record:
    fields = {"annotations": Field(Array(_ANNOTATION), "what was found", HIGH)}
    return Record(name, fields, doc="What was found in the document.", is_open=True)


DOCUMENT_TRANSCRIPTION_TYPE = TaskTypeDeclaration(
    "documenttranscription",
    "Document transcription",
    Record(
        "DocumentTranscriptionPayload",
        {
            "attachment": Field(
                String(is_empty_allowed=False, trust=HIGH), "URL of a PDF, TIFF or image"
            ),
            "attachments": Field(Array(URL, min_items=1, trust=HIGH), "URLs of the pages"),
            "attachment_type": Field(String(), "what the attachment is"),
            "features": Field(
                Array(_FEATURE, trust=MEDIUM), "what to find", HIGH, is_inheritable=True
            ),
            "fields": Field(Array(_QUESTION), "questions about the document"),
            "linking_rules": Field(_LINKING_RULES, "which annotations may be linked"),
        },
        doc="A payload of a documenttranscription task.",
        rules=(EITHER_ATTACHMENT,),
        parent=PAYLOAD,
    ),
    _response("DocumentTranscriptionResponse"),
    status="older",
    evidence=MEDIUM,
    reference="document-transcription",
)
DOCUMENT_MODEL_TYPE = TaskTypeDeclaration(
    "documentmodel",
    "Document model",
    Record(
        "DocumentModelPayload",
        {},
        doc="A payload of a documentmodel task.",
        parent=PAYLOAD,
        is_open=True,
    ),
    _response("DocumentModelResponse"),
    status="undocumented",
    evidence=LOW,
)

DECLARATIONS = (DOCUMENT_TRANSCRIPTION_TYPE, DOCUMENT_MODEL_TYPE)
