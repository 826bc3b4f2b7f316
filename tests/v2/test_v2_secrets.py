"""Keys that v2 calls are given in headers and queries are as secret as the client's own."""

import logging
import pickle

import pytest

from scaleapi.api_client.v2 import ApiClient, Configuration, V2Api
from scaleapi.api_client.v2.exceptions import UnauthorizedException
from tests.fixtures.network import QUICK
from tests.fixtures.servers import http_response

SECRET = "test_key_of_another_kind"


@pytest.fixture
def api_client(serve):
    server = serve("http")
    configuration = Configuration(host=server.url[: -len("/v1")], access_token="test_key")
    with ApiClient(configuration) as client:
        client.server = server
        yield client


def assert_hidden(error, caplog):
    shown = [str(error), repr(vars(error)), repr(pickle.dumps(error)), caplog.text]
    assert SECRET not in "".join(shown)
    assert "Authorization" not in error.response.request.headers


def test_authorization_as_default_header_is_sent_and_kept_nowhere(api_client, caplog):
    caplog.set_level(logging.DEBUG, "scaleapi")
    api_client.set_default_header("Authorization", f"Bearer {SECRET}")
    api_client.server.replies(http_response({"error": f"no {SECRET}"}, 401))
    with pytest.raises(UnauthorizedException) as caught:
        V2Api(api_client).get_task("t")
    assert api_client.server.requests[0].headers["Authorization"] == f"Bearer {SECRET}"
    assert_hidden(caught.value, caplog)


def test_request_auth_in_a_query_is_sent_and_shown_nowhere(api_client, caplog):
    caplog.set_level(logging.DEBUG, "scaleapi")
    api_client.server.replies(http_response({"error": "no"}, 401))
    auth = {"in": "query", "key": "api_key", "value": SECRET}
    with pytest.raises(UnauthorizedException) as caught:
        V2Api(api_client).get_batch("b", _request_auth=auth)
    assert f"api_key={SECRET}" in api_client.server.requests[0].target
    assert SECRET not in caplog.text and SECRET not in repr(caught.value.attempts)


def test_request_auth_needs_no_key_and_keeps_the_connection(serve):
    server = serve("http")
    server.replies(http_response({"task_id": "t"}))
    with ApiClient(Configuration(host=server.url[: -len("/v1")])) as client:
        auth = {"in": "header", "key": "X-Key", "value": SECRET}
        for _ in range(3):
            V2Api(client).get_task("t", _request_auth=auth)
    assert server.accepted == 1
    assert [request.headers["X-Key"] for request in server.requests] == [SECRET] * 3


def test_on_attempt_that_is_not_hashable_is_called_for_v2(serve, connect):
    class Metrics(list):
        def __call__(self, attempt):
            self.append(attempt.status)

    server, metrics = serve("http"), Metrics()
    server.replies(http_response({}, 503), http_response({"task_id": "t"}))
    connect(server, retries=QUICK).with_options(on_attempt=metrics).v2.get_task("t")
    assert metrics == [503, 200]
