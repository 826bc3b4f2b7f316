"""Uploads over a real connection: streaming, rewinding for a retry, progress."""

import contextlib
import io
import os
import pickle
import tempfile
import threading

import pytest

import scaleapi
from scaleapi import RetryPolicy
from scaleapi._http.multipart import CHUNK_SIZE, SPOOL_MAX_SIZE

SIZE = 5 * CHUNK_SIZE + 7


@pytest.fixture
def client(sandbox):
    with sandbox.client(retries=RetryPolicy(backoff_factor=0.01), timeout=5) as client:
        yield client


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "street.jpg"
    path.write_bytes(os.urandom(SIZE))
    return path


def sizes(sandbox):
    return [request.form["file"]["size"] for request in sandbox.requests]


class Watched(io.BytesIO):
    """Notes how much is asked for at a time."""

    def __init__(self, content):
        super().__init__(content)
        self.asked = []

    def read(self, size=-1):
        self.asked.append(size)
        return super().read(size)


def test_upload_reads_the_file_in_chunks_while_sending(client):
    file = Watched(b"x" * SIZE)
    assert client.upload_file(file).size == SIZE
    assert max(file.asked) <= CHUNK_SIZE and min(file.asked) >= 0


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}], ids=str)
def test_upload_each_attempt_starts_at_the_files_position(fault, sandbox, client, path):
    sandbox.fail_next("POST", "/files/upload", **fault, times=2)
    with open(path, "rb") as opened:
        opened.seek(7)
        client.upload_file(opened, reference_id="r")
    assert sizes(sandbox) == [SIZE - 7] * 3


class OnlyRead:
    """What comes from somewhere else and can't be rewound."""

    def __init__(self, content):
        self.read = io.BytesIO(content).read


def pipe(content):
    reading, writing = os.pipe()
    with open(writing, "wb") as into:
        into.write(content)
    return open(reading, "rb")


@pytest.mark.parametrize(
    "make",
    [OnlyRead, pipe, lambda content: io.StringIO(content.decode()), lambda content: content],
    ids=["an object with read", "a pipe", "text", "bytes"],
)
def test_upload_of_an_unseekable_file_is_retried(make, sandbox, client):
    sandbox.fail_next("POST", "/files/upload", status=503)
    file = make(b"0123456789" * 1000)
    with file if isinstance(file, io.IOBase) else contextlib.nullcontext():
        client.upload_file(("a.txt", file), reference_id="r")
    assert sizes(sandbox) == [10_000] * 2


def test_upload_temporary_copies_are_removed(client, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    copies = []
    keep = tempfile.SpooledTemporaryFile

    def watched(*args):
        copies.append(keep(*args))
        return copies[-1]

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", watched)
    assert client.upload_file(OnlyRead(b"x" * (SPOOL_MAX_SIZE + 1))).size == SPOOL_MAX_SIZE + 1
    assert [copy.closed for copy in copies] == [True]
    assert list(tmp_path.iterdir()) == []


def test_upload_progress_is_reported_per_chunk_and_attempt(sandbox, client, path):
    sandbox.fail_next("POST", "/files/upload", status=503)
    told = []
    client.upload_file(
        path, progress=lambda sent, total: told.append((sent, total)), project_name=None
    )
    once = [(sent, SIZE) for sent in (*range(0, SIZE, CHUNK_SIZE), SIZE)]
    assert told == once * 2
    assert list(sandbox.requests[-1].form) == ["file"]


@pytest.mark.parametrize("problem", [BrokenPipeError("no one reads"), ValueError("x")], ids=repr)
def test_upload_progress_error_ends_the_upload_without_retry(problem, sandbox, client):
    calls = []

    def progress(sent, total):
        calls.append(sent)
        raise problem

    with pytest.raises(type(problem)) as caught:
        client.upload_file(b"abc", progress=progress)
    assert caught.value is problem and calls == [0]
    assert client.upload_file(b"abc").size == 3, "the connection is not left half-way"


def test_upload_file_that_shrinks_meanwhile_raises_os_error(sandbox, client, path):
    def cut(sent, total):
        os.truncate(path, CHUNK_SIZE)

    with pytest.raises(OSError, match="became shorter") as caught:
        client.upload_file(path, progress=cut)
    assert not isinstance(caught.value, scaleapi.ScaleException)


def test_upload_file_that_grows_meanwhile_is_sent_at_its_first_size(client, path):
    with open(path, "ab") as more:

        def grow(sent, total):
            more.write(b"more")
            more.flush()

        assert client.upload_file(path, progress=grow).size == SIZE


def test_upload_error_pickles(sandbox, client, path):
    sandbox.fail_next("POST", "/files/upload", status=402)
    with pytest.raises(scaleapi.ScaleNotEnabled) as caught:
        client.upload_file(path)
    twin = pickle.loads(pickle.dumps(caught.value))
    assert twin.response.status_code == 402


def test_upload_invalid_argument_raises_before_sending(sandbox, client, path):
    with open(path, "rb") as closed:
        pass
    for wrong in (closed, ("a", 5), ("a",), ("a", b"", "t", {}, 5)):
        with pytest.raises(scaleapi.ScaleInvalidArgument, match="^file must|> file must"):
            client.upload_file(wrong)
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="progress must be"):
        client.upload_file(b"x", progress=True)
    assert sandbox.requests == []


def test_uploads_on_many_threads_succeed(client):
    def upload(number):
        done[number] = client.upload_file(b"x" * number).size

    done = {}
    threads = [threading.Thread(target=upload, args=[number * 9999]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == {number * 9999: number * 9999 for number in range(8)}
