"""label_folder.py in a process: despite failures, each image gets exactly one task."""

import json
import re
import signal
import threading

import pytest

from scaleapi.sandbox import Sandbox
from scaleapi.sandbox.backend import lifecycle

FAILURES = "label_folder_failures.jsonl"


@pytest.fixture
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def folder(tmp_path):
    """A folder with five images, one of them in a subfolder, and another file."""
    folder = tmp_path / "images"
    (folder / "night").mkdir(parents=True)
    for name in ("a.png", "b.JPG", "c.jpeg", "d.webp", "night/a.png"):
        (folder / name).write_bytes(b"the picture " + name.encode())
    (folder / "notes.txt").write_text("not a picture")
    return folder


@pytest.fixture
def sandbox_environment(sandbox):
    """The environment variables of an example."""
    return {"SCALE_API_KEY": "test_key", "SCALE_API_INSTANCE_URL": sandbox.url}


@pytest.fixture
def label(run, sandbox_environment, folder):
    return lambda *arguments: run("label_folder.py", str(folder), *arguments, **sandbox_environment)


def tasks(sandbox):
    with sandbox.client("test_key") as client:
        return list(client.get_tasks(project_name="street-scenes"))


def images(sandbox):
    return sorted(task.metadata["image"] for task in tasks(sandbox))


def posts(sandbox, path):
    posted = [request for request in sandbox.requests if request.method == "POST"]
    return [request for request in posted if request.path.startswith(f"/v1/{path}")]


def failures(tmp_path):
    return [json.loads(line) for line in (tmp_path / FAILURES).read_text("utf-8").splitlines()]


@pytest.mark.smoke
def test_label_folder_without_key_and_folder_uses_a_sandbox(run, tmp_path):
    done = run("label_folder.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        r"No key in SCALE_API_KEY, so this runs on a sandbox at http://127\.0\.0\.1:\d+/v1\n"
        r"3 images, 3 distinct; 0 have a task\n"
        r"3 tasks created in batch 'street-scenes-images', 0 images failed\n",
        done.stdout,
    )
    assert failures(tmp_path) == []


def test_label_folder_creates_a_task_per_image(sandbox, label):
    done = label("--label", "bicycle", "car", "--project", "street-scenes", "--batch", "a/b 1")
    assert (done.returncode, done.stderr) == (0, "")
    assert images(sandbox) == ["a.png", "b.JPG", "c.jpeg", "d.webp", "night/a.png"]
    for task in tasks(sandbox):
        assert (task.type, task.batch) == ("imageannotation", "a/b 1")
        assert task.params["geometries"]["box"]["objects_to_annotate"] == ["bicycle", "car"]
        assert task.params["attachment"].startswith("scaledata://")
        assert re.fullmatch("street-scenes-[0-9a-f]{64}", task.unique_id)
    assert len({task.params["attachment"] for task in tasks(sandbox)}) == 5
    assert {request.form["project_name"] for request in posts(sandbox, "files")} == {
        "street-scenes"
    }


def test_label_folder_second_run_creates_nothing(sandbox, label):
    assert label().returncode == 0
    done = label()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "5 images, 5 distinct; 5 have a task",
        "0 tasks created in batch 'street-scenes-images', 0 images failed",
    ]
    assert len(posts(sandbox, "files")) == len(posts(sandbox, "task/")) == 5


def test_label_folder_renamed_image_gets_no_second_task(sandbox, label, folder):
    assert label().returncode == 0
    (folder / "a.png").rename(folder / "z.png")
    (folder / "e.gif").write_bytes((folder / "b.JPG").read_bytes())
    (folder / "a.png").write_bytes(b"another picture under an old name")
    done = label()
    assert done.stdout.splitlines()[0] == "7 images, 6 distinct; 5 have a task"
    assert images(sandbox) == ["a.png", "a.png", "b.JPG", "c.jpeg", "d.webp", "night/a.png"]
    assert len(posts(sandbox, "files")) == 6


def test_label_folder_other_project_may_use_the_same_images(sandbox, label):
    assert label().returncode == 0
    assert label("--project", "parking").returncode == 0
    assert len(posts(sandbox, "task/")) == 10


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
def test_label_folder_failure_is_recorded_and_retried_by_the_next_run(
    path, fault, failed, sandbox, label, tmp_path
):
    sandbox.fail_next("POST", path, **fault)
    done = label()
    written = failures(tmp_path)
    assert [row["step"] for row in written] == ([failed] if failed else [])
    assert done.returncode == len(written) == 5 - len(tasks(sandbox))
    assert all(f"{row['image']}: {failed} failed: {row['error']}" in done.stderr for row in written)
    assert all(row["image"] not in images(sandbox) for row in written)
    assert label().returncode == 0
    assert images(sandbox) == ["a.png", "b.JPG", "c.jpeg", "d.webp", "night/a.png"]
    assert failures(tmp_path) == []


