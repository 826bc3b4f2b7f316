"""The tour notebook runs without errors and displays what its text says."""

import ast
import json
import re
import shutil

import pytest

from tests.docs import tour
from tests.fixtures.drawings import opened

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
    """Return the first HTML output of the cells that contain these words."""
    found = [each["data"] for each in outputs(notebook, words) if "data" in each]
    return "".join(next(data["text/html"] for data in found if "text/html" in data))


def test_tour_runs_without_errors_or_warnings(notebook):
    kinds = {(output["output_type"], output.get("name")) for output in outputs(notebook, "")}
    printed = ("stream", "stdout")  # by pycocotools
    assert kinds == {("execute_result", None), ("display_data", None), printed}
    assert [each["name"] for each in outputs(notebook, "COCO(") if "name" in each] == ["stdout"]


def test_tour_progress_bar_is_a_widget(notebook):
    (bar, _) = outputs(notebook, "progress=True")
    assert WIDGET in bar["data"]
    (result,) = (each for each in outputs(notebook, "progress=True") if each is not bar)
    assert result["data"]["text/plain"] == ["{'created': 30}"]


def test_tour_objects_pages_and_data_frames_are_tables(notebook):
    assert ">Project(name=street-scenes)</caption>" in shown(notebook, "create_project(")
    assert ">Tasklist: 5 of 30</caption>" in shown(notebook, "client.tasks(project=")
    assert "metadata.camera" in shown(notebook, "to_dataframe(")


def test_tour_annotations_are_drawn_over_the_image(notebook):
    drawn = opened(shown(notebook, "drawing = task.draw("))
    names = re.findall(r"<text [^>]*>([^<]*)</text>", drawn)
    assert sorted(names) == ["bicycle", "car", "house", "kerb", "sign", "tree"]
    assert drawn.count("<image ") == 1 and "<p>" not in drawn
    assert "no response yet: the task is pending" in shown(notebook, 'street-1")[0].draw(')


def test_tour_shows_a_gallery_counts_of_labels_and_a_coco_file(notebook):
    gallery = shown(notebook, "scaleapi.gallery(")
    assert gallery.count("<details>") == 8 and "<b>street-8</b><br>car 2, bicycle 1<" in gallery
    assert '<td style="text-align:left">bicycle</td>' in shown(notebook, "label_counts(")
    (report,) = outputs(notebook, "report = to_coco(")
    assert literal(report)["left_out"] == {
        "attributes": 1, "line": 1, "point": 1, "task without a response": 22,
    }  # fmt: skip
    (counts,) = (each for each in outputs(notebook, "COCO(") if "data" in each)
    assert literal(counts) == {"car": 11, "bicycle": 6, "house": 1, "tree": 1}


def literal(output):
    return ast.literal_eval("".join(output["data"]["text/plain"]))


def test_tour_is_rendered_by_a_browser(notebook, folder, browse):
    document = opened(browse(tour.as_html(notebook, folder).as_uri(), "--dump-dom"))
    assert len(re.findall(r"<svg [^>]*aria-label=\"Task\(id=", document)) == 10
    assert "bicycle</text>" in document and "Tasklist: 5 of 30" in document


def test_tour_file_has_no_outputs_and_no_machine_metadata():
    kept = json.loads(tour.NOTEBOOK.read_text("utf-8"))
    assert set(kept["metadata"]) == {"kernelspec", "language_info"}
    assert set(kept["metadata"]["language_info"]) == {"name"}
    for cell in kept["cells"]:
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_docs_images_are_all_made_by_the_command():
    images = {path.name for path in (tour.ROOT / "docs" / "images").glob("*.png")}
    assert images == set(tour.IMAGES)
    for name in images:
        assert (tour.ROOT / "docs" / "images" / name).stat().st_size < 100_000


def test_docs_images_exist_and_have_alternative_text():
    found = {}
    for document in (tour.ROOT / "README.rst", *(tour.ROOT / "docs").glob("*.rst")):
        shown = r"^\.\. (?:image|figure):: (\S+)\n   :alt: (.{20,})$"
        text = document.read_text("utf-8")
        pictures = re.findall(shown, text, re.MULTILINE)
        assert len(pictures) == len(re.findall(r"\.\. (?:image|figure)::", text))
        found.update({document.parent / path: words for path, words in pictures})
    assert len(found) >= 2 and all(path.is_file() for path in found)


def test_docs_images_can_be_rebuilt(notebook, folder, browse, monkeypatch):
    (folder / "docs" / "images").mkdir(parents=True)
    monkeypatch.setattr(tour, "ROOT", folder)
    monkeypatch.setattr(tour, "executed", lambda _: notebook)
    tour.make_images(folder)
    for name in tour.IMAGES:
        assert (folder / "docs" / "images" / name).read_bytes()[:4] == b"\x89PNG"
    shutil.rmtree(folder / "docs")
