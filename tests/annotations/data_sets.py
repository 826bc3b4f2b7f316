"""Tasks with random annotations in images, of which other tools can make data sets."""

import math
import random

LABELS = ["car", "bus", "bicycle", "person"]
WIDTH, HEIGHT = 1920, 1080


def box(source):
    width, height = source.uniform(1, 300), source.uniform(1, 200)
    left, top = source.uniform(0, WIDTH - width), source.uniform(0, HEIGHT - height)
    return {"type": "box", "left": left, "top": top, "width": width, "height": height}


def rotated_box(source):
    x, y, turn = source.uniform(400, 1500), source.uniform(400, 600), source.uniform(0, 6)
    half = source.uniform(10, 150), source.uniform(10, 150)
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    vertices = [
        {
            "x": x + a * half[0] * math.cos(turn) - b * half[1] * math.sin(turn),
            "y": y + a * half[0] * math.sin(turn) + b * half[1] * math.cos(turn),
        }
        for a, b in signs
    ]
    plain = {"left": x - half[0], "top": y - half[1], "width": 2 * half[0], "height": 2 * half[1]}
    return {"type": "box", **plain, "rotation": turn, "vertices": vertices}


def polygon(source):
    """A star around a point, whose edges do not cross."""
    x, y, corners = source.uniform(400, 1500), source.uniform(400, 600), source.randint(3, 12)
    vertices = []
    for corner in range(corners):
        turn, radius = 2 * math.pi * corner / corners, source.uniform(20, 300)
        vertices.append({"x": x + radius * math.cos(turn), "y": y + radius * math.sin(turn)})
    return {"type": "polygon", "vertices": vertices}


def image_task(number, annotations, **fields):
    """A task with annotations in an image."""
    return {
        "task_id": f"{number:024x}",
        "type": "imageannotation",
        "status": "completed",
        "params": {"attachment": f"https://example.org/images/{number:05d}.jpg?signature=x"},
        "response": {"annotations": annotations},
        **fields,
    }


def generate(count, kinds=(box, rotated_box, polygon), seed=1):
    """Tasks with up to ten annotations each."""
    source = random.Random(seed)
    tasks = []
    for number in range(count):
        annotations = [
            {**source.choice(kinds)(source), "label": source.choice(LABELS)}
            for _ in range(source.randint(0, 10))
        ]
        tasks.append(image_task(number, annotations))
    return tasks
