"""Folders of downloads: names, extensions, the manifest, dead hosts, and several runs at once."""

import gzip
import hashlib
import json
import logging
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import scaleapi
from scaleapi._manifest import ManifestEntry, ManifestWriter, read_manifest
from tests.fixtures.replies import file_names
from tests.fixtures.servers import http_response

PNG = {"content_type": "image/png"}


@pytest.fixture
def store(serve):
    store = serve("http")
    store.decides(lambda request: http_response(content_of(request.target), **PNG))
    return store


@pytest.fixture
def client(serve, connect):
    return connect(serve("http"))


def content_of(target):
    return target.encode() * 1000


def at(store, path):
    return f"http://127.0.0.1:{store.port}/{path}"


def task(task_id, *urls):
    return {"task_id": task_id, "response": {"masks": list(urls)}}


def entries(folder):
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]


def test_manifest_lists_each_file_without_signature(client, store, tmp_path):
    given = [task(f"t{row}", at(store, f"{row}.png?Signature=secret")) for row in range(20)]
    assert client.download_results(given, tmp_path).run() == {"downloaded": 20}
    listed = sorted(entries(tmp_path), key=lambda entry: int(entry["task_id"][1:]))
    for row, entry in enumerate(listed):
        content = content_of(f"/{row}.png?Signature=secret")
        assert (tmp_path / entry["file"]).read_bytes() == content
        assert entry == {
            "task_id": f"t{row}",
            "position": "response.masks.0",
            "url": at(store, f"{row}.png"),
            "file": entry["file"],
            "size": len(content),
            "content_type": "image/png",
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    assert "secret" not in (tmp_path / "manifest.jsonl").read_text()


def test_manifest_second_run_adds_nothing_and_requests_nothing(client, store, tmp_path):
    given = [task("t", at(store, "a.png"), at(store, "b"))]
    client.download_results(given, tmp_path).run()
    before, requests = (tmp_path / "manifest.jsonl").read_bytes(), len(store.requests)
    assert client.download_results(given, tmp_path).run() == {"existed": 1}
    assert (tmp_path / "manifest.jsonl").read_bytes() == before
    assert len(store.requests) == requests


def test_manifest_that_is_gone_or_cut_short_is_made_whole_again(client, store, tmp_path):
    given = [task(f"t{row}", at(store, f"{row}.png"), at(store, f"{row}")) for row in range(3)]
    client.download_results(given, tmp_path, workers=1).run()
    path = tmp_path / "manifest.jsonl"
    whole = entries(tmp_path)
    path.write_bytes(path.read_bytes()[:-30])  # as a process leaves it that is killed
    assert len([*read_manifest(tmp_path)]) == 5
    assert client.download_results(given, tmp_path, workers=1).run() == {"existed": 3}
    assert [entry._asdict() for entry in read_manifest(path)] == whole
    path.unlink()
    requests = len(store.requests)
    assert client.download_results(given, tmp_path, workers=1).run() == {"existed": 3}
    assert [entry._asdict() for entry in read_manifest(path)] == whole
    assert len(store.requests) == requests


@pytest.mark.parametrize(
    "content_type, extension",
    [
        ("image/png", ".png"), ("image/jpeg; q=1", ".jpg"), ("application/json", ".json"),
        ("text/plain", ".txt"), ("unknown/type", ""), ("", ""),
    ],
)  # fmt: skip
def test_extension_is_that_of_the_content_type_where_the_url_has_none(
    content_type, extension, client, store, tmp_path
):
    store.replies(http_response(b"x", content_type=content_type))
    given = [task("t", at(store, "masks/1"))]
    for status in ("downloaded", "existed"):
        (outcome,) = client.download_results(given, tmp_path)
        assert (outcome.status, outcome.error) == (status, None)
        assert outcome.paths[0].name.rpartition("-")[2][8:] == extension
        assert outcome.paths[0].read_bytes() == b"x"
    assert len(store.requests) == 1


def test_extension_of_the_url_is_kept(client, store, tmp_path):
    (outcome,) = client.download_results([task("t", at(store, "a.jpeg"))], tmp_path)
    assert outcome.paths[0].suffix == ".jpeg"


def test_name_function_names_the_files(client, store, tmp_path):
    def name(source):
        assert source.url == at(store, "mask") and source.position == "response.masks.0"
        return f"{source.task['response']['split']}/{source.task['task_id']}"

    given = [task("t1", at(store, "mask?x=1")), task("t2", at(store, "mask?x=2"))]
    for row, split in zip(given, ("train", "test")):
        row["response"]["split"] = split
    for status in ("downloaded", "existed"):
        assert client.download_results(given, tmp_path, name=name).run() == {status: 2}
        assert file_names(tmp_path) == ["test/t2.png", "train/t1.png"]


@pytest.mark.parametrize(
    "name", ["", "/etc/x", "../x", "a/../../x", "a//b", ".", "a/ ", "a\\b", "c:x", "a\0b", 5, None]
)
def test_name_that_leads_out_of_the_folder_fails_that_task(name, client, store, tmp_path):
    given = [task("t1", at(store, "a.png")), task("t2", at(store, "b.png"))]
    names = {"t1": name, "t2": "b.png"}
    bad, good = client.download_results(
        given, tmp_path / "out", name=lambda source: names[source.task["task_id"]]
    )
    assert (bad.status, good.status) == ("failed", "downloaded")
    assert "the result of name must be a relative path" in str(bad.error)
    assert file_names(tmp_path) == ["out/b.png"]


def test_name_of_two_files_fails_the_second(client, store, tmp_path):
    given = [task("t1", at(store, "a.png")), task("t2", at(store, "b.png"))]
    first, second = client.download_results(given, tmp_path, workers=1, name=lambda source: "x.png")
    assert (first.status, second.status) == ("downloaded", "failed")
    assert "must be unique, got 'x.png'" in str(second.error) and "t1" in str(second.error)
    assert (tmp_path / "x.png").read_bytes() == content_of("/a.png")


def test_name_function_that_raises_fails_that_task(client, store, tmp_path):
    given = [task("t1", at(store, "a.png"))]
    (outcome,) = client.download_results(given, tmp_path, name=lambda source: source.task["none"])
    assert outcome.status == "failed" and isinstance(outcome.error, KeyError)


def test_same_task_many_times_in_one_run_is_downloaded_once(client, store, tmp_path):
    def slow(request):
        time.sleep(0.05)
        return http_response(content_of(request.target), **PNG)

    store.decides(slow)
    given = [task("t", at(store, "a.png"), at(store, "b"))] * 16
    counts = client.download_results(given, tmp_path, workers=16).run()
    assert counts["existed"] + counts["downloaded"] == 16
    assert len(store.requests) == 2 and len(entries(tmp_path)) == 2
    assert len(file_names(tmp_path)) == 2


@pytest.mark.parametrize("name", ["tasks.jsonl", "tasks.jsonl.gz"])
def test_tasks_may_be_the_file_of_an_export(name, client, store, tmp_path):
    lines = "".join(json.dumps(task(f"t{row}", at(store, f"{row}.png"))) + "\n" for row in range(5))
    content = lines.encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    for source in (path, str(path)):
        run = client.download_results(source, tmp_path / "out")
        assert sum(run.run().values()) == 5
    assert len(file_names(tmp_path / "out")) == 5


def test_line_of_an_export_that_is_no_task_fails_alone(client, store, tmp_path):
    (tmp_path / "t.jsonl").write_text('{"task_id": "t"}\nnone\n[]\n')
    run = client.download_results(tmp_path / "t.jsonl", tmp_path / "out")
    outcomes = list(run)
    assert [outcome.status for outcome in outcomes] == ["empty", "failed", "failed"]
    assert [outcome.task for outcome in outcomes] == [{"task_id": "t"}, "none\n", []]
    assert json.loads(json.dumps(outcomes[0].as_dict()))["task"] == {"task_id": "t"}
    run.write_failures(tmp_path / "failed.jsonl")
    assert list(scaleapi.read_failures(tmp_path / "failed.jsonl")) == ["none\n", []]


def test_dead_host_is_given_up_and_others_go_on(client, store, tmp_path, caplog, serve):
    dead = serve("http", listening=False)
    given = [task(f"d{row}", f"http://127.0.0.1:{dead.port}/{row}.png") for row in range(40)]
    given += [task(f"t{row}", at(store, f"{row}.png")) for row in range(10)]
    with caplog.at_level(logging.WARNING, "scaleapi"):
        outcomes = list(client.download_results(given, tmp_path, workers=2))
    statuses = [outcome.status for outcome in outcomes]
    assert statuses == ["failed"] * 40 + ["downloaded"] * 10
    host = f"127.0.0.1:{dead.port}"
    given_up = [each for each in outcomes if "was given up for this run" in str(each.error)]
    assert len(given_up) >= 36 and all(host in str(each.error) for each in given_up)
    assert all(isinstance(each.error, scaleapi.ScaleConnectionError) for each in given_up)
    assert caplog.text.count("is given up for this run") == 1


def test_dead_host_is_tried_for_each_file_if_so_asked(client, tmp_path, serve):
    dead = serve("http", listening=False)
    given = [task(f"d{row}", f"http://127.0.0.1:{dead.port}/{row}.png") for row in range(8)]
    outcomes = list(client.download_results(given, tmp_path, max_host_failures=None, workers=1))
    assert not any("given up" in str(outcome.error) for outcome in outcomes)


def test_host_that_responds_now_and_then_is_not_given_up(client, serve, tmp_path):
    store = serve("http")

    def reply(request):
        if request.target == "/404.png":
            return http_response({"error": "none"}, 404)
        return http_response(b"x", content_type="image/png")

    store.decides(reply)
    given = [task(f"t{row}", at(store, "404.png")) for row in range(9)]
    given.append(task("t", at(store, "a.png")))
    outcomes = list(client.download_results(given, tmp_path, workers=1))
    assert [outcome.status for outcome in outcomes] == ["failed"] * 9 + ["downloaded"]
    assert all(type(each.error) is scaleapi.ScaleResourceNotFound for each in outcomes[:9])


PROGRAM = """
import json, sys
import scaleapi
client = scaleapi.ScaleClient("test_key", api_instance_url="http://127.0.0.1:9/v1", timeout=20)
tasks = [json.loads(line) for line in open(sys.argv[1])]
print(flush=True)
print(json.dumps(client.download_results(tasks, sys.argv[2], workers=8).run()), flush=True)
"""


def start(path, folder):
    command = [sys.executable, "-c", PROGRAM, str(path), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_share_a_folder(store, tmp_path):
    given = [task(f"t{row}", at(store, f"{row}.png"), at(store, f"{row}")) for row in range(60)]
    source = tmp_path / "tasks.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in given))
    processes = [start(source, tmp_path / "out") for _ in range(2)]
    for process in processes:
        counts = json.loads(process.communicate(timeout=60)[0])
        assert sum(counts.values()) == 60 and "failed" not in counts
    assert len(file_names(tmp_path / "out")) == 120
    listed = [*read_manifest(tmp_path / "out")]
    assert {entry.file for entry in listed} == {*file_names(tmp_path / "out")}
    for entry in listed:
        content = (tmp_path / "out" / entry.file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry.sha256


def test_process_that_was_killed_leaves_nothing_half(client, store, tmp_path):
    reached = threading.Event()

    def reply(request):
        if len(store.requests) > 20:
            reached.set()
            time.sleep(0.5)
        return http_response(content_of(request.target), **PNG)

    store.decides(reply)
    given = [task(f"t{row}", at(store, f"{row}.png")) for row in range(60)]
    source = tmp_path / "tasks.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in given))
    process = start(source, tmp_path / "out")
    assert reached.wait(30)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    store.decides(lambda request: http_response(content_of(request.target), **PNG))
    counts = client.download_results(given, tmp_path / "out").run()
    assert sum(counts.values()) == 60 and counts["existed"] >= 10
    assert len(file_names(tmp_path / "out")) == 60  # and no temporary file
    listed = {entry.file: entry for entry in read_manifest(tmp_path / "out")}
    assert {*listed} == {*file_names(tmp_path / "out")}


def test_to_dataframe_joins_the_files_of_the_manifest(client, store, tmp_path):
    given = [task("t1", at(store, "a.png"), at(store, "b.png")), task("t2"), {"task_id": "t3"}]
    client.download_results(given, tmp_path / "out", workers=1).run()
    for files in (tmp_path / "out", tmp_path / "out" / "manifest.jsonl"):
        frame = scaleapi.to_dataframe(given, files=files)
        assert [len(paths) for paths in frame["files"]] == [2, 0, 0]
        assert all(Path(path).read_bytes() for path in frame["files"][0])
    assert "files" not in scaleapi.to_dataframe(given)
    (tmp_path / "none").mkdir()
    with pytest.raises(OSError, match=r"manifest\.jsonl"):
        scaleapi.to_dataframe(given, files=tmp_path / "none")


def test_manifest_writer_threads_write_whole_lines(tmp_path):
    writers = [ManifestWriter(tmp_path) for _ in range(2)]

    def write(number):
        for row in range(100):
            entry = ManifestEntry(f"t{number}", str(row), "u", f"{number}-{row}", 1, "", "0" * 64)
            writers[number % 2].add(entry)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([*read_manifest(tmp_path)]) == len(entries(tmp_path)) == 800


@pytest.mark.parametrize("lacks", ["sys.modules['fcntl'] = None", "fcntl.flock = fail"])
def test_manifest_without_locks_of_the_system_is_written(lacks, tmp_path):
    """As on Windows, and on some network file systems."""
    code = f"""
import errno, fcntl, pathlib, sys
def fail(*args):
    raise OSError(errno.ENOLCK, "no locks")
{lacks}
from scaleapi._manifest import ManifestEntry, ManifestWriter
writer = ManifestWriter(pathlib.Path(sys.argv[1]))
for task_id in "ab":
    writer.add(ManifestEntry(task_id, "response.url", "u", task_id, 1, "", "0" * 64))
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert [entry.task_id for entry in read_manifest(tmp_path)] == ["a", "b"]


def test_named_file_of_an_earlier_url_is_replaced(client, store, tmp_path):
    """A task that was labeled anew has other files under the same positions."""
    for url in ("first.png", "second.png"):
        given = [task("t", at(store, f"{url}?Signature={url}"))]
        run = client.download_results(given, tmp_path, name=lambda source: "mask.png")
        assert run.run() == {"downloaded": 1}
        assert (tmp_path / "mask.png").read_bytes().startswith(f"/{url}".encode())
    again = client.download_results(given, tmp_path, name=lambda source: "mask.png")
    assert again.run() == {"existed": 1}
    assert [entry["url"] for entry in entries(tmp_path)] == [
        at(store, "first.png"), at(store, "second.png")
    ]  # fmt: skip


def test_named_file_that_nobody_listed_is_kept(client, store, tmp_path):
    (tmp_path / "mask.png").write_bytes(b"of an earlier version")
    given = [task("t", at(store, "a.png"))]
    run = client.download_results(given, tmp_path, name=lambda source: "mask.png")
    assert run.run() == {"existed": 1} and store.requests == []


def test_name_with_characters_of_patterns_is_found_again(client, store, tmp_path):
    (tmp_path / "ab.png").write_bytes(b"another")
    given = [task("t", at(store, "mask"))]
    for status in ("downloaded", "existed"):
        run = client.download_results(given, tmp_path, name=lambda source: "a[b]*?"[:4])
        assert run.run() == {status: 1}
    assert file_names(tmp_path) == ["a[b].png", "ab.png"]
