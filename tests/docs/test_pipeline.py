"""Run the tests of the example pipeline as a user who has installed the package does."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "pipeline"


@pytest.fixture
def run(tmp_path):
    """Runs pytest on a copy outside the checkout, without its settings and conftest."""
    copy = shutil.copytree(SAMPLE, tmp_path / "suite", ignore=shutil.ignore_patterns("__pycache__"))

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-W", "error", "--strict-markers", "-q"]
            + ["-p", "no:cacheprovider", "--rootdir", str(copy), *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            cwd=copy,
            capture_output=True,
            text=True,
            timeout=100,
        )

    return run


def passed(done):
    """Return the number of passed tests, if none failed."""
    assert done.returncode == 0, done.stdout + done.stderr
    return int(re.fullmatch(r"(\d+) passed in .*", done.stdout.splitlines()[-1])[1])


@pytest.mark.smoke
def test_pipeline_tests_pass_and_all_are_collected(run):
    tests = re.findall(r"^def test_", (SAMPLE / "test_pipeline.py").read_text(), re.MULTILINE)
    assert passed(run()) >= len(tests) > 5


def test_pipeline_tests_pass_with_xdist_and_proxy_settings(run):
    dead = "http://127.0.0.1:9"
    assert passed(run("-n", "2", HTTP_PROXY=dead, http_proxy=dead, ALL_PROXY=dead)) > 5


def test_pipeline_tests_fail_without_unique_ids(run, tmp_path):
    script = tmp_path / "suite" / "pipeline.py"
    code = re.sub(r'"unique_id": unique_id\(.*?\),.*', "", script.read_text())
    assert code != script.read_text()
    script.write_text(code)
    done = run("-k", "creates_no_task_twice")
    assert done.returncode == 1 and "2 failed" in done.stdout, done.stdout
