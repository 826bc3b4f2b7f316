"""Tasks with responses of several types, as the service sends them."""

BOX = {"type": "box", "left": 1, "top": 2.5, "width": 30, "height": 4}
VERTICES = [{"x": 0, "y": 1}, {"x": 10, "y": 11}, {"x": 0, "y": 21}, {"x": -10, "y": 11}]
COMBINED = {"image": "https://a.org/c.png", "indexedImage": "https://a.org/i.png"}

RESPONSES = [
    (
        "imageannotation",
        {
            "annotations": [
                {**BOX, "label": "car", "uuid": "u1", "attributes": {"parked": "No"}},
                {**BOX, "rotation": 0.5, "vertices": VERTICES},
                {"type": "polygon", "vertices": VERTICES, "label": "road"},
                {"type": "line", "vertices": VERTICES[:2]},
                {"type": "point", "x": 3, "y": 4.5},
                {"type": "ellipse", "vertices": VERTICES},
                {"type": "cuboid", "vertices": VERTICES},
                {"type": "sphere"},
            ],
            "global_attributes": {"night": "No"},
            "links": [{"id": "l", "label": "tows", "from_id": "a", "to_id": "b"}],
        },
    ),
    (
        "segmentannotation",
        {
            "annotations": {"combined": COMBINED},
            "labelMapping": {"road": {"index": 1, "color": "#ff0000", "numPixels": 5}},
        },
    ),
    (
        "namedentityrecognition",
        {"annotations": [{"id": "n1", "start": 0, "end": 4, "text": "Lima", "label": "city"}]},
    ),
    (
        "documenttranscription",
        {"annotations": [{"page": 2, "label": "total", "text": "5", "location": BOX}]},
    ),
    ("categorization", {"category": ["a"]}),
    ("videoannotation", {"annotations": {"url": "https://example.org/a?signature=x"}}),
    ("imageannotation", None),
    ("imageannotation", {"annotations": []}),
]


def task(response, type_="imageannotation", id_="t1"):
    """A task with a response."""
    return {"task_id": id_, "type": type_, "response": response}


SAMPLES = [
    task(response, type_, f"{number:024x}") for number, (type_, response) in enumerate(RESPONSES)
]
