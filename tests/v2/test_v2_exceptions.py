"""The exceptions for HTTP statuses, as a traceback shows them."""

import pytest
import responses

import scaleapi
from scaleapi.api_client.v2 import exceptions

STATUSES = (400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 502, 503, 504)


@pytest.mark.parametrize("status", STATUSES)
@responses.activate
def test_exception_for_http_status_has_public_name(status):
    responses.get("https://api.scale.com/v2/task", json={"error": "because"}, status=status)
    client = scaleapi.ScaleClient("test_key", retries=0)
    with client, pytest.raises(exceptions.ApiException) as caught:
        client.v2.get_task("t")
    name = type(caught.value).__name__
    assert name.endswith("Exception")
    assert not name.startswith("_")
    assert getattr(exceptions, name) is type(caught.value)
