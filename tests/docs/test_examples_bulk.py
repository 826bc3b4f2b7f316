"""label_folder.py as a process: whatever happens, each picture has one task in the end."""

import json
import re
import signal
import threading

import pytest

from scaleapi.sandbox import Sandbox
from scaleapi.sandbox.backend import lifecycle

FAILURES = "label_folder_failures.jsonl"


@pytest.fixture
def box():
    with Sandbox() as box:
        yield box


@pytest.fixture
def folder(tmp_path):
    """A folder with five images, one of them further down, and a file that is none."""
    folder = tmp_path / "images"
    (folder / "night").mkdir(parents=True)
    for name in ("a.png", "b.JPG", "c.jpeg", "d.webp", "night/a.png"):
        (folder / name).write_bytes(b"the picture " + name.encode())
    (folder / "notes.txt").write_text("not a picture")
    return folder


@pytest.fixture
def on_the_box(box):
    """What an example finds in its environment."""
    return {"SCALE_API_KEY": "test_key", "SCALE_API_INSTANCE_URL": box.url}


@pytest.fixture
def label(run, on_the_box, folder):
    return lambda *arguments: run("label_folder.py", str(folder), *arguments, **on_the_box)


def tasks(box):
    with box.client("test_key") as client:
        return list(client.get_tasks(project_name="street-scenes"))


def images(box):
    return sorted(task.metadata["image"] for task in tasks(box))


def posts(box, path):
    posted = [request for request in box.requests if request.method == "POST"]
    return [request for request in posted if request.path.startswith(f"/v1/{path}")]


def failures(tmp_path):
    return [json.loads(line) for line in (tmp_path / FAILURES).read_text("utf-8").splitlines()]


@pytest.mark.smoke
def test_it_needs_neither_a_key_nor_a_folder(run, tmp_path):
    done = run("label_folder.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        r"No key in SCALE_API_KEY, so this runs on a sandbox at http://127\.0\.0\.1:\d+/v1\n"
        r"3 images, 3 different ones; 0 have a task\n"
        r"3 tasks made in batch 'street-scenes-images', 0 images failed\n",
        done.stdout,
    )
    assert failures(tmp_path) == []


def test_each_image_becomes_a_task(box, label):
    done = label("--label", "bicycle", "car", "--project", "street-scenes", "--batch", "a/b 1")
    assert (done.returncode, done.stderr) == (0, "")
    assert images(box) == ["a.png", "b.JPG", "c.jpeg", "d.webp", "night/a.png"]
    for task in tasks(box):
        assert (task.type, task.batch) == ("imageannotation", "a/b 1")
        assert task.params["geometries"]["box"]["objects_to_annotate"] == ["bicycle", "car"]
        assert task.params["attachment"].startswith("scaledata://")
        assert re.fullmatch("street-scenes-[0-9a-f]{64}", task.unique_id)
    assert len({task.params["attachment"] for task in tasks(box)}) == 5
    assert {request.form["project_name"] for request in posts(box, "files")} == {"street-scenes"}


def test_run_again_it_uploads_and_makes_nothing(box, label):
    assert label().returncode == 0
    done = label()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "5 images, 5 different ones; 5 have a task",
        "0 tasks made in batch 'street-scenes-images', 0 images failed",
    ]
    assert len(posts(box, "files")) == len(posts(box, "task/")) == 5


def test_more_images_are_added_and_a_picture_under_another_name_is_not(box, label, folder):
    assert label().returncode == 0
    (folder / "a.png").rename(folder / "z.png")
    (folder / "e.gif").write_bytes((folder / "b.JPG").read_bytes())
    (folder / "a.png").write_bytes(b"another picture under an old name")
    done = label()
    assert done.stdout.splitlines()[0] == "7 images, 6 different ones; 5 have a task"
    assert images(box) == ["a.png", "a.png", "b.JPG", "c.jpeg", "d.webp", "night/a.png"]
    assert len(posts(box, "files")) == 6


def test_another_project_may_ask_about_the_same_pictures(box, label):
    assert label().returncode == 0
    assert label("--project", "parking").returncode == 0
    assert len(posts(box, "task/")) == 10


@pytest.mark.parametrize(
    "path, fault, failed",
    [
        ("/files/upload", {"status": 503}, None),
        ("/files/upload", {"status": 400}, "upload"),
        ("/files/upload", {"drop": True}, None),
        ("/files/upload", {"drop": True, "after_processing": True}, "upload"),
        ("/task/*", {"status": 503, "after_processing": True}, None),
        ("/task/*", {"status": 403}, "task"),
        ("/task/*", {"drop": True, "after_processing": True}, None),
    ],
)
def test_what_fails_is_written_down_and_done_by_the_next_run(
    path, fault, failed, box, label, tmp_path
):
    box.fail_next("POST", path, **fault)
    done = label()
    written = failures(tmp_path)
    assert [row["step"] for row in written] == ([failed] if failed else [])
    assert done.returncode == len(written) == 5 - len(tasks(box))
    assert all(f"{row['image']}: {failed} failed: {row['error']}" in done.stderr for row in written)
    assert all(row["image"] not in images(box) for row in written)
    assert label().returncode == 0
    assert images(box) == ["a.png", "b.JPG", "c.jpeg", "d.webp", "night/a.png"]
    assert failures(tmp_path) == []


