"""A labeling job: create one image annotation task for every image in a folder.

    python examples/label_folder.py [FOLDER] [--project street-scenes] [--batch NAME]
                                    [--label bicycle ...] [--failures FILE] [--progress] [--live]

Run it again after a crash, after failures, or with more images: each image gets only one task. The
script asks the service which tasks exist, so it needs no local state. An image is identified by
its content, because cameras use the same file names again and again.

Without a key in SCALE_API_KEY it uses a sandbox; without a folder it generates three images. It
accepts a live key only with --live, because labelers work on such tasks, which costs money.
Exit code 0: every image has a task. Exit code 1: something failed; run the script again. Exit
code 2: it could not start.
"""

import argparse
import hashlib
import json
import os
import secrets
import struct
import sys
import tempfile
import zlib
from contextlib import ExitStack, suppress
from pathlib import Path

import scaleapi
from scaleapi import TaskType

IMAGES = {".gif", ".jpeg", ".jpg", ".png", ".webp"}


class Impossible(Exception):
    """The job cannot start; the message is the reason."""


def main(arguments=None):
    """Run the job, and return the exit code."""
    options = read_options(arguments)
    with ExitStack() as opened:
        try:
            paths = images_in(options.folder or generated_images(opened))
            client = opened.enter_context(open_client(opened, options.live))
            lines = opened.enter_context(options.failures.open("w", encoding="utf-8"))
            return 1 if label(client, options, paths, Failures(lines)) else 0
        except (Impossible, ImportError) as err:
            print(err, file=sys.stderr)
            return 2
        except (scaleapi.ScaleException, OSError) as err:
            print(f"Failed: {err}. Run it again to continue.", file=sys.stderr)
        except KeyboardInterrupt:
            print("Interrupted. Run it again to continue.", file=sys.stderr)
    return 1


def read_options(arguments):
    """Return the command line options."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="contains images, also in subfolders")
    parser.add_argument(
        "--project", default="street-scenes", help="created if missing (%(default)s)"
    )
    parser.add_argument("--batch", help="created if missing (PROJECT-images)")
    parser.add_argument(
        "--label", nargs="+", default=["bicycle"], help="objects to draw boxes around"
    )
    parser.add_argument(
        "--failures", type=Path, default="label_folder_failures.jsonl", metavar="FILE",
        help="file for the failures of this run (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--progress", action="store_true", help="show a bar; needs tqdm")
    parser.add_argument("--live", action="store_true", help="accept a live key: this costs money")
    options = parser.parse_args(arguments)
    if options.live and not options.folder:
        parser.error("--live needs a folder: generated images would cost money")
    options.batch = options.batch or f"{options.project}-images"
    return options


def images_in(folder):
    """Return the paths of the images by their names relative to the folder."""
    files = (path for path in sorted(folder.rglob("*")) if not path.is_dir())
    images = [path for path in files if path.suffix.lower() in IMAGES]
    if not images:
        raise Impossible(f"There are no images ({', '.join(sorted(IMAGES))}) in {folder}")
    return {path.relative_to(folder).as_posix(): path for path in images}


def open_client(opened, live):
    """Return a client of the service if there is an acceptable key, else of a sandbox."""
    key = os.environ.get("SCALE_API_KEY")
    if not key:
        from scaleapi.sandbox import Sandbox

        sandbox = opened.enter_context(Sandbox())
        print(f"No key in SCALE_API_KEY, so this runs on a sandbox at {sandbox.url}")
        return sandbox.client()
    if not (live or key.startswith("test_") or key.endswith("|test")):
        raise Impossible(
            "SCALE_API_KEY is not of test form ('test_...' or '...|test'). Real tasks cost money, "
            "so nothing was done. Pass --live to create them."
        )
    return scaleapi.ScaleClient(key, "label_folder")


class Failures:
    """Prints failures, and writes them to a file."""

    def __init__(self, lines):
        self.lines = lines
        self.number = 0

    def add(self, name, step, error):
        """Record that a step failed for an image."""
        self.number += 1
        self.lines.write(json.dumps({"image": name, "step": step, "error": str(error)}) + "\n")
        self.lines.flush()
        print(f"{name}: {step} failed: {error}", file=sys.stderr)


def label(client, options, paths, failures):
    """Create the missing tasks, and return the number of failed images."""
    create_project_and_batch(client, options)
    unique_ids = {}
    for name, path in paths.items():
        try:
            unique_ids.setdefault(unique_id_of(options.project, path), name)
        except OSError as err:
            failures.add(name, "reading", err)
    existing = unique_ids.keys() & unique_ids_in(client, options.project)
    missing = {
        name: unique_id for unique_id, name in unique_ids.items() if unique_id not in existing
    }
    print(f"{len(paths)} images, {len(unique_ids)} distinct; {len(existing)} have a task")
    created = create_tasks(client, options, paths, missing, failures)
    print(f"{created} tasks created in batch {options.batch!r}, {failures.number} images failed")
    return failures.number


def create_project_and_batch(client, options):
    """Create the project and the batch; if they exist, check that they can be used."""
    instruction = {"instruction": f"Draw a box around every {' and every '.join(options.label)}."}
    with suppress(scaleapi.ScaleDuplicateResource):
        client.create_project(options.project, TaskType.ImageAnnotation, instruction)
    with suppress(scaleapi.ScaleDuplicateResource):
        client.create_batch(options.project, options.batch)
    project, batch = client.get_project(options.project), client.get_batch(options.batch)
    if (project.type, batch.project) != (TaskType.ImageAnnotation.value, project.name):
        raise Impossible(
            f"Project {project.name!r} is for {project.type} tasks, and batch {batch.name!r} of "
            f"project {batch.project!r}. Name others with --project and --batch."
        )


def unique_id_of(project, path):
    """Return the unique id of an image's task; other projects may use the same image."""
    return f"{project}-{hashlib.sha256(path.read_bytes()).hexdigest()}"


