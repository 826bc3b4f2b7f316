"""The payloads that the pages of task types show are complete: no check of them finds anything."""

import logging

import pytest

from scaleapi.sandbox import Sandbox
from tests.docs import drawings
from tests.docs.test_code_blocks import ROOT, blocks_of

PAGES = sorted(ROOT.glob("docs/task_types/*.rst"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_payload_of_a_page_is_complete(page, caplog, monkeypatch):
    with Sandbox() as sandbox:
        monkeypatch.setenv("SCALE_API_INSTANCE_URL", sandbox.url)
        monkeypatch.setenv("SCALE_API_KEY", "test_key")
        names = {}
        with caplog.at_level(logging.WARNING, "scaleapi"):
            exec(blocks_of(page)[0].code, names)
        names["client"].close()
    assert names["task"].type == page.stem and caplog.messages == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_figure_of_a_page_is_that_of_its_task(page):
    """Build them with `python -m tests.docs.drawings`; URLs in chats have random parts."""
    figure = drawings.FOLDER / f"{page.stem}.svg"
    assert f".. figure:: /images/task_types/{figure.name}\n" in page.read_text(encoding="utf-8")
    kept = figure.read_text(encoding="utf-8")
    assert page.stem == "chat" or kept == drawings.drawn(page)
