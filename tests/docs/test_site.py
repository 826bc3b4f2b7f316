"""The site builds without a warning and has every public name with its docstring."""

import functools
import http.server
import inspect
import pickle
import re
import subprocess
import sys
import threading
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest

import scaleapi
from scaleapi import bulk, callbacks, sandbox
from scaleapi.api_client import v2
from scaleapi.api_client.v2 import exceptions as v2_exceptions
from scaleapi.task_types.declarations import DECLARATIONS
from tests.docs.test_in_a_browser import Quiet

DOCS = Path(__file__).parents[2] / "docs"
pytest.importorskip("furo", reason="the site needs the extra docs")
addnodes = pytest.importorskip("sphinx.addnodes")


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """The finished build process, and the folder with its pages."""
    pages = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-E"]
    done = subprocess.run(
        [*command, "-d", str(pages / "doctrees"), str(DOCS), str(pages)],
        capture_output=True,
        text=True,
    )
    return done, pages


def test_site_builds_without_warnings(build):
    done, _ = build
    assert (done.returncode, done.stderr) == (0, "")


def test_site_loads_nothing_from_other_hosts(build):
    _, pages = build
    loads = re.compile(
        r"""<(?:script|link|img|iframe|object)\b[^>]*(?:src|href|data)="(?:https?:)?//"""
    )
    found = [page.name for page in pages.rglob("*.html") if loads.search(page.read_text("utf-8"))]
    assert not found


def test_site_has_a_markdown_twin_of_each_page_and_lists_them(build):
    _, pages = build
    listed = (pages / "llms.txt").read_text("utf-8")
    for page in DOCS.glob("**/[!_]*.rst"):
        twin = page.relative_to(DOCS).with_suffix(".md").as_posix()
        assert f"({twin})" in listed and (pages / twin).stat().st_size > 100


def test_site_has_copy_buttons_sources_and_a_page_for_missing_ones(build):
    _, pages = build
    assert "copybutton.js" in (pages / "tutorial.html").read_text("utf-8")
    assert "_modules/scaleapi/client.html" in (pages / "api" / "client.html").read_text("utf-8")
    missing = (pages / "404.html").read_text("utf-8")
    assert "Page not found" in missing and "favicon.svg" in missing
    start = (pages / "index.html").read_text("utf-8")
    assert start.count("sd-card-title") == 3 and f"scaleapi {scaleapi.__version__}" in start


QUESTIONS = {
    "how do I export only what changed": "cookbook/export_changes.html",
    "how do I test with requests-mock": "cookbook/testing.html",
    "how do I rotate a key": "cookbook/rotate_keys.html",
    "how do I get a YOLO set": "cookbook/yolo.html",
    "what does a segmentation response hold": "cookbook/segmentation.html",
    "how do I see request ids": "cookbook/request_ids.html",
    "how do I pin this in Docker": "cookbook/docker.html",
}


@pytest.mark.parametrize("question, page", QUESTIONS.items())
def test_site_search_answers_questions_with_its_first_hit(question, page, build, browse):
    _, pages = build
    handler = functools.partial(Quiet, directory=str(pages))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/search.html?q={quote(question)}"
        found = browse(address, "--dump-dom", "--no-proxy-server", "--virtual-time-budget=10000")
        server.shutdown()
    hits = re.findall(r'<li[^>]*>\s*<a href="([^"?]+)', found[found.index("search-results") :])
    assert hits[:1] == [page]


PUBLIC = [
    *((scaleapi, name) for name in scaleapi.__all__ if not name.startswith("_")),
    *((bulk, name) for name in bulk.__all__),
    (callbacks, "parse"),
    *((sandbox, name) for name in sandbox.__all__),
    *((v2, name) for name in v2.__all__),
    *((v2_exceptions, name) for name in dir(v2_exceptions) if name.endswith("Exception")),
]


CLASSES = [
    value
    for value in (getattr(scaleapi, name) for name in scaleapi.__all__)
    if inspect.isclass(value)
]
V2_VARIANTS = ("_with_http_info", "_without_preload_content")


