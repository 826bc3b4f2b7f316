"""ddtrace's patch of requests, which wraps Session.send; in a process of its own.

ddtrace has no wheels for every Python.
"""

import pytest

from tests.factories import TASK
from tests.fixtures.servers import http_response

from .conftest import KEY, TASK_ID, assert_no_secrets

pytest.importorskip("ddtrace")

# Spans are kept here instead of being sent to an agent.
CODE = """
import json, os, sys
os.environ.update(
    DD_INSTRUMENTATION_TELEMETRY_ENABLED="false",
    DD_REMOTE_CONFIGURATION_ENABLED="false",
    DD_TRACE_STARTUP_LOGS="false",
)
import ddtrace
from ddtrace.trace import TraceFilter, tracer

address, dead, key, task_id = sys.argv[1:]
spans = []

class Keep(TraceFilter):
    def process_trace(self, trace):
        for span in trace:
            tags = {**span.get_tags(), **span.get_metrics()}
            tags = {name: str(value) for name, value in tags.items()}
            spans.append([span.name, span.error, tags])
        return None

tracer.configure(trace_processors=[Keep()])
ddtrace.patch(requests=True)

import scaleapi

policy = scaleapi.RetryPolicy(total=1, backoff_factor=0.01)
client = scaleapi.ScaleClient(key, api_instance_url=address, retries=policy)
client.get_task(task_id)
try:
    scaleapi.ScaleClient(key, api_instance_url=dead, retries=policy).get_task(task_id)
except scaleapi.ScaleConnectionError:
    pass
print(json.dumps(spans))
"""


def test_each_attempt_makes_a_span_without_the_key(run_script, server, dead_address):
    server.replies(http_response(status=503), http_response(TASK))
    spans = run_script(CODE, server.url, dead_address, KEY, TASK_ID)
    assert [span[0] for span in spans] == ["requests.request"] * 4
    assert [span[2].get("http.status_code") for span in spans] == ["503", "200", None, None]
    assert [span[1] for span in spans] == [1, 0, 1, 1]
    assert spans[0][2]["http.url"] == f"{server.url}/task/{TASK_ID}"
    assert_no_secrets(str(spans))
    ids = [request.headers["x-datadog-parent-id"] for request in server.requests]
    assert len(set(ids)) == 2
