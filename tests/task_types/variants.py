"""The documented forms and keys that the payloads of payloads.py leave out, by task type.

Each is what a payload has instead of, or beside, the keys of the complete one; None removes a key.
"""

from .payloads import FRAMES, IMAGE, PAYLOADS, VIDEO

BOX = {"box": {"objects_to_annotate": ["car"]}}
CONTEXT = [{"attachment": "https://example.org/rear.png"}]
FILE = {"annotations": {"url": "https://example.org/labels.json"}}
LOCKS = {
    "base_annotations": {"annotations": [{"type": "box", "label": "car", "left": 1, "top": 2,
                                          "width": 3, "height": 4}]},
    "can_add_base_annotations": True,
    "can_edit_base_annotations": False,
    "can_edit_base_annotation_labels": False,
    "can_delete_base_annotations": False,
}  # fmt: skip
COMMON = {
    "project": "p",
    "batch": "b",
    "instruction": "Draw.",
    "callback_url": "labels@example.org",
    "unique_id": "row-1",
    "clear_unique_id_on_error": True,
    "metadata": {"row": {"nested": [1, None]}},
    "tags": ["a", "b", "c", "d", "e"],
    "priority": 10,
    "urgency": "standard",
    "project_param_version": -1,
}
INTRINSICS = {"fx": 1.5, "fy": 1.5, "cx": 640, "cy": 360, "skew": 0}
CAMERA = {
    "min_height": 1,
    "min_width": 1,
    "camera_rotation_quaternion": {"w": 1, "x": 0, "y": 0, "z": 0},
    "camera_height": -1.5,
}
FIELD = {"field_id": "a", "title": "A"}
CHOICES = [{"label": "Yes", "value": True, "hint": "Surely"}, {"label": "No", "value": False}]
MASKS = {
    "labelMapping": {"road": {"index": 1, "color": "#ff0000"}},
    "annotations": {"combined": {"indexedImage": "https://example.org/i.png"}},
}


def geometry(name, **params):
    return {"geometries": {name: params}}


def field(field_type, **params):
    return {"fields": [{"type": field_type, **FIELD, **params}]}


