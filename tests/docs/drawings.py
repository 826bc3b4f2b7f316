"""Draw the task of each page of a task type, for the figure on that page.

    python -m tests.docs.drawings

rebuilds docs/images/task_types. Look at the images before you commit them.
"""

import contextlib
import io
import tempfile

from scaleapi import drawing
from scaleapi.sandbox import Sandbox
from scaleapi.task_types import DECLARATIONS
from tests.docs.test_code_blocks import ROOT, blocks_of

PAGES = sorted(ROOT.glob("docs/task_types/*.rst"))
FOLDER = ROOT / "docs" / "images" / "task_types"
STREET = ROOT / "examples" / "street.png"
OVER_THE_STREET = (*drawing.TASK_GEOMETRIES, "segmentannotation")


def drawn(page):
    """Return the drawing of the task that a page creates."""
    names = {}
    with Sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        client = f"scaleapi.ScaleClient('test_key', api_instance_url={sandbox.url!r})"
        with contextlib.redirect_stdout(io.StringIO()):
            exec(blocks_of(page)[0].code.replace("scaleapi.ScaleClient()", client), names)
        task = names["task"].as_dict()
        has_files = page.stem == "segmentannotation" or bool(DECLARATIONS[page.stem].files)
        with names["client"] as client:
            list(client.download_results([task] if has_files else [], folder))
        image = STREET if page.stem in OVER_THE_STREET else ""
        found = drawing.draw(task, image, files=folder if has_files else None)
    # Neither an id nor another random value, so that equal drawings are equal files.
    return found.svg.replace(task["task_id"], page.stem)


def main():
    FOLDER.mkdir(exist_ok=True)
    for page in PAGES:
        (FOLDER / f"{page.stem}.svg").write_text(drawn(page), encoding="utf-8")


if __name__ == "__main__":
    main()
