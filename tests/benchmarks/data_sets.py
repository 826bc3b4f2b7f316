"""Rows of data sets of annotations: time against reading the same file, and memory.

`python -m tests.benchmarks.data_sets WHAT TASKS FILE` does WHAT, "to_coco" or "loads", with the
tasks of a file and writes to the other, on request, as `workload` does.
"""

import json
import random
import statistics
import sys

from .measure import once
from .workload import rounds

TASKS, BOXES, SEED = 100_000, 10, 20260304
LABELS = ("car", "bus", "bicycle", "person")
CHOICES = {"occluded": ["No", "Yes"], "truncated": ["0%", "50%"], "moving": ["No", "Yes"]}


def box(source, number):
    return {
        "uuid": f"3f2a9c1e-0000-4000-8000-{number:012x}",
        "type": "box",
        "label": LABELS[number % len(LABELS)],
        "left": round(source.uniform(0, 1900), 2),
        "top": round(source.uniform(0, 1000), 2),
        "width": round(source.uniform(1, 300), 2),
        "height": round(source.uniform(1, 200), 2),
        "attributes": {"occluded": "No", "truncated": "0%", "moving": "Yes"},
    }


def task(source, number):
    """A completed task, as the service lists it."""
    return {
        "task_id": f"{number:024x}",
        "created_at": "2026-03-04T10:15:00.000Z",
        "updated_at": "2026-03-04T12:15:00.000Z",
        "completed_at": "2026-03-04T12:15:00.000Z",
        "type": "imageannotation",
        "status": "completed",
        "instruction": "Draw a box around each vehicle and person.",
        "is_test": False,
        "urgency": "standard",
        "project": "street-scenes",
        "batch": "march-01",
        "callback_url": "https://example.org/callback",
        "unique_id": f"street-{number}",
        "tags": [],
        "metadata": {"row": number, "camera": "front"},
        "params": {
            "attachment": f"https://example.org/images/{number}.jpg",
            "attachment_type": "image",
            "geometries": {"box": {"objects_to_annotate": LABELS, "min_height": 5}},
            "annotation_attributes": {
                name: {"description": f"Is it {name}?", "choices": choices}
                for name, choices in CHOICES.items()
            },
        },
        "response": {"annotations": [box(source, each) for each in range(BOXES)]},
    }


def to_coco(lab):
    """A row: processor time of a COCO file, against reading the JSON of the same tasks."""
    tasks = _tasks(lab)
    took = {"to_coco": [], "loads": []}
    for _ in range(min(lab.rounds, 5)):
        for what, values in took.items():
            values.append(once(_worker(lab, what, tasks))["cpu"])
    ours, plain = (statistics.median(values) for values in took.values())
    return {"ours": ours / plain}


def coco_memory(lab):
    """A row: MiB that a COCO file adds to what the process had before."""
    return {"ours": once(_worker(lab, "to_coco", _tasks(lab)))["memory"]}


def _tasks(lab):
    path = lab.folder / "annotated.jsonl"
    if not path.exists():
        source = random.Random(SEED)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(task(source, row))}\n" for row in range(TASKS))
    return path


def _worker(lab, what, tasks):
    command = [sys.executable, "-m", "tests.benchmarks.data_sets", what, tasks]
    return lab.start([*command, lab.folder / "coco.json"])


def _loads(tasks, _):
    with open(tasks, "rb") as lines:
        for line in lines:
            json.loads(line)


def main():
    what, tasks, path = sys.argv[1:]
    from scaleapi import annotations

    work = {"loads": _loads, "to_coco": annotations.to_coco}[what]
    rounds(lambda: work(tasks, path))


if __name__ == "__main__":
    main()
