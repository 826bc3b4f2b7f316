"""Write scaleapi/api_client/v2/models, from the classes that the modules of _models define.

Run `python -m tests.v2.generate_models` after a model is added, renamed or removed.
"""

import ast
import pathlib
import re

V2 = pathlib.Path(__file__).parents[2] / "scaleapi" / "api_client" / "v2"
FOLDER = V2 / "models"
LINE_LENGTH = 100
COMMON = {
    "Field": "_model",
    "Id": "_convert",
    "ModelList": "_convert",
    "Model": "_model",
    "RequestModel": "_model",
}

PACKAGE = '''\
"""The models of the v2 API: its objects, and what its operations send and return.

Each is also in a module of its own, at its published path: `from
scaleapi.api_client.v2.models.task import Task`. `_models` defines them; the files of this package
are written by `python -m tests.v2.generate_models`.
"""

# ruff: noqa: F401  `typing.get_type_hints` looks up here what the annotations of models name.

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Optional, Union

{imports}

__all__ = [
{names}
]

for _name in __all__:  # public paths, also in pickles
    globals()[_name].__module__ = __name__


if not TYPE_CHECKING:  # else type checkers would let any name pass

    def __getattr__(name: str) -> Any:
        """Import the module of a model."""
        if not name.startswith("_"):
            try:
                return importlib.import_module(f".{{name}}", __name__)
            except ModuleNotFoundError:
                pass
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
'''

MODULE = '"""The published module of `{name}`; generated."""\n\n{statement}\n'


def model_sources():
    """Return the names of the public models, and the modules of _models that define them."""
    return {
        node.name: path.stem
        for path in sorted((V2 / "_models").glob("[!_]*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }


def module_name(name):
    """Return the name of the module of a model: its own in snake case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def import_from(source, names):
    """Return an import statement for a file of the package, formatted as by `ruff format`."""
    line = f"from .._models.{source} import {', '.join(names)}"
    if len(line) <= LINE_LENGTH:
        return line
    return f"from .._models.{source} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def generate():
    """Return the text of each file, by file name."""
    models = model_sources()
    sources = {**COMMON, **models}
    names_in = {}
    for name in sorted(sources, key=str.lower):
        names_in.setdefault(sources[name], []).append(name)
    imports = "\n".join(import_from(source, names_in[source]) for source in sorted(names_in))
    listed = "\n".join(f'    "{name}",' for name in sorted(sources.keys() - {"Field"}))
    files = {"__init__.py": PACKAGE.format(imports=imports, names=listed)}
    for name, source in models.items():
        statement = import_from(source, [f"{name} as {name}"])
        files[f"{module_name(name)}.py"] = MODULE.format(name=name, statement=statement)
    return files


if __name__ == "__main__":
    files = generate()
    for path in FOLDER.glob("*.py"):
        if path.name not in files:
            path.unlink()
    for file_name, text in files.items():
        (FOLDER / file_name).write_text(text, encoding="utf-8")
