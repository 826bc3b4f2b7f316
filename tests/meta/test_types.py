"""What a user's type checker makes of the package."""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = """
import scaleapi
from scaleapi.api_client.v2 import CreateBatchRequest, ExpandableEnumTask

client = scaleapi.ScaleClient("test_key", timeout=(5, 60), retries=scaleapi.RetryPolicy(2))
reveal_type(client.get_task("t"))
reveal_type(client.get_tasks("p", tags=("a", "b"), review_status=[scaleapi.TaskReviewStatus.Fixed]))
reveal_type(client.batches().docs[0].status)
reveal_type(client.upload_file("a.png", progress=print).attachment_url)
reveal_type(client.with_options(timeout=None))
for task in client.v2_get_tasks(project_id="p", expand=[ExpandableEnumTask.PROJECT]):
    reveal_type(task.threads[0].turns[0].messages[0].content.text)
    reveal_type(task.created_at)
    reveal_type(task.completed_at)
reveal_type(client.v2.create_batch(name="n", project="p"))
reveal_type(client.v2.create_batch(CreateBatchRequest(name="n", project_id="p")).metadata)
reveal_type(client.v2.get_task_with_http_info("t", _request_timeout=3).data)
reveal_type(client.v2.get_task_without_preload_content("t").read())
client.get_task(5)
client.v2.get_task()
client.v2.get_task("t", _timeout=5)
"""
REVEALED = [
    "Task",
    "Generator[Task, None, None]",
    "str",
    "str",
    "ScaleClient",
    "str | None",
    "datetime",
    "datetime | None",
    "Batch",
    "dict[str, Any]",
    "Task",
    "bytes",
]


def test_a_strict_script_of_a_user_is_understood_and_its_slips_are_found(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path}", script.name],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    revealed = re.findall(r'Revealed type is "(.*)"', done.stdout)
    bare = [re.sub(r"\b(?:[a-z_0-9]\w*\.)+(?=\w)", "", kind) for kind in revealed]
    # Before Python 3.10 mypy writes it the old way.
    bare = [re.sub(r"Union\[(\w+), None\]", r"\1 | None", kind).rstrip("?") for kind in bare]
    assert bare == REVEALED
    slips = len(SCRIPT.splitlines()) - 2, len(SCRIPT.splitlines()) - 1, len(SCRIPT.splitlines())
    errors = re.findall(r"^script\.py:(\d+): error", done.stdout, re.MULTILINE)
    assert [int(line) for line in errors] == [*slips], done.stdout
    assert "scaleapi" not in re.findall(r"^(\w+)/.*error", done.stdout, re.MULTILINE)
