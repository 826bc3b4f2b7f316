"""Task types of images: geometries, segmentation, and the old types of one geometry each."""

from __future__ import annotations

from ._common import (
    ATTRIBUTES,
    BOX,
    CUBOID_VERTEX,
    IMAGE_ANNOTATION,
    URL,
    VALUES,
    VERTICES,
    VISUAL,
    attachment,
    attachment_type,
    inline,
    labels,
)
from ._findings import HIGH, LOW, MEDIUM
from ._forms import AnyOf, Array, Boolean, Map, Null, Number, String
from ._schema import Field, NotBelow, Record, TaskTypeDeclaration

MAX_SEGMENTATION_LABELS = 50

_PIXELS = Number(minimum=0, trust=MEDIUM)
_OBJECTS = Field(labels(), "the labels", default=[])
_LEAST_VERTICES = Field(
    Number(minimum=0, is_integer=True, trust=MEDIUM), "how many vertices at least", default=1
)
_MOST_VERTICES = Field(
    Number(minimum=0, is_integer=True, trust=MEDIUM),
    "how many vertices at most; null for any",
    is_nullable=True,
)
_VERTICES_IN_ORDER = (NotBelow("max_vertices", "min_vertices"),)
_QUATERNION = Record(
    "Quaternion",
    {axis: Field(Number(), "a component", LOW) for axis in "wxyz"},
    doc="A rotation.",
)
_INTRINSICS = Record(
    "CameraIntrinsics",
    {
        **{key: Field(Number(), "pixels", LOW) for key in ("fx", "fy", "cx", "cy")},
        "skew": Field(Number(), "the skew", default=0),
        "scalefactor": Field(Number(), "the scale", default=1),
        "scale_factor": Field(Number(), "the same under its other name"),
    },
    doc="A camera.",
)
_CONNECTION = Record(
    "PointConnection",
    {
        "pair": Field(Array(String(), min_items=2, max_items=2), "the two labels", LOW),
        "connection_attribute": Field(String(), "a linked attribute"),
    },
    doc="Which points are drawn connected.",
)

_GEOMETRY_FIELDS = {
    "box": Record(
        "BoxGeometry",
        {
            "objects_to_annotate": _OBJECTS,
            "min_height": Field(_PIXELS, "pixels", default=0),
            "min_width": Field(_PIXELS, "pixels", default=0),
            "can_rotate": Field(Boolean(), "whether boxes may be rotated", default=False),
            "integer_pixels": Field(Boolean(), "whether coordinates are integers", default=False),
        },
        doc="Boxes.",
        trust=MEDIUM,
    ),
    "polygon": Record(
        "PolygonGeometry",
        {
            "objects_to_annotate": _OBJECTS,
            "min_vertices": _LEAST_VERTICES,
            "max_vertices": _MOST_VERTICES,
        },
        doc="Polygons.",
        rules=_VERTICES_IN_ORDER,
        trust=MEDIUM,
    ),
    "line": Record(
        "LineGeometry",
        {
            "objects_to_annotate": _OBJECTS,
            "min_vertices": _LEAST_VERTICES,
            "max_vertices": _MOST_VERTICES,
        },
        doc="Lines.",
        rules=_VERTICES_IN_ORDER,
        trust=MEDIUM,
    ),
    "point": Record(
        "PointGeometry",
        {
            "objects_to_annotate": _OBJECTS,
            "connections": Field(Array(_CONNECTION), "points that are connected", default=[]),
            "x": Field(Number(), "accepted; its meaning is not documented"),
            "y": Field(Number(), "accepted; its meaning is not documented"),
        },
        doc="Points.",
        trust=MEDIUM,
    ),
    "cuboid": Record(
        "CuboidGeometry",
        {
            "objects_to_annotate": _OBJECTS,
            "min_height": Field(_PIXELS, "pixels", default=0),
            "min_width": Field(_PIXELS, "pixels", default=0),
            "camera_intrinsics": Field(_INTRINSICS, "the camera", is_nullable=True),
            "camera_rotation_quaternion": Field(
                _QUATERNION, "from the camera to the world", is_nullable=True
            ),
            "camera_height": Field(Number(), "meters above the ground", is_nullable=True),
        },
        doc="Cuboids.",
        trust=MEDIUM,
    ),
    "ellipse": Record(
        "EllipseGeometry", {"objects_to_annotate": _OBJECTS}, doc="Ellipses.", trust=MEDIUM
    ),
}


