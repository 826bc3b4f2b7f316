"""gevent and eventlet: calls of patched programs run side by side; in processes of their own.

Neither has wheels for every Python.
"""

import threading

import pytest

from tests.factories import TASK
from tests.fixtures.servers import http_response

from .conftest import KEY, TASK_ID

CALLERS = 6

GEVENT = """
from gevent import monkey
monkey.patch_all()
from gevent.pool import Pool

def side_by_side(function, arguments):
    return Pool(len(arguments)).map(function, arguments)
"""
EVENTLET = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # eventlet says that it is deprecated
import eventlet
eventlet.monkey_patch()

def side_by_side(function, arguments):
    return list(eventlet.GreenPool(len(arguments)).imap(function, arguments))
"""
CALLS = """
import json, sys
import scaleapi

address, key, task_id, callers = sys.argv[1:]
policy = scaleapi.RetryPolicy(backoff_factor=0.01)
client = scaleapi.ScaleClient(key, api_instance_url=address, retries=policy, timeout=10)
tasks = side_by_side(client.get_task, [f"{task_id}-{n}" for n in range(int(callers))])
payloads = [{"instruction": "?", "unique_id": f"u{n}"} for n in range(int(callers))]
run = client.create_tasks("imageannotation", payloads, workers=3, on_duplicate="skip")
print(json.dumps([[task.status for task in tasks], [outcome.status for outcome in run]]))
"""


@pytest.mark.parametrize("tool, patch", [("gevent", GEVENT), ("eventlet", EVENTLET)])
def test_patched_program_makes_calls_side_by_side(run_script, server, tool, patch):
    pytest.importorskip(tool)
    together = threading.Barrier(CALLERS)

    def decide(request):
        if request.method == "GET" and request.connection <= CALLERS:
            together.wait(20)  # until all callers have sent theirs
        return http_response(TASK)

    server.decides(decide)
    found, created = run_script(patch + CALLS, server.url, KEY, TASK_ID, CALLERS)
    assert found == ["completed"] * CALLERS
    assert created == ["created"] * CALLERS
    assert not together.broken


@pytest.mark.parametrize("tool, patch", [("gevent", GEVENT), ("eventlet", EVENTLET)])
def test_patched_program_retries_and_recovers(run_script, server, tool, patch):
    pytest.importorskip(tool)
    server.replies(*[http_response(status=503)] * 2, http_response(TASK))
    found, created = run_script(patch + CALLS, server.url, KEY, TASK_ID, 2)
    assert (found, created) == (["completed"] * 2, ["created"] * 2)
