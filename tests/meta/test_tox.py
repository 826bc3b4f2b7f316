"""The chores: what pyproject.toml says of them, and what the workflows make of it."""

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


def test_every_python_of_the_metadata_has_an_environment():
    line = "Programming Language :: Python :: "
    stated = [entry[len(line) :] for entry in PROJECT["classifiers"] if entry.startswith(line)]
    assert VERSIONS == [*stated[1:], "oldest", "newest"]
    assert PROJECT["requires-python"] == f">={VERSIONS[0]}"
    assert TOX["env"]["oldest"]["base_python"] == VERSIONS[:1]
    assert TOX["env"]["newest"]["base_python"] == VERSIONS[-3::-1]


def test_the_oldest_is_what_the_metadata_allow():
    extras = PROJECT["optional-dependencies"]
    allowed = [*PROJECT["dependencies"], *extras["sandbox"], *extras["progress"], *extras["pandas"]]
    pinned = dict(pin.split("==") for pin in TOX["env"]["oldest"]["deps"] if "==" in pin)
    for bound in allowed:
        name, oldest, _ = BOUND.fullmatch(bound).groups()
        assert re.fullmatch(rf"{re.escape(oldest)}(\.0)*", pinned[name]), bound


def test_the_next_major_versions_of_what_the_transport_stands_on_are_excluded():
    bounds = {bound[1]: bound[3] for bound in map(BOUND.fullmatch, PROJECT["dependencies"])}
    assert bounds == {"requests": "3", "urllib3": "3"}


def test_every_chore_is_one_word():
    for word in ("fmt", "lint", "types", "test", "docs", "build", "check"):
        assert TOX["env"][word]["description"]


@pytest.mark.parametrize("word", ["lint", "types", "docs", "build"])
def test_check_installs_what_its_parts_need(word):
    part, check = TOX["env"][word], TOX["env"]["check"]
    assert set(part.get("deps", ())) <= set(check["deps"])
    assert set(part.get("extras", ())) <= set(check["extras"])


def test_lint_checks_imports_and_those_for_type_checkers_too():
    assert ["lint-imports", "--no-cache"] in TOX["env"]["lint"]["commands"]
    assert SETTINGS["tool"]["importlinter"]["exclude_type_checking_imports"] is False


def test_every_private_module_of_the_client_is_forbidden_to_the_sandbox():
    contracts = {
        contract["id"]: contract for contract in SETTINGS["tool"]["importlinter"]["contracts"]
    }
    paths = (ROOT / "scaleapi").glob("_[!_]*")
    private = {f"scaleapi.{path.stem}" for path in paths} - {"scaleapi._version"}
    assert private <= set(contracts["sandbox-on-public-names"]["forbidden_modules"])


@needs_workflows
def test_the_workflows_run_environments_that_exist_and_try_every_version():
    named = []
    for path in WORKFLOWS.glob("*.yml"):
        for names in re.findall(r"(?:env: \[|tox run -e )([\w., \"]+)", path.read_text("utf-8")):
            named += re.findall(r"[\w.]+", names)
    assert set(named) <= {*TOX["env"], *VERSIONS}
    assert {*VERSIONS, "lint", "types", "docs", "build", "check"} <= set(named)


@needs_workflows
@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.name)
def test_a_workflow_may_only_read_unless_a_job_says_more(path):
    assert "\npermissions:\n  contents: read\n\njobs:\n" in path.read_text("utf-8")


@needs_workflows
@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md"])
def test_the_links_to_files_in_the_github_folder_lead_somewhere(name):
    path = WORKFLOWS.parent / name
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8"))
    assert all((path.parent / link).is_file() for link in links), links
    assert name == "SECURITY.md" or "../docs/developer_guide.rst" in links
