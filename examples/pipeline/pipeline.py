"""A small pipeline: reads image URLs from a CSV file, and writes the labels of the images.

    SCALE_API_KEY=... python pipeline.py images.csv results.jsonl --project animals

The CSV file has the columns "id" and "url". Each row becomes one task of the project, however often
the script runs, and each task becomes a line of the results, in the order of the rows. After an
interruption or a timeout, run the script again to continue.
"""

import argparse
import csv
import json
import os
import sys
import time

import scaleapi
from scaleapi import TaskStatus, TaskType

QUESTION = {
    "instruction": "Which animal is it?",
    "attachment_type": "image",
    "categories": ["cat", "dog", "neither"],
}


def main(arguments=None):
    """Run all steps, and return the exit code."""
    options = read_options(arguments)
    try:
        images = read_images(options.images)
        with scaleapi.ScaleClient(source="pipeline") as client:
            open_project(client, options.project)
            create_tasks(client, options.project, images)
            done = wait_for(client, options.project, images, options.interval, options.timeout)
    except (OSError, ValueError, scaleapi.ScaleException) as err:
        print(f"Failed: {err}", file=sys.stderr)
        return 1
    write_results(options.results, options.project, images, done)
    print(f"{len(done)} of {len(images)} completed, see {options.results}")
    return 0 if len(done) == len(images) else 1


def read_options(arguments):
    """Return the command line options."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("images", help="a CSV file with the columns id and url")
    parser.add_argument("results", help="file to write, as JSON lines")
    parser.add_argument("--project", required=True, help="created if missing")
    parser.add_argument("--interval", type=float, default=60, help="seconds between polls")
    parser.add_argument("--timeout", type=float, default=86400, help="seconds to wait for tasks")
    return parser.parse_args(arguments)


def read_images(path):
    """Return the URL of each image by its id."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not all(row.get("id") and row.get("url") for row in rows):
        raise ValueError(f"{path} must have an id and a url in each row")
    images = {row["id"]: row["url"] for row in rows}
    if len(images) < len(rows):
        raise ValueError(f"{path} contains an id twice")
    return images


def open_project(client, project):
    """Create the project if it does not exist."""
    try:
        client.get_project(project)
    except scaleapi.ScaleResourceNotFound:
        client.create_project(project, TaskType.Categorization)


def create_tasks(client, project, images):
    """Create a task for each image that has none."""
    payloads = (
        {
            "project": project,
            "attachment": url,
            "unique_id": unique_id(project, image),  # an idempotency key: one task per image
            **QUESTION,
        }
        for image, url in images.items()
    )
    for outcome in client.create_tasks(TaskType.Categorization, payloads, on_duplicate="skip"):
        if outcome.error is not None:
            raise outcome.error


def unique_id(project, image):
    """Return a unique id. It contains the project, because it is unique in the account."""
    return f"{project}/{image}"


def wait_for(client, project, images, interval, timeout, sleep=time.sleep):
    """Poll until no task is pending or the time is up; return finished tasks by unique id."""
    wanted = {unique_id(project, image) for image in images}
    deadline = time.monotonic() + timeout
    while True:
        done = {
            task.unique_id: task
            for task in client.get_tasks(project_name=project)
            if getattr(task, "unique_id", None) in wanted
            and task.status != TaskStatus.Pending.value
        }
        if len(done) == len(wanted) or time.monotonic() + interval > deadline:
            return done
        sleep(interval)


def write_results(path, project, images, done):
    """Write one line for each finished task. The write is atomic."""
    with open(f"{path}.part", "w", encoding="utf-8") as lines:
        for image, url in images.items():
            task = done.get(unique_id(project, image))
            if task is not None:
                response = getattr(task, "response", None)  # a canceled task has none
                row = {"id": image, "url": url, "status": task.status, "response": response}
                lines.write(json.dumps(row) + "\n")
    os.replace(f"{path}.part", path)


if __name__ == "__main__":
    sys.exit(main())
