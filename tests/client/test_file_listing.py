"""`get_files`, whose response is documented in outline only."""

import pytest

import scaleapi

FILE = {"id": "f", "attachment_url": "scaledata://f"}


def files(*names):
    return [{**FILE, "id": name} for name in names]


def ids(client):
    return [file.id for file in client.get_files("p")]


@pytest.mark.parametrize(
    "body",
    [
        files("a", "b"),
        {"docs": files("a", "b")},
        {"files": files("a", "b"), "total": 2},
        {"docs": files("a", "b"), "errors": []},
        {"docs": files("a", "b"), "cursor": None, "next_token": ""},
        {"docs": files("a", "b"), "cursor": "n", "has_more": False},
    ],
)
def test_get_files_page_of_any_form_is_read(body, client, wire):
    wire.returns(body)
    assert ids(client) == ["a", "b"] and len(wire.sent) == 1


@pytest.mark.parametrize("name", ["cursor", "next_cursor", "next_token"])
def test_get_files_next_page_is_requested_by_cursor(name, client, wire):
    wire.returns({"docs": files("a"), name: "n/1"}, {"docs": files("b")})
    assert ids(client) == ["a", "b"]
    assert wire.last.url.endswith("/files?project=p&cursor=n%2F1")


def test_get_files_repeated_cursor_of_the_request_ends(client, wire):
    wire.returns({"docs": files("a"), "cursor": "n"}, {"docs": files("b"), "cursor": "n"})
    assert ids(client) == ["a", "b"] and len(wire.sent) == 2


def test_get_files_pagination_loop_raises(client, wire):
    pages = [{"docs": files(name), "cursor": name} for name in ("a", "b", "a")]
    wire.returns(*pages)
    with pytest.raises(scaleapi.ScaleException, match="Pagination loop"):
        ids(client)


@pytest.mark.parametrize("body", [{}, {"docs": 5}, {"a": [], "b": []}, None, "text", 5])
def test_get_files_response_without_files_raises(body, client, wire):
    wire.returns(body)
    with pytest.raises(scaleapi.ScaleException, match="Expected a page of files"):
        ids(client)


@pytest.mark.parametrize("metadata", [5, [], "x", {"a": {1}}])
def test_get_files_metadata_that_is_not_json_raises(metadata, client, wire):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="metadata"):
        list(client.get_files("p", metadata))
    assert wire.sent == []