def geometries(name: str, *names: str) -> Record:
    """Return the form of `geometries`, with these of them."""
    fields = {key: Field(_GEOMETRY_FIELDS[key], f"how to draw a {key}") for key in names}
    return Record(name, fields, doc="What to draw.", unknown_trust=MEDIUM, trust=MEDIUM)


GEOMETRIES = geometries("Geometries", *_GEOMETRY_FIELDS)

IMAGE_RESPONSE = {
    "annotations": Field(Array(IMAGE_ANNOTATION), "annotations of all geometries, mixed", HIGH),
    "global_attributes": Field(VALUES, "values of the attributes that are asked once per task"),
    "links": Field(Array(Map()), "links between annotations"),
}

IMAGE_ANNOTATION_TYPE = TaskTypeDeclaration(
    "imageannotation",
    "Image annotation",
    Record(
        "ImageAnnotationPayload",
        {
            "attachment": attachment("URL of the image"),
            "attachment_type": attachment_type("image"),
            "geometries": Field(GEOMETRIES, "what to draw", HIGH, is_inheritable=True),
            "annotation_attributes": Field(ATTRIBUTES, "what to say about each annotation"),
            "global_attributes": Field(Map(), "what to say about the whole image"),
        },
        doc="A payload of an imageannotation task.",
        parent=VISUAL,
    ),
    inline("ImageAnnotationResponse", "What was drawn.", IMAGE_RESPONSE),
    reference="image-and-video-reference",
)


# The old types of one geometry: their annotations have no uuid, type and attributes.


def _single(name: str, doc: str, fields: dict[str, Field]) -> Record:
    label = Field(String(), "the label, where labels are asked for")
    return Record(name, {**fields, "label": label}, doc=doc, is_open=True)


_EXAMPLE = Record(
    "AnnotationExample",
    {
        "correct": Field(Boolean(), "whether it is a good example", LOW),
        "image": Field(URL, "URL of an image", LOW),
        "explanation": Field(String(), "why"),
    },
    doc="An example for the labelers.",
)
_WITH_VERTICES = {"vertices": Field(VERTICES, "in the order drawn", HIGH)}


def _single_geometry(
    type: str, title: str, stem: str, annotation: Record, **fields: Field
) -> TaskTypeDeclaration:
    return TaskTypeDeclaration(
        type,
        title,
        Record(
            f"{stem}Payload",
            {
                "attachment": attachment("URL of the image"),
                "attachment_type": attachment_type("image", default="image"),
                "objects_to_annotate": Field(
                    labels(min_items=1), "the labels", HIGH, is_inheritable=True
                ),
                "with_labels": Field(Boolean(), "whether annotations have labels"),
                **fields,
            },
            doc=f"A payload of a {type} task.",
            parent=VISUAL,
        ),
        inline(
            f"{stem}Response",
            "What was drawn.",
            {"annotations": Field(Array(annotation), "the annotations", HIGH)},
        ),
        status="legacy",
    )


