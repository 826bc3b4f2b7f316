"""Run where the package was installed alone: `trial.py [EXTRA ...]` names the extras it came with.

What an extra brings works with it; without it, the complaint says how to install it.
"""

import sys
from importlib import metadata

import scaleapi
from scaleapi.api_client.v2 import Task

PLAIN = {"scaleapi", "requests", "urllib3", "certifi", "idna", "charset-normalizer"}


def sandbox():
    from scaleapi.sandbox import Sandbox

    with Sandbox() as sandbox, sandbox.client() as client:
        client.create_project("p", scaleapi.TaskType.Categorization)
        assert [project.name for project in client.get_projects()] == ["p"]


def progress():
    with scaleapi.ScaleClient("test_key") as client:
        client.create_tasks("categorization", [], progress=True).run()


def pandas():
    assert len(scaleapi.to_dataframe([])) == 0


def docs():
    import sphinx  # noqa: F401


USES = {"sandbox": sandbox, "progress": progress, "pandas": pandas, "docs": docs}
ALONG = {"docs": ["pandas", "sandbox"]}  # what else an extra brings: the site reads all modules


def main(extras):
    about = metadata.metadata("scaleapi")
    assert about["Version"] == scaleapi.__version__
    with scaleapi.ScaleClient("test_key") as client:
        assert "test_key" not in repr(client)
        assert client.v2 and Task(task_id="t").task_id == "t"
    brought = {each.metadata["Name"].lower() for each in metadata.distributions()}
    brought -= {"pip", "setuptools"}
    if not extras:
        assert brought == PLAIN, brought ^ PLAIN
    here = {*extras, *(more for extra in extras for more in ALONG.get(extra, ()))}
    for extra, use in USES.items():
        if extra in here:
            use()
            continue
        try:
            use()
        except ImportError as lack:
            assert extra == "docs" or f"pip install 'scaleapi[{extra}]'" in str(lack), lack
        else:
            raise AssertionError(f"{extra} works without its extra")
    unknown = {*extras} - {*USES}
    assert not unknown, f"how are these to be tried? {unknown}"
    print(f"works; {len(brought)} packages")


if __name__ == "__main__":
    main(sys.argv[1:])
