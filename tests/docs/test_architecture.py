"""The map of the modules is that of the package as it is."""

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "architecture.rst").read_text("utf-8")


@pytest.fixture(scope="module")
def module_map():
    spec = importlib.util.spec_from_file_location("module_map", DOCS / "module_map.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def place(module_map, name):
    (found,) = module_map.box_of(name)
    return found


def test_every_module_stands_in_one_box(module_map):
    names = module_map.module_names()
    assert {"client", "bulk/_run", "sandbox/routes/tasks"} <= set(names)
    lost = [name for name in names if len(module_map.box_of(name)) != 1]
    assert not lost, "docs/module_map.py must give each of these one box"


def test_no_box_stands_for_nothing(module_map):
    names = module_map.module_names()
    for _, rows in module_map.COLUMNS:
        for box in (box for row in rows for box in row):
            for entry in box.modules.split():
                assert any(name == entry or name.startswith(entry) for name in names), entry


def test_imports_go_down_and_across_only_as_the_map_says(module_map):
    imports = module_map.imports()
    assert {("client", "api"), ("api", "_multipart")} <= imports  # at the top, and in a function
    assert ("files", "_multipart") not in imports  # for type checkers only
    upwards, across = [], set()
    for pair in sorted(imports):
        (column, row, box), (other_column, other_row, other) = (
            place(module_map, name) for name in pair
        )
        if column != other_column:
            across.add((box.title, other.title))
        elif box is not other and other_row <= row:
            upwards.append(pair)
    assert not upwards, "docs/module_map.py has these the wrong way round"
    assert across == set(module_map.ACROSS)


def test_the_drawing_is_of_this_map(module_map):
    drawn = (DOCS / "module_map.svg").read_text("utf-8")
    assert drawn == module_map.drawing(), "run python docs/module_map.py"


def test_the_page_names_every_module_that_is_not_one_of_many_alike(module_map):
    alike = ("api_client/v2/models/", "sandbox/routes/")
    names = [name for name in module_map.module_names() if not name.startswith(alike)]
    files = {f"{name.rpartition('/')[2]}.py" for name in names} - {"__init__.py", "_version.py"}
    assert not [file for file in sorted(files) if file not in PAGE]
