"""Task types of lidar frames, whose results are files."""

from __future__ import annotations

from ._common import (
    ATTRIBUTES,
    FILE_RESPONSE,
    LINK_URL,
    PAYLOAD,
    URL,
    VALUES,
    VISUAL,
    attachment_type,
    inline,
    labels,
)
from ._findings import HIGH, LOW, MEDIUM
from ._forms import Array, Boolean, Map, Number, String
from ._schema import Field, OneOf, Record, TaskTypeDeclaration
from .image import geometries

_FRAMES = Array(URL, min_items=1, trust=HIGH)
_LABELS = labels(trust=MEDIUM, min_items=1)
_VECTOR = Record(
    "Vector3",
    {axis: Field(Number(), "a coordinate, in the unit of the input", HIGH) for axis in "xyz"},
    doc="A point or a size in space.",
)
_CUBOID = Record(
    "LidarCuboid",
    {
        "uuid": Field(String(), "the object's id, the same in every frame", HIGH),
        "label": Field(String(), "the label", HIGH),
        "position": Field(_VECTOR, "its center, in the world", HIGH),
        "dimensions": Field(_VECTOR, "its full size", HIGH),
        "yaw": Field(Number(), "radians, counter-clockwise from above", HIGH),
        "pitch": Field(Number(), "radians, where enabled"),
        "roll": Field(Number(), "radians, where enabled"),
        "stationary": Field(Boolean(), "whether it stands still in all frames"),
        "camera_used": Field(Number(is_integer=True), "index of the camera in which it was seen"),
        "distance_to_device": Field(Number(), "in the unit of the input"),
        "numberOfPoints": Field(Number(minimum=0, is_integer=True), "points in it"),
        "attributes": Field(VALUES, "values of the attributes"),
    },
    doc="A box in space.",
    is_open=True,
)
_CUBOIDS = Record(
    "LidarFrame",
    {"cuboids": Field(Array(_CUBOID), "the cuboids of the frame", HIGH)},
    doc="A frame of the result.",
    is_open=True,
)
_DEPENDENTS = Record(
    "LidarDependents",
    {
        "defs": Field(Array(Map()), "definitions of the follow-up tasks, each with a type"),
        "require_audit": Field(Boolean(), "whether they wait for the audit"),
    },
    doc="Follow-up tasks.",
)

_LABELS_FIELD = Field(_LABELS, "the labels", HIGH, is_inheritable=True)
_ATTRIBUTES_FIELD = Field(ATTRIBUTES, "what to say about each annotation")

LIDAR_ANNOTATION_TYPE = TaskTypeDeclaration(
    "lidarannotation",
    "Lidar annotation",
    Record(
        "LidarAnnotationPayload",
        {
            "attachments": Field(_FRAMES, "URLs of frame files, in order of time", HIGH),
            "attachment_type": attachment_type("json", default="json", required=MEDIUM, trust=LOW),
            "labels": _LABELS_FIELD,
            "annotation_attributes": _ATTRIBUTES_FIELD,
            "meters_per_unit": Field(Number(), "meters in a unit of the input", default=1),
            "max_distance_meters": Field(Number(), "how far to annotate, in meters"),
            "pitch_and_roll_enabled": Field(
                Boolean(), "whether cuboids have pitch and roll", default=False
            ),
            "dependents": Field(_DEPENDENTS, "follow-up tasks; replaced by multistage tasks"),
        },
        doc="A payload of a lidarannotation task.",
        parent=PAYLOAD,
    ),
    inline(
        "LidarAnnotationResponse",
        "The address of the result.",
        {"annotations": Field(LINK_URL, "the file with the cuboids", HIGH)},
    ),
    files={"annotations": Array(_CUBOIDS)},
    reference="sensor-fusion-lidar-tasks",
)

