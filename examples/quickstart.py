"""The main job, from a project to its results, told in words as it happens.

    python examples/quickstart.py [--tasks 36] [--results results.jsonl]

It runs on the sandbox, which needs no key and costs nothing. With a key of test form in the
environment variable SCALE_API_KEY it runs against Scale's own test environment instead. It refuses
any other key: tasks made with a live key are done by people, and cost money.
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
    """Why the quickstart can't run, and its exit code."""


def main(arguments=None):
    """Run all steps; the exit code."""
    options = read_options(arguments)
    with ExitStack() as opened:
        try:
            client = opened.enter_context(open_client(opened))
            run(client, options.tasks, options.results or new_file("results.jsonl"))
        except Impossible as problem:
            message, code = problem.args
            print(message, file=sys.stderr)
            return code
        except (scaleapi.ScaleException, OSError) as problem:
            print(f"It failed: {problem}", file=sys.stderr)
            return 1
    return 0


def read_options(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=36, help="how many (%(default)s)")
    parser.add_argument(
        "--results", metavar="FILE", type=Path, help="where to write them (a new temporary folder)"
    )
    options = parser.parse_args(arguments)
    if options.tasks < 2:
        parser.error("--tasks must be 2 or more: one is accepted, one rejected")
    return options


def open_client(opened):
    """A client of Scale's test environment where there is a test key, else of a sandbox."""
    key = os.environ.get("SCALE_API_KEY")
    if not key:
        sandbox = opened.enter_context(new_sandbox())
        print(f"No key in SCALE_API_KEY, so this runs on a sandbox at {sandbox.url}.")
        return sandbox.client()
    if not (key.startswith("test_") or key.endswith("|test")):
        raise Impossible(
            "SCALE_API_KEY holds a key that is not of test form ('test_...' or '...|test'). "
            "Real tasks cost money, so nothing was done. Unset it to run on the sandbox.",
            2,
        )
    client = scaleapi.ScaleClient(key, "quickstart")
    print(f"Running with your test key at {client.api.base_api_url}.")
    return client


def new_sandbox():
    """A sandbox, where its extra is installed."""
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
    """The steps, in order."""
    suffix = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"  # two runs never collide
    project = make_project(client, f"quickstart-{suffix}")
    batch = make_batch(client, project, f"{project.name}-batch")
    file = upload_picture(client, project)
    tasks = make_tasks(client, batch, file, number)
    list_by_page(client, batch)
    count(client, project)
    audit(client, tasks)
    tag(client, batch, tasks)
    finalize(batch)
    download(client, batch, results)


def make_project(client, name):
    """A project says what is to be done."""
    params = {"instruction": "Draw a box around every bicycle."}
    project = client.create_project(name, TaskType.ImageAnnotation, params)
    print(f"1. Made the project {project.name!r} for {project.type} tasks.")
    print(f"   Its instruction, version {project.version}: {project.instruction}")
    return project


def make_batch(client, project, name):
    """A batch is a set of tasks of a project."""
    batch = client.create_batch(project.name, name, metadata={"made_by": "quickstart"})
    print(f"2. Made the batch {batch.name!r}, which is {batch.status}.")
    return batch


def upload_picture(client, project):
    """A file that is uploaded can be the attachment of a task."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "street.png"
        path.write_bytes(picture(64, 48))
        file = client.upload_file(path, project_name=project.name, metadata={"camera": 2})
    print(f"3. Uploaded {path.name}: {file.size} bytes, {file.mime_type}, now at")
    print(f"   {file.attachment_url}")
    return file


def make_tasks(client, batch, file, number):
    """One client serves many threads; a unique id makes sure that no task is made twice."""

    def make(row):
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
        tasks = list(pool.map(make, range(number)))
    seconds = time.monotonic() - started
    statuses = sorted({task.status for task in tasks})
    print(f"4. Made {len(tasks)} tasks on 8 threads in {seconds:.1f} s: {', '.join(statuses)}.")
    return tasks


def list_by_page(client, batch):
    """`tasks` gives one page; `get_tasks` gives the tasks of all pages, one by one."""
    print(f"5. Listed them, at most {PAGE} a page:")
    page = client.tasks(batch=batch.name, limit=PAGE)
    number = 1
    print(f"   page {number}: {len(page)} of {page.total} tasks")
    while page.has_more and page.next_token:
        page = client.tasks(batch=batch.name, limit=PAGE, next_token=page.next_token)
        number += 1
        print(f"   page {number}: {len(page)} of {page.total} tasks")
    ids = {task.id for task in client.get_tasks(batch_name=batch.name, limit=PAGE)}
    print(f"   get_tasks turns the pages by itself, and gave {len(ids)} different tasks.")


def count(client, project):
    """Counting costs one request, however many tasks there are."""
    total = client.get_tasks_count(project_name=project.name)
    done = client.get_tasks_count(project_name=project.name, status=TaskStatus.Completed)
    print(f"6. Counted: {total} tasks in the project, {done} of them completed.")


def audit(client, tasks):
    """The customer's verdict on a response."""
    good, bad = tasks[:2]
    good.audit(True)
    bad.audit(False, "a bicycle is missing")
    print("7. Audited two tasks:")
    for task in (good, bad):
        task.refresh()
        verdict = getattr(task, "customer_review_status", "the verdict does not show yet")
        print(f"   {task.id}: {verdict}")


def tag(client, batch, tasks):
    """Tags can be added, removed, replaced, and searched for."""
    for task in tasks[::5]:
        task.add_tags(["night", "rain"])
        task.delete_tags(["rain"])
    found = list(client.get_tasks(batch_name=batch.name, tags="night"))
    print(f"8. Tagged {len(tasks[::5])} tasks; a search for 'night' finds {len(found)}.")


def finalize(batch):
    """Tell Scale that the batch is complete, and ask how far it is."""
    batch.finalize()
    batch.get_status()
    print(f"9. Finalized the batch, which is {batch.status}: ", end="")
    print(f"{batch.tasks_completed} tasks completed, {batch.tasks_pending} pending.")


def download(client, batch, results):
    """The results as JSON lines: one task a line, nothing left out."""
    written = 0
    with results.open("w", encoding="utf-8") as lines:
        for task in client.get_tasks(batch_name=batch.name, status=TaskStatus.Completed):
            lines.write(json.dumps(task.as_dict()) + "\n")
            written += 1
    print(f"10. Wrote the results of {written} tasks to {results}")


def new_file(name):
    """A path in a new temporary folder."""
    return Path(tempfile.mkdtemp(prefix="scaleapi-quickstart-")) / name


def picture(width, height):
    """A grey PNG."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * width) * height)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


if __name__ == "__main__":
    sys.exit(main())
