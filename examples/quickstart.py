"""The main workflow, from a project to its results; each step prints what it does.

    python examples/quickstart.py [--tasks 36] [--results results.jsonl]

It uses a sandbox, which needs no key and costs nothing. With a test key in the environment variable
SCALE_API_KEY it uses Scale's test environment instead. It refuses any other key, because labelers
work on tasks that are created with a live key, which costs money.
"""

import argparse
import json
import os
import secrets
import struct
import sys
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import scaleapi
from scaleapi import TaskStatus, TaskType

PAGE = 10


class Impossible(Exception):
    """The quickstart cannot run; the arguments are the reason and the exit code."""


def main(arguments=None):
    """Run all steps, and return the exit code."""
    options = read_options(arguments)
    with ExitStack() as opened:
        try:
            client = opened.enter_context(open_client(opened))
            run(client, options.tasks, options.results or new_file("results.jsonl"))
        except Impossible as err:
            message, code = err.args
            print(message, file=sys.stderr)
            return code
        except (scaleapi.ScaleException, OSError) as err:
            print(f"Failed: {err}", file=sys.stderr)
            return 1
    return 0


def read_options(arguments):
    """Return the command line options."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=36, help="number of tasks (%(default)s)")
    parser.add_argument(
        "--results", metavar="FILE", type=Path, help="file to write (in a new temporary folder)"
    )
    options = parser.parse_args(arguments)
    if options.tasks < 2:
        parser.error("--tasks must be 2 or more: one is accepted, one rejected")
    return options


def open_client(opened):
    """Return a client of Scale's test environment if there is a test key, else of a sandbox."""
    key = os.environ.get("SCALE_API_KEY")
    if not key:
        sandbox = opened.enter_context(new_sandbox())
        print(f"No key in SCALE_API_KEY, so this runs on a sandbox at {sandbox.url}.")
        return sandbox.client()
    if not (key.startswith("test_") or key.endswith("|test")):
        raise Impossible(
            "SCALE_API_KEY is not of test form ('test_...' or '...|test'). Real tasks cost money, "
            "so nothing was done. Unset it to run on a sandbox.",
            2,
        )
    client = scaleapi.ScaleClient(key, "quickstart")
    print(f"Running with your test key at {client.api.base_api_url}.")
    return client


def new_sandbox():
    """Return a sandbox, if its extra is installed."""
    try:
        from scaleapi.sandbox import Sandbox
    except ImportError:
        raise Impossible(
            "The sandbox is not installed: run  pip install '.[sandbox]'  in the checkout, "
            "or set SCALE_API_KEY to a test key.",
            1,
        ) from None
    return Sandbox()


def run(client, number, results):
    """Run the steps, in order."""
    suffix = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"  # unique for each run
    project = create_project(client, f"quickstart-{suffix}")
    batch = create_batch(client, project, f"{project.name}-batch")
    file = upload_image(client, project)
    tasks = create_tasks(client, batch, file, number)
    list_by_page(client, batch)
    count(client, project)
    audit(client, tasks)
    tag(client, batch, tasks)
    finalize(batch)
    download(client, batch, results)


def create_project(client, name):
    """Create a project, which contains the instruction."""
    params = {"instruction": "Draw a box around every bicycle."}
    project = client.create_project(name, TaskType.ImageAnnotation, params)
    print(f"1. Created the project {project.name!r} for {project.type} tasks.")
    print(f"   Its instruction, version {project.version}: {project.instruction}")
    return project


def create_batch(client, project, name):
    """Create a batch, which groups tasks of the project."""
    batch = client.create_batch(project.name, name, metadata={"created_by": "quickstart"})
    print(f"2. Created the batch {batch.name!r}. Status: {batch.status}.")
    return batch


def upload_image(client, project):
    """Upload an image, for use as the attachment of tasks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "street.png"
        path.write_bytes(png(64, 48))
        file = client.upload_file(path, project_name=project.name, metadata={"camera": 2})
    print(f"3. Uploaded {path.name}: {file.size} bytes, {file.mime_type}. URL:")
    print(f"   {file.attachment_url}")
    return file


def create_tasks(client, batch, file, number):
    """Create tasks on many threads. A unique id ensures that each task is created only once."""

    def create(row):
        return client.create_task(
            TaskType.ImageAnnotation,
            project=batch.project,
            batch=batch.name,
            attachment_type="image",
            attachment=file.attachment_url,
            geometries={"box": {"objects_to_annotate": ["bicycle"]}},
            unique_id=f"{batch.name}-{row}",
            metadata={"row": row},
        )

    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        tasks = list(pool.map(create, range(number)))
    seconds = time.monotonic() - started
    statuses = sorted({task.status for task in tasks})
    print(f"4. Created {len(tasks)} tasks on 8 threads in {seconds:.1f} s: {', '.join(statuses)}.")
    return tasks


def list_by_page(client, batch):
    """List tasks: `tasks` returns one page, `get_tasks` yields the tasks of all pages."""
    print(f"5. Listed the tasks, at most {PAGE} per page:")
    page = client.tasks(batch=batch.name, limit=PAGE)
    number = 1
    print(f"   page {number}: {len(page)} of {page.total} tasks")
    while page.has_more and page.next_token:
        page = client.tasks(batch=batch.name, limit=PAGE, next_token=page.next_token)
        number += 1
        print(f"   page {number}: {len(page)} of {page.total} tasks")
    ids = {task.id for task in client.get_tasks(batch_name=batch.name, limit=PAGE)}
    print(f"   get_tasks fetched all pages and yielded {len(ids)} distinct tasks.")


def count(client, project):
    """Count tasks, with one request per count."""
    total = client.get_tasks_count(project_name=project.name)
    completed = client.get_tasks_count(project_name=project.name, status=TaskStatus.Completed)
    print(f"6. Counted: {total} tasks in the project, {completed} of them completed.")


def audit(client, tasks):
    """Accept one response, and reject another."""
    good, bad = tasks[:2]
    good.audit(True)
    bad.audit(False, "a bicycle is missing")
    print("7. Audited two tasks:")
    for task in (good, bad):
        task.refresh()
        status = getattr(task, "customer_review_status", "not visible yet")
        print(f"   {task.id}: {status}")


def tag(client, batch, tasks):
    """Add and remove tags, and search for one."""
    for task in tasks[::5]:
        task.add_tags(["night", "rain"])
        task.delete_tags(["rain"])
    found = list(client.get_tasks(batch_name=batch.name, tags="night"))
    print(f"8. Tagged {len(tasks[::5])} tasks; a search for 'night' returned {len(found)}.")


def finalize(batch):
    """Release the batch for labeling, and get its status."""
    batch.finalize()
    batch.get_status()
    print(f"9. Finalized the batch. Status: {batch.status}, ", end="")
    print(f"{batch.tasks_completed} tasks completed, {batch.tasks_pending} pending.")


def download(client, batch, results):
    """Write the results as JSON lines, one task per line."""
    written = 0
    with results.open("w", encoding="utf-8") as lines:
        for task in client.get_tasks(batch_name=batch.name, status=TaskStatus.Completed):
            lines.write(json.dumps(task.as_dict()) + "\n")
            written += 1
    print(f"10. Wrote the results of {written} tasks to {results}")


def new_file(name):
    """Return a path in a new temporary folder."""
    return Path(tempfile.mkdtemp(prefix="scaleapi-quickstart-")) / name


def png(width, height):
    """Return a grey PNG."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * width) * height)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


if __name__ == "__main__":
    sys.exit(main())
