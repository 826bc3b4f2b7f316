"""Filters of listings are validated once per call, and pages go through what replaced a method."""

from unittest import mock

import pytest

import scaleapi
from scaleapi import batches, tasks
from tests import factories

PAGES = 5


@pytest.fixture
def validated(monkeypatch):
    """The names of the filters whose validator was called, in order."""
    names = []

    def recording(validator):
        def validate(name, value):
            names.append(name)
            return validator(name, value)

        return validate

    for module in (tasks, batches):
        for wire_name, validator in module._PARAM_VALIDATORS.items():
            monkeypatch.setitem(module._PARAM_VALIDATORS, wire_name, recording(validator))
    return names


def token_pages():
    tokens = [f"token-{number}" for number in range(1, PAGES)]
    return [
        *(factories.page(factories.TASK, has_more=True, next_token=token) for token in tokens),
        factories.page(factories.TASK),
    ]


def offset_pages():
    return [
        factories.page(
            factories.BATCH,
            total_key="totalDocs",
            limit=1,
            offset=number,
            has_more=number < PAGES - 1,
        )
        for number in range(PAGES)
    ]


def test_get_tasks_validates_its_filters_once_for_all_pages(client, wire, validated):
    wire.returns(*token_pages())
    listed = client.get_tasks("p", status="pending", created_after="2026-01-02", limit=1)
    assert len(list(listed)) == len(wire.sent) == PAGES
    assert sorted(validated) == [
        "created_after",
        "include_attachment_url",
        "limit",
        "project_name",
        "status",
    ]


def test_get_batches_validates_its_filters_once_for_all_pages(client, wire, validated):
    wire.returns(*offset_pages())
    assert len(list(client.get_batches("p", "staging"))) == len(wire.sent) == PAGES
    assert sorted(validated) == ["batch_status", "exclude_archived", "project_name"]


def test_get_tasks_count_validates_its_filters_once(client, wire, validated):
    wire.returns(factories.page(factories.TASK))
    assert client.get_tasks_count(batch_name="b") == 1
    assert sorted(validated) == ["batch_name", "include_attachment_url"]


def test_export_tasks_validates_its_filters_once_for_all_requests(
    client, wire, validated, tmp_path
):
    wire.returns(factories.page(factories.TASK), *token_pages())
    client.export_tasks(tmp_path / "t.jsonl", project_name="p", status="completed", workers=1)
    assert len(wire.sent) == 1 + PAGES
    assert sorted(validated) == ["project_name", "status"]


def test_get_tasks_calls_the_method_of_a_subclass_or_a_test_for_each_page(wire):
    class Client(scaleapi.ScaleClient):
        def tasks(self, **kwargs):
            return super().tasks(**{**kwargs, "limit": 7})

    with Client("test_key", retries=0) as client:
        client.api.session.mount("https://", wire)
        wire.returns(*token_pages())
        assert len(list(client.get_tasks("p"))) == PAGES
        assert client.get_tasks_count("p") == 1
        assert all("limit=7" in sent.url for sent in wire.sent)

        page = scaleapi.Tasklist([scaleapi.Task(factories.TASK, client)], 1, 1, 0, False)
        with mock.patch.object(scaleapi.ScaleClient, "tasks", return_value=page) as replaced:
            assert list(scaleapi.ScaleClient("test_key").get_tasks("p")) == page
        replaced.assert_called_once_with(project="p", include_attachment_url=True)


def test_get_batches_calls_what_a_test_put_in_the_place_of_batches(client):
    page = scaleapi.Batchlist([scaleapi.Batch(factories.BATCH, client)], 1, 1, 0, False)
    with mock.patch.object(client, "batches", return_value=page) as replaced:
        assert list(client.get_batches("p")) == page
    replaced.assert_called_once_with(project="p", exclude_archived=False, offset=0)
