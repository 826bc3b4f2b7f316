"""The tox environments of pyproject.toml, and the workflows that run them."""

import pathlib
import re
import sys

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = pathlib.Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT, TOX = SETTINGS["project"], SETTINGS["tool"]["tox"]
VERSIONS = TOX["labels"]["versions"]
BOUND = re.compile(r"([\w-]+)>=([\d.]+)(?:,<([\d.]+))?")
"""A requirement: its name, the oldest version, and the first that is too new."""
WORKFLOWS = ROOT / ".github" / "workflows"
needs_workflows = pytest.mark.skipif(
    not WORKFLOWS.exists(), reason="a source archive holds no dotfiles"
)


def test_tox_has_an_environment_for_every_python_of_the_metadata():
    line = "Programming Language :: Python :: "
    stated = [entry[len(line) :] for entry in PROJECT["classifiers"] if entry.startswith(line)]
    assert VERSIONS == [*stated[1:], "oldest", "newest"]
    assert PROJECT["requires-python"] == f">={VERSIONS[0]}"
    assert TOX["env"]["oldest"]["base_python"] == VERSIONS[:1]
    assert TOX["env"]["newest"]["base_python"] == VERSIONS[-3::-1]


def test_tox_oldest_pins_the_lower_bounds_of_the_metadata():
    extras = PROJECT["optional-dependencies"]
    allowed = [*PROJECT["dependencies"], *extras["sandbox"], *extras["progress"], *extras["pandas"]]
    pinned = dict(pin.split("==") for pin in TOX["env"]["oldest"]["deps"] if "==" in pin)
    for bound in allowed:
        name, oldest, _ = BOUND.fullmatch(bound).groups()
        assert re.fullmatch(rf"{re.escape(oldest)}(\.0)*", pinned[name]), bound


def test_dependencies_of_the_transport_exclude_the_next_major_version():
    bounds = {bound[1]: bound[3] for bound in map(BOUND.fullmatch, PROJECT["dependencies"])}
    assert bounds == {"requests": "3", "urllib3": "3"}


def test_tox_environments_have_descriptions():
    for word in ("fmt", "lint", "types", "test", "docs", "build", "check"):
        assert TOX["env"][word]["description"]


@pytest.mark.parametrize("word", ["lint", "types", "docs", "build"])
def test_tox_check_installs_what_its_parts_need(word):
    part, check = TOX["env"][word], TOX["env"]["check"]
    assert set(part.get("deps", ())) <= set(check["deps"])
    assert set(part.get("extras", ())) <= set(check["extras"])


def test_lint_checks_imports_for_type_checkers_too():
    assert ["lint-imports", "--no-cache"] in TOX["env"]["lint"]["commands"]
    assert SETTINGS["tool"]["importlinter"]["exclude_type_checking_imports"] is False


def test_sandbox_contract_forbids_every_private_module_of_the_client():
    contracts = {
        contract["id"]: contract for contract in SETTINGS["tool"]["importlinter"]["contracts"]
    }
    paths = (ROOT / "scaleapi").glob("_[!_]*")
    private = {f"scaleapi.{path.stem}" for path in paths} - {"scaleapi._version"}
    assert private <= set(contracts["sandbox-on-public-names"]["forbidden_modules"])


@needs_workflows
def test_workflows_run_existing_environments_and_every_version():
    named = []
    for path in WORKFLOWS.glob("*.yml"):
        for names in re.findall(r"(?:env: \[|tox run -e )([\w., \"]+)", path.read_text("utf-8")):
            named += re.findall(r"[\w.]+", names)
    assert set(named) <= {*TOX["env"], *VERSIONS}
    assert {*VERSIONS, "lint", "types", "docs", "build", "check"} <= set(named)


@needs_workflows
@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.name)
def test_workflow_permissions_are_read_only_by_default(path):
    assert "\npermissions:\n  contents: read\n\njobs:\n" in path.read_text("utf-8")


@needs_workflows
@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md"])
def test_links_in_the_github_folder_exist(name):
    path = WORKFLOWS.parent / name
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8"))
    assert all((path.parent / link).is_file() for link in links), links
    assert name == "SECURITY.md" or "../docs/developer_guide.rst" in links
