"""pytest-recording, which wraps a test in a cassette of vcrpy, in a test suite of its own."""

import pytest

from tests.factories import TASK
from tests.fixtures.servers import http_response

from .conftest import TASK_ID, assert_no_secrets

pytest.importorskip("pytest_recording")
pytest_plugins = "pytester"

SUITE = """
import pytest
import scaleapi

@pytest.fixture(scope="module")
def vcr_config():
    return {{"filter_headers": ["authorization"]}}

@pytest.fixture
def client():
    return scaleapi.ScaleClient("test_key_of_interop", api_instance_url={address!r}, retries=0)

@pytest.mark.vcr
def test_get_task(client):
    assert client.get_task({task_id!r}).status == "completed"
"""


@pytest.fixture
def run_suite(pytester, server, monkeypatch):
    """Runs the suite above, with more code where it is given, and with pytest's arguments."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # some take a second to load

    def run(*arguments, more=""):
        pytester.makepyfile(test_suite=SUITE.format(address=server.url, task_id=TASK_ID) + more)
        return pytester.runpytest_subprocess("-p", "pytest_recording.plugin", *arguments)

    return run


def test_marked_test_records_and_replays_without_the_server(pytester, run_suite, server):
    server.replies(http_response(TASK))
    run_suite("--record-mode=once").assert_outcomes(passed=1)
    (cassette,) = pytester.path.rglob("*.yaml")
    assert_no_secrets(cassette.read_text())
    assert len(server.requests) == 1
    run_suite("--record-mode=none").assert_outcomes(passed=1)
    server.stop()
    run_suite("--record-mode=none", "--block-network").assert_outcomes(passed=1)
    assert len(server.requests) == 1


def test_unrecorded_and_blocked_calls_send_nothing(run_suite, server):
    server.replies(http_response(TASK))
    more = """
@pytest.mark.block_network
def test_blocked(client):
    with pytest.raises(scaleapi.ScaleException, match="Network is disabled"):
        client.list_teammates()
"""
    run_suite("--record-mode=none", more=more).assert_outcomes(failed=1, passed=1)
    assert server.requests == []
