"""Ctrl-C in a real process: a bulk run ends at once, with one traceback and a logged summary."""

import re
import signal
import subprocess
import sys

import pytest

PROGRAM = """
import itertools, sys, time
import scaleapi

client = scaleapi.ScaleClient("test_key", api_instance_url=sys.argv[1])
task = {"attachment_type": "text", "attachment": "x", "categories": ["c"], "instruction": "i"}
payloads = ({**task, "unique_id": str(n)} for n in itertools.count())
"""
IN_THE_LOOP = """
for outcome in client.create_tasks("categorization", payloads, workers=4):
    if outcome.index == 20:
        print("ready", flush=True)
        while True:  # a signal that comes just before a long sleep would be heard after it
            time.sleep(0.01)
"""
IN_A_CALL = """
client.create_tasks(
    "categorization", payloads, workers=4,
    progress=lambda done, total: done == 20 and print("ready", flush=True),
).run()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("end", [IN_THE_LOOP, IN_A_CALL], ids=["in the loop", "in a call"])
def test_bulk_run_ctrl_c_ends_at_once_with_one_traceback_and_a_summary(end, sandbox, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM + end)
    with subprocess.Popen(
        [sys.executable, program, sandbox.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=30)[1]
    assert process.returncode == -signal.SIGINT
    assert errors.count("Traceback") == 1 and "KeyboardInterrupt" in errors
    told = re.search(r"interrupted: (\d+) created(?:, (\d+) in flight)?", errors)
    done, under_way = map(int, told.groups(default=0))
    with sandbox.client("test_key") as client:
        assert 20 <= done <= client.tasks().total <= done + under_way
    assert under_way <= 4
