"""The public names: everything published is present, everything public is documented."""

import ast
import importlib
import inspect
import os
import pathlib
import pickle
import re
import subprocess
import sys

import pytest

import scaleapi
from scaleapi import bulk, drawing
from tests.data.published_names import NAMES, SIGNATURES

ROOT = pathlib.Path(__file__).parents[2]
PUBLIC = {name: getattr(scaleapi, name) for name in scaleapi.__all__}
PUBLIC_CLASSES = [
    value
    for value in PUBLIC.values()
    # What belongs to v2 is documented as a whole.
    if inspect.isclass(value) and not value.__module__.startswith("scaleapi.api_client")
]


@pytest.mark.smoke
@pytest.mark.parametrize("module, names", sorted(NAMES.items()))
def test_published_names_are_all_present(module, names):
    lost = set(names) - set(dir(importlib.import_module(module)))
    assert not lost, f"{module} no longer offers {sorted(lost)}"


@pytest.mark.parametrize("method, signature", sorted(SIGNATURES.items()))
def test_published_signatures_are_kept(method, signature):
    ours = inspect.signature(getattr(scaleapi.ScaleClient, method)).parameters.values()
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in ours
        if parameter.name != "self" and parameter.kind is not parameter.KEYWORD_ONLY
    ]
    assert ", ".join(str(parameter).replace(" = ", "=") for parameter in bare) == signature


def test_exported_names_are_exact():
    """What type checkers read, what is there at run time, and the list are the same."""
    tree = ast.parse(inspect.getsource(scaleapi))
    checking = next(node for node in tree.body if isinstance(node, ast.If))
    imported = {alias.name: node.module for node in checking.body for alias in node.names}
    modules = {name for name in imported if imported[name] is None}
    assert modules == {"annotations", "api_client", "callbacks"} <= scaleapi._SUBMODULES
    imported = {name: module for name, module in imported.items() if name not in modules}
    assert imported == scaleapi._MODULE_OF
    assert scaleapi.__all__ == sorted({*imported, "__version__"})
    for name, module in imported.items():
        value = getattr(scaleapi, name)
        assert value is getattr(importlib.import_module(f"scaleapi.{module}"), name)
        assert getattr(value, "__module__", "scaleapi").startswith("scaleapi")
    assert set(scaleapi.__all__) <= set(dir(scaleapi))


def public_methods(kind):
    return sorted(
        name
        for name in dir(kind)
        if not name.startswith("_") and inspect.isroutine(inspect.getattr_static(kind, name, None))
    )


def own_kind(kind):
    return [name for name in public_methods(kind) if name not in dir(list) + dir(Exception)]


@pytest.mark.parametrize("kind", PUBLIC_CLASSES, ids=lambda kind: kind.__name__)
def test_public_names_all_have_a_docstring(kind):
    assert inspect.getdoc(kind)
    for name in own_kind(kind):
        assert inspect.getdoc(getattr(kind, name)), f"{kind.__name__}.{name} has no docstring"


@pytest.mark.parametrize("name", own_kind(scaleapi.ScaleClient))
def test_every_method_of_the_client_names_its_source_or_its_class_does(name):
    home = next(kind for kind in scaleapi.ScaleClient.__mro__ if name in vars(kind))
    docs = (inspect.getdoc(vars(home)[name]), home.__doc__)
    assert any("See https://scale.com/docs/api-reference" in doc for doc in docs)


def fresh(code):
    """What a fresh interpreter says to this code, with nothing loaded that measures it."""
    plain = {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE_")}
    command = [sys.executable, "-W", "error", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=plain)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.split()


def test_import_prints_nothing_and_loads_neither_flask_nor_the_sandbox():
    loaded = fresh("import sys, scaleapi; print(*sys.modules)")
    for module in (
        "flask", "cheroot", "werkzeug", "sqlite3", "scaleapi.sandbox", "pytest", "pandas", "tqdm",
        "scaleapi.drawing", "scaleapi._html",
    ):  # fmt: skip
        assert module not in loaded


def test_import_of_the_client_loads_no_lazy_module():
    loaded = fresh("import sys, scaleapi; scaleapi.ScaleClient; print(*sys.modules)")
    assert not {"flask", "pandas", "tqdm", "sqlite3", "scaleapi._html"} & set(loaded)
    light = {f"scaleapi.{name}" for name in ("api_client", "api_client.v2", "bulk", "drawing")}
    lazy = {name for name in loaded if name.startswith(tuple(f"{name}." for name in light))}
    assert lazy <= light


@pytest.mark.parametrize("package", [bulk, drawing], ids=lambda package: package.__name__)
def test_lazy_packages_have_exactly_the_names_that_they_list(package):
    tree = ast.parse(inspect.getsource(package))
    checking = next(node for node in tree.body if isinstance(node, ast.If))
    listed = package._MODULE_OF
    assert {node.names[0].name: node.module for node in checking.body} == listed
    assert set(package.__all__) <= set(listed)
    assert set(package.__all__) <= set(dir(package))
    assert fresh(f"import {package.__name__} as p; [getattr(p, n) for n in {[*listed]}]") == []
    with pytest.raises(AttributeError, match="has no attribute 'typo'"):
        package.typo  # noqa: B018


def test_import_loads_few_modules_beyond_those_of_requests():
    loaded = set(fresh("import sys, scaleapi; print(*sys.modules)"))
    more = loaded - set(fresh("import sys, requests; print(*sys.modules)"))
    assert {name for name in more if not name.startswith("scaleapi")} == set()


def test_submodules_are_attributes():
    modules = [name for name in NAMES["scaleapi"] if f"scaleapi.{name}" in NAMES]
    assert fresh(f"import scaleapi; [getattr(scaleapi, m) for m in {modules}]; print('ok')")


THREADS = """
import pickle, sys, threading
import scaleapi

packed = eval(sys.argv[1])
failed = []

def work(number):
    try:
        if number % 2:
            pickle.loads(packed[number % len(packed)])
        else:
            scaleapi.ScaleClient("test_key").v2
    except BaseException as error:
        failed.append(repr(error))

threads = [threading.Thread(target=work, args=[number]) for number in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*failed or ["ok"])
"""


def test_lazy_import_of_v2_by_many_threads_succeeds():
    from scaleapi.api_client.v2 import Task, TaskStatus, exceptions

    things = [Task(task_id="t"), TaskStatus.COMPLETED, exceptions.NotFoundException(404)]
    packed = repr([pickle.dumps(thing) for thing in things])
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", THREADS, packed], capture_output=True, text=True, cwd=ROOT
        )
        assert (done.stdout.split(), done.stderr) == (["ok"], "")


def test_lazy_v2_is_reached_by_attributes_alone():
    code = "import scaleapi; print(scaleapi.api_client.v2.models.task.Task.__name__)"
    assert fresh(code) == ["Task"]
    assert fresh("import scaleapi.api_client.v2 as a; print(a.V2Task is a.Task)") == ["True"]
    assert "Task" in fresh("from scaleapi.api_client.v2 import *; print(*dir())")


def test_changelog_top_version_is_that_of_the_package():
    changelog = (ROOT / "docs" / "changelog.rst").read_text(encoding="utf-8")
    versions = re.findall(r"^\[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert versions[0] == scaleapi.__version__


def test_package_is_marked_as_typed():
    assert (ROOT / "scaleapi" / "py.typed").exists()
