"""The documentation as a site: it builds without a warning, and is whole by itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


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
