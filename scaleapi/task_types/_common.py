"""What the payloads and responses of several task types share."""

from __future__ import annotations

from ._findings import HIGH, LOW, MEDIUM
from ._forms import AnyOf, Anything, Array, Boolean, Form, Map, Number, Recursive, String
from ._schema import Field, OneOf, Record, Tagged

URL = String()
TEXT = String(is_empty_allowed=False)
MAX_METADATA_BYTES = 10 * 1024
MAX_TAGS = 5

CONTEXT_ATTACHMENT = Record(
    "ContextAttachment",
    {"attachment": Field(URL, "URL of a file that is shown and not labeled", required=LOW)},
    doc="A file that is shown for reference.",
)

LINK = Record(
    "LinkDefinition",
    {
        "is_bidirectional": Field(Boolean(), "whether the link has no direction"),
        "from_allowed_labels": Field(Array(String()), "labels at which it may begin"),
        "to_allowed_labels": Field(Array(String()), "labels at which it may end"),
    },
    doc="A kind of link between two annotations.",
)

LINKS = AnyOf((Map(LINK), Array(Map(LINK))), is_first_documented=True)

PAYLOAD = Record(
    "TaskPayload",
    {
        "project": Field(String(is_empty_allowed=False, trust=MEDIUM), "name of the project"),
        "batch": Field(
            String(is_empty_allowed=False, trust=MEDIUM),
            "name of the batch, which implies its project",
        ),
        "instruction": Field(
            String(trust=MEDIUM), "Markdown for the labelers; the project's text is appended"
        ),
        "callback_url": Field(
            String(trust=MEDIUM), "URL with scheme, or e-mail address; the account's by default"
        ),
        "unique_id": Field(
            String(is_empty_allowed=False, trust=MEDIUM), "your id, unique in the whole account"
        ),
        "clear_unique_id_on_error": Field(
            Boolean(), "whether `unique_id` is free again once the task has the status error"
        ),
        "metadata": Field(
            Map(max_bytes=MAX_METADATA_BYTES, trust=MEDIUM), "your data, kept as it is; up to 10 KB"
        ),
        "tags": Field(Array(String(), max_items=MAX_TAGS, trust=MEDIUM), "up to 5 tags"),
        "priority": Field(
            Number(values=(10, 20, 30), is_integer=True, trust=MEDIUM),
            "10, 20 or 30; higher is sooner, within the project",
        ),
        "urgency": Field(String(trust=MEDIUM), "without effect today", default="standard"),
        "project_param_version": Field(
            Number(minimum=-1, is_integer=True), "version of the project's parameters; -1 for none"
        ),
        "project_version": Field(
            Number(minimum=-1, is_integer=True), "the same under its other name"
        ),
        "hypothesis": Field(Map(), "pre-labels that labelers edit, in the form of the response"),
        "base_annotations": Field(Map(), "pre-labels that can be locked"),
        "can_add_base_annotations": Field(Boolean(), "whether labelers may add to them"),
        "can_edit_base_annotations": Field(Boolean(), "whether labelers may change them"),
        "can_edit_base_annotation_labels": Field(Boolean(), "whether they may change their labels"),
        "can_delete_base_annotations": Field(Boolean(), "whether labelers may delete them"),
        "force": Field(Boolean(), "accepted; its meaning is not documented"),
    },
    doc="What every task type takes.",
)

VISUAL = Record(
    "VisualTaskPayload",
    {
        "padding": Field(Number(), "pixels around the image", default=0),
        "paddingX": Field(Number(), "pixels on the left and the right", default=0),
        "paddingY": Field(Number(), "pixels above and below", default=0),
        "context_attachments": Field(
            Array(CONTEXT_ATTACHMENT), "files that are shown for reference, not labeled"
        ),
        "links": Field(LINKS, "kinds of links between annotations, by label"),
    },
    doc="What the task types with images take.",
    parent=PAYLOAD,
)

LABEL: Record = Record(
    "LabelDescription",
    {
        "choice": Field(TEXT, "the label", required=MEDIUM),
        "subchoices": Field(
            Array(Recursive(lambda: LABEL_OR_TEXT, "a string or an object with choice")),
            "labels below it: it is a heading then, and only they are in responses",
        ),
        "instance_label": Field(
            Boolean(), "segmentation only: whether each instance has a mask of its own"
        ),
        "display": Field(String(), "what the labelers see; the choice by default"),
    },
    doc="A label, or a heading of labels.",
    trust=MEDIUM,
)
LABEL_OR_TEXT: Form = AnyOf((TEXT, LABEL), trust=MEDIUM)


def labels(max_items: int | None = None, trust: str = MEDIUM, min_items: int = 0) -> Array:
    """Return the form of a list of labels."""
    item = AnyOf((String(is_empty_allowed=False, trust=trust), LABEL), trust=trust)
    return Array(item, min_items=min_items, max_items=max_items, trust=trust)


CONDITIONS = Record(
    "AttributeConditions",
    {
        "label_condition": Field(Map(), "`label`: the label or labels for which it is asked"),
        "attribute_conditions": Field(Array(Map()), "objects of attribute to value; one must hold"),
    },
    doc="When an attribute is asked for.",
)


def _attribute(name: str, doc: str, **fields: Field) -> Record:
    shared = {
        "type": Field(String(), "the kind of attribute", default="category"),
        "description": Field(String(), "what the labelers read", required=LOW),
        "required": Field(Boolean(), "whether it must be set", default=False),
        "conditions": Field(CONDITIONS, "when it is asked for"),
        "global": Field(Boolean(), "whether it is asked once per task", default=False),
    }
    return Record(name, {**shared, **fields}, doc=doc, trust=MEDIUM)


