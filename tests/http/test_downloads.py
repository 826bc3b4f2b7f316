"""Downloads: whole or not there, tried again, and the key kept from whom it is no business of."""

import json
import logging
import traceback
import uuid
from pathlib import Path

import pytest
import requests
import urllib3

import scaleapi
from scaleapi._http import download, transport
from scaleapi._http.body import iter_body
from scaleapi.bulk.downloads import safe_filename
from scaleapi.exceptions import MAX_BODY_BYTES
from tests.fixtures.network import KEY
from tests.fixtures.servers import answer, cut, drop, reset, silence

CONTENT = bytes(range(256)) * 40


def task(*addresses, task_id="t1", **more):
    return {"task_id": task_id, "response": {"url": list(addresses)}, **more}


@pytest.fixture
def store(serve):
    """Another host's server of files."""
    store = serve("http")
    store.replies(answer(CONTENT, content_type="image/png"))
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


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_whole_under_its_name_and_fetched_once(fetch, store, tmp_path):
    given = task(at(store, "x/a.png?signature=1"))
    before = json.dumps(given)
    (outcome,) = fetch(given)
    assert (outcome.index, outcome.status, outcome.error) == (0, "downloaded", None)
    assert outcome.task is given and json.dumps(given) == before
    (path,) = outcome.paths
    assert path.read_bytes() == CONTENT
    assert names(tmp_path / "out") == [str(path.relative_to(tmp_path / "out"))]
    assert path.parent.name == "t1" and path.name.startswith("response.url.0-")
    assert path.suffix == ".png"
    (again,) = fetch(task(at(store, "x/a.png?signature=2")))  # signed anew
    assert (again.status, again.paths) == ("existed", [path]) and len(store.requests) == 1


def test_outcomes_come_in_order_whatever_fails(fetch, store):
    store.decides(lambda r: answer({}, 403) if "no" in r.target else answer(CONTENT))
    tasks = [
        task(at(store, f"{'no' if row % 3 == 0 else 'yes'}{row}"), task_id=f"t{row}")
        for row in range(30)
    ]
    outcomes = fetch(*tasks, {"task_id": "empty"}, 5, {"no": "id"}, workers=8)
    assert [outcome.status for outcome in outcomes] == [
        *["failed", "downloaded", "downloaded"] * 10, "empty", "failed", "failed",
    ]  # fmt: skip
    assert all((outcome.error is None) is (outcome.status != "failed") for outcome in outcomes)


def test_one_failing_file_keeps_no_other_of_its_task_from_coming(fetch, store):
    store.decides(lambda r: answer({}, 404) if "gone" in r.target else answer(CONTENT))
    (outcome,) = fetch(task(at(store, "gone"), at(store, "there"), at(store, "there")))
    assert outcome.status == "failed" and len(outcome.paths) == 1
    assert isinstance(outcome.error, scaleapi.ScaleResourceNotFound)


HALF = answer(CONTENT)[:-5000]


