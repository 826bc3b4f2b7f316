"""A nightly job: create what is new, wait for the labels, and write what changed.

    SCALE_API_KEY=... python nightly.py rows.csv out --project animals --batch 2026-11-25

The CSV file has the columns "id" and "url". A row becomes one task of the project, whichever night
it first appears in; a row whose URL has changed since becomes another task. Run the script again
with the same batch after an interruption: it continues, and creates nothing twice.

The folder "out" has failures-BATCH.jsonl (rows that were not created, and why),
tasks-BATCH.jsonl.gz (tasks that changed since the last night), files/ (the files of their
responses, with a manifest), report-BATCH.csv (their table) and last.json (when the last complete
night began).
"""

import argparse
import csv
import datetime as dt
import hashlib
import json
import os
import sys
from pathlib import Path

import scaleapi
from scaleapi import TaskType

TYPE = TaskType.ImageAnnotation
WORK = {
    "instruction": "Draw a box around each animal.",
    "attachment_type": "image",
    "geometries": {"box": {"objects_to_annotate": ["cat", "dog"]}},
}
OVERLAP = dt.timedelta(minutes=10)  # in case a change was indexed late


def main(arguments=None):
    """Run all steps, and return the exit code."""
    options = read_options(arguments)
    out = options.out
    started = dt.datetime.now(dt.timezone.utc)
    try:
        out.mkdir(parents=True, exist_ok=True)
        rows = read_rows(options.rows)
        with scaleapi.ScaleClient(source="nightly") as client:
            batch = open_batch(client, options.project, options.batch)
            failed = create_tasks(client, batch, rows, out / f"failures-{batch.name}.jsonl")
            if batch.status == "staging":
                batch.finalize()
            batch.wait(timeout=options.timeout)
            tasks = export(client, options.project, out, f"tasks-{batch.name}.jsonl.gz")
            missing = download(client, tasks, out / "files")
        tabulate(tasks, out / "files", out / f"report-{batch.name}.csv")
    except (OSError, ValueError, scaleapi.ScaleException) as err:
        print(f"Failed: {err}", file=sys.stderr)
        return 1
    if failed or missing:
        return 1
    write(out / "last.json", json.dumps({"began": started.isoformat()}))
    return 0


def read_options(arguments):
    """Return the command line options."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rows", help="a CSV file with the columns id and url")
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--project", required=True, help="created if missing")
    parser.add_argument("--batch", required=True, help="tonight's batch, created if missing")
    parser.add_argument("--timeout", type=float, default=8 * 3600, help="seconds to wait")
    return parser.parse_args(arguments)


def read_rows(path):
    """Return the URL of each row by its id."""
    with open(path, newline="", encoding="utf-8") as file:
        return {row["id"]: row["url"] for row in csv.DictReader(file)}


def open_batch(client, project, name):
    """Return the batch; create it, and its project, if they do not exist."""
    try:
        client.get_project(project)
    except scaleapi.ScaleResourceNotFound:
        client.create_project(project, TYPE)
    try:
        return client.get_batch(name)
    except scaleapi.ScaleResourceNotFound:
        return client.create_batch(project, name)


def create_tasks(client, batch, rows, failures):
    """Create a task for each row that is new or has changed; return how many could not be."""
    payloads = [
        {"project": batch.project, "unique_id": f"{batch.project}/{row}", "attachment": url, **WORK}
        for row, url in rows.items()
    ]
    plan = client.plan_tasks(TYPE, payloads)
    wanted = [{**next_version(item), "batch": batch.name} for item in plan if item.status != "same"]
    run = client.create_tasks(TYPE, wanted)
    counts = run.run()
    print(f"{len(rows)} rows: {plan.counts['same']} unchanged, {dict(sorted(counts.items()))}")
    return run.write_failures(failures)


def next_version(item):
    """Return the payload of a row; one that has changed gets a unique id of its own."""
    if item.status == "create":
        return item.payload
    digest = hashlib.sha256(item.payload["attachment"].encode()).hexdigest()[:12]
    return {**item.payload, "unique_id": f"{item.payload['unique_id']}@{digest}"}


def export(client, project, out, name):
    """Write the tasks that changed since the last complete night; return the path."""
    filters = {"project_name": project}
    if (out / "last.json").exists():
        began = json.loads((out / "last.json").read_text())["began"]
        filters["updated_after"] = dt.datetime.fromisoformat(began) - OVERLAP
    # Another bound than that of an interrupted export: it starts over.
    report = client.export_tasks(out / name, resume=False, **filters)
    print(f"{report.tasks} tasks changed, see {report.path}")
    return report.path


def download(client, tasks, folder):
    """Download the files of responses; return how many tasks lack some."""
    run = client.download_results(tasks, folder)
    counts = run.run()
    print(f"files of {sum(counts.values())} tasks: {dict(sorted(counts.items()))}")
    for failure in run.failures:
        print(f"{failure.payload}: {failure.message}", file=sys.stderr)
    return counts.get("failed", 0)


def tabulate(tasks, folder, path):
    """Write a table of the tasks."""
    files = folder if (folder / "manifest.jsonl").exists() else None
    table = scaleapi.to_dataframe(tasks, files=files, nested="python")
    table["labels"] = [
        len(response["annotations"]) if isinstance(response, dict) else 0
        for response in table["response"]
    ]
    columns = ["task_id", "unique_id", "batch", "status", "completed_at", "labels"]
    write(path, table[columns].to_csv(index=False))


def write(path, text):
    """Write a file, which is whole whenever it is there."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


if __name__ == "__main__":
    sys.exit(main())
