"""What the repository must not contain: machine paths, keys, registries, other top-level files."""

import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
TESTS = ROOT / "tests"
TOP_LEVEL = {
    "scaleapi", "tests", "docs", "examples", "setup.py", "pyproject.toml", "README.rst", "LICENSE",
}  # fmt: skip
MADE_HERE = re.compile(
    r"\.venv|\.tox|\.\w+_cache|__pycache__|_?build|dist|.*\.egg-info|PKG-INFO|setup\.cfg"
)
# Written in pieces, so that this file does not find itself.
FORBIDDEN = [
    re.compile(pattern)
    for pattern in (
        "/ro" + "ot/",
        "/wo" + "rk/",
        r"\.\./sha" + "red",
        "py" + r"pi\.org",
        "files.python" + "hosted",
        r"live_[0-9a-f]{8}",
        r"test_[0-9a-f]{16}",
    )
]


def kept_files():
    """The files that git keeps or would keep; outside a checkout those that are there."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listing.returncode == 0:
        names = listing.stdout.splitlines()
    else:
        paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        names = [path for path in paths if not any(map(MADE_HERE.fullmatch, path.parts))]
    files = [path for path in map(ROOT.joinpath, names) if path.is_file()]
    assert ROOT / "README.rst" in files
    return files


def test_top_level_has_no_other_files():
    strangers = {path.relative_to(ROOT).parts[0] for path in kept_files()} - TOP_LEVEL
    assert not {name for name in strangers if not name.startswith(".")}


@pytest.mark.parametrize("pattern", FORBIDDEN, ids=lambda pattern: pattern.pattern)
def test_files_name_no_machine_registry_or_key(pattern):
    found = [
        str(path.relative_to(ROOT))
        for path in kept_files()
        if pattern.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert not found


def test_test_modules_have_unique_names():
    paths = [path for path in kept_files() if path.match("test_*.py") and TESTS in path.parents]
    names = [path.name for path in paths]
    assert len(names) > 100
    assert sorted(set(names)) == sorted(names)
