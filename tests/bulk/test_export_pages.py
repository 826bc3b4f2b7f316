"""Parsing of pages for exports: each task keeps its raw JSON, and invalid pages raise."""

import json

import pytest

from scaleapi import ScaleException
from scaleapi.bulk.export.pages import TaskPageReader

TASKS = [
    '{"task_id": "a", "number": 1.10, "huge": 1e400, "text": "\\u00e9 \\n \\ud800"}',
    '{"task_id":"b","list":[1 , 2],"same":1,"same":2}',
    '{ "task_id" : "c" , "docs" : [ { } ] , "text" : "é ] } , \\" " }',
]


def envelope(docs, before="", after=""):
    return (before + '"docs":' + docs + after).join("{}").encode()


@pytest.fixture
def page(client, wire):
    """What the reader makes of a body."""

    def page(body):
        wire.returns(body)
        return TaskPageReader(client).page({"project": "p"})

    return page


@pytest.mark.parametrize("space", ["", " ", "\n", "\r\n\t "])
def test_export_page_keeps_each_task_as_received(space, page):
    docs = f"[{space}" + f"{space},{space}".join(TASKS) + f"{space}]"
    more = (
        f'{space},{space}"total" {space}: 7, "limit":3,"offset":0,"has_more":true,"next_token":"t"'
    )
    found = page(envelope(docs, space, more + space))
    assert [row.line for row in found] == TASKS
    assert [row.id for row in found] == ["a", "b", "c"]
    assert (found.total, found.has_more, found.next_token) == (7, True, "t")


def test_export_page_multi_line_task_becomes_one_line(page):
    (row,) = page(envelope('[{\n  "task_id": "a",\r\n  "text": "x\\ny"\n}]', '"total":1,'))
    assert "\n" not in row.line and "\r" not in row.line
    assert json.loads(row.line) == {"task_id": "a", "text": "x\ny"}


@pytest.mark.parametrize("docs", ["[]", "[ ]", "[\n]"])
def test_export_page_may_be_empty(docs, page):
    found = page(envelope(docs, '"total":0,"has_more":false,'))
    assert (list(found), found.total, found.next_token) == ([], 0, None)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{", b'{"docs"}', b'{"docs":[],}', b'{"docs":[]}', b'{"total":1}',
        b'{"docs":[{"task_id":"a"},],"total":1}', b'{"docs":[{"task_id":"a"}"total":1}',
        b'{"docs":[{"task_id":"a"} {"task_id":"b"}],"total":1}', b'{"docs":[{}],"total":1}',
        b'{"docs":[{"task_id":5}],"total":1}', b'{"docs":["a"],"total":1}',
        b'{"docs":[],"total":"1"}',
        b'{"docs":{},"total":1}', b'{"docs":[{"task_id":"a"', b'{"docs":[{"task_id":"a"}', b"\xff",
        b'{"docs":[{"task_id":"a","b":}],"total":1}', b"[" * 100_000, b'{"a":' + b"[" * 100_000,
    ],
)  # fmt: skip
def test_export_page_invalid_body_raises(body, page):
    with pytest.raises(ScaleException, match="Expected a page of tasks") as caught:
        page(body)
    assert caught.value.code == 200


def test_export_page_each_attempt_counts_as_a_request(client, wire):
    wire.returns((503, {}), (503, {}), envelope("[]", '"total":3,'))
    reader = TaskPageReader(client.with_options(retries=2))
    reader._client.api.retries = reader._client.api.retries.replace(backoff_factor=0)
    assert reader.count({"project": "p"}) == 3
    assert reader.requests == 3
    assert "limit=1" in wire.last.url
