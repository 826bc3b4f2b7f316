"""The dashboard, as bytes and in a real browser."""

import hashlib
import itertools
import json
import re
import socket
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pytest
import requests
from werkzeug.test import Client

from scaleapi._html import escape_control_chars
from scaleapi.sandbox import Sandbox
from scaleapi.sandbox.dashboard import (
    MAX_CELL_CHARS,
    MAX_IMAGE_CHARS,
    MAX_TEXT_CHARS,
    PAGE_SIZES,
    format_json,
)
from tests.fixtures.browser import corner

HOSTILE = "<script>alert(1)</script>\"'&amp;</pre></style><img src=x onerror=alert(2)>"
GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


class Seen(HTMLParser):
    """What a document shows.

    `tags` and `attributes` are the names of all there are; `links` are the links' section, text and
    address; `cells` and `folded` are, by section, the texts of each row, and what is folded below.
    """

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.links = [], [], []
        self.cells = {name: [] for name in PAGE_SIZES}
        self.folded = {name: [] for name in PAGE_SIZES}
        self._section, self._texts = "", None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "section":
            self._section = attrs["id"]
        elif tag == "summary":
            self.cells[self._section].append([])
        elif tag == "a":
            self.links.append([self._section, "", attrs["href"]])
        elif tag == "pre" or (tag == "span" and "class" in attrs):
            here = self.folded[self._section] if tag == "pre" else self.cells[self._section][-1]
            self._texts = here
            here.append("")

    def handle_endtag(self, tag):
        if tag in ("span", "pre"):
            self._texts = None

    def handle_data(self, data):
        if self._texts is not None:
            self._texts[-1] += data
        elif self.lasttag == "a" and not self.links[-1][1]:
            self.links[-1][1] = data

    def link(self, section, text):
        """Where the first such link leads; None without one."""
        found = [href for *place, href in self.links if place == [section, text]]
        return found[0].lstrip("/") if found else None


def root(sandbox):
    return sandbox.url[: -len("v1")]


def load(sandbox, query="", **headers):
    """The response to a browser's request, on a connection of its own."""
    return requests.get(root(sandbox) + query, headers=headers, timeout=10)


def look(sandbox, query=""):
    response = load(sandbox, query)
    assert response.status_code == 200, response.text
    return Seen(response.text)


def test_dashboard_shows_projects_batches_and_tasks_with_json(sandbox, http):
    http.make_project("signs")
    http.make_batch("april/01", "signs")
    task = http.make_task(batch="april/01", metadata={"k": "v"})
    seen = look(sandbox)
    assert [cells[1:] for cells in seen.cells["projects"]] == [["signs", "categorization"]]
    assert [cells[1:] for cells in seen.cells["batches"]] == [["april/01", "signs", "in_progress"]]
    assert seen.cells["tasks"] == [
        [
            task["created_at"][:19].replace("T", " "),
            task["task_id"],
            "categorization",
            "signs",
            "april/01",
            "completed",
        ]
    ]
    assert seen.folded["tasks"] == [format_json(http.get(f"/task/{task['task_id']}").json())]
    assert '"_' not in "".join(itertools.chain.from_iterable(seen.folded.values()))


def test_dashboard_shows_recent_requests_with_bodies_newest_first(sandbox, http):
    http.make_project("signs")
    http.get("/tasks?limit=7")
    http.get("/task/nope")
    http.post("/files/upload", files={"file": ("cat.txt", b"12345")}, data={"project_name": "p"})
    seen = look(sandbox)
    assert [cells[1:] for cells in seen.cells["requests"]] == [
        ["POST", "/v1/files/upload", "400"],
        ["GET", "/v1/task/nope", "404"],
        ["GET", "/v1/tasks", "200"],
        ["POST", "/v1/projects", "200"],
    ]
    assert all(re.fullmatch(r"[\d-]{10} [\d:]{8}", cells[0]) for cells in seen.cells["requests"])
    upload, nothing, query, body = seen.folded["requests"]
    assert '"size": 5' in upload and "cat.txt" in upload
    assert nothing == "(neither query nor body)"
    assert '"limit"' in query and '"7"' in query
    assert '"name": "signs"' in body


