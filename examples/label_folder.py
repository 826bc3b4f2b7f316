"""A labeling job: one image annotation task for every image in a folder.

    python examples/label_folder.py [FOLDER] [--project street-scenes] [--batch NAME]
                                    [--label bicycle ...] [--failures FILE] [--progress] [--live]

Run it again after a crash, after failures, or with more images: a picture has one task, however
often this is run. Which tasks there are is asked of the service, so no file has to be kept. A
picture is known by its content: cameras name the next folder's pictures like this one's.

Without a key in SCALE_API_KEY it runs on a sandbox; without a folder it draws three pictures. A
live key it takes only with --live: people do those tasks, and they cost money.
Exit code 0: every image has its task. Exit code 1: something failed; run it again. Exit code 2: it
could not begin.
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
    """Why the job can't begin."""


def main(arguments=None):
    """Do the job; the exit code."""
    options = read_options(arguments)
    with ExitStack() as opened:
        try:
            paths = images_in(options.folder or drawn_pictures(opened))
            client = opened.enter_context(open_client(opened, options.live))
            lines = opened.enter_context(options.failures.open("w", encoding="utf-8"))
            return 1 if label(client, options, paths, Failures(lines)) else 0
        except (Impossible, ImportError) as problem:
            print(problem, file=sys.stderr)
            return 2
        except (scaleapi.ScaleException, OSError) as problem:
            print(f"It failed: {problem}. Run it again to go on.", file=sys.stderr)
        except KeyboardInterrupt:
            print("Interrupted. Run it again to go on.", file=sys.stderr)
    return 1


def read_options(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="with images, also in its folders")
    parser.add_argument("--project", default="street-scenes", help="made if need be (%(default)s)")
    parser.add_argument("--batch", help="made if need be (the project's name, and -images)")
    parser.add_argument("--label", nargs="+", default=["bicycle"], help="what to draw boxes around")
    parser.add_argument(
        "--failures", type=Path, default="label_folder_failures.jsonl", metavar="FILE",
        help="what failed in this run, as JSON lines (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--progress", action="store_true", help="show a bar; needs tqdm")
    parser.add_argument("--live", action="store_true", help="take a live key: this costs money")
    options = parser.parse_args(arguments)
    if options.live and not options.folder:
        parser.error("--live needs a folder: nobody should be paid for made-up pictures")
    options.batch = options.batch or f"{options.project}-images"
    return options


def images_in(folder):
    """The paths of the images, by their names within the folder."""
    files = (path for path in sorted(folder.rglob("*")) if not path.is_dir())
    images = [path for path in files if path.suffix.lower() in IMAGES]
    if not images:
        raise Impossible(f"There are no images ({', '.join(sorted(IMAGES))}) in {folder}")
    return {path.relative_to(folder).as_posix(): path for path in images}


def open_client(opened, live):
    """A client of the service if there is a key that may be used, else of a sandbox."""
    key = os.environ.get("SCALE_API_KEY")
    if not key:
        from scaleapi.sandbox import Sandbox

        sandbox = opened.enter_context(Sandbox())
        print(f"No key in SCALE_API_KEY, so this runs on a sandbox at {sandbox.url}")
        return sandbox.client()
    if not (live or key.startswith("test_") or key.endswith("|test")):
        raise Impossible(
            "SCALE_API_KEY holds a key that is not of test form ('test_...' or '...|test'). Real "
            "tasks cost money, so nothing was done. Add --live if you mean it."
        )
    return scaleapi.ScaleClient(key, "label_folder")


class Failures:
    """Prints what failed, and writes it down as it comes."""

    def __init__(self, lines):
        self.lines = lines
        self.number = 0

    def add(self, name, step, error):
        """Take down that a step failed for an image."""
        self.number += 1
        self.lines.write(json.dumps({"image": name, "step": step, "error": str(error)}) + "\n")
        self.lines.flush()
        print(f"{name}: {step} failed: {error}", file=sys.stderr)


def label(client, options, paths, failures):
    """Make the tasks that are missing; how many images failed."""
    make_project_and_batch(client, options)
    unique_ids = {}
    for name, path in paths.items():
        try:
            unique_ids.setdefault(unique_id_of(options.project, path), name)
        except OSError as problem:
            failures.add(name, "reading", problem)
    there = unique_ids.keys() & unique_ids_in(client, options.project)
    missing = {name: unique_id for unique_id, name in unique_ids.items() if unique_id not in there}
    print(f"{len(paths)} images, {len(unique_ids)} different ones; {len(there)} have a task")
    made = make_tasks(client, options, paths, missing, failures)
    print(f"{made} tasks made in batch {options.batch!r}, {failures.number} images failed")
    return failures.number


def make_project_and_batch(client, options):
    """What is there already stays as it is, if it fits."""
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
    """What a picture's task is known by: another project may ask about the same picture."""
    return f"{project}-{hashlib.sha256(path.read_bytes()).hexdigest()}"


def unique_ids_in(client, project):
    """Those of all tasks in the project."""
    tasks = client.get_tasks(project_name=project, include_attachment_url=False)
    return {getattr(task, "unique_id", None) for task in tasks}


def make_tasks(client, options, paths, missing, failures):
    """Upload images, and make a task of each as soon as it is there; how many were made."""
    # An upload with a reference id can be tried again, and is made once. But where it is there
    # already the service does not say under what address, and without one no task can be made.
    # So the id is the picture's in this run: what a crash left without a task is uploaded anew,
    # and the service deletes files that no task uses.
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
                lost = "the answer was lost, and with it the file's address: run this again"
                failures.add(name, "upload", outcome.error or lost)

    tasks = client.create_tasks(TaskType.ImageAnnotation, payloads(), on_duplicate="skip")
    for outcome in tasks:
        if outcome.error:
            failures.add(outcome.payload["metadata"]["image"], "task", outcome.error)
    return tasks.counts["created"]


def payload_of(options, name, unique_id, file):
    """The task of an uploaded image. Other jobs change this."""
    return {
        "project": options.project,
        "batch": options.batch,
        "unique_id": unique_id,
        "attachment_type": "image",
        "attachment": file.attachment_url,
        "geometries": {"box": {"objects_to_annotate": options.label}},
        "metadata": {"image": name},
    }


def drawn_pictures(opened):
    """A temporary folder with three small pictures."""
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
    for name, grey in (("dark", 40), ("middle", 128), ("light", 220)):
        (folder / f"{name}.png").write_bytes(picture(32, 24, grey))
    return folder


def picture(width, height, grey):
    """A PNG."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes([grey]) * width) * height)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


if __name__ == "__main__":
    sys.exit(main())
