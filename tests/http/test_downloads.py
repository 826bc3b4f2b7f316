"""Downloads: atomic, retried, and sending the key to the API's own origin only."""

import json
import logging
import os
import subprocess
import sys
import traceback
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
import urllib3

import scaleapi
from scaleapi import _atomic
from scaleapi._http import download, transport
from scaleapi._http.body import iter_body
from scaleapi.bulk.downloads import safe_filename
from scaleapi.exceptions import MAX_BODY_BYTES
from tests.fixtures.network import KEY
from tests.fixtures.replies import file_names
from tests.fixtures.servers import cut, drop, http_response, reset, silence

CONTENT = bytes(range(256)) * 40


def task(*addresses, task_id="t1", **more):
    return {"task_id": task_id, "response": {"url": list(addresses)}, **more}


@pytest.fixture
def store(serve):
    """Another host's server of files."""
    store = serve("http")
    store.replies(http_response(CONTENT, content_type="image/png"))
    return store


@pytest.fixture
def fetch(serve, connect, tmp_path):
    """Downloads the files of tasks; the outcomes. Its client's own server answers nothing."""
    own = serve("http")
    client = connect(own)

    def fetch(*tasks, client=client, **options):
        return list(client.download_results(tasks, tmp_path / "out", **options))

    fetch.client, fetch.own = client, own
    return fetch


def at(store, path="a.png"):
    return f"{store.scheme}://127.0.0.1:{store.port}/{path}"


def test_download_results_saves_each_file_once_under_its_name(fetch, store, tmp_path):
    given = task(at(store, "x/a.png?signature=1"))
    before = json.dumps(given)
    (outcome,) = fetch(given)
    assert (outcome.index, outcome.status, outcome.error) == (0, "downloaded", None)
    assert outcome.task is given and json.dumps(given) == before
    (path,) = outcome.paths
    assert path.read_bytes() == CONTENT
    assert file_names(tmp_path / "out") == [str(path.relative_to(tmp_path / "out"))]
    assert path.parent.name == "t1" and path.name.startswith("response.url.0-")
    assert path.suffix == ".png"
    (again,) = fetch(task(at(store, "x/a.png?signature=2")))  # signed anew
    assert (again.status, again.paths) == ("existed", [path]) and len(store.requests) == 1


def test_download_results_outcomes_have_the_order_of_the_tasks(fetch, store):
    store.decides(lambda r: http_response({}, 403) if "no" in r.target else http_response(CONTENT))
    tasks = [
        task(at(store, f"{'no' if row % 3 == 0 else 'yes'}{row}"), task_id=f"t{row}")
        for row in range(30)
    ]
    outcomes = fetch(*tasks, {"task_id": "empty"}, 5, {"no": "id"}, workers=8)
    assert [outcome.status for outcome in outcomes] == [
        *["failed", "downloaded", "downloaded"] * 10, "empty", "failed", "failed",
    ]  # fmt: skip
    assert all((outcome.error is None) is (outcome.status != "failed") for outcome in outcomes)


def test_download_results_failed_file_does_not_affect_others_of_its_task(fetch, store):
    store.decides(
        lambda r: http_response({}, 404) if "gone" in r.target else http_response(CONTENT)
    )
    (outcome,) = fetch(task(at(store, "gone"), at(store, "there"), at(store, "there")))
    assert outcome.status == "failed" and len(outcome.paths) == 1
    assert isinstance(outcome.error, scaleapi.ScaleResourceNotFound)


HALF = http_response(CONTENT)[:-5000]