def test_dashboard_shows_a_request_without_response(sandbox):
    sandbox.fail_next("GET", "/teams", drop=True)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{sandbox.url}/teams", auth=("test_key", ""), timeout=10)
    assert look(sandbox).cells["requests"][0][1:] == ["GET", "/v1/teams", "none"]


def test_dashboard_of_an_empty_sandbox_is_served(sandbox):
    seen = look(sandbox)
    assert seen.cells == {"projects": [], "batches": [], "tasks": [], "requests": []}
    assert load(sandbox).text.count("None yet.") == 4


def test_dashboard_needs_no_key_is_not_recorded_and_consumes_no_fault(sandbox, http):
    sandbox.fail_next("*", "*", 503)
    assert load(sandbox).status_code == 200
    assert load(sandbox, Host="evil.example").status_code == 403
    assert requests.head(root(sandbox), timeout=10).status_code == 200
    assert sandbox.requests == []
    assert http.get("/teams").status_code == 503


def test_dashboard_is_read_only(sandbox):
    assert requests.post(root(sandbox), timeout=10).status_code == 501


def test_dashboard_untrusted_text_is_escaped(sandbox, http):
    http.make_project(HOSTILE)
    http.make_batch(HOSTILE, HOSTILE)
    http.make_task(project=HOSTILE, batch=HOSTILE, instruction=HOSTILE, metadata={HOSTILE: HOSTILE})
    http.get("/tasks", params={HOSTILE: HOSTILE})
    http.post("/projects", data=HOSTILE.encode())
    http.get("/<script>alert(3)")
    clean = look(sandbox)
    names = {"account": HOSTILE, "project": HOSTILE, "batch": HOSTILE}
    filtered = look(sandbox, f"?{urlencode(names)}")
    for seen in (clean, filtered):
        assert not {"script", "img"} & set(seen.tags)
        assert seen.tags.count("style") == 1
        assert not [name for name in seen.attributes if name.startswith("on")]
    assert clean.cells["projects"][0][1] == clean.cells["tasks"][0][3] == HOSTILE
    assert clean.folded["requests"][1] == f"body: {HOSTILE}"


def test_dashboard_bidi_and_control_characters_are_escaped():
    assert escape_control_chars("a\u202eb\u200bc\u2066\ufeff\x07\r\n") == (
        "a\\u202eb\\u200bc\\u2066\\ufeff\\u0007\\r\n"
    )
    assert escape_control_chars("日本語 עברית ü 🙂") == "日本語 עברית ü 🙂"
    assert escape_control_chars("\ud800\U000e0041") == "\\ud800\\udb40\\udc41"


def test_dashboard_bidi_characters_are_escaped_on_the_page(sandbox, http):
    http.make_project("invoice\u202egnp.exe")
    text = load(sandbox).text
    assert "\u202e" not in text and text.count("invoice\\u202egnp.exe") >= 3


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[" * 5_000 + b"]" * 5_000,
        b'"\\ud800"',
        b"\xff\x00\xfe",
        b"1" * 10_000,
        b"NaN",
        b"x" * (2 * MAX_TEXT_CHARS),
    ],
    ids=["open", "deep", "surrogate", "bytes", "digits", "nan", "long"],
)
def test_dashboard_shows_any_request_body(sandbox, http, body):
    http.post("/projects", data=body)
    (folded,) = look(sandbox).folded["requests"]
    assert folded.startswith("body: ") and len(folded) < MAX_TEXT_CHARS + 100


