"""Run where the package was installed alone: `trial.py [EXTRA ...]` names the extras it came with.

What an extra brings works with it; without it, the complaint says how to install it.
"""

import contextlib
import sys
from importlib import metadata
from pathlib import Path

import scaleapi
from scaleapi import ScaleException
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


def arrow():
    assert scaleapi.to_arrow([{"task_id": "t"}]).num_rows == 1


def coco():
    from scaleapi.annotations.mask_images import read_indexes

    with contextlib.suppress(FileNotFoundError, ScaleException):
        read_indexes(Path("none.png"))


def docs():
    import sphinx  # noqa: F401


USES = {
    "arrow": arrow, "coco": coco, "docs": docs, "pandas": pandas, "progress": progress,
    "sandbox": sandbox,
}  # fmt: skip
ALONG = {
    "docs": ["arrow", "pandas", "sandbox"]
}  # what else an extra brings: the site reads all modules


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
