"""Task types of whole scenes, whose results are files."""

from __future__ import annotations

from ._common import FILE_RESPONSE, LINK_URL, PAYLOAD, URL, inline
from ._findings import HIGH, LOW, MEDIUM
from ._forms import Array, Boolean, Map, String
from ._schema import Field, Record, TaskTypeDeclaration

_PROJECT = Field(String(is_empty_allowed=False, trust=HIGH), "the project", HIGH, True)
_ONE_SCENE = Array(URL, min_items=1, max_items=1, trust=HIGH)

_ANNOTATION = Record(
    "SceneAnnotation",
    {
        "id": Field(String(), "the annotation's id", HIGH),
        "type": Field(String(), "cuboid, box_2d, event ...", HIGH),
        "label": Field(String(), "the label"),
        "parent_id": Field(String(), "id of the annotation to which it belongs"),
        "stationary": Field(Boolean(), "whether it stands still"),
        "path": Field(Map(), "`timestamps`, and `values` at each of them"),
        "attributes": Field(
            Array(Map()), "objects of name, timestamps, values, sensor_id and static"
        ),
    },
    doc="An annotation of a scene, with further keys by its type.",
    is_open=True,
)
SCENE = Record(
    "SceneAnnotations",
    {
        "version": Field(String(), '"1.0"'),
        "time_unit": Field(String(), '"microseconds" or "nanoseconds"'),
        "annotations": Field(Array(_ANNOTATION), "the annotations", HIGH),
    },
    doc="The annotations of a scene.",
    is_open=True,
)

SENSOR_FUSION_TYPE = TaskTypeDeclaration(
    "sensorfusion",
    "Sensor fusion",
    Record(
        "SensorFusionPayload",
        {
            "project": _PROJECT,
            "attachments": Field(_ONE_SCENE, "URL of the scene", HIGH),
            "scene_format": Field(
                String(values=("sensor_fusion",), trust=HIGH), "the scene's format", HIGH, True
            ),
            "instruction": Field(String(), "Markdown for the labelers", LOW, True),
            "annotation_definition": Field(Array(Map()), "what to annotate", LOW, True),
            "callback_url": Field(String(), "URL with scheme, or e-mail address", LOW, True),
            "is_frameless": Field(Boolean(), "whether the scene has no frames", LOW, True),
        },
        doc="A payload of a sensorfusion task.",
        parent=PAYLOAD,
    ),
    inline(
        "SensorFusionResponse",
        "The address of the result.",
        {
            "annotations": Field(LINK_URL, "the file with the scene's annotations", HIGH),
            "full_recording": Field(Map(), "addresses of a recording and its videos"),
        },
    ),
    files={"annotations": SCENE},
    reference="sensor-fusion-tasks",
)
MULTISTAGE_TYPE = TaskTypeDeclaration(
    "multistage",
    "Multi-stage",
    Record(
        "MultiStagePayload",
        {
            "project": _PROJECT,
            "attachments": Field(
                Array(URL, min_items=1, trust=HIGH), "URL of the scene, or of lidar frames", HIGH
            ),
            "scene_format": Field(String(), 'the format: "sensor_fusion" for a scene', HIGH, True),
        },
        doc="A payload of a multistage task.",
        parent=PAYLOAD,
        is_open=True,
    ),
    FILE_RESPONSE,
    files={"annotations": SCENE},
    evidence=MEDIUM,
    reference="create-multi-stage-task",
)

DECLARATIONS = (SENSOR_FUSION_TYPE, MULTISTAGE_TYPE)