@pytest.mark.parametrize(
    "faults",
    [[cut(HALF)], [drop], [reset], [http_response({}, 503)],
     [http_response({}, 429, retry_after=0)],
     [cut(HALF), drop, cut(HALF)],
     [cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")]],
)  # fmt: skip
def test_download_incomplete_or_throttled_is_retried(faults, fetch, store, tmp_path):
    store.replies(*faults, http_response(CONTENT))
    (outcome,) = fetch(task(at(store)))
    assert outcome.error is None and outcome.paths[0].read_bytes() == CONTENT
    assert len(store.requests) == len(faults) + 1
    assert len(file_names(tmp_path / "out")) == 1


def test_download_always_incomplete_fails_with_attempts_and_leaves_nothing(fetch, store, tmp_path):
    store.replies(cut(HALF))
    (outcome,) = fetch(task(at(store, "a.png?secret=1")))
    assert isinstance(outcome.error, scaleapi.ScaleConnectionError)
    assert "Download incomplete after 4 attempts" in str(outcome.error)
    assert [each.status for each in outcome.error.attempts] == [200] * 4
    assert outcome.error.url == at(store, "a.png?...")
    assert file_names(tmp_path / "out") == []


def test_download_disk_error_is_raised_without_retry(fetch, store, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "t1").write_text("in the way")
    (outcome,) = fetch(task(at(store)))
    assert isinstance(outcome.error, OSError) and not isinstance(
        outcome.error, scaleapi.ScaleException
    )
    assert store.requests == []


def test_download_sends_the_key_below_the_instance_address_only(fetch, store):
    own = fetch.own
    own.replies(http_response(CONTENT))
    places = [
        f"{own.url}/task/t/response_url/u",
        f"{own.url}-other/x",
        own.url_at("localhost"),
        at(store),
    ]
    fetch(task(*places))
    by_path = {request.target: "Authorization" in request.headers for request in own.requests}
    assert by_path == {"/v1/task/t/response_url/u": True, "/v1-other/x": False, "/v1": False}
    assert ["Authorization" in request.headers for request in store.requests] == [False]


def test_download_redirect_to_another_origin_is_followed_without_the_key(fetch, store):
    own = fetch.own
    own.decides(
        lambda r: (
            http_response(b"", 302, location=at(store))
            if "first" in r.target
            else http_response(CONTENT)
        )
    )
    store.replies(http_response(b"", 302, location=f"{own.url}/back"))
    (outcome,) = fetch(task(f"{own.url}/first"))
    assert outcome.paths[0].read_bytes() == CONTENT
    sent = [*own.requests, *store.requests]
    assert [(r.target, "Authorization" in r.headers) for r in sent] == [
        ("/v1/first", True), ("/v1/back", False), ("/a.png", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "data:text/plain,x",
        "http://",
        "//",
        "http://[::1",
        "http://[x]/",
    ],
)
def test_download_redirect_to_invalid_location_fails(location, fetch, store, tmp_path):
    store.replies(http_response(b"", 302, location=location))
    (outcome,) = fetch(task(at(store)))
    assert isinstance(outcome.error, scaleapi.ScaleException) and file_names(tmp_path / "out") == []


def test_download_redirect_loop_ends(fetch, store):
    store.replies(http_response(b"", 302, location="/again"))
    (outcome,) = fetch(task(at(store)))
    assert outcome.error.code == 302 and len(store.requests) == 6


def test_download_redirect_from_https_to_http_fails(serve, connect, store, fetch):
    secure = serve("https")
    secure.replies(http_response(b"", 302, location=at(store)))
    (outcome,) = fetch(task(at(secure)), client=connect(fetch.own))
    assert "without TLS" in str(outcome.error) and store.requests == []


def test_download_proxies_apply_per_host(fetch, store, proxy, connect, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client = connect(fetch.own)
    by_name = at(store).replace("127.0.0.1", "localhost")
    outcomes = fetch(task(at(store, "direct")), task(by_name, task_id="t2"), client=client)
    assert [outcome.status for outcome in outcomes] == ["downloaded"] * 2
    assert [request.target for request in proxy.requests] == [by_name]


def test_download_signed_urls_and_key_are_in_no_log(fetch, store, caplog):
    store.replies(http_response({}, 503), http_response({}, 403))
    with caplog.at_level(logging.DEBUG, "scaleapi"):
        (outcome,) = fetch(task(at(store, "a?signature=hush")))
    assert outcome.error.url == at(store, "a?...")
    assert "hush" not in caplog.text and KEY not in caplog.text and "a?..." in caplog.text


HOSTILE = [
    "..",
    ".",
    "../../x",
    "/etc/x",
    "a\\b",
    "a\0b",
    "é" * 300,
    "x" * 300,
    "con",
    ".hidden",
    "a b",
]


@pytest.mark.parametrize("word", HOSTILE)
def test_download_file_name_never_leaves_the_folder(word, fetch, store, tmp_path):
    given = {"task_id": word, "response": {word: {word: at(store, "a/..%2f..%2fx.png/../b")}}}
    (outcome,) = fetch(given)
    assert outcome.status == "downloaded", outcome.error
    (path,) = outcome.paths
    folder = tmp_path / "out"
    assert path.resolve().parent.parent == folder.resolve() and path.name[0] != "."
    assert file_names(tmp_path) == [str(path.relative_to(tmp_path))]


def test_download_hostile_ids_have_different_folders(fetch, store, tmp_path):
    fetch(
        *(
            task(at(store), task_id=each)
            for each in ("a/b", "a\\b", "a_b", "a b", "x" * 200, "x" * 201)
        )
    )
    assert len([path for path in (tmp_path / "out").iterdir() if path.is_dir()]) == 6


def test_download_symlink_in_the_way_is_replaced_not_followed(fetch, store, tmp_path):
    (first,) = fetch(task(at(store)))
    (path,) = first.paths
    path.unlink()
    path.symlink_to(tmp_path / "outside")
    (again,) = fetch(task(at(store)))
    assert again.status == "downloaded" and not path.is_symlink()
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize(
    "only, targets",
    [
        ({}, ["/4"]),
        ({"only": "response"}, ["/4"]),
        ({"only": "attachment"}, ["/1", "/2", "/3"]),
        ({"only": ("response", "attachment")}, ["/1", "/2", "/3", "/4"]),
    ],
)
def test_download_results_finds_urls_anywhere_in_the_wanted_parts(
    only, targets, fetch, store, connect
):
    client = connect(fetch.own)
    given = {
        "task_id": "t", "attachment": at(store, "1"), "metadata": {"url": at(store, "no")},
        "params": {
            "attachment": at(store, "2").upper(), "attachments": [at(store, "3")],
            "instruction": at(store, "no"), "x": "scaledata://a/b",
        },
        "response": {"a": [{"b": at(store, "4")}], "c": f"see {at(store, 'no')}", "d": "ftp://x/y"},
    }  # fmt: skip
    (outcome,) = fetch(scaleapi.Task(given, client), client=client, **only)
    assert outcome.status == "downloaded"
    assert sorted(request.target for request in store.requests) == targets


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"folder": 5}, "folder must be"), ({"folder": ""}, "folder must be"),
        ({"folder": __file__}, "folder must be a folder"), ({"workers": 0}, "workers must be"),
        ({"tasks": b"t"}, "tasks must be"), ({"tasks": {}}, "tasks must be"),
        ({"tasks": 5}, "tasks must be"), ({"progress": "x"}, "progress must be"),
        ({"only": "responses"}, "only must be one of response, attachment, got 'responses'"),
        ({"only": ["response", 5]}, "only must be"), ({"only": 5}, "only must be"),
        ({"name": "a"}, "name must be a function"),
        ({"max_host_failures": 0}, "max_host_failures must be"),
        ({"max_host_failures": True}, "max_host_failures must be"),
    ],
)  # fmt: skip
def test_download_results_invalid_argument_raises_immediately(arguments, message, fetch, tmp_path):
    usual = {"tasks": [], "folder": tmp_path / "out"}
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        fetch.client.download_results(**{**usual, **arguments})
    assert not Path(tmp_path / "out").exists()


