"""Clients that are forked, and clients and objects that travel to other processes."""

import os
import pickle
import subprocess
import sys

import pytest

FORK = """
import os, sys
import scaleapi

client = scaleapi.ScaleClient("test_key", api_instance_url=sys.argv[1], retries=0)
for _ in range(3):
    client.list_teammates()                      # a kept-alive connection, open while forking
child = os.fork()
for number in range(20):
    name = f"{'child' if child == 0 else 'parent'}-{number}"
    assert client.create_project(name, "chat").name == name
    assert client.get_project(name).name == name
if child == 0:
    os._exit(0)
_, status = os.waitpid(child, 0)
sys.exit(status)
"""

UNPICKLE = """
import pickle, sys

task = pickle.load(sys.stdin.buffer)
task.set_tags(["from", "afar"])
print(task._client.tasks().total)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_client_forked_works_in_parent_and_child(sandbox):
    subprocess.run([sys.executable, "-W", "error", "-c", FORK, sandbox.url], check=True, timeout=60)
    with sandbox.client("test_key") as client:
        names = {project.name for project in client.projects()}
    assert names == {f"{who}-{number}" for who in ("parent", "child") for number in range(20)}


def test_task_pickled_works_in_another_process(sandbox):
    with sandbox.client() as client:
        text = {"type": "text", "content": "x"}
        task = client.create_task("textcollection", attachments=[text])
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", UNPICKLE],
            input=pickle.dumps(task), capture_output=True, check=True, timeout=60,
        )  # fmt: skip
        assert done.stdout.split() == [b"1"]
        task.refresh()
    assert task.tags == ["from", "afar"]
