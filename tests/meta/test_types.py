"""The annotations: as a user's type checker sees them, and as they are read at run time."""

import ast
import inspect
import os
import pathlib
import re
import subprocess
import sys
import typing

import pytest

import scaleapi
from scaleapi import bulk, callbacks, sandbox
from scaleapi.api_client import v2
from tests.contract import calls
from tests.types import usage

from .test_surface import PUBLIC_CLASSES, own_kind, public_methods

ROOT = pathlib.Path(__file__).parents[2]
SLIPS = """\
client = scaleapi.ScaleClient(5)
client.get_task(5)
client.get_tasks("p", tag="a")
client.create_tasks("chat", [], 8)
client.export_tasks("x.jsonl", project="p")
client.v2.get_task()
client.v2.get_task("t", _timeout=5)
client.v2.get_task_with_http_info("t", limit=5)
client.fetch_task("t")
scaleapi.ScaleDuplicateTask
scaleapi.exceptions.ScaleDuplicateTask
scaleapi.task_types.ImageAnotationPayload
"""
KINDS = [*PUBLIC_CLASSES, v2.V2Api, sandbox.Sandbox, sandbox.FaultRule, bulk.BulkRun]


def test_strict_type_checker_accepts_usage_and_finds_mistakes(tmp_path):
    slips = tmp_path / "slips.py"
    slips.write_text(f"import scaleapi.task_types\n\n{SLIPS}")
    done = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent",  # as if installed
            f"--cache-dir={tmp_path}", slips.name, usage.__file__, calls.__file__,
        ],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    errors = re.findall(r"^(.*\.py):(\d+): error", done.stdout, re.MULTILINE)
    lines = range(3, 3 + len(SLIPS.splitlines()))
    assert list(dict.fromkeys(errors)) == [("slips.py", str(n)) for n in lines], done.stdout


def calls_in_usage():
    """The class and the name of each method that tests/types/usage.py calls."""
    for function in ast.parse(inspect.getsource(usage)).body:
        if not isinstance(function, ast.FunctionDef):
            continue
        hints = typing.get_type_hints(getattr(usage, function.name))
        for node in ast.walk(function):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            of = node.func.value
            if isinstance(of, ast.Name) and of.id in hints:
                kind = hints[of.id]
                yield getattr(kind, "__origin__", kind), node.func.attr


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_type_samples_call_every_public_method(kind):
    inherited = {scaleapi.tasks.Resource: "as_dict"}  # called of one of them
    called = {name for of, name in calls_in_usage() if of is kind}
    called |= {name for base, name in inherited.items() if issubclass(kind, base)}
    if kind is scaleapi.ScaleClient:
        called |= {call.name for call in calls.CALLS}
    missing = set(own_kind(kind)) - called
    assert not missing, f"tests/types/usage.py does not call {sorted(missing)} of {kind.__name__}"


def test_type_samples_call_every_public_function():
    source = inspect.getsource(usage)
    functions = [
        value for value in map(vars(scaleapi).get, scaleapi.__all__) if inspect.isfunction(value)
    ]
    for function in [*functions, callbacks.parse]:
        assert f"{function.__name__}(" in source


@pytest.mark.parametrize("name", public_methods(v2.V2Api))
def test_operation_annotations_can_be_read_at_run_time(name):
    hints = typing.get_type_hints(getattr(v2.V2Api, name))
    assert {"options", "return"} <= set(hints)