def test_download_results_progress_counts_tasks(fetch, store):
    told = []
    tasks = [task(at(store), task_id=str(row)) for row in range(5)]
    fetch(*tasks, progress=lambda *counts: told.append(counts))
    assert told == [(done, 5) for done in range(1, 6)]


def test_download_unreachable_host_fails_with_connection_error(fetch, refused):
    (outcome,) = fetch(task(f"{refused}/a.png"))
    assert outcome.status == "failed" and isinstance(outcome.error, scaleapi.ScaleConnectionError)
    assert [attempt.status for attempt in outcome.error.attempts] == [None] * 4


def test_download_settings_are_cached_for_a_bounded_number_of_hosts(
    fetch, serve, tmp_path, monkeypatch
):
    monkeypatch.setattr(download, "MAX_CACHED_ORIGINS", 2)
    stores = [serve("http") for _ in range(3)]
    for each in stores:
        each.replies(http_response(CONTENT))
    files = fetch.client.api._downloader()
    for each in [*stores, *stores]:
        assert files.read(at(each)) == CONTENT
        assert 1 <= len(files._transports_by_origin) <= 2


def test_get_task_response_file_returns_bytes_and_sends_the_key(fetch, store):
    own = fetch.own
    own.replies(cut(HALF), drop, http_response(b"", 302, location=at(store)))
    content = fetch.client.get_task_response_file("a/b", "c d")
    assert content == CONTENT
    assert [request.target for request in own.requests] == ["/v1/task/a%2Fb/response_url/c%20d"] * 3
    assert ["Authorization" in request.headers for request in own.requests] == [True] * 3
    assert ["Authorization" in request.headers for request in store.requests] == [False]


