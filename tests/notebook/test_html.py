"""Tables for notebooks: short, readable, and with nothing in them that a browser would obey."""

import datetime as dt
import pickle
import re
from html.parser import HTMLParser

import pytest

import scaleapi
from scaleapi._html import FIRST_COLUMNS, MAX_COLUMNS, MAX_FOLDED_CHARS, MAX_INLINE_CHARS, MAX_ROWS

HOSTILE = "</td></pre><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'"


class Reader(HTMLParser):
    """Reads a table: its cells, and all tags."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.cells, self._open, self.attributes = [], [], [], set()
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attributes}
        self._open.append(tag)
        if tag in ("td", "th", "caption"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.cells[-1] += data


def shown(thing):
    reader = Reader(thing._repr_html_())
    assert reader.attributes <= {"style", "class"}
    # So that Jupyter's MathJax makes no formula or link of it.
    assert thing._repr_html_().startswith('<table class="mathjax_ignore tex2jax_ignore">')
    assert {*reader.tags} <= {
        "table",
        "caption",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "pre",
        "p",
    }
    return reader


def task(client, **fields):
    return scaleapi.Task({"task_id": "t", **fields}, client)


def page(client, *tasks, total=5):
    return scaleapi.Tasklist([task(client, **each) for each in tasks], total, 100, 0, False)


def test_html_resource_is_a_table_of_its_keys(client):
    found = shown(task(client, status="completed", tags=["a", "b"], n=None))
    assert found.cells == [
        "Task(id=t)", "task_id", "t", "status", "completed", "tags", '["a", "b"]', "n", "null",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "json",
    [
        {"value": HOSTILE}, {HOSTILE: 1}, {"value": {HOSTILE: [HOSTILE]}}, {"task_id": HOSTILE},
        {"value": HOSTILE * 100}, {"value": {"deep": HOSTILE * 100}},
    ],
)  # fmt: skip
def test_html_untrusted_text_is_escaped(json, client):
    for thing in (task(client, **json), page(client, json)):
        found = shown(thing)
        assert not {"script", "img"} & {*found.tags}
    assert "<script>alert(1)" in "".join(shown(task(client, **json)).cells)


def test_html_lone_surrogate_is_escaped(client):
    for json in ({"value": "a\ud800"}, {"a\ud800": 1}, {"task_id": "a\ud800"}):
        for thing in (task(client, **json), page(client, json)):
            thing._repr_html_().encode("utf-8")
    assert shown(task(client, value="a\ud800")).cells[-1] == "a\\ud800"


@pytest.mark.parametrize(
    "written, read",
    [
        ("2026-03-04T10:15:00.000Z", "2026-03-04 10:15:00 UTC"),
        ("2026-03-04T10:15:00+02:00", "2026-03-04 10:15:00 +0200"),
        ("2026-03-04", "2026-03-04"),
        ("2026-99-04T10:15:00.000Z", "2026-99-04T10:15:00.000Z"),
        ("2026-03-04 is when", "2026-03-04 is when"),
    ],
)
def test_html_timestamps_are_formatted(written, read, client):
    assert shown(task(client, created_at=written)).cells[-1] == read


def test_html_string_like_a_timestamp_is_shown_unchanged(client):
    unique_id = "2026-03-04T10:15:00.123Z"
    assert shown(task(client, unique_id=unique_id)).cells[-1] == unique_id


def test_html_control_and_bidi_characters_are_escaped(client):
    assert shown(task(client, value="pay \u202e001$\0")).cells[-1] == "pay \\u202e001$\\u0000"
    assert (
        shown(task(client, value="日本\u3000語\u00a0!\n\t.")).cells[-1]
        == "日本\u3000語\u00a0!\n\t."
    )


def test_html_column_is_shown_where_any_item_has_a_plain_value(client):
    plain, deep = {"a": 1}, {"a": {"b": 1}}
    for rows in ([plain, deep], [deep, plain]):
        assert "a" in shown(page(client, *rows)).cells


def test_html_value_that_is_not_json_is_shown(client):
    moments = [dt.datetime(2026, 3, 4)] * 20
    assert "2026-03-04" in shown(task(client, value=moments)).cells[-1]


def test_html_long_values_are_folded_and_very_long_ones_truncated(client):
    for value in ("x" * (MAX_INLINE_CHARS + 1), ["y"] * MAX_INLINE_CHARS):
        found = shown(task(client, value=value))
        assert found.tags.count("details") == found.tags.count("summary") == 1
    found = shown(task(client, value="z" * (MAX_FOLDED_CHARS + 1234)))
    assert (
        "1,234 characters more" in found.cells[-1]
        and len(found.cells[-1]) < MAX_FOLDED_CHARS + MAX_INLINE_CHARS + 99
    )
    assert "details" not in shown(task(client, value="x" * MAX_INLINE_CHARS)).tags


def test_html_page_is_a_table_with_a_row_per_item(client):
    rows = [{"type": "chat", "params": {"a": 1}, "urgency": "high"}, {"status": "pending"}]
    found = shown(page(client, *rows))
    assert found.cells == [
        "Tasklist: 2 of 5", "task_id", "type", "status", "urgency",
        "t", "chat", "", "high", "t", "", "pending", "",
    ]  # fmt: skip


def test_html_page_identifying_columns_come_first(client):
    first = list(FIRST_COLUMNS[:MAX_COLUMNS])
    row = dict.fromkeys(["urgency", *reversed(first)], "x")
    assert shown(page(client, row)).cells[1 : MAX_COLUMNS + 1] == first


def test_html_page_has_metadata_and_tags_and_no_empty_columns(client):
    row = {
        "task_id": "t", "unique_id": "u", "batch": None, "tags": ["a"], "metadata": {"b": 1},
        "params": {"c": 2}, "callback_url": "", "completed_at": None, "attempts": 0,
    }  # fmt: skip
    found = shown(page(client, row, {"task_id": "s", "batch": None, "tags": []}))
    assert found.cells[1:6] == ["task_id", "unique_id", "tags", "metadata", "attempts"]
    assert found.cells[6:11] == ["t", "u", '["a"]', '{"b": 1}', "0"]


def test_html_times_are_on_one_line_and_captions_at_the_left(client):
    html = page(client, {"task_id": "t", "created_at": "2026-03-04T10:15:00.000Z"})._repr_html_()
    assert re.search("<td [^>]*white-space:nowrap[^>]*>2026-03-04 10:15:00 UTC</td>", html)
    assert '<caption style="text-align:left">' in html


def test_html_lists_that_the_client_returns_are_tables(scale_client):
    for name in "ab":
        scale_client.create_project(name, "chat")
    found = scale_client.get_projects()
    cells = shown(found).cells
    assert cells[0] == "Project: 2" and cells.count("a") == cells.count("b") == 1
    assert isinstance(found, list) and found == list(found) and found[:1] == [found[0]]
    assert shown(scale_client.list_teammates()).cells[0].startswith("Teammate: ")
    again = pickle.loads(pickle.dumps(found))
    assert type(again) is type(found) and again == found


def test_html_page_has_a_bounded_number_of_rows(client):
    wide = {f"key{number}": number for number in range(50)}
    found = shown(page(client, *[wide] * (MAX_ROWS + 7), total=10**6))
    assert found.tags.count("th") == MAX_COLUMNS
    assert found.tags.count("tr") == MAX_ROWS + 1 and "and 7 more" in found.cells[-1]


def test_html_empty_page_says_so(client):
    assert shown(page(client, total=0)).cells == ["Tasklist: 0 of 0"]


def test_html_every_resource_class_has_a_table(client):
    project = {"name": "p", "type": "chat", "param_history": []}
    assert shown(scaleapi.Project(project, client)).cells[0] == "Project(name=p)"
    assert shown(scaleapi.V2Task.from_dict({"task_id": "t"})).cells[:3] == [
        "Task", "task_id", "t",
    ]  # fmt: skip
