"""OpenTelemetry's instrumentation of requests, which wraps Session.send."""

import pytest
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

import scaleapi
from scaleapi.tasks import TaskType
from tests.factories import TASK
from tests.fixtures.servers import http_response

from .conftest import TASK_ID, assert_no_secrets

STATUS = ("http.response.status_code", "http.status_code")


@pytest.fixture
def spans():
    """Finished spans, oldest first."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor = RequestsInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    yield exporter.get_finished_spans
    instrumentor.uninstrument()
    provider.shutdown()


def statuses(spans):
    return [next((s.attributes[key] for key in STATUS if key in s.attributes), None) for s in spans]


def test_call_makes_one_span_with_its_address(connect, server, spans):
    server.replies(http_response(TASK))
    connect(server).get_task(TASK_ID)
    (span,) = spans()
    assert span.name == "GET"
    assert f"{server.url}/task/{TASK_ID}" in span.attributes.values()
    assert statuses([span]) == [200]


def test_each_attempt_makes_a_span(connect, server, spans):
    server.replies(
        http_response(status=503), http_response(status=429, retry_after=0), http_response(TASK)
    )
    connect(server).create_task(TaskType.ImageAnnotation, unique_id="u")
    assert statuses(spans()) == [503, 429, 200]
    assert next(span.status.status_code for span in spans()) is StatusCode.ERROR


def test_failed_connections_make_spans_with_their_exception(client, spans):
    with pytest.raises(scaleapi.ScaleConnectionError):
        client.get_task(TASK_ID)
    assert len(spans()) == 4
    assert {span.status.status_code for span in spans()} == {StatusCode.ERROR}


def test_spans_hold_no_key(connect, server, client, spans):
    server.replies(http_response({"error": "no"}, 404))
    with pytest.raises(scaleapi.ScaleResourceNotFound):
        connect(server).get_task(TASK_ID)
    with pytest.raises(scaleapi.ScaleConnectionError):
        client.get_task(TASK_ID)
    for span in spans():
        assert_no_secrets(span.to_json())
    assert len(spans()) == 5


def test_trace_header_reaches_the_server_with_each_attempt(connect, server, spans):
    server.replies(http_response(status=503), http_response(TASK))
    connect(server).get_task(TASK_ID)
    parents = [request.headers["traceparent"] for request in server.requests]
    ids = [format(span.context.span_id, "016x") for span in spans()]
    assert [parent.split("-")[2] for parent in parents] == ids


def test_client_made_before_instrumentation_makes_spans(connect, server):
    server.replies(http_response(TASK))
    client = connect(server)
    client.get_task(TASK_ID)
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    RequestsInstrumentor().instrument(tracer_provider=provider)
    try:
        client.get_task(TASK_ID)
    finally:
        RequestsInstrumentor().uninstrument()
        provider.shutdown()
    client.get_task(TASK_ID)
    assert len(exporter.get_finished_spans()) == 1
    assert len(server.requests) == 3
