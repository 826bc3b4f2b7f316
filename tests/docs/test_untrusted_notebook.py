"""A drawing in a notebook that is not trusted, as a real JupyterLab shows it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from scaleapi import drawing
from tests.conftest import AMBIENT

pytest.importorskip("jupyterlab")

BOX = {"type": "box", "label": "omnibus", "left": 10, "top": 20, "width": 30, "height": 40}
TASK = {
    "task_id": "t1", "type": "imageannotation", "params": {}, "response": {"annotations": [BOX]}
}  # fmt: skip


@pytest.fixture
def lab(tmp_path):
    """The URL of a JupyterLab with a notebook that nobody trusts."""
    html = drawing.draw(TASK, "")._repr_html_()
    output = {"output_type": "execute_result", "execution_count": 1, "metadata": {},
              "data": {"text/html": html, "text/plain": "plain"}}  # fmt: skip
    cell = {"cell_type": "code", "id": "a", "execution_count": 1, "metadata": {}, "source": "x",
            "outputs": [output]}  # fmt: skip
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    folder, home = tmp_path / "notebooks", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    (folder / "drawing.ipynb").write_text(json.dumps(notebook))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = {name: str(home) for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
        "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.password=",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class="
        "jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    kept = {name: text for name, text in os.environ.items() if name.lower() not in AMBIENT}
    with subprocess.Popen(
        command, cwd=folder, env={**kept, **own}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/api", server)
            yield f"{url}/lab/tree/drawing.ipynb?reset"
        finally:
            server.terminate()


def wait_for(url, server):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(300):
        assert server.poll() is None, "it ended by itself"
        try:
            with opener.open(url):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("it does not start")


def test_untrusted_notebook_shows_the_drawing_as_an_image(lab, browse):
    document = browse(lab, "--dump-dom", "--no-proxy-server", "--virtual-time-budget=30000")
    (shown,) = re.findall(r'<div [^>]*data-mime-type="text/html"[^>]*>(.*?)</div></div>', document)
    assert re.match(r'.*<img [^>]*src="data:image/svg\+xml;base64,', shown)
    assert "<object" not in shown and "omnibus" not in shown
