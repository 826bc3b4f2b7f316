"""Execute the tour notebook, and make screenshots of it for the documents.

    python -m tests.docs.tour

rebuilds docs/images. Look at the images before you commit them.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import AMBIENT
from tests.fixtures.browser import browser, run_browser

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "examples" / "tour.ipynb"
# Each image is a screenshot of the cell with these words, in a window of this size.
IMAGES = {
    "table.png": ("client.tasks(project=", "1060,330"),
    "drawing.png": ("task.draw(", "800,445"),
    "gallery.png": ("scaleapi.gallery(", "1000,720"),
}
NOTHING_FROM_OUTSIDE = [
    f"--HTMLExporter.{name}_url=" for name in ("mathjax", "require_js", "jquery")
]


def executed(folder):
    """Execute a copy of the notebook, and return it with its outputs."""
    for path in (NOTEBOOK, NOTEBOOK.with_name("street.png")):
        shutil.copy(path, folder)
    _convert(folder / NOTEBOOK.name, "--to", "notebook", "--execute", "--output", "done.ipynb")
    return json.loads((folder / "done.ipynb").read_text("utf-8"))


def as_html(notebook, folder):
    """Convert a notebook to HTML, and return the path."""
    path = folder / "shown.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    _convert(path, "--to", "html", *NOTHING_FROM_OUTSIDE)
    return path.with_suffix(".html")


def cells_with(notebook, words):
    """Return the code cells that contain these words."""
    return [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and words in "".join(cell["source"])
    ]


def _convert(path, *options):
    own = {"IPYTHONDIR": str(path.parent / "ipython"), "JUPYTER_CONFIG_DIR": str(path.parent)}
    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", str(path), *options],
        env={**{k: v for k, v in os.environ.items() if k.lower() not in AMBIENT}, **own},
        cwd=path.parent,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr


def make_images(folder):
    """Make all images of docs/images."""
    notebook = executed(folder)
    for name, (words, size) in IMAGES.items():
        page = as_html({**notebook, "cells": cells_with(notebook, words)[:1]}, folder)
        picture = ROOT / "docs" / "images" / name
        options = (f"--screenshot={picture}", f"--window-size={size}", "--hide-scrollbars")
        run_browser(browser(), folder / "browser", page.as_uri(), *options)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        make_images(Path(scratch))
