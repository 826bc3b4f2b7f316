"""`python -m scaleapi.sandbox`, as a real process."""

import importlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

import scaleapi
from tests.fixtures.sandbox import printed_address


def get(url, path):
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url + path, auth=("test_key", ""), timeout=5)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_command_line_serves_until_interrupted_and_exits_with_0(run_command, how):
    process = run_command("--port", "0")
    assert get(printed_address(process), "/teams").status_code == 200
    process.send_signal(how)
    output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (0, "", "")


def test_command_line_port_in_use_is_reported_in_one_line(run_command, sandbox):
    process = run_command("--port", sandbox.url.split(":")[2].split("/")[0])
    output, errors = process.communicate(timeout=10)
    assert process.returncode in (1, 2)
    assert output == ""
    assert "in use" in errors and len(errors.splitlines()) == 1


@pytest.mark.parametrize("wrong", [["--port", "70000"], ["--db", "/"], ["--host", "none.invalid"]])
def test_command_line_invalid_arguments_are_reported_in_one_line(run_command, wrong):
    process = run_command("--port", "0", *wrong)
    _, errors = process.communicate(timeout=10)
    assert process.returncode in (1, 2)
    assert len(errors.splitlines()) == 1


def test_command_line_live_and_db_are_passed_on(run_command, http_for, tmp_path):
    process = run_command("--port", "0", "--live", "--db", str(tmp_path / "x.db"))
    body = {"instruction": "i", "attachment_type": "text", "attachment": "a", "categories": ["c"]}
    with requests.Session() as session:
        session.trust_env = False
        response = session.post(
            printed_address(process) + "/task/categorization",
            json=body,
            auth=("test_key", ""),
            timeout=5,
        )
    assert response.json()["status"] == "pending"
    assert (tmp_path / "x.db").exists()


def test_command_line_without_flask_names_the_extra():
    code = "import sys; sys.modules['flask'] = None; import scaleapi.sandbox"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(scaleapi.__file__).parents[1])},
    )
    assert "ImportError" in done.stderr
    assert "pip install 'scaleapi[sandbox]'" in done.stderr


def test_command_line_module_can_be_imported_without_being_run():
    assert callable(importlib.import_module("scaleapi.sandbox.__main__").main)
