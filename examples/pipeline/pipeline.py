"""A small pipeline: the addresses of pictures go in, what people saw in them comes out.

    SCALE_API_KEY=... python pipeline.py pictures.csv results.jsonl --project animals

The CSV file has the columns "id" and "url". Each row becomes a task of the project, made once
however often this is run; each task becomes a line of the results, in the order of the rows.
Interrupted, or out of patience, it takes up where it was when it is run again.
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
    """Run all steps; the exit code."""
    options = read_options(arguments)
    try:
        pictures = read_pictures(options.pictures)
        with scaleapi.ScaleClient(source="pipeline") as client:
            open_project(client, options.project)
            create_tasks(client, options.project, pictures)
            done = wait_for(client, options.project, pictures, options.every, options.patience)
    except (OSError, ValueError, scaleapi.ScaleException) as problem:
        print(f"It failed: {problem}", file=sys.stderr)
        return 1
    write_results(options.results, options.project, pictures, done)
    print(f"{len(done)} of {len(pictures)} are done, see {options.results}")
    return 0 if len(done) == len(pictures) else 1


def read_options(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pictures", help="a CSV file with the columns id and url")
    parser.add_argument("results", help="a file of JSON lines to be written")
    parser.add_argument("--project", required=True, help="made if there is none")
    parser.add_argument("--every", type=float, default=60, help="seconds between looks")
    parser.add_argument("--patience", type=float, default=86400, help="seconds to wait in all")
    return parser.parse_args(arguments)


def read_pictures(path):
    """The address of each picture, by its id."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not all(row.get("id") and row.get("url") for row in rows):
        raise ValueError(f"{path} must have an id and a url in each row")
    pictures = {row["id"]: row["url"] for row in rows}
    if len(pictures) < len(rows):
        raise ValueError(f"{path} has an id twice")
    return pictures


def open_project(client, project):
    """Make the project unless it is there."""
    try:
        client.get_project(project)
    except scaleapi.ScaleResourceNotFound:
        client.create_project(project, TaskType.Categorization)


def create_tasks(client, project, pictures):
    """Make the task of each picture that has none."""
    payloads = (
        {
            "project": project,
            "attachment": url,
            "unique_id": unique_id(project, picture),  # whatever happens, there is one task
            **QUESTION,
        }
        for picture, url in pictures.items()
    )
    for made in client.create_tasks(TaskType.Categorization, payloads, on_duplicate="skip"):
        if made.error is not None:
            raise made.error


def unique_id(project, picture):
    """Unique ids belong to the whole account, and so name the project too."""
    return f"{project}/{picture}"


def wait_for(client, project, pictures, every, patience, pause=time.sleep):
    """The tasks that nobody works on any more, by unique id; all of them, if patience allows."""
    wanted = {unique_id(project, picture) for picture in pictures}
    end = time.monotonic() + patience
    while True:
        done = {
            task.unique_id: task
            for task in client.get_tasks(project_name=project)
            if getattr(task, "unique_id", None) in wanted
            and task.status != TaskStatus.Pending.value
        }
        if len(done) == len(wanted) or time.monotonic() + every > end:
            return done
        pause(every)


def write_results(path, project, pictures, done):
    """One line for each task that is done; the file is never there in part."""
    with open(f"{path}.part", "w", encoding="utf-8") as lines:
        for picture, url in pictures.items():
            task = done.get(unique_id(project, picture))
            if task is not None:
                response = getattr(task, "response", None)  # a canceled task has none
                row = {"id": picture, "url": url, "status": task.status, "response": response}
                lines.write(json.dumps(row) + "\n")
    os.replace(f"{path}.part", path)


if __name__ == "__main__":
    sys.exit(main())