VARIANTS = {
    "imageannotation": [
        COMMON,
        {**LOCKS, "paddingX": 5, "paddingY": 6},
        {"attachment": "s3://bucket/street.png", "attachment_type": None},
        {"attachment": "scaledata://606e2a30949/89a90", "context_attachments": CONTEXT},
        {"hypothesis": {"annotations": [{"type": "box", "left": 1, "top": 2, "width": 3,
                                         "height": 4, "label": "car"}],
                        "global_attributes": {"night": "No"}}},
        {"links": {"tows": {"is_bidirectional": True, "to_allowed_labels": ["car"]}}},
        {"global_attributes": {"night": {"description": "Night?", "choices": ["Yes", "No"]}}},
        geometry("box"),
        geometry("box", objects_to_annotate=["car"], integer_pixels=True, min_height=0),
        geometry("polygon", objects_to_annotate=[], min_vertices=1, max_vertices=None),
        geometry("point", objects_to_annotate=["a", "b"],
                 connections=[{"pair": ["a", "b"], "connection_attribute": "next"}]),
        geometry("cuboid", **CAMERA, camera_intrinsics={**INTRINSICS, "scalefactor": 1}),
        geometry("cuboid", **CAMERA, camera_intrinsics={**INTRINSICS, "scale_factor": 1}),
        geometry("cuboid", camera_intrinsics=None, camera_rotation_quaternion=None,
                 camera_height=None),
        {"annotation_attributes": {
            "side": {"type": "x_line", "description": "Where is its side?"},
            "roof": {"type": "y_line", "description": "Where is its roof?"},
            "speed": {"type": "number", "description": "How fast?", "min": 0.5, "step": 0.5},
            "kind": {"description": "Which kind?", "choices": [
                {"choice": "truck", "display": "Truck", "subchoices": ["pickup"]}]},
            "tows": {"type": "linked", "description": "What does it tow?", "required": True,
                     "allowed_labels": ["car"],
                     "conditions": {"label_condition": {"label": ["car", "bus"]},
                                    "attribute_conditions": [{"kind": "pickup"}]}},
        }},
    ],
    "segmentannotation": [
        COMMON,
        {"attachment_type": "image", "labels": ["road", "car"], "instance_labels": ["car"]},
        {"allow_parent_labels": False, "context_attachments": CONTEXT, "hypothesis": MASKS},
        {"labels": [f"label {number}" for number in range(50)]},
        {"annotation_attributes": {"parked": {"description": "?", "choices": ["Yes", "No"]}}},
    ],
    "videoannotation": [
        COMMON,
        {"attachments": None, "attachment": VIDEO, "attachment_type": "video", "frame_rate": 0.5,
         "start_time": 1.5, "duration_time": 10},
        {"hypothesis": FILE, "with_labels": True, "padding": 5},
        {"links": {"tows": {"is_bidirectional": False}}, "context_attachments": CONTEXT},
    ],
    "videoplaybackannotation": [
        COMMON,
        {"attachments": [IMAGE, IMAGE], "annotation_frame_rate": 2, "video_frame_rate": 29.97},
        {"attachment": None, "attachments": [IMAGE], "attachment_type": "image"},
    ],
    "lidarannotation": [
        COMMON,
        {"max_distance_meters": 80.5, "meters_per_unit": 0.01},
        {"dependents": {"defs": [{"type": "lidarsegmentation"}], "require_audit": True}},
        {"annotation_attributes": {"tows": {"type": "linked", "description": "What?",
                                            "allowed_labels": ["car"]}}},
    ],
    "lidarsegmentation": [
        COMMON,
        {"lidar_task": None, "lidar_task_frames": None, "attachments": FRAMES,
         "attachment_type": "json"},
    ],
    "lidarlinking": [COMMON],
    "lidartopdown": [
        COMMON,
        {"attachments": None, "attachment": "s3://bucket/crossing.png",
         "context_attachments": CONTEXT},
        geometry("point", objects_to_annotate=["pole"]),
    ],
    "sensorfusion": [{"clear_unique_id_on_error": True, "tags": ["a"], "unique_id": "row-1"}],
    "multistage": [{**COMMON, "attachments": FRAMES}],
    "textcollection": [
        COMMON,
        {"attachments": [{"type": name, "content": IMAGE}
                         for name in ("pdf", "image", "text", "video", "website", "audio")]},
        {"attachment_type": "text", "responses_required": 100, "description": "Reviews",
         "read_only_field_ids": ["a"]},
        field("category", choices=CHOICES, min_choices=0, max_choices=2, hint="Look"),
        field("text", description="Why?", min_responses_required=1, max_responses_required=100),
        field("number", step=0.5, digits=1, use_slider=True, prefix="$", suffix="!"),
        field("datetime"),
        field("ranking_order", num_items_to_rank=2, first_label="Best", last_label="Worst",
              option_label="Answer", options_flexible=False, positions_flexible=False),
        field("field_set", inline=True, fields=[
            {"type": "text", "field_id": "b", "title": "B"},
            {"type": "number", "field_id": "c", "title": "C"}]),
        field("text", conditions=[{"mood": ["good"]}]),
        {"hypothesis": {"annotations": {
            "mood": {"type": "category", "field_id": "mood", "response": [["good"]]},
            "score": {"type": "number", "field_id": "score", "response": [9.5]},
            "why": {"type": "text", "field_id": "why", "response": ["It says nice."]}}}},
    ],
    "namedentityrecognition": [
        COMMON,
        {"labels": [{"name": "city", "description": "A city", "attributes": {}}]},
        {"merge_newlines": True, "preserve_trailing_punctuation": False,
         "allow_overlapping_annotations": True},
        {"relationships": [{"name": "capital of"}]},
    ],
    "documenttranscription": [
        COMMON,
        {"attachment": None, "attachments": [IMAGE, IMAGE]},
        {"linking_rules": {"labels": [["total", "barcode"]]},
         "fields": [{"field_id": "paid", "title": "Paid?", "type": "select", "required": True,
                     "per_page": False, "options": [{"title": "Yes", "value": "yes"}]}]},
        {"hypothesis": {"annotations": [{"uuid": "d1", "page": 0, "label": "total", "text": "1",
                                         "refs": [], "location": {"type": "box", "left": 1,
                                         "top": 2, "width": 3, "height": 4}}]}},
    ],
    "categorization": [
        COMMON,
        *({"attachment_type": name} for name in ("text", "video", "audio", "website", "pdf")),
        {"categories": ["cat", {"choice": "dog", "subchoices": ["poodle"]}], "force": True},
        {"category_ids": {"1": "cat", "2": "dog"}},
        {"categories": None, "taxonomies": {"animal": {"type": "category", "description": "?",
                                                       "choices": ["cat", {"choice": "dog"}],
                                                       "allow_multiple": True}}},
        {"layers": {"polygons": [{"vertices": [{"x": 1, "y": 2}, {"x": 3, "y": 4},
                                               {"x": 5, "y": 0}]}]}},
    ],
    "comparison": [COMMON, {"choices": None}, {"fields": None}],
    "transcription": [
        COMMON,
        *({"attachment_type": name} for name in ("pdf", "website", None)),
        {"repeatable_fields": None},
    ],
    "datacollection": [COMMON, {"attachment_type": "text"}, {"attachment_type": "image"}],
    "annotation": [
        COMMON,
        {"examples": [{"correct": False, "image": IMAGE, "explanation": "Too wide."},
                      {"correct": True, "image": IMAGE}]},
        {"layers": {"polygons": []}, "min_width": 0},
    ],
    "polygonannotation": [{**COMMON, "with_labels": True}],
    "lineannotation": [{**COMMON, "splines": False}],
    "pointannotation": [{**COMMON, "attachment_type": None}],
    "cuboidannotation": [{**COMMON, "max_annotations": 5}],
    "chat": [COMMON],
}  # fmt: skip

COMPLETE_VARIANTS = [
    (
        task_type,
        {key: value for key, value in {"project": "p", **PAYLOADS[task_type], **changes}.items()
         if value is not None},
    )
    for task_type, variants in VARIANTS.items()
    for changes in variants
]  # fmt: skip
