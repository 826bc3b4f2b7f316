"""Galleries and numbers of labels: many tasks at once, and nothing that a browser would obey."""

import json
import pickle
import re

import pytest

import scaleapi
from scaleapi import Task, gallery, label_counts

from ..fixtures.drawings import opened, sanitized
from .test_drawing import BOX, HOSTILE, png

pandas = pytest.importorskip("pandas")


def task(number, *labels, **fields):
    rows = [{**BOX, "label": label} for label in labels]
    return {
        "task_id": f"t{number}",
        "unique_id": f"street-{number}",
        "type": "imageannotation",
        "status": "completed",
        "params": {"attachment": "https://example.org/a.png"},
        "response": {"annotations": rows},
        **fields,
    }


def test_gallery_shows_each_task_with_its_labels():
    shown = gallery([task(1, "car", "car", "bus"), task(2)], image="")
    html = shown._repr_html_()
    assert len(shown) == 2 and repr(shown) == "<Gallery of 2 tasks>"
    assert [repr(each) for each in shown] == [
        "<Drawing of Task(id=t1): 3 annotations>",
        "<Drawing of Task(id=t2): 0 annotations; The response has no annotations.>",
    ]
    assert "<b>street-1</b><br>car 2, bus 1<" in html
    assert "<b>street-2</b><br>completed<" in html
    assert html.count("<details>") == 2 == opened(html).count("<svg ")
    assert "The response has no annotations." in html


def test_gallery_of_what_is_not_trusted_has_images():
    html = sanitized(gallery([task(1, "car")], image="")._repr_html_())
    assert html.count("<img ") == 1 and "<svg" not in html and "<object" not in html


def test_gallery_reads_no_more_tasks_than_it_shows():
    def tasks():
        yield from (task(number, "car") for number in range(4))
        raise AssertionError("one too many")

    shown = gallery(tasks(), limit=3, columns=2)
    assert len(shown) == 3 and repr(shown) == "<Gallery of 3 tasks, of more>"
    html = shown._repr_html_()
    assert "<p>Only the first 3 tasks are shown.</p>" in html and "repeat(2," in html
    assert "Only the first" not in gallery([task(1), task(2)], limit=2)._repr_html_()


def test_gallery_images_are_chosen_by_task(tmp_path):
    (tmp_path / "street-1.png").write_bytes(png(60, 40))
    images = []

    def image(fields):
        images.append(fields["task_id"])
        return tmp_path / f"{fields['unique_id']}.png"

    html = gallery([task(1, "car")], image=image)._repr_html_()
    assert images == ["t1"] and 'viewBox="0 0 60 40"' in opened(html)


def test_gallery_takes_a_file_and_objects(tmp_path, listing_client):
    (tmp_path / "tasks.jsonl").write_text(json.dumps(task(1, "car")) + "\n")
    for tasks in (tmp_path / "tasks.jsonl", [Task(task(1, "car"), listing_client)]):
        assert "car 1" in gallery(tasks)._repr_html_()


def test_gallery_images_of_unknown_size_are_scaled():
    assert 'type="text/html"' not in gallery([task(1, "car")])._repr_html_()
    sized = gallery([task(1, "car")], size=(640, 360))._repr_html_()
    assert 'viewBox="0 0 640 360"' in opened(sized)


def test_gallery_strings_are_shown_as_text():
    html = gallery([task(1, HOSTILE, unique_id=HOSTILE)], image="")._repr_html_()
    assert "<script" not in html and "<script" not in opened(html)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"columns": 0}, "columns must be a whole number from 1 to 12, got 0"),
        ({"columns": True}, "columns must be a whole number"),
        ({"limit": 201}, "limit must be a whole number from 1 to 200, got 201"),
        ({"limit": "5"}, "limit must be a whole number"),
        ({"image": "a.png"}, "image must be a function that takes a task's JSON"),
        ({"tasks": 5}, "tasks must be an iterable"),
        ({"files": "nowhere"}, "files must be a folder"),
    ],
)
def test_gallery_invalid_arguments_raise(options, message):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=message):
        gallery(**{"tasks": [task(1)], **options})


TASKS = [task(1, "car", "car", "bus"), task(2, "car", HOSTILE), task(3)]


def test_label_counts_are_a_data_frame():
    found = label_counts(TASKS)
    whole = HOSTILE.replace("\ud800", "\ufffd")
    assert isinstance(found, pandas.DataFrame)
    assert found.to_dict("records") == [
        {"label": "car", "type": "box", "annotations": 3, "tasks": 2},
        {"label": "bus", "type": "box", "annotations": 1, "tasks": 1},
        {"label": whole, "type": "box", "annotations": 1, "tasks": 1},
    ]
    assert type(found[found["tasks"] > 1]) is pandas.DataFrame


def test_label_counts_are_displayed_with_bars():
    html = label_counts(TASKS)._repr_html_()
    bars = re.findall(r'color:#[0-9a-f]{6}">(\u2588*)</td>', html)
    assert list(map(len, bars)) == [30, 10, 10] and "<script" not in html
    assert label_counts([]).empty and "<th" in label_counts([])._repr_html_()


def test_label_counts_with_other_columns_are_displayed_as_usual():
    found = label_counts(TASKS)
    found["share"] = 1
    assert "dataframe" in found._repr_html_()


def test_label_counts_can_be_pickled():
    again = pickle.loads(pickle.dumps(label_counts(TASKS)))
    assert again["label"].tolist() == label_counts(TASKS)["label"].tolist()


def test_label_counts_without_pandas_names_the_extra(monkeypatch):
    from scaleapi import dataframes

    dataframes._counts_class.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match=r"needs pandas. Install.*scaleapi\[pandas\]"):
        label_counts(TASKS)