BOX_TYPE = _single_geometry(
    "annotation",
    "Boxes (legacy)",
    "Annotation",
    _single("SingleBox", "A rectangle.", BOX),
    min_width=Field(_PIXELS, "pixels", filled_in=0, default=0),
    min_height=Field(_PIXELS, "pixels", filled_in=0, default=0),
    examples=Field(Array(_EXAMPLE), "examples for the labelers"),
    layers=Field(Map(), "shapes that are drawn over the image"),
)
POLYGON_TYPE = _single_geometry(
    "polygonannotation",
    "Polygons (legacy)",
    "PolygonAnnotation",
    _single("SinglePolygon", "A polygon.", _WITH_VERTICES),
)
LINE_TYPE = _single_geometry(
    "lineannotation",
    "Lines (legacy)",
    "LineAnnotation",
    _single("SingleLine", "A line.", _WITH_VERTICES),
    splines=Field(Boolean(), "whether lines are curved", filled_in=False, default=False),
)
POINT_TYPE = _single_geometry(
    "pointannotation",
    "Points (legacy)",
    "PointAnnotation",
    _single(
        "SinglePoint",
        "A point.",
        {axis: Field(Number(), "pixels", HIGH) for axis in ("x", "y")},
    ),
)
CUBOID_TYPE = _single_geometry(
    "cuboidannotation",
    "Cuboids (legacy)",
    "CuboidAnnotation",
    _single(
        "SingleCuboid", "A cuboid.", {"vertices": Field(Array(CUBOID_VERTEX), "its corners", HIGH)}
    ),
    min_annotations=Field(Number(minimum=0), "how many at least", filled_in=0, default=0),
    max_annotations=Field(Number(minimum=0), "how many at most, 0 for any", filled_in=0, default=0),
)


# Segmentation.

_MASKS = Record(
    "SegmentationMasks",
    {
        "image": Field(URL, "PNG of 4 channels: each pixel in the color of its label", HIGH),
        "indexedImage": Field(URL, "PNG of 1 channel: each pixel the index of its label", HIGH),
        "extendedIndexedImage": Field(URL, "PNG of 4 channels: the index as 24 bits, red lowest"),
    },
    doc="The masks of all labels.",
    is_open=True,
)
_LABEL_MASK = AnyOf((URL, Array(URL), Null()))
_MAPPING = Record(
    "SegmentationLabel",
    {
        "index": Field(Number(minimum=1, is_integer=True), "value of the label's pixels", HIGH),
        "color": Field(String(), "color of its pixels, #rrggbb", HIGH),
        "numPixels": Field(Number(minimum=0, is_integer=True), "how many pixels it has"),
        "attributes": Field(VALUES, "attributes of an instance"),
    },
    doc="How a label, or one instance of it, is found in the masks.",
    is_open=True,
)
SEGMENT_ANNOTATION_TYPE = TaskTypeDeclaration(
    "segmentannotation",
    "Segmentation",
    Record(
        "SegmentAnnotationPayload",
        {
            "attachment": attachment("URL of the image"),
            "attachment_type": attachment_type("image", default="image"),
            "labels": Field(
                labels(MAX_SEGMENTATION_LABELS, HIGH, 1), "up to 50 labels", HIGH, True
            ),
            "instance_labels": Field(Array(String()), "labels with a mask for each instance"),
            "allow_unlabeled": Field(
                Boolean(), "whether pixels may have no label", filled_in=False, default=False
            ),
            "allow_parent_labels": Field(
                Boolean(), "whether headings are labels too", filled_in=False, default=False
            ),
            "annotation_attributes": Field(ATTRIBUTES, "what to say about each instance"),
        },
        doc="A payload of a segmentannotation task.",
        parent=VISUAL,
    ),
    inline(
        "SegmentAnnotationResponse",
        "The masks; each address is of a PNG as large as the image.",
        {
            "annotations": Field(
                Record(
                    "SegmentAnnotations",
                    {
                        "combined": Field(_MASKS, "the masks of all labels", HIGH),
                        "labeled": Field(
                            Map(_LABEL_MASK), "mask by label; a list for one of instances", HIGH
                        ),
                        "unlabeled": Field(URL, "PNG of the pixels without a label", HIGH),
                    },
                    doc="Addresses of masks.",
                    is_open=True,
                ),
                "addresses of masks",
                HIGH,
            ),
            "labelMapping": Field(
                Map(AnyOf((_MAPPING, Array(_MAPPING)))), "index and color by label", HIGH
            ),
        },
    ),
    reference="image-and-video-tasks",
)

DECLARATIONS = (
    IMAGE_ANNOTATION_TYPE,
    SEGMENT_ANNOTATION_TYPE,
    BOX_TYPE,
    POLYGON_TYPE,
    LINE_TYPE,
    POINT_TYPE,
    CUBOID_TYPE,
)