@pytest.mark.parametrize(
    "faults",
    [[cut(HALF)], [drop], [reset], [answer({}, 503)], [answer({}, 429, retry_after=0)],
     [cut(HALF), drop, cut(HALF)],
     [cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")]],
)  # fmt: skip
def test_what_is_cut_short_or_refused_for_now_is_fetched_again(faults, fetch, store, tmp_path):
    store.replies(*faults, answer(CONTENT))
    (outcome,) = fetch(task(at(store)))
    assert outcome.error is None and outcome.paths[0].read_bytes() == CONTENT
    assert len(store.requests) == len(faults) + 1
    assert len(names(tmp_path / "out")) == 1


def test_what_never_comes_whole_is_told_with_its_tries_and_leaves_nothing(fetch, store, tmp_path):
    store.replies(cut(HALF))
    (outcome,) = fetch(task(at(store, "a.png?secret=1")))
    assert isinstance(outcome.error, scaleapi.ScaleConnectionError)
    assert "Download incomplete after 4 attempts" in str(outcome.error)
    assert [each.status for each in outcome.error.attempts] == [200] * 4
    assert outcome.error.url == at(store, "a.png?...")
    assert names(tmp_path / "out") == []


def test_a_disk_error_is_told_as_it_is_and_not_tried_again(fetch, store, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "t1").write_text("in the way")
    (outcome,) = fetch(task(at(store)))
    assert isinstance(outcome.error, OSError) and not isinstance(
        outcome.error, scaleapi.ScaleException
    )
    assert store.requests == []


def test_the_key_goes_below_the_own_address_and_nowhere_else(fetch, store):
    own = fetch.own
    own.replies(answer(CONTENT))
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


def test_a_redirect_takes_the_file_from_elsewhere_without_the_key(fetch, store):
    own = fetch.own
    own.decides(
        lambda r: answer(b"", 302, location=at(store)) if "first" in r.target else answer(CONTENT)
    )
    store.replies(answer(b"", 302, location=f"{own.url}/back"))
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
def test_a_redirect_to_no_address_of_a_file_is_refused(location, fetch, store, tmp_path):
    store.replies(answer(b"", 302, location=location))
    (outcome,) = fetch(task(at(store)))
    assert isinstance(outcome.error, scaleapi.ScaleException) and names(tmp_path / "out") == []


def test_redirects_end(fetch, store):
    store.replies(answer(b"", 302, location="/again"))
    (outcome,) = fetch(task(at(store)))
    assert outcome.error.code == 302 and len(store.requests) == 6


def test_a_redirect_away_from_tls_is_refused(serve, connect, store, fetch):
    secure = serve("https")
    secure.replies(answer(b"", 302, location=at(store)))
    (outcome,) = fetch(task(at(secure)), client=connect(fetch.own))
    assert "without TLS" in str(outcome.error) and store.requests == []


def test_proxies_hold_by_host(fetch, store, proxy, connect, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client = connect(fetch.own)
    by_name = at(store).replace("127.0.0.1", "localhost")
    outcomes = fetch(task(at(store, "direct")), task(by_name, task_id="t2"), client=client)
    assert [outcome.status for outcome in outcomes] == ["downloaded"] * 2
    assert [request.target for request in proxy.requests] == [by_name]


def test_signed_addresses_and_the_key_are_in_no_log(fetch, store, caplog):
    store.replies(answer({}, 503), answer({}, 403))
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
def test_no_name_leads_out_of_the_folder(word, fetch, store, tmp_path):
    given = {"task_id": word, "response": {word: {word: at(store, "a/..%2f..%2fx.png/../b")}}}
    (outcome,) = fetch(given)
    assert outcome.status == "downloaded", outcome.error
    (path,) = outcome.paths
    folder = tmp_path / "out"
    assert path.resolve().parent.parent == folder.resolve() and path.name[0] != "."
    assert names(tmp_path) == [str(path.relative_to(tmp_path))]


def test_different_hostile_ids_have_different_folders(fetch, store, tmp_path):
    fetch(
        *(
            task(at(store), task_id=each)
            for each in ("a/b", "a\\b", "a_b", "a b", "x" * 200, "x" * 201)
        )
    )
    assert len(list((tmp_path / "out").iterdir())) == 6


def test_a_link_in_the_way_is_replaced_not_followed(fetch, store, tmp_path):
    (first,) = fetch(task(at(store)))
    (path,) = first.paths
    path.unlink()
    path.symlink_to(tmp_path / "outside")
    (again,) = fetch(task(at(store)))
    assert again.status == "downloaded" and not path.is_symlink()
    assert not (tmp_path / "outside").exists()


def test_files_are_found_wherever_answers_have_them(fetch, store, connect):
    client = connect(fetch.own)
    given = {
        "task_id": "t", "attachment": at(store, "1"), "metadata": {"url": at(store, "no")},
        "params": {
            "attachment": at(store, "2").upper(), "attachments": [at(store, "3")],
            "instruction": at(store, "no"), "x": "scaledata://a/b",
        },
        "response": {"a": [{"b": at(store, "4")}], "c": f"see {at(store, 'no')}", "d": "ftp://x/y"},
    }  # fmt: skip
    (outcome,) = fetch(scaleapi.Task(given, client), client=client)
    assert outcome.status == "downloaded"
    assert sorted(request.target for request in store.requests) == ["/1", "/2", "/3", "/4"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"folder": 5}, "folder must be"), ({"folder": ""}, "folder must be"),
        ({"folder": __file__}, "folder must be a folder"), ({"workers": 0}, "workers must be"),
        ({"tasks": "t"}, "tasks must be"), ({"progress": "x"}, "progress must be"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_at_once(arguments, message, fetch, tmp_path):
    usual = {"tasks": [], "folder": tmp_path / "out"}
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        fetch.client.download_results(**{**usual, **arguments})
    assert not Path(tmp_path / "out").exists()


def test_progress_counts_tasks(fetch, store):
    told = []
    tasks = [task(at(store), task_id=str(row)) for row in range(5)]
    fetch(*tasks, progress=lambda *counts: told.append(counts))
    assert told == [(done, 5) for done in range(1, 6)]


def test_a_host_that_is_down_is_told(fetch, refused):
    (outcome,) = fetch(task(f"{refused}/a.png"))
    assert outcome.status == "failed" and isinstance(outcome.error, scaleapi.ScaleConnectionError)
    assert [attempt.status for attempt in outcome.error.attempts] == [None] * 4


def test_settings_are_kept_for_so_many_hosts_only(fetch, serve, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "MAX_CACHED_ORIGINS", 2)
    stores = [serve("http") for _ in range(3)]
    for each in stores:
        each.replies(answer(CONTENT))
    files = fetch.client.api._downloader()
    for each in [*stores, *stores]:
        assert files.read(at(each)) == CONTENT
        assert 1 <= len(files._transports_by_origin) <= 2


def test_a_protected_file_comes_as_bytes_with_the_key(fetch, store):
    own = fetch.own
    own.replies(cut(HALF), drop, answer(b"", 302, location=at(store)))
    content = fetch.client.get_task_response_file("a/b", "c d")
    assert content == CONTENT
    assert [request.target for request in own.requests] == ["/v1/task/a%2Fb/response_url/c%20d"] * 3
    assert ["Authorization" in request.headers for request in own.requests] == [True] * 3
    assert ["Authorization" in request.headers for request in store.requests] == [False]


def test_a_protected_file_that_is_not_there_is_told(fetch):
    fetch.own.replies(answer({"status_code": 404, "error": "No such file"}, 404))
    with pytest.raises(scaleapi.ScaleResourceNotFound, match="No such file"):
        fetch.client.get_task_response_file("t", "u")


@pytest.mark.parametrize("arguments", [("", "u"), ("t", ""), (5, "u"), ("t", None)])
def test_an_id_that_is_none_is_refused_at_once(arguments, fetch):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="task_id|uuid"):
        fetch.client.get_task_response_file(*arguments)
    assert fetch.own.requests == []


def test_an_address_of_a_response_is_downloaded(fetch, store, tmp_path):
    target = tmp_path / "mask.png"
    target.write_bytes(b"old")
    store.replies(cut(HALF), answer(CONTENT))
    assert fetch.client.download_response_url(at(store), str(target)) == target
    assert target.read_bytes() == CONTENT and names(tmp_path) == ["mask.png"]
    assert not any("Authorization" in request.headers for request in store.requests)


def test_the_key_goes_along_to_an_address_of_scales_own(fetch, tmp_path):
    own = fetch.own
    own.replies(answer(CONTENT))
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
def test_what_can_be_no_download_is_refused_at_once(
    url, path, message, fetch, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        fetch.client.download_response_url(url, path)
    assert fetch.own.requests == [] and names(tmp_path) == []


@pytest.mark.parametrize("status", [201, 202, 203, 204, 206])
def test_what_is_not_the_file_is_not_taken_for_it(status, fetch, store, tmp_path):
    store.replies(answer(b"" if status == 204 else b"later", status))
    (outcome,) = fetch(task(at(store)))
    assert (outcome.status, outcome.error.code) == ("failed", status)
    assert names(tmp_path / "out") == []


def test_an_answer_shorter_than_it_says_is_cut_short_whoever_reads_it(store):
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


def test_a_signed_address_is_in_no_traceback_and_no_answer(fetch, store, refused):
    store.replies(answer({}, 403))
    gone = refused.replace("/v1", "/a?signature=hush")
    for address in (gone, at(store, "a?signature=hush")):
        (outcome,) = fetch(task(address))
        lines = traceback.format_exception(None, outcome.error, outcome.error.__traceback__)
        assert "hush" not in "".join(lines)
    assert "hush" not in outcome.error.response.url + outcome.error.response.request.url


@pytest.mark.parametrize("fault", [cut(answer({"error": "No"}, 403)[:-3]), answer(b"", 403)])
def test_a_refusal_keeps_its_status_whatever_becomes_of_its_body(fault, fetch, store):
    store.replies(fault)
    (outcome,) = fetch(task(at(store)))
    assert (type(outcome.error), outcome.error.code) == (scaleapi.ScaleException, 403)


def test_no_more_of_a_refusal_is_read_than_an_error_keeps(fetch, store):
    store.replies(answer(b"x" * (MAX_BODY_BYTES + 1000), 403))
    (outcome,) = fetch(task(at(store)))
    assert outcome.error.body == "x" * MAX_BODY_BYTES == outcome.error.response.text


def test_the_tries_of_all_faults_are_counted_together(fetch, store):
    store.replies(answer({}, 503), cut(HALF), answer({}, 503), cut(HALF), answer(CONTENT))
    (outcome,) = fetch(task(at(store)))
    assert "Download incomplete after 4 attempts" in str(outcome.error) and len(store.requests) == 4
    found = [(each.status, each.error is None) for each in outcome.error.attempts]
    assert found == [(503, True), (200, False), (503, True), (200, False)]
    assert [each.delay > 0 for each in outcome.error.attempts] == [True, True, True, False]


def test_tries_before_one_that_gets_no_answer_are_told_too(fetch, store):
    store.replies(cut(HALF), drop)
    (outcome,) = fetch(task(at(store)), client=fetch.client.with_options(retries=1))
    assert [each.status for each in outcome.error.attempts] == [200, None]


def test_one_deadline_holds_for_all_tries(fetch, store):
    store.replies(lambda sock: (sock.sendall(HALF), silence(sock)))
    policy = scaleapi.RetryPolicy(total=9, backoff_factor=0.001, deadline=0.2)
    (outcome,) = fetch(task(at(store)), client=fetch.client.with_options(retries=policy))
    assert isinstance(outcome.error, scaleapi.ScaleConnectionTimeout)
    assert "after 1 attempt" in str(outcome.error) and len(store.requests) == 1


def test_an_address_that_only_seems_to_be_below_the_own_gets_no_key(fetch):
    fetch.own.replies(answer(CONTENT))
    fetch(task(f"{fetch.own.url}//v2/x", f"{fetch.own.url}/y"))
    sent = {request.target: "Authorization" in request.headers for request in fetch.own.requests}
    assert sent == {"/v1//v2/x": False, "/v1/y": True}


def test_files_are_asked_for_as_they_are(fetch, store):
    fetch(task(at(store)))
    assert store.requests[0].headers["Accept-Encoding"] == "identity"


def test_the_environment_is_read_once_for_each_host(fetch, store, monkeypatch):
    reads, read = [], transport.send_settings
    monkeypatch.setattr(transport, "send_settings", lambda each: reads.append(each) or read(each))
    fetch(task(*(at(store, str(row)) for row in range(9))))
    assert len(store.requests) == 9 and len(reads) == 1


def test_what_an_ended_process_left_is_swept(fetch, store, tmp_path):
    folder = tmp_path / "out" / "t1"
    folder.mkdir(parents=True)
    for name in (f"{uuid.uuid4().hex}.new", "mine.new"):
        (folder / name).write_bytes(b"half")
    (outcome,) = fetch(task(at(store)))
    assert names(folder) == sorted(["mine.new", outcome.paths[0].name])


@pytest.mark.parametrize("name", ["con", "NUL", "com1", "lpt9.txt", "a.", "...", ".a"])
def test_names_that_mean_something_else_to_a_system_are_changed(name):
    changed = safe_filename(name)
    assert changed != name and not changed.startswith(".") and safe_filename(changed) == changed


@pytest.mark.parametrize("name", ["a", "66f1c0de8a4b2f0012ab34cd", "a.b-c_d", "console", "x.con"])
def test_plain_names_stay(name):
    assert safe_filename(name) == name
