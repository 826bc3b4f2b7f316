"""What the sandbox does not leave behind, lose or print raw."""

import datetime as dt
import logging
import os
import subprocess
import sys

import pytest

from scaleapi.sandbox import Sandbox, callbacks
from scaleapi.sandbox.backend import fixtures
from scaleapi.sandbox.http import timestamps


def test_export_that_fails_keeps_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "data.jsonl"
    path.write_text("older")

    def fail(store):
        yield "{}\n"
        raise OSError("disk full")

    monkeypatch.setattr(fixtures, "dump_lines", fail)
    with Sandbox() as sandbox, pytest.raises(OSError, match="disk full"):
        sandbox.export(path)
    assert path.read_text() == "older" and os.listdir(tmp_path) == ["data.jsonl"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_export_follows_a_symbolic_link(tmp_path):
    (tmp_path / "link").symlink_to("real")
    with Sandbox() as sandbox:
        sandbox.export(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").is_file()


def test_years_have_four_digits():
    early = dt.datetime(5, 3, 4, 10, 15, tzinfo=dt.timezone.utc)
    assert timestamps.format_timestamp(early) == "0005-03-04T10:15:00.000Z"
    assert timestamps.first_at_or_after("0900-01-01") == "0900-01-01T00:00:00.000Z"


def test_callbacks_are_kept_by_size(monkeypatch):
    monkeypatch.setattr(callbacks, "MAX_TOTAL_BYTES", 120)
    kept = callbacks.Callbacks()
    for number in range(5):
        kept.send("mailto:a", {"text": "x" * 30, "number": number}, lambda delivered: None)
    assert [each.body["number"] for each in kept.as_list()] == [3, 4]
    kept.send("mailto:a", {"text": "x" * 300}, lambda delivered: None)
    assert len(kept.as_list()) == 1  # the last is always kept
    kept.clear()
    kept.send("mailto:a", {}, lambda delivered: None)
    assert len(kept.as_list()) == 1


def test_urls_are_escaped_in_the_log(caplog):
    with caplog.at_level(logging.INFO, "scaleapi.sandbox"):
        callbacks.Callbacks().send("mailto:a\nERROR forged", {}, lambda delivered: None)
    assert r"'mailto:a\nERROR forged'" in caplog.text and "\nERROR forged" not in caplog.text


@pytest.mark.parametrize("host, warned", [("0.0.0.0", True), ("127.0.0.1", False)])
def test_serving_other_machines_is_said(host, warned):
    command = [sys.executable, "-m", "scaleapi.sandbox", "--port=0", f"--host={host}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith(b"Scale sandbox at http://")
        process.terminate()
        said = process.communicate(timeout=30)[1].decode()
    assert (f"Everyone who reaches {host} can read and change this data" in said) == warned
