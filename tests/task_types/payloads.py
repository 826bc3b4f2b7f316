"""A complete payload of each task type about which something is known."""

IMAGE = "https://example.org/street.png"
VIDEO = "https://example.org/street.mp4"
FRAMES = ["https://example.org/1.json", "https://example.org/2.json"]
SCENE = ["https://example.org/street.sfs"]
LABELS = ["pedestrian", {"choice": "vehicle", "subchoices": ["car", {"choice": "truck_suv"}]}]
ATTRIBUTES = {
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
    "tows": {"type": "linked", "description": "What does it tow?", "allowed_labels": ["truck_suv"]},
    "night": {"description": "Is it night?", "choices": ["Yes", "No"], "global": True},
}
GEOMETRIES = {
    "box": {"objects_to_annotate": LABELS, "min_width": 5, "can_rotate": False},
    "polygon": {"objects_to_annotate": ["road"], "min_vertices": 3, "max_vertices": 20},
    "line": {"objects_to_annotate": ["lane"], "min_vertices": 2, "max_vertices": None},
    "point": {"objects_to_annotate": ["wheel"], "connections": []},
    "cuboid": {"objects_to_annotate": ["bus"]},
    "ellipse": {"objects_to_annotate": ["sign"]},
}
OLD = {"attachment": IMAGE, "attachment_type": "image", "objects_to_annotate": ["car", "bus"]}

PAYLOADS = {
    "imageannotation": {
        "instruction": "Draw all vehicles.",
        "attachment": IMAGE,
        "attachment_type": "image",
        "geometries": GEOMETRIES,
        "annotation_attributes": ATTRIBUTES,
        "metadata": {"row": 1},
        "tags": ["night"],
        "priority": 30,
        "padding": 10,
        "context_attachments": [{"attachment": "https://example.org/rear.png"}],
        "links": {"tows": {"is_bidirectional": False, "from_allowed_labels": ["car"]}},
    },
    "segmentannotation": {
        "attachment": IMAGE,
        "labels": ["road", {"choice": "car", "instance_label": True}, *LABELS],
        "allow_unlabeled": True,
    },
    "videoannotation": {
        "attachments": [f"https://example.org/{number}.png" for number in range(4)],
        "attachment_type": "image",
        "geometries": GEOMETRIES,
        "annotation_attributes": ATTRIBUTES,
        "events_to_annotate": ["turns", "stops"],
    },
    "videoplaybackannotation": {
        "attachment": VIDEO,
        "attachment_type": "video",
        "geometries": GEOMETRIES,
        "frame_rate": 2,
        "duration_time": 3,
        "events_to_annotate": ["turns", "stops"],
    },
    "lidarannotation": {
        "attachments": FRAMES,
        "attachment_type": "json",
        "labels": LABELS,
        "meters_per_unit": 1,
        "pitch_and_roll_enabled": True,
    },
    "lidarsegmentation": {
        "lidar_task": "66f1c0de8a4b2f0012ab34cd",
        "lidar_task_frames": [0, 1],
        "labels": LABELS,
    },
    "lidarlinking": {
        "lidar_task": "66f1c0de8a4b2f0012ab34cd",
        "geometries": {"box": {"objects_to_annotate": ["car"]}},
    },
    "lidartopdown": {
        "attachments": FRAMES,
        "geometries": {"polygon": {"objects_to_annotate": ["crossing"]}},
    },
    "sensorfusion": {
        "attachments": SCENE,
        "scene_format": "sensor_fusion",
        "instruction": "Annotate all cars.",
        "annotation_definition": [{"label": "car"}],
        "callback_url": "labels@example.org",
        "is_frameless": False,
    },
    "multistage": {"attachments": SCENE, "scene_format": "sensor_fusion"},
    "textcollection": {
        "title": "Reviews",
        "attachments": [{"type": "text", "content": "Nice phone.", "forms": ["about"]}],
        "responses_required": 3,
        "fields": [
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
    },
    "namedentityrecognition": {
        "text": "Lima is the capital of Peru.",
        "labels": [{"name": "city", "description": "A city"}, {"name": "country"}],
    },
    "documenttranscription": {
        "attachment": "https://example.org/bill.pdf",
        "features": [{"type": "block", "label": "barcode"}, {"type": "block", "label": "total"}],
    },
    "categorization": {
        "instruction": "What is it?",
        "attachment": IMAGE,
        "attachment_type": "image",
        "categories": ["cat", "dog"],
        "allow_multiple": True,
    },
    "comparison": {
        "instruction": "Do they match?",
        "attachments": [IMAGE, "https://example.org/other.png"],
        "attachment_type": "image",
        "choices": ["yes", "no"],
        "fields": {"why": "Why?"},
    },
    "transcription": {
        "instruction": "Copy the sign.",
        "attachment": IMAGE,
        "attachment_type": "image",
        "fields": {"title": "The title"},
        "repeatable_fields": {"line": "A line"},
    },
    "datacollection": {
        "instruction": "Find the address.",
        "attachment": "https://example.org",
        "attachment_type": "website",
        "fields": {"address": "The address"},
    },
    "annotation": {**OLD, "with_labels": True, "min_width": 30, "min_height": 30},
    "polygonannotation": OLD,
    "lineannotation": {**OLD, "splines": True},
    "pointannotation": OLD,
    "cuboidannotation": {**OLD, "min_annotations": 0},
    "chat": {"template_variables": {"topic": "rivers"}},
}
