"""Walking through pages: lazily, once, and never in a circle."""

import copy
import itertools
import pickle
import weakref

import pytest

from scaleapi import Batchlist, Paginator, ScaleException, Task, Tasklist
from scaleapi.pagination import iter_items, next_by_offset, next_by_token
from tests import factories as shapes


def task(number):
    return {"task_id": str(number)}


def test_get_tasks_second_page_is_fetched_lazily(client, wire):
    wire.returns(
        shapes.page(task(1), task(2), has_more=True, next_token="t1"),
        shapes.page(task(3)),
    )
    tasks = client.get_tasks("p", limit=2)
    assert len(wire.sent) == 0
    assert [next(tasks).id, next(tasks).id] == ["1", "2"]
    assert len(wire.sent) == 1
    assert [one.id for one in tasks] == ["3"]
    assert [sent.url.partition("?")[2] for sent in wire.sent] == [
        "project=p&include_attachment_url=True&limit=2",
        "project=p&include_attachment_url=True&limit=2&next_token=t1",
    ]
    assert list(tasks) == []


def test_get_batches_offset_advances_by_the_limit_of_the_response(client, wire):
    pages = [
        shapes.page(shapes.BATCH, total=3, total_key="totalDocs", limit=2, has_more=True),
        shapes.page(shapes.BATCH, total=3, total_key="totalDocs", limit=2, offset=2),
    ]
    wire.returns(*pages)
    assert len(list(client.get_batches())) == 2
    assert [sent.url.partition("offset=")[2] for sent in wire.sent] == ["0", "2"]


@pytest.mark.parametrize("token", [{}, {"next_token": None}, {"next_token": ""}])
def test_get_tasks_has_more_without_token_ends(token, client, wire):
    wire.returns(shapes.page(task(1), has_more=True, **token))
    assert len(list(client.get_tasks("p"))) == 1


def test_get_tasks_repeated_token_raises_after_earlier_items(client, wire):
    wire.returns(
        shapes.page(task(1), has_more=True, next_token="a"),
        shapes.page(task(2), has_more=True, next_token="b"),
        shapes.page(task(3), has_more=True, next_token="a"),
    )
    got = []
    with pytest.raises(ScaleException, match="Pagination loop"):
        for one in itertools.islice(client.get_tasks("p"), 10):
            got.append(one.id)
    assert got == ["1", "2", "3"]


def test_get_batches_limit_of_zero_raises(client, wire):
    page = shapes.page(shapes.BATCH, total_key="totalDocs", limit=0, has_more=True)
    wire.returns(page)
    with pytest.raises(ScaleException, match="next page can't be found"):
        list(itertools.islice(client.get_batches(), 10))


def test_get_batches_empty_page_with_has_more_raises(client, wire):
    wire.returns(shapes.page(total_key="totalDocs", limit=10, has_more=True))
    with pytest.raises(ScaleException, match="this one has 0 items"):
        list(client.get_batches())


@pytest.mark.parametrize("limit", [None, "2", {}, -1])
def test_get_batches_limit_that_does_not_advance_raises(limit, client, wire):
    page = shapes.page(shapes.BATCH, total_key="totalDocs", limit=limit, has_more=True)
    wire.returns(page)
    with pytest.raises(ScaleException, match="next page can't be found"):
        list(client.get_batches())


def test_pagination_releases_a_page_before_fetching_the_next():
    pages = []

    def fetch(step):
        assert all(page() is None for page in pages)
        number = len(pages)
        page = Paginator([number], 3, 1, number, has_more=number < 2)
        pages.append(weakref.ref(page))
        return page

    assert list(iter_items(fetch, next_by_offset, {"offset": 0})) == [0, 1, 2]
    assert len(pages) == 3


def test_page_is_a_list(client):
    one = Task(task(1), client)
    page = Tasklist([one], 3, 1, 0, True, "t")
    assert isinstance(page, list) and len(page) == 1 and one in page
    assert type(page[:1]) is list and page == [one]
    assert (page.docs, page.total, page.limit, page.offset) == ([one], 3, 1, 0)
    assert (page.has_more, page.next_token) == (True, "t")
    assert repr(page) == "[Task({'task_id': '1'})]"
    assert Batchlist([], 0, 1, 0, False).next_token is None


def test_page_copies_and_pickles_whole(client):
    page = Tasklist([Task(task(1), client)], 3, 1, 0, True, "t")
    for twin in (copy.copy(page), copy.deepcopy(page), pickle.loads(pickle.dumps(page))):
        assert type(twin) is Tasklist and twin == page
        assert (twin.total, twin.has_more, twin.next_token) == (3, True, "t")
    page.clear()
    assert copy.copy(page) == [] and len(copy.copy(page).docs) == 1


def test_pagination_steps_of_each_listing():
    assert next_by_token(Paginator([], 0, 1, 0, False, "t")) is None
    assert next_by_token(Paginator([], 0, 1, 0, True, "t")) == {"next_token": "t"}
    assert next_by_offset(Paginator([1], 0, 5, 10, True)) == {"offset": 15}
