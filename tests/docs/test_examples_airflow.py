"""The functions of the Airflow DAG, and the DAG with a stand-in for Airflow, run after run."""

import functools
import gzip
import inspect
import itertools
import json
import runpy
import sys
from types import ModuleType, SimpleNamespace

import pytest

from scaleapi.sandbox import Sandbox

from .conftest import ROOT

ROWS = [{"id": f"r{row}", "url": f"https://example.org/{row}.png"} for row in range(30)]
DATE = "2026-11-25"


@pytest.fixture
def sandbox():
    with Sandbox(live=True, complete_after=0) as sandbox:
        project = {"kind": "project", "name": "animals", "type": "imageannotation"}
        sandbox.seed([project], api_key="test_key")
        yield sandbox


@pytest.fixture
def client(sandbox):
    with sandbox.client("test_key") as client:
        yield client


@pytest.fixture
def example(monkeypatch):
    """The names of the example, where Airflow is not installed."""
    monkeypatch.setitem(sys.modules, "airflow", None)
    return load()


def load():
    return SimpleNamespace(**runpy.run_path(str(ROOT / "examples" / "airflow_dag.py")))


def creations(sandbox):
    posted = [request for request in sandbox.requests if request.method == "POST"]
    return [request.path for request in posted if not request.path.endswith("/finalize")]


def test_create_day_second_run_creates_nothing(example, client, sandbox):
    assert example.create_day(client, "animals", DATE, ROWS) == f"animals {DATE}"
    created = creations(sandbox)
    assert len(created) == len(ROWS) + 1  # and the batch
    assert example.create_day(client, "animals", DATE, ROWS) == f"animals {DATE}"
    assert creations(sandbox) == created
    assert client.get_batch(f"animals {DATE}").status != "staging"


def test_create_day_after_a_failure_creates_the_rest(example, client, sandbox):
    sandbox.add_fault("POST", "/task/*", times=20, delay=0.001)
    sandbox.add_fault("POST", "/task/*", status=402)
    with pytest.raises(RuntimeError, match="10 tasks failed, first: "):
        example.create_day(client, "animals", DATE, ROWS)
    assert client.get_batch(f"animals {DATE}").status == "staging"
    sandbox.clear_faults()
    before = len(creations(sandbox))
    example.create_day(client, "animals", DATE, ROWS)
    assert len(creations(sandbox)) - before == 10
    tasks = list(client.get_tasks("animals"))
    assert sorted(task.unique_id for task in tasks) == sorted(
        f"animals {DATE} {row['id']}" for row in ROWS
    )


def test_create_day_another_date_creates_tasks_of_its_own(example, client):
    example.create_day(client, "animals", DATE, ROWS[:2])
    example.create_day(client, "animals", "2026-11-26", ROWS[:3])
    batches = [task.batch for task in client.get_tasks("animals")]
    assert sorted(batches) == [f"animals {DATE}"] * 2 + ["animals 2026-11-26"] * 3


def test_is_complete_is_true_once_no_task_is_pending(example, client, sandbox):
    batch = {"kind": "batch", "name": "b", "project": "animals", "status": "in_progress"}
    tasks = [
        {"kind": "task", "batch": "b", "status": status} for status in ("completed", "pending")
    ]
    sandbox.seed([batch, *tasks], api_key="test_key")
    assert not example.is_complete(client, "b")
    (pending,) = client.get_tasks(batch_name="b", status="pending")
    sandbox.complete_task(pending.id, {"annotations": []})
    assert example.is_complete(client, "b")


def test_dag_second_run_of_a_date_creates_nothing(sandbox, tmp_path, monkeypatch):
    monkeypatch.setenv("SCALE_API_KEY", "test_key")
    monkeypatch.setenv("SCALE_API_INSTANCE_URL", sandbox.url)
    lines = ["id,url", *(f"{row['id']},{row['url']}" for row in ROWS)]
    (tmp_path / f"rows-{DATE}.csv").write_text("\n".join(lines))
    airflow = StandIn(ds=DATE, params={"project": "animals", "folder": str(tmp_path)})
    monkeypatch.setitem(sys.modules, "airflow", ModuleType("airflow"))
    monkeypatch.setitem(sys.modules, "airflow.sdk", airflow)
    for _ in range(2):
        load()
        with gzip.open(tmp_path / f"tasks-{DATE}.jsonl.gz", "rt") as file:
            assert len({json.loads(line)["task_id"] for line in file}) == len(ROWS)
        assert len(creations(sandbox)) == len(ROWS) + 1
    assert airflow.results == [("create", f"animals {DATE}"), ("wait", True), ("export", 30)] * 2
    assert airflow.edges == [("wait", "export")] * 2


class StandIn:
    """What the example uses of `airflow.sdk`; a task runs when it is called.

    Args:
        context: The values that Airflow passes to parameters with these names.

    Attributes:
        results: The name and the result of each task that ran.
        edges: The names of the tasks that depend on each other.
    """

    def __init__(self, **context):
        self.context = context
        self.results = []
        self.edges = []

    def dag(self, **_):
        return lambda function: function

    @property
    def task(self):
        def decorate(function):
            return lambda *inputs: Ran(self, function, inputs)

        decorate.sensor = lambda **_: lambda function: decorate(poked(function))
        return decorate


def poked(sensor):
    """Return a function that calls a sensor until it returns something true."""

    @functools.wraps(sensor)
    def poke(*values):
        return next(filter(None, (sensor(*values) for _ in itertools.count())))

    return poke


class Ran:
    """A task of a stand-in, which ran."""

    def __init__(self, airflow, function, inputs):
        names = airflow.context.keys() & inspect.signature(function).parameters.keys()
        context = {name: airflow.context[name] for name in names}
        self.airflow, self.name = airflow, function.__name__
        self.value = function(*(ran.value for ran in inputs), **context)
        airflow.results.append((self.name, self.value))

    def __rshift__(self, after):
        self.airflow.edges.append((self.name, after.name))


def test_airflow_dag_without_airflow_names_the_package(run, tmp_path):
    (tmp_path / "airflow.py").write_text("raise ImportError(name='airflow')")
    done = run("airflow_dag.py", path=[tmp_path])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "This needs Airflow. Install it with: pip install apache-airflow\n"