def test_a_file_that_can_not_be_read_stops_no_other(box, label, folder, tmp_path):
    (folder / "b.JPG").unlink()
    (folder / "b.JPG").symlink_to("nowhere")
    done = label("--failures", "mine.jsonl")
    assert done.returncode == 1
    assert "b.JPG: reading failed: " in done.stderr and "Traceback" not in done.stderr
    assert images(box) == ["a.png", "c.jpeg", "d.webp", "night/a.png"]
    (row,) = map(json.loads, (tmp_path / "mine.jsonl").read_text("utf-8").splitlines())
    assert (row["image"], row["step"]) == ("b.JPG", "reading") and "No such file" in row["error"]


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_after_a_crash_the_next_run_goes_on(
    blow, box, label, start, on_the_box, folder, monkeypatch
):
    for number in range(40):
        (folder / f"{number}.png").write_bytes(b"%d" % number)
    some_made, gone = threading.Semaphore(0), threading.Event()
    create_task = lifecycle.create_task

    def create_slowly(*arguments):
        made = create_task(*arguments)
        some_made.release()
        if len(posts(box, "task/")) > 10:
            gone.wait(20)
        return made

    monkeypatch.setattr(lifecycle, "create_task", create_slowly)
    process = start("label_folder.py", str(folder), **on_the_box)
    for _ in range(12):
        assert some_made.acquire(timeout=20)
    process.send_signal(blow)
    complaint = process.communicate(timeout=20)[1]
    gone.set()
    assert process.returncode == {signal.SIGKILL: -signal.SIGKILL, signal.SIGINT: 1}[blow]
    assert ("Interrupted. Run it again" in complaint) is (blow == signal.SIGINT)
    assert "Traceback" not in complaint
    assert 12 <= len(tasks(box)) < 45
    assert label().returncode == 0
    assert len(images(box)) == len(set(images(box))) == 45


@pytest.mark.parametrize("key", ["live_key", "words", "not_test_key", "a|test|b"])
def test_a_live_key_is_refused_and_nothing_asked(key, run, box, folder, tmp_path):
    known = {"SCALE_API_KEY": key, "SCALE_API_INSTANCE_URL": box.url}
    done = run("label_folder.py", str(folder), **known)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cost money" in done.stderr and "--live" in done.stderr and key not in done.stderr
    assert box.requests == [] and not (tmp_path / FAILURES).exists()
    done = run("label_folder.py", "--live", **known)
    assert done.returncode == 2 and "--live needs a folder" in done.stderr
    assert box.requests == []


def test_a_live_key_is_taken_when_that_is_meant(run, box, folder):
    known = {"SCALE_API_KEY": "live_key", "SCALE_API_INSTANCE_URL": box.url}
    done = run("label_folder.py", str(folder), "--live", **known)
    assert done.returncode == 1 and done.stderr.startswith("It failed: <Response [401]>")
    assert [request.status for request in box.requests] == [401]


def test_a_folder_without_images_is_no_job(run, box, on_the_box, tmp_path):
    (tmp_path / "folder.png").mkdir()
    for folder in (tmp_path, tmp_path / "not there"):
        done = run("label_folder.py", str(folder), **on_the_box)
        assert (done.returncode, done.stdout) == (2, "")
        assert "There are no images (.gif, .jpeg, .jpg, .png, .webp) in " in done.stderr
    assert box.requests == []


def test_a_project_or_batch_of_another_kind_is_told_before_anything_is_uploaded(box, label):
    with box.client("test_key") as client:
        client.create_project("street-scenes", "imageannotation")
        client.create_project("pages", "textcollection")
        client.create_batch("pages", "mine")
    for arguments in (["--batch", "mine"], ["--project", "pages"]):
        done = label(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Name others with --project and --batch" in done.stderr
    assert posts(box, "files") == []


def test_a_bar_is_shown_when_it_is_asked_for(label):
    done = label("--progress")
    assert done.returncode == 0 and "upload_files: 100%" in done.stderr


@pytest.mark.parametrize("missing, extra", [("flask", "sandbox"), ("tqdm", "progress")])
def test_it_says_what_to_install(missing, extra, run, tmp_path):
    (tmp_path / f"{missing}.py").write_text(f"raise ImportError(name={missing!r})")
    done = run("label_folder.py", "--progress", path=[tmp_path])
    assert done.returncode == 2
    assert f"pip install 'scaleapi[{extra}]'" in done.stderr.splitlines()[-1]
