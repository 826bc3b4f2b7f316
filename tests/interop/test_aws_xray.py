"""AWS X-Ray's patch of requests, which wraps Session.request; in a process of its own.

The SDK needs urllib3 1.26 on Python 3.9, where these tests are left out.
"""

import pytest

from tests.factories import TASK
from tests.fixtures.servers import http_response

from .conftest import KEY, TASK_ID, assert_no_secrets

pytest.importorskip("aws_xray_sdk")

# Segments are kept here instead of being sent to a daemon.
CODE = """
import json, sys
from aws_xray_sdk.core import patch, xray_recorder

address, dead, key, task_id = sys.argv[1:]

class Keep:
    segments = []
    def send_entity(self, entity):
        self.segments.append(json.loads(entity.serialize()))

xray_recorder.configure(service="tests", sampling=False, emitter=Keep())
patch(["requests"])

import scaleapi

policy = scaleapi.RetryPolicy(total=1, backoff_factor=0.01)
with xray_recorder.in_segment("tests"):
    client = scaleapi.ScaleClient(key, api_instance_url=address, retries=policy)
    status = client.get_task(task_id).status
    client.create_task("imageannotation", instruction="?")
    try:
        scaleapi.ScaleClient(key, api_instance_url=dead, retries=policy).get_task(task_id)
    except scaleapi.ScaleConnectionError as error:
        attempts = len(error.attempts)
(segment,) = Keep.segments
print(json.dumps([status, attempts, segment["subsegments"]]))
"""


def test_each_attempt_makes_a_subsegment_without_the_key(run_script, server, dead_address):
    server.replies(http_response(status=503), http_response(TASK))
    status, attempts, subsegments = run_script(CODE, server.url, dead_address, KEY, TASK_ID)
    assert (status, attempts) == ("completed", 2)
    made = [(each["http"]["request"]["method"], each["http"]) for each in subsegments]
    assert [method for method, _ in made] == ["GET", "GET", "POST", "GET", "GET"]
    answered = [http["response"]["status"] for _, http in made if "response" in http]
    assert answered == [503, 200, 200]
    assert_no_secrets(str(subsegments))
    assert server.requests[2].body == b'{"instruction": "?"}'


def test_trace_header_reaches_the_server(run_script, server, dead_address):
    server.replies(http_response(status=503), http_response(TASK))
    subsegments = run_script(CODE, server.url, dead_address, KEY, TASK_ID)[2]
    headers = [request.headers["X-Amzn-Trace-Id"] for request in server.requests]
    for header, subsegment in zip(headers, subsegments):
        assert f"Parent={subsegment['id']}" in header