def test_dashboard_deeply_nested_task_is_shown(sandbox, http):
    deep = {}
    for _ in range(400):
        deep = {"d": deep}
    response = http.post("/task/categorization", json={
        "attachment_type": "text", "attachment": "a", "categories": ["a"], "metadata": deep,
    })  # fmt: skip
    assert response.status_code in (200, 400)
    assert look(sandbox).cells["requests"][0][3] == str(response.status_code)


def test_dashboard_deeply_nested_value_is_truncated_before_rendering():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    text = format_json(deep)
    assert text.endswith("\n… and more") and len(text) < MAX_TEXT_CHARS + 100


def test_dashboard_long_values_are_truncated_and_marked(sandbox, http):
    http.make_project("n" * 1000)
    http.make_task(instruction="x" * 50_000)
    seen = look(sandbox)
    assert seen.cells["projects"][0][1] == "n" * MAX_CELL_CHARS + "…"
    assert "n" * 1000 in seen.folded["projects"][0]
    assert seen.folded["tasks"][0].endswith("x\n… and more")
    assert len(seen.folded["tasks"][0]) < MAX_TEXT_CHARS + 100


def test_dashboard_annotations_are_drawn_below_the_json(sandbox, http):
    for attachment in (f"data:image/gif;base64,{GIF}", "https://example.org/street.jpg", "\n"):
        http.draw_task(attachment, [HOSTILE])
    text = load(sandbox).text
    drawings = re.findall(r"<figure>(<svg .*?</svg>)</figure>", text)
    assert len(drawings) == 3 and text.count("<image ") == 1
    assert text.count(f'<image href="data:image/gif;base64,{GIF}"') == 1
    assert "<script" not in text and "example.org/street.jpg" in text
    assert 'style="' not in text, "the page's rules would have it ignored"


def test_dashboard_draws_a_bounded_number_of_annotations(sandbox, http):
    task = http.draw_task("data:image/png;base64," + "A" * MAX_IMAGE_CHARS, ["car"])
    text = load(sandbox).text
    assert "<image " not in text and text.count("<title>") == 2  # the page's, and one shape's
    assert task["task_id"] in text


@pytest.mark.parametrize("attachment", ["data:image/png\n", "data:image/png;base64,!!", "data:"])
def test_dashboard_invalid_attachment_is_tolerated(sandbox, http, attachment):
    http.draw_task(attachment, ["car"])
    assert load(sandbox).text.count("<figure>") == 1


def test_dashboard_pages_hold_every_task_once_newest_first(sandbox, http):
    made = [http.make_task()["task_id"] for _ in range(101)]
    shown, query = [], ""
    while query is not None:
        seen = look(sandbox, query)
        shown.append([cells[1] for cells in seen.cells["tasks"]])
        query = seen.link("tasks", "older")
    assert [len(page) for page in shown] == [50, 50, 1]
    assert list(itertools.chain.from_iterable(shown)) == made[::-1]
    assert [
        cells[1] for cells in look(sandbox, seen.link("tasks", "newer")).cells["tasks"]
    ] == shown[1]
    assert [cells[1] for cells in look(sandbox, seen.link("tasks", "newest")).cells["tasks"]] == (
        shown[0]
    )


def test_dashboard_sections_have_their_own_pages(sandbox, http):
    for number in range(21):
        http.make_project(f"p{number:02}")
        http.make_batch(f"b{number:02}", "p00")
    second = look(sandbox, look(sandbox).link("projects", "older"))
    assert [cells[1] for cells in second.cells["projects"]] == ["p00"]
    assert second.link("projects", "older") is None
    assert second.cells["batches"][0][1] == "b20"
    both = look(sandbox, second.link("batches", "older"))
    assert [both.cells[name][0][1] for name in ("projects", "batches")] == ["p00", "b00"]


def test_dashboard_requests_have_pages(sandbox, http):
    for number in range(60):
        http.get(f"/task/{number}")
    seen = look(sandbox, look(sandbox).link("requests", "older"))
    assert [cells[2] for cells in seen.cells["requests"]] == [
        f"/v1/task/{number}" for number in range(9, -1, -1)
    ]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "9" * 30])