ATTRIBUTE = Tagged(
    "AnnotationAttribute",
    "type",
    {
        "category": _attribute(
            "CategoryAttribute",
            "An attribute whose value is one of several choices.",
            choices=Field(labels(), "the choices", required=MEDIUM),
            allow_multiple=Field(Boolean(), "whether the value is a list", default=False),
        ),
        "number": _attribute(
            "NumberAttribute",
            "An attribute whose value is a number.",
            min=Field(Number(), "the least value"),
            max=Field(Number(), "the greatest value"),
            step=Field(Number(), "the interval between values", default=1),
        ),
        "angle": _attribute("AngleAttribute", "An attribute in degrees, from 0 to 360."),
        "text": _attribute("TextAttribute", "An attribute whose value is a string."),
        "x_line": _attribute("LineAttribute", "A line in a box; its offset in pixels."),
        "y_line": _attribute("LineAttribute", "A line in a box; its offset in pixels."),
        "linked": _attribute(
            "LinkedAttribute",
            "An attribute whose value is the uuid of another annotation.",
            allowed_labels=Field(
                Array(String()), "labels of the other annotation", required=MEDIUM
            ),
        ),
    },
    default="category",
    trust=MEDIUM,
)
ATTRIBUTES = Map(ATTRIBUTE, trust=MEDIUM)

EITHER_ATTACHMENT = OneOf(("attachment", "attachments"))


def attachment(note: str) -> Field:
    """Return the field of the one file or text that a task is about."""
    return Field(String(is_empty_allowed=False, trust=HIGH), note, required=HIGH)


def attachment_type(
    *values: str, default: str = "", required: str = "", trust: str = MEDIUM
) -> Field:
    """Return the field that says what the attachment is."""
    return Field(
        String(values=values, trust=trust), "what the attachment is", required, True, default
    )


# Responses.

VERTEX = Record(
    "Vertex",
    {
        "x": Field(Number(), "pixels from the left", HIGH),
        "y": Field(Number(), "pixels from the top", HIGH),
    },
    doc="A point of an image.",
)
VERTICES = Array(VERTEX)
LINK_URL = Record(
    "FileAddress",
    {"url": Field(URL, "address of a JSON file; the API key is needed", HIGH)},
    doc="Where a part of a response is.",
    is_open=True,
)
FILE_RESPONSE = Record(
    "FileResponse",
    {"annotations": Field(LINK_URL, "the file with the annotations", HIGH)},
    doc="A response whose annotations are a file.",
    is_open=True,
)
VALUES = Map(Anything())


def annotation(name: str, doc: str, fields: dict[str, Field]) -> Record:
    """Return the form of an annotation of an image."""
    shared = {
        "uuid": Field(String(), "the annotation's id; the same in every frame of a video", HIGH),
        "type": Field(String(), "the geometry", HIGH),
        "label": Field(String(), "the label; missing where the task has none"),
        "attributes": Field(VALUES, "the values of the attributes, by name"),
    }
    return Record(name, {**shared, **fields}, doc=doc, is_open=True)


def vertices(note: str) -> Field:
    """Return the field of an annotation's vertices."""
    return Field(VERTICES, note, HIGH)


BOX = {
    "left": Field(Number(), "pixels from the left", HIGH),
    "top": Field(Number(), "pixels from the top", HIGH),
    "width": Field(Number(minimum=0), "pixels", HIGH),
    "height": Field(Number(minimum=0), "pixels", HIGH),
}
CUBOID_VERTEX = Record(
    "CuboidVertex",
    {
        "description": Field(String(), "which corner it is, such as face-topleft", HIGH),
        "type": Field(String(), '"vertex"', HIGH),
        "x": Field(Number(), "pixels from the left", HIGH),
        "y": Field(Number(), "pixels from the top", HIGH),
    },
    doc="A corner of a cuboid.",
)
IMAGE_ANNOTATION = Tagged(
    "GeometryAnnotation",
    "type",
    {
        "box": annotation(
            "BoxAnnotation",
            "A rectangle. One that is rotated has `rotation` and `vertices` as well.",
            {
                **BOX,
                "rotation": Field(Number(), "radians, clockwise"),
                "vertices": Field(VERTICES, "the four corners of a rotated one"),
            },
        ),
        "polygon": annotation(
            "PolygonAnnotation", "A polygon.", {"vertices": vertices("in the order drawn")}
        ),
        "line": annotation(
            "LineAnnotation", "A line.", {"vertices": vertices("in the order drawn")}
        ),
        "point": annotation(
            "PointAnnotation",
            "A point.",
            {
                "x": Field(Number(), "pixels from the left", HIGH),
                "y": Field(Number(), "pixels from the top", HIGH),
            },
        ),
        "ellipse": annotation(
            "EllipseAnnotation",
            "An ellipse.",
            {"vertices": vertices("its four extreme points: top, right, bottom, left")},
        ),
        "cuboid": annotation(
            "CuboidAnnotation",
            "A cuboid: a face, and the two corners of the side beside it.",
            {
                "vertices": Field(Array(CUBOID_VERTEX), "its corners", HIGH),
                "edges": Field(Array(Map()), "its edges"),
            },
        ),
    },
    trust=HIGH,
)

INSTRUCTION = Field(String(), "Markdown for the labelers", HIGH, is_inheritable=True)


def inline(name: str, doc: str, fields: dict[str, Field]) -> Form:
    """Return the form of a response that holds its result itself."""
    return Record(name, fields, doc=doc, is_open=True)