_SEGMENTED = Record(
    "PointSegmentations",
    {
        "objects": Field(
            Array(
                Record(
                    "PointSegmentationLabel",
                    {
                        "label": Field(String(), "the label", HIGH),
                        "index": Field(
                            Number(minimum=1, is_integer=True), "the number of its points", HIGH
                        ),
                        "instance": Field(Boolean(), "whether it is one instance"),
                    },
                    doc="A label, or one instance of it.",
                    is_open=True,
                )
            ),
            "the labels",
            HIGH,
        ),
        "point_objects": Field(
            Array(Array(Number(minimum=0, is_integer=True))),
            "a number for each point of each frame, 0 for no label",
            HIGH,
        ),
    },
    doc="The labels of points.",
    is_open=True,
)
LIDAR_SEGMENTATION_TYPE = TaskTypeDeclaration(
    "lidarsegmentation",
    "Lidar segmentation",
    Record(
        "LidarSegmentationPayload",
        {
            "attachments": Field(_FRAMES, "URLs of frame files, in order of time"),
            "attachment_type": attachment_type("json", default="json", trust=LOW),
            "lidar_task": Field(
                String(), "id of a completed lidarannotation task, in the place of attachments"
            ),
            "lidar_task_frames": Field(Array(Number(is_integer=True)), "some of its frames"),
            "labels": Field(_LABELS, "the labels", MEDIUM, is_inheritable=True),
            "annotation_attributes": _ATTRIBUTES_FIELD,
        },
        doc="A payload of a lidarsegmentation task.",
        rules=(OneOf(("attachments", "lidar_task"), trust=MEDIUM),),
        parent=PAYLOAD,
    ),
    inline(
        "LidarSegmentationResponse",
        "Addresses of the results.",
        {
            "point_segmentations": Field(LINK_URL, "the file with the labels of points", HIGH),
            "annotations": Field(LINK_URL, "the cuboids, where a lidar task was the source"),
        },
    ),
    files={"point_segmentations": _SEGMENTED, "annotations": Array(_CUBOIDS)},
    evidence=MEDIUM,
    reference="sensor-fusion-lidar-reference",
)

_LINKED = Record(
    "LinkedAnnotation",
    {
        "cuboid_uuid": Field(String(), "the uuid of the cuboid", HIGH),
        "label": Field(String(), "the label"),
        "type": Field(String(), "the geometry", HIGH),
        "not_in_lidar": Field(Boolean(), "whether there is no such cuboid"),
    },
    doc="A shape in an image, with the keys of its geometry (left, top ... or vertices).",
    is_open=True,
)
_CAMERA = Record(
    "CameraResponse",
    {
        "camera_used": Field(Number(is_integer=True), "index of the camera", HIGH),
        "annotations": Field(Array(_LINKED), "the shapes in its image", HIGH),
    },
    doc="The shapes of one camera.",
    is_open=True,
)
_LINKED_FRAME = Record(
    "LinkedFrame",
    {"camera_responses": Field(Array(_CAMERA), "one per camera", HIGH)},
    doc="A frame of the result.",
    is_open=True,
)
LIDAR_LINKING_TYPE = TaskTypeDeclaration(
    "lidarlinking",
    "Lidar linking",
    Record(
        "LidarLinkingPayload",
        {"lidar_task": Field(String(), "id of a completed lidarannotation task")},
        doc="A payload of a lidarlinking task; its parameters are not documented.",
        parent=PAYLOAD,
        is_open=True,
    ),
    inline(
        "LidarLinkingResponse",
        "The address of the result.",
        {"annotations": Field(LINK_URL, "the file with the shapes of each camera", HIGH)},
    ),
    files={"annotations": Array(_LINKED_FRAME)},
    evidence=MEDIUM,
    reference="lidarlinking-callback-format",
)

LIDAR_TOPDOWN_TYPE = TaskTypeDeclaration(
    "lidartopdown",
    "Lidar from above",
    Record(
        "LidarTopdownPayload",
        {
            "project": Field(String(is_empty_allowed=False, trust=HIGH), "the project", MEDIUM),
            "attachments": Field(_FRAMES, "URLs of frame files"),
            "attachment": Field(
                String(is_empty_allowed=False, trust=HIGH), "URL of an aerial picture"
            ),
            "attachment_type": Field(String(), "what the attachment is"),
            "geometries": Field(
                geometries("TopdownGeometries", "polygon", "line", "point"),
                "what to draw",
                LOW,
                is_inheritable=True,
            ),
            "annotation_attributes": _ATTRIBUTES_FIELD,
        },
        doc="A payload of a lidartopdown task.",
        rules=(OneOf(("attachments", "attachment"), is_exclusive=True),),
        parent=VISUAL,
    ),
    FILE_RESPONSE,
    files={"annotations": Array(Map())},
    evidence=MEDIUM,
    reference="sensor-fusion-lidar-tasks",
)

LANE_TYPE = TaskTypeDeclaration(
    "laneannotation",
    "Lanes",
    Record(
        "LaneAnnotationPayload",
        {},
        doc="A payload of a laneannotation task.",
        parent=PAYLOAD,
        is_open=True,
    ),
    FILE_RESPONSE,
    files={"annotations": Array(Map())},
    status="undocumented",
    evidence=LOW,
)

DECLARATIONS = (
    LIDAR_ANNOTATION_TYPE,
    LIDAR_SEGMENTATION_TYPE,
    LIDAR_LINKING_TYPE,
    LIDAR_TOPDOWN_TYPE,
    LANE_TYPE,
)
