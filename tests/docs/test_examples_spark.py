"""The Spark data source, run after run, on a real local Spark."""

import json
import os
import re
import runpy
import shutil
import sys
from collections import Counter
from types import SimpleNamespace

import pytest

from scaleapi.sandbox import Sandbox

from .conftest import ROOT

pytest.importorskip("pyspark")
parquet = pytest.importorskip("pyarrow.parquet")
needs_java = pytest.mark.skipif(
    not (os.environ.get("JAVA_HOME") or shutil.which("java")), reason="Spark needs Java"
)
TASKS = 1200


@pytest.fixture
def sandbox():
    """A sandbox with a project whose tasks were each updated a minute after the one before."""
    with Sandbox() as sandbox:
        tasks = [
            {
                "kind": "task", "project": "p", "status": "pending", "tags": ["a"],
                "metadata": {"row": row},
                "created_at": timestamp(row), "updated_at": timestamp(row),
            }
            for row in range(TASKS)
        ]  # fmt: skip
        sandbox.seed([{"kind": "project", "name": "p", "type": "chat"}, *tasks], api_key="test_key")
        yield sandbox


@pytest.fixture
def append(run, sandbox, tmp_path):
    """Runs the example, and returns the numbers that it printed and the queries that it sent."""

    def append(exit_code=0):
        before = len(sandbox.requests)
        done = run(
            "spark_source.py", "out", "--project", "p",
            SCALE_API_KEY="test_key", SCALE_API_INSTANCE_URL=sandbox.url,
            HOME=str(tmp_path), SPARK_LOCAL_DIRS=str(tmp_path), SPARK_LOCAL_IP="127.0.0.1",
            PYSPARK_PYTHON=sys.executable,
            PYSPARK_SUBMIT_ARGS="--master local[2] --conf spark.ui.enabled=false "
            "--conf spark.sql.shuffle.partitions=2 --driver-memory 512m "
            "--driver-java-options -XX:TieredStopAtLevel=1 pyspark-shell",
        )  # fmt: skip
        assert done.returncode == exit_code, done.stderr
        assert "test_key" not in done.stdout + done.stderr
        counts = re.findall(r"\| *p\| *(\w+)\| *(\d+)\|", done.stdout)
        return dict(counts), [request.query for request in sandbox.requests[before:]]

    return append


def timestamp(minute):
    return f"2026-03-01T{minute // 60:02}:{minute % 60:02}:00.000Z"


def listed(sandbox):
    with sandbox.client("test_key") as client:
        return [task.as_dict() for task in client.get_tasks("p")]


def reads(queries):
    """Return the queries that read pages; the others count."""
    return [query for query in queries if query.get("limit") != ["1"]]


@needs_java
def test_spark_source_second_run_appends_only_what_was_updated(append, sandbox, tmp_path):
    counts, queries = append()
    assert counts == {"pending": str(TASKS)}
    assert len({str(query.get("end_time")) for query in reads(queries)}) > 1  # of several parts
    assert not any("updated_after" in query for query in queries)

    changed = min(listed(sandbox), key=lambda task: task["created_at"])
    with sandbox.client("test_key") as client:
        client.cancel_task(changed["task_id"])
    new = {"kind": "task", "project": "p", "status": "pending"}
    sandbox.seed([new] * 2, api_key="test_key")
    sandbox.add_fault("GET", "/tasks", times=1, delay=0.001)  # the partitions are made
    sandbox.add_fault("GET", "/tasks", status=402)
    append(exit_code=1)
    assert parquet.read_table(tmp_path / "out").num_rows == TASKS

    sandbox.clear_faults()
    counts, queries = append()
    assert counts == {"pending": str(TASKS + 1), "canceled": "1"}
    after = f"2026-03-01T{(TASKS - 11) // 60}:{(TASKS - 11) % 60}:00+00:00"
    assert {*map(str, (query["updated_after"] for query in queries))} == {str([after])}

    rows = parquet.read_table(tmp_path / "out").to_pylist()
    # Those of the last ten minutes, both ends included, the changed one, and two new ones.
    assert len(rows) == TASKS + 11 + 1 + 2
    versions = Counter(row["task_id"] for row in rows)
    assert versions.keys() == {task["task_id"] for task in listed(sandbox)}
    assert versions[changed["task_id"]] == 2
    (row,) = (row for row in rows if json.loads(row["metadata"]) == {"row": 7})
    assert (row["status"], row["tags"]) == ("pending", ["a"])
    assert f"{row['updated_at']:%Y-%m-%dT%H:%M:%S}.000Z" == timestamp(7)


def test_spark_source_without_tasks_has_no_rows(sandbox, monkeypatch):
    monkeypatch.setenv("SCALE_API_KEY", "test_key")
    monkeypatch.setenv("SCALE_API_INSTANCE_URL", sandbox.url)
    example = SimpleNamespace(**runpy.run_path(str(ROOT / "examples" / "spark_source.py")))
    options = {"project_name": "p", "updated_after": "2026-03-02"}
    reader = example.ScaleTasks(options).reader(None)
    assert reader.partitions() == []
    assert list(reader.read(example.InputPartition(None))) == []  # as Spark does then


@pytest.mark.parametrize("missing", ["pyspark", "pyarrow"])
def test_spark_source_missing_package_is_named(missing, run, tmp_path):
    (tmp_path / f"{missing}.py").write_text(f"raise ImportError(name={missing!r})")
    done = run("spark_source.py", "out", "--project", "p", path=[tmp_path])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "This needs PySpark. Install it with: pip install 'pyspark>=4' pyarrow\n"
    )


def test_spark_source_without_a_key_does_not_start(run):
    done = run("spark_source.py", "out", "--project", "p")
    assert done.returncode == 2 and "SCALE_API_KEY" in done.stderr
