"""The notebook of the examples: it runs as it stands, and shows what it promises."""

import json
import re
import shutil

import pytest

from tests.docs import tour

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tour")


@pytest.fixture(scope="module")
def notebook(folder):
    return tour.executed(folder)


def outputs(notebook, words):
    return [each for cell in tour.cells_with(notebook, words) for each in cell["outputs"]]


def shown(notebook, words):
    """What the first of these cells that shows something shows as HTML."""
    found = [each["data"] for each in outputs(notebook, words) if "data" in each]
    return "".join(next(data["text/html"] for data in found if "text/html" in data))


def test_it_runs_to_its_end_and_complains_of_nothing(notebook):
    kinds = {output["output_type"] for output in outputs(notebook, "")}
    assert kinds == {"execute_result", "display_data"}, "neither an error nor a warning"


def test_the_progress_bar_is_a_notebooks_own(notebook):
    (bar, _) = outputs(notebook, "progress=True")
    assert WIDGET in bar["data"]
    (result,) = (each for each in outputs(notebook, "progress=True") if each is not bar)
    assert result["data"]["text/plain"] == ["{'created': 30}"]


def test_objects_pages_and_tables_are_shown_as_tables(notebook):
    assert "<caption>Project(name=street-scenes)</caption>" in shown(notebook, "create_project(")
    assert "<caption>Tasklist: 5 of 30</caption>" in shown(notebook, "client.tasks(project=")
    assert "metadata.camera" in shown(notebook, "to_dataframe(")


def test_annotations_are_shown_over_the_picture_by_themselves(notebook):
    drawn = shown(notebook, "drawing = task.draw(")
    names = re.findall(r"<text [^>]*>([^<]*)</text>", drawn)
    assert sorted(names) == ["bicycle", "car", "house", "kerb", "sign", "tree"]
    assert drawn.count("<image ") == 1 and "<p>" not in drawn
    assert "no response yet: the task is pending" in shown(notebook, 'street-1")[0].draw(')


def test_a_browser_shows_it_as_it_is(notebook, folder, browse):
    document = browse(tour.as_html(notebook, folder).as_uri(), "--dump-dom")
    assert len(re.findall(r"<svg [^>]*aria-label=\"Task\(id=", document)) == 2
    assert "bicycle</text>" in document and "Tasklist: 5 of 30" in document


def test_it_is_kept_without_outputs_and_without_a_machine():
    kept = json.loads(tour.NOTEBOOK.read_text("utf-8"))
    assert set(kept["metadata"]) == {"kernelspec", "language_info"}
    assert set(kept["metadata"]["language_info"]) == {"name"}
    for cell in kept["cells"]:
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_every_picture_of_the_documents_is_made_by_the_command():
    images = {path.name for path in (tour.ROOT / "docs" / "images").iterdir()}
    assert images == set(tour.PICTURES)
    for name in images:
        assert (tour.ROOT / "docs" / "images" / name).stat().st_size < 100_000


def test_every_picture_that_a_document_shows_is_there_and_told_in_words():
    found = {}
    for document in (tour.ROOT / "README.rst", *(tour.ROOT / "docs").glob("*.rst")):
        shown = r"^\.\. (?:image|figure):: (\S+)\n   :alt: (.{20,})$"
        text = document.read_text("utf-8")
        pictures = re.findall(shown, text, re.MULTILINE)
        assert len(pictures) == len(re.findall(r"\.\. (?:image|figure)::", text))
        found.update({document.parent / path: words for path, words in pictures})
    assert len(found) >= 2 and all(path.is_file() for path in found)


def test_the_pictures_can_be_made_anew(notebook, folder, browse, monkeypatch):
    (folder / "docs" / "images").mkdir(parents=True)
    monkeypatch.setattr(tour, "ROOT", folder)
    monkeypatch.setattr(tour, "executed", lambda _: notebook)
    tour.make_pictures(folder)
    for name in tour.PICTURES:
        assert (folder / "docs" / "images" / name).read_bytes()[:4] == b"\x89PNG"
    shutil.rmtree(folder / "docs")
