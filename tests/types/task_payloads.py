"""The documented payload of every task type, as strict type checkers accept it, and slips.

`mypy` and `pyright` read this (`tox run -e types`); it is never run. Both complain about an ignored
error that is none, so that each slip is known to be flagged.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from typing import Any

from typing_extensions import assert_type

from scaleapi import ScaleClient, Task, TaskType
from scaleapi.task_types import (
    ImageAnnotationPayload,
    ImageAnnotationResponse,
    SegmentAnnotationResponse,
    TextCollectionResponse,
)


def documented(client: ScaleClient) -> None:
    client.create_task(
        TaskType.ImageAnnotation,
        instruction="Draw all vehicles.",
        attachment="https://example.org/street.png",
        attachment_type="image",
        geometries={
            "box": {
                "objects_to_annotate": [
                    "pedestrian",
                    {"choice": "vehicle", "subchoices": ["car", {"choice": "truck_suv"}]},
                ],
                "min_width": 5,
                "can_rotate": False,
            },
            "polygon": {"objects_to_annotate": ["road"], "min_vertices": 3, "max_vertices": 20},
            "line": {"objects_to_annotate": ["lane"], "min_vertices": 2, "max_vertices": None},
            "point": {"objects_to_annotate": ["wheel"], "connections": []},
            "cuboid": {"objects_to_annotate": ["bus"]},
            "ellipse": {"objects_to_annotate": ["sign"]},
        },
        annotation_attributes={
            "parked": {"description": "Is it parked?", "choices": ["Yes", "No"]},
            "colors": {
                "type": "category",
                "description": "Its colors?",
                "choices": ["red", "white"],
                "allow_multiple": True,
                "conditions": {"label_condition": {"label": "car"}},
            },
            "wheels": {"type": "number", "description": "How many wheels?", "min": 2, "max": 18},
            "heading": {"type": "angle", "description": "Which way?"},
            "plate": {"type": "text", "description": "What is on the plate?"},
            "tows": {
                "type": "linked",
                "description": "What does it tow?",
                "allowed_labels": ["truck_suv"],
            },
            "night": {"description": "Is it night?", "choices": ["Yes", "No"], "global": True},
        },
        metadata={"row": 1},
        tags=["night"],
        priority=30,
        padding=10,
        context_attachments=[{"attachment": "https://example.org/rear.png"}],
        links={"tows": {"is_bidirectional": False, "from_allowed_labels": ["car"]}},
    )
    client.create_task(
        TaskType.SegmentAnnotation,
        attachment="https://example.org/street.png",
        labels=[
            "road",
            {"choice": "car", "instance_label": True},
            "pedestrian",
            {"choice": "vehicle", "subchoices": ["car", {"choice": "truck_suv"}]},
        ],
        allow_unlabeled=True,
    )
    client.create_task(
        TaskType.VideoAnnotation,
        attachments=[
            "https://example.org/0.png",
            "https://example.org/1.png",
            "https://example.org/2.png",
            "https://example.org/3.png",
        ],
        attachment_type="image",
        geometries={
            "box": {
                "objects_to_annotate": [
                    "pedestrian",
                    {"choice": "vehicle", "subchoices": ["car", {"choice": "truck_suv"}]},
                ],
                "min_width": 5,
                "can_rotate": False,
            },
            "polygon": {"objects_to_annotate": ["road"], "min_vertices": 3, "max_vertices": 20},
            "line": {"objects_to_annotate": ["lane"], "min_vertices": 2, "max_vertices": None},
            "point": {"objects_to_annotate": ["wheel"], "connections": []},
            "cuboid": {"objects_to_annotate": ["bus"]},
            "ellipse": {"objects_to_annotate": ["sign"]},
        },
        annotation_attributes={
            "parked": {"description": "Is it parked?", "choices": ["Yes", "No"]},
            "colors": {
                "type": "category",
                "description": "Its colors?",
                "choices": ["red", "white"],
                "allow_multiple": True,
                "conditions": {"label_condition": {"label": "car"}},
            },
            "wheels": {"type": "number", "description": "How many wheels?", "min": 2, "max": 18},
            "heading": {"type": "angle", "description": "Which way?"},
            "plate": {"type": "text", "description": "What is on the plate?"},
            "tows": {
                "type": "linked",
                "description": "What does it tow?",
                "allowed_labels": ["truck_suv"],
            },
            "night": {"description": "Is it night?", "choices": ["Yes", "No"], "global": True},
        },
        events_to_annotate=["turns", "stops"],
    )
    client.create_task(
        TaskType.VideoPlaybackAnnotation,
        attachment="https://example.org/street.mp4",
        attachment_type="video",
        geometries={
            "box": {
                "objects_to_annotate": [
                    "pedestrian",
                    {"choice": "vehicle", "subchoices": ["car", {"choice": "truck_suv"}]},
                ],
                "min_width": 5,
                "can_rotate": False,
            },
            "polygon": {"objects_to_annotate": ["road"], "min_vertices": 3, "max_vertices": 20},
            "line": {"objects_to_annotate": ["lane"], "min_vertices": 2, "max_vertices": None},
            "point": {"objects_to_annotate": ["wheel"], "connections": []},
            "cuboid": {"objects_to_annotate": ["bus"]},
            "ellipse": {"objects_to_annotate": ["sign"]},
        },
        frame_rate=2,
        duration_time=3,
        events_to_annotate=["turns", "stops"],
    )
    client.create_task(
        TaskType.LidarAnnotation,
        attachments=["https://example.org/1.json", "https://example.org/2.json"],
        attachment_type="json",
        labels=[
            "pedestrian",
            {"choice": "vehicle", "subchoices": ["car", {"choice": "truck_suv"}]},
        ],
        meters_per_unit=1,
        pitch_and_roll_enabled=True,
    )
    client.create_task(
        TaskType.LidarSegmentation,
        lidar_task="66f1c0de8a4b2f0012ab34cd",
        lidar_task_frames=[0, 1],
        labels=[
            "pedestrian",
            {"choice": "vehicle", "subchoices": ["car", {"choice": "truck_suv"}]},
        ],
    )
    client.create_task(
        TaskType.LidarLinking,
        lidar_task="66f1c0de8a4b2f0012ab34cd",
        geometries={"box": {"objects_to_annotate": ["car"]}},
    )
    client.create_task(
        TaskType.LidarTopdown,
        attachments=["https://example.org/1.json", "https://example.org/2.json"],
        geometries={"polygon": {"objects_to_annotate": ["crossing"]}},
    )
    client.create_task(
        TaskType.SensorFusion,
        attachments=["https://example.org/street.sfs"],
        scene_format="sensor_fusion",
        instruction="Annotate all cars.",
        annotation_definition=[{"label": "car"}],
        callback_url="labels@example.org",
        is_frameless=False,
    )
    client.create_task(
        TaskType.MultiStage,
        attachments=["https://example.org/street.sfs"],
        scene_format="sensor_fusion",
    )
    client.create_task(
        TaskType.TextCollection,
        title="Reviews",
        attachments=[{"type": "text", "content": "Nice phone.", "forms": ["about"]}],
        responses_required=3,
        fields=[
            {
                "type": "category",
                "field_id": "mood",
                "title": "Mood",
                "required": True,
                "choices": [
                    {"label": "Good", "value": 3},
                    {"label": "Bad", "value": "bad", "subchoices": [{"label": "?", "value": "q"}]},
                ],
            },
            {"type": "text", "field_id": "why", "title": "Why?", "max_characters": 200},
            {"type": "number", "field_id": "stars", "title": "Stars", "min": 1, "max": 5},
            {"type": "ranking_order", "field_id": "order", "title": "Order", "num_options": 3},
            {
                "type": "field_set",
                "field_id": "set",
                "title": "Set",
                "fields": [
                    {"type": "text", "field_id": "first", "title": "First"},
                    {"type": "text", "field_id": "second", "title": "Second"},
                ],
            },
            {
                "type": "form",
                "field_id": "about",
                "title": "About",
                "fields": [{"type": "text", "field_id": "note", "title": "Note"}],
            },
        ],
    )
    client.create_task(
        TaskType.NamedEntityRecognition,
        text="Lima is the capital of Peru.",
        labels=[{"name": "city", "description": "A city"}, {"name": "country"}],
    )
    client.create_task(
        TaskType.DocumentTranscription,
        attachment="https://example.org/bill.pdf",
        features=[{"type": "block", "label": "barcode"}, {"type": "block", "label": "total"}],
    )
    client.create_task(
        TaskType.Categorization,
        instruction="What is it?",
        attachment="https://example.org/street.png",
        attachment_type="image",
        categories=["cat", "dog"],
        allow_multiple=True,
    )
    client.create_task(
        TaskType.Comparison,
        instruction="Do they match?",
        attachments=["https://example.org/street.png", "https://example.org/other.png"],
        attachment_type="image",
        choices=["yes", "no"],
        fields={"why": "Why?"},
    )
    client.create_task(
        TaskType.Transcription,
        instruction="Copy the sign.",
        attachment="https://example.org/street.png",
        attachment_type="image",
        fields={"title": "The title"},
        repeatable_fields={"line": "A line"},
    )
    client.create_task(
        TaskType.DataCollection,
        instruction="Find the address.",
        attachment="https://example.org",
        attachment_type="website",
        fields={"address": "The address"},
    )
    client.create_task(
        TaskType.Annotation,
        attachment="https://example.org/street.png",
        attachment_type="image",
        objects_to_annotate=["car", "bus"],
        with_labels=True,
        min_width=30,
        min_height=30,
    )
    client.create_task(
        TaskType.PolygonAnnotation,
        attachment="https://example.org/street.png",
        attachment_type="image",
        objects_to_annotate=["car", "bus"],
    )
    client.create_task(
        TaskType.LineAnnotation,
        attachment="https://example.org/street.png",
        attachment_type="image",
        objects_to_annotate=["car", "bus"],
        splines=True,
    )
    client.create_task(
        TaskType.PointAnnotation,
        attachment="https://example.org/street.png",
        attachment_type="image",
        objects_to_annotate=["car", "bus"],
    )
    client.create_task(
        TaskType.CuboidAnnotation,
        attachment="https://example.org/street.png",
        attachment_type="image",
        objects_to_annotate=["car", "bus"],
        min_annotations=0,
    )
    client.create_task(TaskType.Chat, template_variables={"topic": "rivers"})


def any_type(client: ScaleClient, task_type: TaskType, payload: dict[str, Any]) -> None:
    assert_type(client.create_task("imageannotation", geometrees=1), Task)
    assert_type(client.create_task("newtype", anything=1), Task)
    assert_type(client.create_task(task_type, **payload), Task)
    assert_type(client.create_task(TaskType.ImageAnnotation, **payload), Task)
    client.create_tasks(task_type, [payload], check_payloads="error")


def typed(client: ScaleClient, labels: list[str]) -> None:
    payload: ImageAnnotationPayload = {
        "attachment": "https://example.org/a.png",
        "geometries": {"box": {"objects_to_annotate": labels}},
    }
    client.create_task(TaskType.ImageAnnotation, **payload)
    client.create_tasks(TaskType.ImageAnnotation, [payload])
    client.create_tasks(TaskType.ImageAnnotation, ({"attachment": label} for label in labels))
    for finding in client.check_task(TaskType.ImageAnnotation, **payload):
        assert_type(finding.path, str)


def slips(client: ScaleClient) -> None:
    client.create_task(TaskType.ImageAnnotation, geometrees={})  # type: ignore[call-overload]
    client.create_task(TaskType.ImageAnnotation, geometries={"bix": {}})  # type: ignore[call-overload]
    client.create_task(TaskType.ImageAnnotation, geometries={"box": {"objects_to_annotate": "car"}})  # type: ignore[call-overload]
    client.create_task(TaskType.SegmentAnnotation, labels=["road", 3])  # type: ignore[call-overload]
    client.create_task(TaskType.TextCollection, fields=[{"type": "text"}])  # type: ignore[call-overload]
    client.create_task(TaskType.Transcription, fields=["title"])  # type: ignore[call-overload]
    client.create_task(TaskType.ImageAnnotation, priority=15)  # type: ignore[call-overload]
    client.create_tasks(TaskType.ImageAnnotation, [], check_payloads="sometimes")  # type: ignore[call-overload]


def read(
    image: ImageAnnotationResponse, masks: SegmentAnnotationResponse, text: TextCollectionResponse
) -> None:
    for annotation in image["annotations"]:
        if annotation["type"] == "box":
            assert_type(annotation["left"], float)
        assert_type(annotation["uuid"], str)
    assert_type(masks["annotations"]["combined"]["indexedImage"], str)
    assert text["annotations"]["mood"]
