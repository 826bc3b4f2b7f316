"""The generated modules of scaleapi/api_client/v2/models: the published path of each model."""

import importlib
import json
import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from scaleapi.api_client import v2
from scaleapi.api_client.v2 import models
from tests.data.published_v2_names import MODULES

from .generate_models import FOLDER, generate, model_sources, module_name

ROOT = Path(__file__).parents[2]
MODELS_PATH = "scaleapi.api_client.v2.models"
USER_CODE = "from typing_extensions import assert_type\n\n" + "".join(
    f"from {MODELS_PATH}.{module} import {name}\n" for module, name in sorted(MODULES.items())
)
USER_CODE += f"""
import {MODELS_PATH}.batch as batch_module

task = Task(task_id="t")
assert_type(task, Task)
assert_type(task.status, TaskStatus)
assert_type(task.threads, list[Thread])
assert_type(batch_module.Batch(), Batch)
"""
SLIPS = f"""
from {MODELS_PATH}.task import Batch
from {MODELS_PATH}.tusk import Task
"""


def run(*command, cwd):
    environ = {"MYPYPATH": str(ROOT), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True)


def test_generated_model_modules_are_up_to_date():
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")}
    assert written == generate(), "run `python -m tests.v2.generate_models`"


def test_module_name_of_each_published_model_is_the_published_one():
    published = {name: module for module, name in MODULES.items()}
    generated = {name: module_name(name) for name in model_sources()}
    assert generated == {**published, "Error": "error"}


@pytest.mark.smoke
@pytest.mark.parametrize("module, name", sorted({**MODULES, "error": "Error"}.items()))
def test_published_model_path_has_the_class_of_the_package(module, name):
    kind = getattr(importlib.import_module(f"{MODELS_PATH}.{module}"), name)
    assert kind is getattr(models, name) is getattr(v2, name)
    assert kind.__module__ == MODELS_PATH
    assert pickle.loads(pickle.dumps(kind)) is kind


def test_model_module_is_an_attribute_of_the_package_without_an_import():
    code = f"import {MODELS_PATH} as m; print(m.task.Task is m.Task, hasattr(m, 'tusk'))"
    done = run(sys.executable, "-c", code, cwd=ROOT)
    assert (done.stdout.split(), done.stderr) == (["True", "False"], "")


def test_importing_one_model_path_imports_no_other():
    code = f"import sys, {MODELS_PATH}.task; print(*sys.modules)"
    loaded = run(sys.executable, "-c", code, cwd=ROOT).stdout.split()
    assert [name for name in loaded if name.startswith(f"{MODELS_PATH}.")] == [
        f"{MODELS_PATH}.task"
    ]


def test_mypy_resolves_every_published_model_path(tmp_path):
    (tmp_path / "user.py").write_text(USER_CODE)
    (tmp_path / "slips.py").write_text(SLIPS)
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent"]
    done = run(*command, f"--cache-dir={tmp_path}", "user.py", "slips.py", cwd=tmp_path)
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert [line.partition(": ")[0] for line in errors] == ["slips.py:2", "slips.py:3"], done.stdout


@pytest.mark.skipif(find_spec("pyright") is None, reason="pyright is not installed")
def test_pyright_resolves_every_published_model_path(tmp_path):
    (tmp_path / "user.py").write_text(USER_CODE)
    (tmp_path / "slips.py").write_text(SLIPS)
    settings = {"typeCheckingMode": "strict", "reportUnusedImport": False}
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps({**settings, "extraPaths": [str(ROOT)]})
    )
    command = [sys.executable, "-m", "pyright", "--outputjson"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    found = json.loads(done.stdout)["generalDiagnostics"]
    errors = {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1)
        for each in found
        if each.get("rule") in ("reportAttributeAccessIssue", "reportMissingImports")
    }
    assert errors == {("slips.py", 2), ("slips.py", 3)}, found
    assert {Path(each["file"]).name for each in found} == {"slips.py"}, found