def test_get_task_response_file_missing_raises_not_found(fetch):
    fetch.own.replies(http_response({"status_code": 404, "error": "No such file"}, 404))
    with pytest.raises(scaleapi.ScaleResourceNotFound, match="No such file"):
        fetch.client.get_task_response_file("t", "u")


@pytest.mark.parametrize("arguments", [("", "u"), ("t", ""), (5, "u"), ("t", None)])
def test_get_task_response_file_invalid_id_raises_immediately(arguments, fetch):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="task_id|uuid"):
        fetch.client.get_task_response_file(*arguments)
    assert fetch.own.requests == []


def test_download_response_url_saves_the_file(fetch, store, tmp_path):
    target = tmp_path / "mask.png"
    target.write_bytes(b"old")
    store.replies(cut(HALF), http_response(CONTENT))
    assert fetch.client.download_response_url(at(store), str(target)) == target
    assert target.read_bytes() == CONTENT and file_names(tmp_path) == ["mask.png"]
    assert not any("Authorization" in request.headers for request in store.requests)


def test_download_response_url_below_the_instance_address_sends_the_key(fetch, tmp_path):
    own = fetch.own
    own.replies(http_response(CONTENT))
    for address in (f"{own.url}/task/t/response_url/u", f"{own.url_at('localhost')}/x"):
        fetch.client.download_response_url(address, tmp_path / "a")
    assert ["Authorization" in request.headers for request in own.requests] == [True, False]


