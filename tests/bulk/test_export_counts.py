"""Exports where the counts and the listings of the API disagree."""

import json

import pytest

from scaleapi import ScaleException
from scaleapi.bulk.export.merge import iter_unique_lines
from scaleapi.bulk.export.pages import RawTask
from scaleapi.bulk.export.parts import PartWriter
from tests import factories


def page(*ids, total):
    created = "2026-03-04T10:15:00.000Z"
    docs = [{"task_id": each, "created_at": created} for each in ids]
    return factories.page(*docs, total=total)


@pytest.fixture
def export(client, wire, tmp_path):
    """Exports what the service answers: the ids in the file; answers that are left are an error."""

    def export(*answers):
        wire.sent.clear()
        wire.returns(*answers)
        client.export_tasks(tmp_path / "a", project_name="p", workers=1)
        assert len(wire.sent) == len(answers)
        return [json.loads(line)["task_id"] for line in (tmp_path / "a").read_bytes().splitlines()]

    return export


def test_export_task_listed_twice_is_written_once(export):
    assert export(page("a", total=2), page("a", "b", "a", total=2)) == ["a", "b"]


def test_export_incomplete_listing_is_read_again(export):
    first, short, whole = page("a", total=2), page("a", total=2), page("a", "b", total=2)
    assert export(first, short, short, whole) == ["a", "b"]


def test_export_listing_that_stays_incomplete_raises(export, client, tmp_path):
    short = page("a", total=2)
    with pytest.raises(ScaleException, match="2 tasks are counted, but 1 listed"):
        export(short, short, short, short)
    assert not (tmp_path / "a").exists()


def test_export_tasks_removed_meanwhile_are_no_error(export):
    """The service counts fewer at the end, too."""
    assert export(page("a", total=3), page("a", total=1), page("a", total=1)) == ["a"]


def test_export_tasks_added_meanwhile_are_written(export):
    assert export(page("a", total=1), page("a", "b", total=2)) == ["a", "b"]


def test_export_fewer_tasks_than_both_counts_raises(export, tmp_path):
    with pytest.raises(ScaleException, match="1 tasks were read, .* 3 at first and 2 at last"):
        export(page("a", total=3), page("a", total=1), page("a", total=2))
    assert not (tmp_path / "a").exists()
    with pytest.raises(ScaleException, match="resume=False"):  # what was read is kept
        export(page("a", total=2))


def test_export_is_bounded_by_the_newest_task(export, wire):
    export(page("a", total=1), page("a", total=1))
    assert "end_time" not in wire.sent[0].url
    assert "end_time=2026-03-04T10%3A15%3A00.001000Z" in wire.sent[1].url


def test_export_task_in_two_windows_is_written_in_the_first(tmp_path):
    parts = [tmp_path / "0", tmp_path / "1"]
    listed = [{"b": '{"b": 1}', "a": '{"a": 1}'}, {"a": '{"a": 2}', "c": '{"c": 1}'}]
    for path, tasks in zip(parts, listed):
        with open(path, "wb") as file:
            part = PartWriter(file)
            for task in tasks.items():
                part.write(RawTask(*task))
            part.finish()
    assert list(iter_unique_lines(parts)) == [b'{"b": 1}\n', b'{"a": 1}\n', b'{"c": 1}\n']


def test_export_lone_surrogate_is_written_as_received(export, tmp_path):
    half = page("a", total=1)
    half["docs"][0]["note"] = "HALF"
    sent = json.dumps(half).encode().replace(b"HALF", b"\xed\xa0\x80")
    assert export(page("a", total=1), sent) == ["a"]
    assert b'"\xed\xa0\x80"' in (tmp_path / "a").read_bytes()