def test_dashboard_invalid_page_number_is_400(sandbox, number):
    assert load(sandbox, f"?tasks={number}").status_code == 400


def test_dashboard_page_past_the_last_is_empty_and_links_back(sandbox, http):
    http.make_task()
    seen = look(sandbox, "?tasks=1000000000")
    assert seen.cells["tasks"] == []
    assert len(look(sandbox, seen.link("tasks", "newest")).cells["tasks"]) == 1


def test_dashboard_project_and_batch_link_to_their_tasks(sandbox, http):
    for name in ("a&b", "other"):
        http.make_project(name)
        http.make_batch(f"{name}/1", name)
        for _ in range(2):
            http.make_task(batch=f"{name}/1")
    http.make_task(project="a&b")
    seen = look(sandbox, look(sandbox).link("projects", "3 tasks"))
    assert len(seen.cells["tasks"]) == 3
    assert [cells[1] for cells in seen.cells["batches"]] == ["a&b/1"]
    seen = look(sandbox, seen.link("batches", "2 tasks"))
    assert [cells[4] for cells in seen.cells["tasks"]] == ["a&b/1", "a&b/1"]
    assert len(look(sandbox, seen.link("", "show all")).cells["tasks"]) == 5


def test_dashboard_shows_each_account_apart_and_no_key(sandbox, http_for):
    for key in ("test_first_unmistakable", "test_second_unmistakable"):
        http_for(sandbox, key).make_project(f"of {key[5:10]}")
    requests.get(f"{root(sandbox)}v2/tasks", headers={"Authorization": "Bearer test_unmistakable"})
    assert "unmistakable" not in load(sandbox).text
    seen = look(sandbox)
    label = hashlib.sha256(b"test_first_unmistakable").hexdigest()[:8]
    first = look(sandbox, seen.link("", label))
    assert {cells[1] for cells in first.cells["projects"]} == {"of first"}
    assert look(sandbox, "?account=nobody").cells["projects"] == []
    assert hashlib.sha256(b"test_first_unmistakable").hexdigest() not in load(sandbox).text


def test_dashboard_headers_forbid_scripts_frames_and_caching(sandbox):
    for response in (load(sandbox), load(sandbox, Host="evil.example"), load(sandbox, "?tasks=x")):
        rules = dict(
            rule.strip().split(" ", 1)
            for rule in response.headers["Content-Security-Policy"].split(";")
        )
        style = rules.pop("style-src")
        assert rules.pop("img-src") == "data:"
        assert re.fullmatch(r"'sha256-[\w+/]{43}='", style)
        assert rules == dict.fromkeys(
            ("default-src", "base-uri", "form-action", "frame-ancestors"), "'none'"
        )
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"


def test_dashboard_names_no_external_resource(sandbox, http):
    http.make_project()
    seen = look(sandbox)
    assert not {"script", "img", "iframe", "form", "object", "embed"} & set(seen.tags)
    assert all(re.match(r"(/\?|#)", href) for _, _, href in seen.links)
    assert not re.search(r"url\(|@import|src=", load(sandbox).text)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "localhost.evil.example", "evil.example:80", "127.0.0.1.evil.example",
        "127.0.0.1@evil.example", "localhost, evil.example", "10.0.0.1", "0.0.0.0", "[::]",
        "[fe80::1]", "localhost.", "localhost:", "localhost:80a", "", "999.0.0.1", "[::1", "::1",
    ],
)  # fmt: skip
def test_dashboard_other_host_name_is_403(sandbox, host):
    assert_refused(load(sandbox, Host=host))


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8080", "127.0.0.1", "127.8.9.1:1", "[::1]", "[::1]:8080"]
)
def test_dashboard_own_host_names_are_accepted(sandbox, host):
    assert load(sandbox, Host=host).status_code == 200