def entries(pages):
    """The full names of all entries of the site, from its inventory for other sites."""
    packed = (pages / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = zlib.decompress(packed).decode().splitlines()
    return {line.split()[0] for line in lines if " py:" in line}


def names_of(value):
    """The full names of an object: where it is public, and where it is defined."""
    public = {
        f"{module.__name__}.{name}" for module, name in PUBLIC if getattr(module, name) is value
    }
    return public | {f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"}


def ours(kind):
    return [base for base in kind.__mro__ if base.__module__.startswith("scaleapi")]


def members(kind):
    """Public names of a class that this package defines, annotated fields included."""
    names = {name for base in ours(kind) for name in vars(base)}
    names.update(*(vars(base).get("__annotations__", ()) for base in ours(kind)))
    return {name for name in names if not name.startswith("_")}


def is_there(kind, member, described):
    """Whether a member has an entry: of its class, of a base class, or in the class's docstring."""
    if re.search(rf"^    [\w, ]*\b{member}\b[\w, ]*: ", inspect.getdoc(kind), re.MULTILINE):
        return True
    return any(f"{name}.{member}" in described for base in ours(kind) for name in names_of(base))


def test_site_has_an_entry_for_every_public_name(build):
    _, pages = build
    described = entries(pages)
    missing = []
    for module, name in PUBLIC:
        value = getattr(module, name)
        if not names_of(value) & described:
            missing.append(f"{module.__name__}.{name}")
        elif inspect.isclass(value):
            missing += [
                f"{module.__name__}.{name}.{member}"
                for member in sorted(members(value))
                if not is_there(value, member, described)
            ]
    assert not missing, "docs/api has no entry for these"


@pytest.fixture(scope="module")
def descriptions(build):
    """The text of each entry of docs/api, by its full name."""
    _, pages = build
    texts = {}
    for path in (pages / "doctrees" / "api").glob("*.doctree"):
        for entry in pickle.loads(path.read_bytes()).findall(addnodes.desc):
            signature, *_, content = entry.children
            texts.update(dict.fromkeys(signature["ids"], normalized(content.astext())))
    return texts


def normalized(text):
    """Remove markup, line breaks and the difference between kinds of quotes."""
    return re.sub(r"[`*\\\s]|[^\x20-\x7e]|[\"']|-", "", text)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_site_public_class_shows_docstrings_of_its_methods(descriptions, cls):
    missing = []
    for name in [None, *members(cls)]:
        value = cls if name is None else inspect.getattr_static(cls, name, None)
        if not (inspect.isclass(value) or inspect.isroutine(value) or isinstance(value, property)):
            continue
        owners = [cls] if name is None else ours(cls)
        ids = [".".join(filter(None, (full, name))) for owner in owners for full in names_of(owner)]
        expected = normalized(inspect.getdoc(value).split("\n\n")[0])
        if name and name.endswith(V2_VARIANTS):
            expected = normalized("Takes the arguments of ")
        if not any(expected in descriptions.get(key, "") for key in ids):
            missing.append(name or cls.__name__)
    assert not missing, f"the entries of these in docs/api lack their docstring: {missing}"


def test_task_types_with_evidence_have_a_page_that_the_overview_links(build):
    _, site = build
    evidenced = {
        name for name, declared in DECLARATIONS.items() if declared.status != "undocumented"
    }
    pages = {path.stem for path in (DOCS / "task_types").glob("*.rst")}
    assert pages == evidenced
    overview = (site / "task_types.html").read_text("utf-8")
    table = overview.partition('id="all-task-types"')[2].partition("</table>")[0]
    assert {link for link in evidenced if f'href="task_types/{link}.html"' in table} == evidenced


def test_task_types_page_shows_every_key_of_payload_and_response(build):
    _, site = build
    for name, declared in DECLARATIONS.items():
        if declared.status == "undocumented":
            continue
        page = (site / "task_types" / f"{name}.html").read_text("utf-8")
        for record in (declared.payload, declared.response):
            for key in record.fields:
                assert f'<span class="pre">{key}</span>' in page, (name, key)
