"""Requirements and metadata of the distribution, and what a build imports."""

import ast
import pathlib
import re
import sys
from importlib import metadata

import scaleapi

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = pathlib.Path(__file__).parents[2]


def test_metadata_require_requests_and_urllib3_alone():
    required = metadata.requires("scaleapi") or []
    plain = {re.match(r"[\w-]+", line)[0] for line in required if "extra ==" not in line}
    assert plain == {"requests", "urllib3"}


def test_metadata_agree_with_the_package():
    about = metadata.metadata("scaleapi")
    assert about["Version"] == scaleapi.__version__
    assert about["Requires-Python"] == ">=3.9"
    assert about["License-Expression"] == "Apache-2.0"
    assert not [line for line in about.get_all("Classifier") if line.startswith("License")]


def test_build_imports_nothing_of_the_repository():
    imported = set()
    for node in ast.walk(ast.parse((ROOT / "setup.py").read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module.partition(".")[0])
    assert "setuptools" in imported
    local = {path.stem for path in ROOT.iterdir()}
    assert not imported & local


def test_pyproject_has_no_build_command_and_no_local_backend():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert settings["build-system"]["build-backend"] == "setuptools.build_meta"
    assert "backend-path" not in settings["build-system"]
    assert "cmdclass" not in settings["tool"]["setuptools"]
