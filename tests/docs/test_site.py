"""The documentation as a site: it builds without a warning, and is whole by itself."""

import inspect
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

import scaleapi
from scaleapi import bulk, callbacks, sandbox
from scaleapi.api_client import v2
from scaleapi.api_client.v2 import exceptions as v2_exceptions

DOCS = Path(__file__).parents[2] / "docs"
pytest.importorskip("furo", reason="the site needs the extra docs")


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """The finished build, and the folder with its pages."""
    pages = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-E"]
    done = subprocess.run(
        [*command, "-d", str(pages / "doctrees"), str(DOCS), str(pages)],
        capture_output=True,
        text=True,
    )
    return done, pages


def test_the_site_builds_without_a_warning(build):
    done, _ = build
    assert (done.returncode, done.stderr) == (0, "")


def test_no_page_loads_anything_from_elsewhere(build):
    _, pages = build
    loads = re.compile(
        r"""<(?:script|link|img|iframe|object)\b[^>]*(?:src|href|data)="(?:https?:)?//"""
    )
    found = [page.name for page in pages.rglob("*.html") if loads.search(page.read_text("utf-8"))]
    assert not found


PUBLIC = [
    *((scaleapi, name) for name in scaleapi.__all__ if not name.startswith("_")),
    *((bulk, name) for name in bulk.__all__),
    (callbacks, "parse"),
    *((sandbox, name) for name in sandbox.__all__),
    *((v2, name) for name in v2.__all__),
    *((v2_exceptions, name) for name in dir(v2_exceptions) if name.endswith("Exception")),
]


def entries(pages):
    """The full names of all that the site describes, as it tells other sites."""
    packed = (pages / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = zlib.decompress(packed).decode().splitlines()
    return {line.split()[0] for line in lines if " py:" in line}


def names_of(value):
    """What an object may be called: by where it is public, and by where it is written."""
    public = {
        f"{module.__name__}.{name}" for module, name in PUBLIC if getattr(module, name) is value
    }
    return public | {f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"}


def ours(kind):
    return [base for base in kind.__mro__ if base.__module__.startswith("scaleapi")]


def members(kind):
    """Public names of a class that are written in this package, types of fields included."""
    names = {name for base in ours(kind) for name in vars(base)}
    names.update(*(vars(base).get("__annotations__", ()) for base in ours(kind)))
    return {name for name in names if not name.startswith("_")}


def is_there(kind, member, described):
    """Whether a member has an entry: with its class, with a base of that, or as an argument."""
    if re.search(rf"^    [\w, ]*\b{member}\b[\w, ]*: ", inspect.getdoc(kind), re.MULTILINE):
        return True
    return any(f"{name}.{member}" in described for base in ours(kind) for name in names_of(base))


def test_every_public_name_has_an_entry(build):
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
