"""The overloads by task type, and the samples that type checkers read, are complete."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import scaleapi
from scaleapi import TaskType
from scaleapi.task_types.declarations import DECLARATIONS
from tests.task_types.payloads import PAYLOADS
from tests.task_types.variants import COMPLETE_VARIANTS

PACKAGE = Path(scaleapi.__file__).parent
SAMPLES = Path(__file__).parent.parent / "types" / "task_payloads.py"
MODULES = {"create_task": "task_creation.py", "create_tasks": "_mixins/create_tasks.py"}
# What only a project's parameters tell, or nobody: any keyword is accepted.
OPEN = {
    *("chat", "chatlite", "chatexperimental", "multichat", "multistage", "laneannotation"),
    *("videoboxannotation", "videocuboidannotation", "federal2dvideoannotation"),
    *("lidarlinking", "documentmodel"),
}


def overloads(method):
    """The literal task types of a method's overloads, and the names in their last annotation."""
    tree = ast.parse((PACKAGE / MODULES[method]).read_text("utf-8"))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == method and node.decorator_list:
            members = [
                TaskType[name.attr].value
                for name in ast.walk(node.args.args[1].annotation)
                if isinstance(name, ast.Attribute) and name.attr in TaskType.__members__
            ]
            last = node.args.args[2] if len(node.args.args) > 2 else node.args.kwarg
            names = {name.attr for name in ast.walk(last.annotation)
                     if isinstance(name, ast.Attribute)}  # fmt: skip
            found.update(dict.fromkeys(members, names))
    return found


@pytest.mark.parametrize("method", MODULES)
def test_overload_of_every_documented_task_type_has_its_payload(method):
    typed = {name: names for name, names in overloads(method).items() if name not in OPEN}
    assert typed.keys() == DECLARATIONS.keys() - OPEN
    for name, names in typed.items():
        assert DECLARATIONS[name].payload.name in names, name


def test_type_samples_are_the_documented_payloads():
    tree = ast.parse(SAMPLES.read_text("utf-8"))
    documented = next(node for node in tree.body if getattr(node, "name", "") == "documented")
    samples = {}
    for call in (node for node in ast.walk(documented) if isinstance(node, ast.Call)):
        task_type = TaskType[call.args[0].attr].value
        samples[task_type] = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert samples == PAYLOADS


def test_strict_type_checker_accepts_documented_variants_and_flags_their_slips(tmp_path):
    calls = [(TaskType(name), payload) for name, payload in COMPLETE_VARIANTS]
    slips = [({**payload, "geometrees": {}}, kind) for kind, payload in calls]
    lines = ["from scaleapi import ScaleClient, TaskType", "def f(client: ScaleClient) -> None:"]
    for payload, kind in [*((payload, kind) for kind, payload in calls), *slips]:
        words = ", ".join(f"{key}={value!r}" for key, value in payload.items())
        lines.append(f"    client.create_task({kind}, {words})")
    code = tmp_path / "code.py"
    code.write_text("\n".join(lines))
    done = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent",  # as if installed
            f"--cache-dir={tmp_path}", code.name,
        ],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(PACKAGE.parent)},
        capture_output=True, text=True,
    )  # fmt: skip
    flagged = {int(line) for line in re.findall(r"^code\.py:(\d+): error", done.stdout, re.M)}
    first = 3 + len(calls)
    assert flagged == {
        first + place for place, (_, kind) in enumerate(slips) if kind.value not in OPEN
    }, done.stdout


LOADED = """
import sys
import scaleapi
client = scaleapi.ScaleClient("test_key", api_instance_url=sys.argv[1], check_payloads=sys.argv[2])
client.get_projects()
payload = {"attachment": "https://example.org/1.png"}
payload["geometries"] = {"box": {"objects_to_annotate": ["car"]}}
if sys.argv[3] == "create_task":
    client.create_task("imageannotation", **payload)
if sys.argv[3] == "create_tasks":
    client.create_tasks("imageannotation", [payload]).run()
print(*(name for name in sys.modules if name.startswith("scaleapi.task_types")))
"""


@pytest.mark.parametrize(
    "mode, action, is_loaded",
    [
        ("warn", "list", False),
        ("off", "create_task", False),
        ("off", "create_tasks", False),
        ("warn", "create_task", True),
    ],
)
def test_import_and_clients_load_task_types_only_to_check(mode, action, is_loaded, sandbox):
    done = subprocess.run(
        [sys.executable, "-c", LOADED, sandbox.url, mode, action],
        capture_output=True,
        text=True,
        check=True,
    )
    assert bool(done.stdout.strip()) is is_loaded, done.stdout
