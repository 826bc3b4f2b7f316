"""The wire format: the request of each call, and the result that it makes of the response."""

import base64
import json
import platform
import typing
from urllib.parse import parse_qsl, urlsplit

import pytest

import scaleapi
from scaleapi._mixins.bulk import BulkMethods
from scaleapi._mixins.create_tasks import BulkCreationMethods
from scaleapi._mixins.result_files import ResultFileMethods

from .calls import CALLS, LAST_TASKS, NO_BODY

USER_AGENT = (
    f"scaleapi/{scaleapi.__version__} Python/{platform.python_version()} "
    f"OS/{platform.platform()} my-app"
)


@pytest.mark.smoke
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_call_sends_its_request_and_returns_its_result(call, client, wire):
    wire.returns(call.response)
    result = call.call(client)
    assert call.result.matches(result, call.response), result

    (sent,) = wire.sent
    url = urlsplit(sent.url)
    assert sent.method == call.method
    assert f"{url.scheme}://{url.netloc}" == "https://api.scale.com"
    assert url.path == f"/v1/{call.path}"
    assert sorted(parse_qsl(url.query, keep_blank_values=True)) == sorted(call.query)

    assert sent.headers["Authorization"] == "Basic " + base64.b64encode(b"test_key:").decode()
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["User-Agent"] == USER_AGENT
    if call.body is NO_BODY:
        assert sent.body is None
        assert sent.headers.get("Content-Length") == (None if call.method == "GET" else "0")
    else:
        assert json.loads(sent.body) == call.body
        assert sent.headers["Content-Length"] == str(len(sent.body))


def test_query_lists_are_repeated_keys_and_review_status_is_joined_by_commas(client, wire):
    wire.returns(LAST_TASKS)
    list(client.get_tasks("p q", unique_id=["a", "b"], review_status=["accepted", "fixed"]))
    query = urlsplit(wire.last.url).query
    assert "unique_id=a&unique_id=b" in query
    assert "customer_review_status=accepted%2Cfixed" in query
    assert "project=p+q" in query


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_call_return_annotation_is_the_type_in_the_table(call):
    hints = typing.get_type_hints(getattr(scaleapi.ScaleClient, call.name))
    assert hints["return"] == call.result.annotation


def test_calls_have_every_public_method_that_returns_parsed_json():
    """Uploads are multipart, v2 has its own table, bulk calls make other calls: see their tests."""
    bases = scaleapi.ScaleClient.__mro__
    public = {name for base in bases for name in vars(base) if not name.startswith(("_", "v2"))}
    others = {
        "with_options",
        "close",
        "session",
        "api",
        "upload_file",
        "check_task",
        *vars(BulkCreationMethods),
        *vars(BulkMethods),
        *vars(ResultFileMethods),
    }
    assert public - others == {call.name for call in CALLS}