def test_label_folder_unreadable_file_does_not_affect_others(sandbox, label, folder, tmp_path):
    (folder / "b.JPG").unlink()
    (folder / "b.JPG").symlink_to("nowhere")
    done = label("--failures", "mine.jsonl")
    assert done.returncode == 1
    assert "b.JPG: reading failed: " in done.stderr and "Traceback" not in done.stderr
    assert images(sandbox) == ["a.png", "c.jpeg", "d.webp", "night/a.png"]
    (row,) = map(json.loads, (tmp_path / "mine.jsonl").read_text("utf-8").splitlines())
    assert (row["image"], row["step"]) == ("b.JPG", "reading") and "No such file" in row["error"]


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_label_folder_after_a_crash_the_next_run_continues(
    blow, sandbox, label, start, sandbox_environment, folder, monkeypatch
):
    for number in range(40):
        (folder / f"{number}.png").write_bytes(b"%d" % number)
    some_made, gone = threading.Semaphore(0), threading.Event()
    create_task = lifecycle.create_task

    def create_slowly(*arguments):
        made = create_task(*arguments)
        some_made.release()
        if len(posts(sandbox, "task/")) > 10:
            gone.wait(20)
        return made

    monkeypatch.setattr(lifecycle, "create_task", create_slowly)
    process = start("label_folder.py", str(folder), **sandbox_environment)
    # A request is counted when it arrives, so at least 11 finish before every worker is held.
    for _ in range(11):
        assert some_made.acquire(timeout=20)
    process.send_signal(blow)
    complaint = process.communicate(timeout=20)[1]
    gone.set()
    assert process.returncode == {signal.SIGKILL: -signal.SIGKILL, signal.SIGINT: 1}[blow]
    assert ("Interrupted. Run it again" in complaint) is (blow == signal.SIGINT)
    assert "Traceback" not in complaint
    assert 11 <= len(tasks(sandbox)) < 45
    assert label().returncode == 0
    assert len(images(sandbox)) == len(set(images(sandbox))) == 45


@pytest.mark.parametrize("key", ["live_key", "words", "not_test_key", "a|test|b"])
def test_label_folder_live_key_is_rejected_without_a_request(key, run, sandbox, folder, tmp_path):
    known = {"SCALE_API_KEY": key, "SCALE_API_INSTANCE_URL": sandbox.url}
    done = run("label_folder.py", str(folder), **known)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cost money" in done.stderr and "--live" in done.stderr and key not in done.stderr
    assert sandbox.requests == [] and not (tmp_path / FAILURES).exists()
    done = run("label_folder.py", "--live", **known)
    assert done.returncode == 2 and "--live needs a folder" in done.stderr
    assert sandbox.requests == []


def test_label_folder_live_option_accepts_a_live_key(run, sandbox, folder):
    known = {"SCALE_API_KEY": "live_key", "SCALE_API_INSTANCE_URL": sandbox.url}
    done = run("label_folder.py", str(folder), "--live", **known)
    assert done.returncode == 1 and done.stderr.startswith("Failed: <Response [401]>")
    assert [request.status for request in sandbox.requests] == [401]


def test_label_folder_without_images_is_rejected(run, sandbox, sandbox_environment, tmp_path):
    (tmp_path / "folder.png").mkdir()
    for folder in (tmp_path, tmp_path / "not there"):
        done = run("label_folder.py", str(folder), **sandbox_environment)
        assert (done.returncode, done.stdout) == (2, "")
        assert "There are no images (.gif, .jpeg, .jpg, .png, .webp) in " in done.stderr
    assert sandbox.requests == []


def test_label_folder_unsuitable_project_is_reported_before_uploads(sandbox, label):
    with sandbox.client("test_key") as client:
        client.create_project("street-scenes", "imageannotation")
        client.create_project("pages", "textcollection")
        client.create_batch("pages", "mine")
    for arguments in (["--batch", "mine"], ["--project", "pages"]):
        done = label(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Name others with --project and --batch" in done.stderr
    assert posts(sandbox, "files") == []


def test_label_folder_progress_option_shows_a_bar(label):
    done = label("--progress")
    assert done.returncode == 0 and "upload_files: 100%" in done.stderr


@pytest.mark.parametrize("missing, extra", [("flask", "sandbox"), ("tqdm", "progress")])
def test_label_folder_missing_extra_is_named(missing, extra, run, tmp_path):
    (tmp_path / f"{missing}.py").write_text(f"raise ImportError(name={missing!r})")
    done = run("label_folder.py", "--progress", path=[tmp_path])
    assert done.returncode == 2
    assert f"pip install 'scaleapi[{extra}]'" in done.stderr.splitlines()[-1]