@pytest.mark.parametrize(
    "url, path, message",
    [
        ("", "a", "url must be"), (5, "a", "url must be"), ("scaledata://a/b", "a", "url must be"),
        ("http://[", "a", "url must be"), ("http://127.0.0.1/x", "", "path must be"),
        ("http://127.0.0.1/x", ".", "path must be"),
        ("http://127.0.0.1/x", "none/a", "path must be a file in an existing folder"),
    ],
)  # fmt: skip
def test_download_response_url_invalid_argument_raises_immediately(
    url, path, message, fetch, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        fetch.client.download_response_url(url, path)
    assert fetch.own.requests == [] and file_names(tmp_path) == []


@pytest.mark.parametrize("status", [201, 202, 203, 204, 206])
def test_download_status_other_than_200_fails(status, fetch, store, tmp_path):
    store.replies(http_response(b"" if status == 204 else b"later", status))
    (outcome,) = fetch(task(at(store)))
    assert (outcome.status, outcome.error.code) == ("failed", status)
    assert file_names(tmp_path / "out") == []


def test_download_shorter_than_content_length_is_incomplete_for_any_reader(store):
    """Some pools, such as those behind SOCKS with urllib3 1.26, don't see that."""
    store.replies(cut(HALF))
    with urllib3.HTTPConnectionPool("127.0.0.1", store.port) as pool:
        raw = pool.urlopen(
            "GET", "/", preload_content=False, retries=False, enforce_content_length=False
        )
        request = requests.Request("GET", at(store)).prepare()
        with requests.adapters.HTTPAdapter().build_response(request, raw) as response:
            response.request = request
            cut_short = f"{len(CONTENT) - 5000} bytes read"
            with pytest.raises(urllib3.exceptions.ProtocolError, match=cut_short):
                list(iter_body(response))


def test_download_signed_url_is_in_no_traceback_and_no_response(fetch, store, refused):
    store.replies(http_response({}, 403))
    gone = refused.replace("/v1", "/a?signature=hush")
    for address in (gone, at(store, "a?signature=hush")):
        (outcome,) = fetch(task(address))
        lines = traceback.format_exception(None, outcome.error, outcome.error.__traceback__)
        assert "hush" not in "".join(lines)
    assert "hush" not in outcome.error.response.url + outcome.error.response.request.url


@pytest.mark.parametrize(
    "fault", [cut(http_response({"error": "No"}, 403)[:-3]), http_response(b"", 403)]
)
def test_download_error_response_keeps_its_status_whatever_its_body(fault, fetch, store):
    store.replies(fault)
    (outcome,) = fetch(task(at(store)))
    assert (type(outcome.error), outcome.error.code) == (scaleapi.ScaleException, 403)


def test_download_error_response_is_read_up_to_the_kept_size(fetch, store):
    store.replies(http_response(b"x" * (MAX_BODY_BYTES + 1000), 403))
    (outcome,) = fetch(task(at(store)))
    assert outcome.error.body == "x" * MAX_BODY_BYTES == outcome.error.response.text


def test_download_attempts_of_all_failures_share_one_count(fetch, store):
    store.replies(
        http_response({}, 503), cut(HALF), http_response({}, 503), cut(HALF), http_response(CONTENT)
    )
    (outcome,) = fetch(task(at(store)))
    assert "Download incomplete after 4 attempts" in str(outcome.error) and len(store.requests) == 4
    found = [(each.status, each.error is None) for each in outcome.error.attempts]
    assert found == [(503, True), (200, False), (503, True), (200, False)]
    assert [each.delay > 0 for each in outcome.error.attempts] == [True, True, True, False]


def test_download_attempts_before_a_connection_error_are_reported(fetch, store):
    store.replies(cut(HALF), drop)
    (outcome,) = fetch(task(at(store)), client=fetch.client.with_options(retries=1))
    assert [each.status for each in outcome.error.attempts] == [200, None]


def test_download_deadline_covers_all_attempts(fetch, store):
    store.replies(lambda sock: (sock.sendall(HALF), silence(sock)))
    policy = scaleapi.RetryPolicy(total=9, backoff_factor=0.001, deadline=0.2)
    (outcome,) = fetch(task(at(store)), client=fetch.client.with_options(retries=policy))
    assert isinstance(outcome.error, scaleapi.ScaleConnectionTimeout)
    assert "after 1 attempt" in str(outcome.error) and len(store.requests) == 1


def test_download_from_lookalike_of_the_instance_address_sends_no_key(fetch):
    fetch.own.replies(http_response(CONTENT))
    fetch(task(f"{fetch.own.url}//v2/x", f"{fetch.own.url}/y"))
    sent = {request.target: "Authorization" in request.headers for request in fetch.own.requests}
    assert sent == {"/v1//v2/x": False, "/v1/y": True}


def test_download_requests_identity_encoding(fetch, store):
    fetch(task(at(store)))
    assert store.requests[0].headers["Accept-Encoding"] == "identity"


def test_download_environment_is_read_once_per_host(fetch, store, monkeypatch):
    reads, read = [], transport.send_settings
    monkeypatch.setattr(transport, "send_settings", lambda each: reads.append(each) or read(each))
    fetch(task(*(at(store, str(row)) for row in range(9))))
    assert len(store.requests) == 9 and len(reads) == 1


def test_download_temporary_files_of_dead_processes_are_removed(fetch, store, tmp_path):
    folder = tmp_path / "out" / "t1"
    folder.mkdir(parents=True)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = [
        f"{_atomic._machine()}-{pid}-{uuid.uuid4().hex}.new" for pid in (ended.pid, os.getpid(), 1)
    ]
    elsewhere = f"0badf00d-{ended.pid}-{uuid.uuid4().hex}.new"  # on a disk that machines share
    for name in (*names, elsewhere, "mine.new"):
        (folder / name).write_bytes(b"half")
    (outcome,) = fetch(task(at(store)))
    kept = [*names[1:], elsewhere, "mine.new", outcome.paths[0].name]
    assert file_names(folder) == sorted(kept)


@pytest.mark.parametrize("system", ["nt", "posix"])
def test_download_temporary_files_of_processes_that_cannot_be_asked_are_kept(
    system, tmp_path, monkeypatch
):
    asked = []

    def kill(process, signal):
        asked.append((process, signal))
        raise PermissionError

    temporary = tmp_path / f"{_atomic._machine()}-1-{uuid.uuid4().hex}.new"
    temporary.touch()
    monkeypatch.setattr(_atomic, "os", SimpleNamespace(name=system, kill=kill))
    _atomic.remove_stale_temp_files(tmp_path)
    assert temporary.exists()
    assert asked == ([] if system == "nt" else [(1, 0)])  # on Windows it would end the process


@pytest.mark.parametrize("name", ["con", "NUL", "com1", "lpt9.txt", "a.", "...", ".a"])
def test_download_reserved_file_names_are_changed(name):
    changed = safe_filename(name)
    assert changed != name and not changed.startswith(".") and safe_filename(changed) == changed


@pytest.mark.parametrize("name", ["a", "66f1c0de8a4b2f0012ab34cd", "a.b-c_d", "console", "x.con"])
def test_download_plain_file_names_are_kept(name):
    assert safe_filename(name) == name