def unique_ids_in(client, project):
    """Return the unique ids of all tasks in the project."""
    tasks = client.get_tasks(project_name=project, include_attachment_url=False)
    return {getattr(task, "unique_id", None) for task in tasks}


def create_tasks(client, options, paths, missing, failures):
    """Upload images, create a task for each upload, and return the number of created tasks."""
    # With a reference id, an upload can be retried and happens only once. But the service does not
    # return the URL of an existing file, which the task needs. Reference ids therefore differ in
    # each run: an image that a crash left without a task is uploaded again, and the service deletes
    # files that no task uses.
    run_id = secrets.token_hex(4)
    names = {paths[name]: name for name in missing}
    uploads = client.upload_files(
        list(names),
        reference_id=lambda path: f"{missing[names[path]]}-{run_id}",
        progress=options.progress,
        project_name=options.project,
    )

    def payloads():
        for outcome in uploads:
            name = names[outcome.path]
            if outcome.file:
                yield payload_of(options, name, missing[name], outcome.file)
            else:
                unknown = "no response, so the URL of the file is unknown: run it again"
                failures.add(name, "upload", outcome.error or unknown)

    tasks = client.create_tasks(TaskType.ImageAnnotation, payloads(), on_duplicate="skip")
    for outcome in tasks:
        if outcome.error:
            failures.add(outcome.payload["metadata"]["image"], "task", outcome.error)
    return tasks.counts["created"]


def payload_of(options, name, unique_id, file):
    """Return the task of an uploaded image. Change this for other jobs."""
    return {
        "project": options.project,
        "batch": options.batch,
        "unique_id": unique_id,
        "attachment_type": "image",
        "attachment": file.attachment_url,
        "geometries": {"box": {"objects_to_annotate": options.label}},
        "metadata": {"image": name},
    }


def generated_images(opened):
    """Return a temporary folder with three small images."""
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
    for name, grey in (("dark", 40), ("middle", 128), ("light", 220)):
        (folder / f"{name}.png").write_bytes(png(32, 24, grey))
    return folder


def png(width, height, grey):
    """Return a PNG of one shade of grey."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes([grey]) * width) * height)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


if __name__ == "__main__":
    sys.exit(main())
