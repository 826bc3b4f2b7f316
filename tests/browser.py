"""A real browser, which runs in no window; what needs one is skipped where there is none."""

import shutil
import subprocess
import zlib
from functools import lru_cache, partial

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def browse(tmp_path):
    """Runs a browser on an address, and gives the document that it made of it."""
    path = browser()
    if path is None:
        pytest.skip(f"no browser here: none of {', '.join(BROWSERS)} is in PATH and starts")

    return partial(run_browser, path, tmp_path / "browser")


def run_browser(path, profile, address, *options):
    """The document that a browser makes of an address; `profile` is a folder of its own."""
    command = [
        path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
        "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--disable-dev-shm-usage", f"--user-data-dir={profile}",
        *options, address,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    return done.stdout.decode()


@lru_cache
def browser():
    """The path of the first that is a browser, and no note where to get one."""
    found = filter(None, map(shutil.which, BROWSERS))
    return next((path for path in found if _starts(path)), None)


def _starts(path):
    return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0


def corner(png):
    """The colour of a picture's first pixel."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and png[24] == 8 and png[25] in (2, 6)
    data, place = b"", 8
    while place < len(png):
        size, kind = int.from_bytes(png[place : place + 4], "big"), png[place + 4 : place + 8]
        data += png[place + 8 : place + 8 + size] if kind == b"IDAT" else b""
        place += size + 12
    # After the line's filter byte; no filter changes the first pixel of the first line.
    return zlib.decompress(data)[1:4]
