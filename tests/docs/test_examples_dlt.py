"""The dlt pipeline, run after run, into a real DuckDB database."""

import json

import pytest

from scaleapi.sandbox import Sandbox

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("dlt")


@pytest.fixture
def sandbox():
    """A sandbox with a project of 300 tasks, each updated a minute after the one before."""
    with Sandbox() as sandbox:
        seed(sandbox, "p", map(timestamp, range(300)))
        yield sandbox


@pytest.fixture
def load(run, sandbox, tmp_path):
    """Runs the pipeline, and returns what it printed and the queries that it sent."""

    def load(project="p", exit_code=0):
        before = len(sandbox.requests)
        done = run(
            "dlt_pipeline.py", "t.duckdb", "--project", project, "--pipelines", "state",
            SCALE_API_KEY="test_key", SCALE_API_INSTANCE_URL=sandbox.url,
            HOME=str(tmp_path), RUNTIME__DLTHUB_TELEMETRY_ENDPOINT=f"{sandbox.url}/telemetry",
        )  # fmt: skip
        assert done.returncode == exit_code, done.stderr
        requests = sandbox.requests[before:]
        assert {request.path for request in requests} == {"/v1/tasks"}
        return done, [request.query for request in requests]

    return load


def timestamp(minute):
    return f"2026-03-01T{minute // 60:02}:{minute % 60:02}:00.000Z"


def seed(sandbox, project, times):
    rows = [
        {
            "kind": "task", "project": project, "status": "pending", "created_at": time,
            "updated_at": time, "metadata": {"of": {"time": time}}, "tags": ["a"],
        }
        for time in times
    ]  # fmt: skip
    sandbox.seed([{"kind": "project", "name": project, "type": "chat"}, *rows], api_key="test_key")


def stored(tmp_path, columns):
    with duckdb.connect(str(tmp_path / "t.duckdb"), read_only=True) as database:
        return database.sql(f"select {columns} from scale.tasks order by task_id").fetchall()


def listed(sandbox, project="p"):
    with sandbox.client("test_key") as client:
        return sorted(client.get_tasks(project), key=lambda task: task.id)


def test_dlt_pipeline_second_run_reads_only_what_was_updated(load, sandbox, tmp_path):
    done, queries = load()
    assert done.stdout == "300 tasks read into t.duckdb\n"
    assert len(queries) == 3 and not any("updated_after" in query for query in queries)

    changed = min(listed(sandbox), key=lambda task: task.created_at)
    with sandbox.client("test_key") as client:
        client.cancel_task(changed.id)
        client.add_task_tags(changed.id, ["b"])
    new = {"kind": "task", "project": "p", "status": "pending"}
    sandbox.seed([new] * 2, api_key="test_key")
    done, queries = load()
    # Those of the last ten minutes, both ends included, the changed one, and two new ones.
    assert done.stdout == f"{11 + 1 + 2} tasks read into t.duckdb\n"
    assert [query["updated_after"] for query in queries] == [["2026-03-01T04:49:00.000000Z"]]

    found = stored(tmp_path, "task_id, status, metadata, coalesce(tags, '[]')")
    assert [(*row[:2], *map(json.loads, row[2:])) for row in found] == [
        (task["task_id"], task["status"], task["metadata"], task.get("tags", []))
        for task in (task.as_dict() for task in listed(sandbox))
    ]


def test_dlt_pipeline_json_is_one_column_each(load, tmp_path):
    load()
    with duckdb.connect(str(tmp_path / "t.duckdb"), read_only=True) as database:
        tables = database.sql("select table_name from duckdb_tables where schema_name = 'scale'")
        types = database.sql(
            "select column_name from duckdb_columns "
            "where table_name = 'tasks' and schema_name = 'scale' and data_type = 'JSON'"
        )
        assert {name for (name,) in tables.fetchall() if name[0] != "_"} == {"tasks"}
        assert {"params", "metadata", "response", "tags"} <= {name for (name,) in types.fetchall()}


def test_dlt_pipeline_projects_have_cursors_of_their_own(load, sandbox, tmp_path):
    load()
    seed(sandbox, "q", [timestamp(0)])
    done, queries = load("q")
    assert done.stdout == "1 tasks read into t.duckdb\n" and "updated_after" not in queries[0]
    assert len(stored(tmp_path, "task_id")) == 301


def test_dlt_pipeline_after_a_failure_reads_the_same_tasks(load, sandbox, tmp_path):
    load()
    sandbox.add_fault("GET", "/tasks", status=402)
    done, queries = load(exit_code=1)
    assert "Failed: " in done.stderr and "test_key" not in done.stdout + done.stderr
    sandbox.clear_faults()
    assert load()[1][0]["updated_after"] == queries[0]["updated_after"]
    assert len(stored(tmp_path, "task_id")) == 300


@pytest.mark.parametrize("missing", ["dlt", "duckdb"])
def test_dlt_pipeline_missing_package_is_named(missing, run, tmp_path):
    (tmp_path / f"{missing}.py").write_text(f"raise ImportError(name={missing!r})")
    done = run("dlt_pipeline.py", "t.duckdb", "--project", "p", path=[tmp_path])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "This needs dlt. Install it with: pip install 'dlt[duckdb]'\n"


def test_dlt_pipeline_without_a_key_does_not_start(run):
    done = run("dlt_pipeline.py", "t.duckdb", "--project", "p", "--pipelines", "state")
    assert done.returncode == 2 and "SCALE_API_KEY" in done.stderr
