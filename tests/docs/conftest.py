"""Fixtures that run examples in separate processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(tmp_path):
    """Starts an example, with only the given environment variables."""
    started = []

    def start(name, *arguments, path=(), **environment):
        # tests/conftest.py has cleared proxies, certificates and keys from os.environ.
        search = os.pathsep.join([*map(str, path), str(ROOT)])
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(ROOT / "examples" / name), *arguments],
            env={**os.environ, "PYTHONPATH": search, "TMPDIR": str(tmp_path), **environment},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def run(start):
    """Runs an example and waits for its end."""

    def run(*arguments, **options):
        process = start(*arguments, **options)
        said = process.communicate(timeout=100)
        return subprocess.CompletedProcess(process.args, process.returncode, *said)

    return run