def test_dashboard_request_without_host_is_403(sandbox):
    where = urlsplit(sandbox.url)
    with socket.create_connection((where.hostname, where.port), timeout=5) as raw:
        raw.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert raw.recv(1000).split(b" ")[1] == b"403"


def test_dashboard_peer_on_another_machine_is_403():
    address = outer_address()
    if address is None:
        pytest.skip("this machine has no address but loopback ones")
    with Sandbox(host="0.0.0.0") as sandbox:
        port = urlsplit(sandbox.url).port
        for host in (f"{address}:{port}", "localhost"):
            response = requests.get(f"http://{address}:{port}/", headers={"Host": host}, timeout=10)
            assert_refused(response)
        forged = {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "Host": "localhost"}
        assert_refused(requests.get(f"http://{address}:{port}/", headers=forged, timeout=10))
        assert load(sandbox).status_code == 200


@pytest.mark.parametrize(
    "address, status",
    [
        ("127.0.0.1", 200), ("127.1.2.3", 200), ("::1", 200), ("::ffff:127.0.0.1", 200),
        ("192.168.0.7", 403), ("::ffff:192.168.0.7", 403), ("fe80::1", 403), ("", 403),
    ],
)  # fmt: skip
def test_dashboard_peer_is_determined_by_the_socket(sandbox, address, status):
    app = sandbox._open()._server._http.wsgi_app
    environ = {"REMOTE_ADDR": address, "REQUEST_URI": "/", "HTTP_HOST": "localhost"}
    assert Client(app).get("/", environ_overrides=environ).status_code == status


def test_dashboard_in_a_real_browser_runs_no_script(sandbox, http, browse):
    http.make_project("signs")
    http.make_batch("april/01", "signs")
    http.make_project(HOSTILE + "\u202e")
    task = http.make_task(batch="april/01", instruction=HOSTILE, metadata={HOSTILE: HOSTILE})
    http.get("/task/<script>alert(3)</script>")
    asked = len(sandbox.requests)
    seen = Seen(browse(root(sandbox), "--dump-dom"))
    assert not {"script", "img"} & set(seen.tags)
    assert seen.tags.count("style") == 1
    assert [cells[1] for cells in seen.cells["projects"]] == [HOSTILE + "\\u202e", "signs"]
    assert [cells[1:] for cells in seen.cells["batches"]] == [["april/01", "signs", "in_progress"]]
    assert [cells[1] for cells in seen.cells["tasks"]] == [task["task_id"]]
    assert json.loads(seen.folded["tasks"][0]) == http.get(f"/task/{task['task_id']}").json()
    assert len(seen.cells["requests"]) == asked
    # It asked for nothing else, not even an icon: the one more is our own.
    assert len(sandbox.requests) == asked + 1


def test_dashboard_in_a_real_browser_draws_under_its_csp(sandbox, http, browse):
    http.draw_task(f"data:image/gif;base64,{GIF}", ["<script>alert(1)</script>"])
    seen = browse(root(sandbox), "--dump-dom")
    assert "<script" not in seen and seen.count("<image ") == 1
    assert re.search(r"<text [^>]*>&lt;script&gt;alert\(1\)&lt;/script&gt;</text>", seen)


def test_dashboard_in_a_real_browser_has_light_and_dark_styles(sandbox, http, browse, tmp_path):
    http.make_project("signs")
    pictures = []
    for scheme in ("0", "1"):  # dark, light
        path = tmp_path / f"{scheme}.png"
        browse(
            root(sandbox), f"--screenshot={path}", "--window-size=400,300",
            f"--blink-settings=preferredColorScheme={scheme}",
        )  # fmt: skip
        pictures.append(corner(path.read_bytes()))
    assert [f"#{picture.hex()}" for picture in pictures] == ["#15181c", "#ffffff"]


def assert_refused(response):
    """It is Scale's error body, and tells nothing."""
    assert response.status_code == 403
    assert set(response.json()) == {"status_code", "error"}


def outer_address():
    """An address of this machine that others would use; None without one. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") else address
