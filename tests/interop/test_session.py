"""`client.session`: adapters, hooks and factories of users."""

import os

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter

import scaleapi
from scaleapi.tasks import TaskType
from tests.factories import FILE, TASK
from tests.fixtures.servers import http_response

from .conftest import KEY, QUICK, TASK_ID, response


class CannedAdapter(BaseAdapter):
    """Sends nothing and returns a task."""

    def __init__(self):
        super().__init__()
        self.requests = []

    def send(self, request, **settings):
        self.requests.append(request)
        made = response()
        made.request, made.url = request, request.url
        return made

    def close(self):
        pass


class CountingAdapter(HTTPAdapter):
    """Sends as usual, and counts."""

    count = 0

    def send(self, *args, **settings):
        self.count += 1
        return super().send(*args, **settings)


# The session


def test_session_is_a_requests_session(client):
    assert isinstance(client.session, requests.Session)


def test_session_is_shared_by_copies_of_the_client(client):
    session = client.session
    assert client.with_options(timeout=5).session is session
    assert client.with_options(retries=0).with_options(timeout=5).session is session


def test_session_belongs_to_one_client(connect, dead_address):
    assert connect(dead_address).session is not connect(dead_address).session


# Adapters


@pytest.mark.parametrize("prefix", ["http://", "address", "task"])
def test_adapter_mounted_is_used(client, dead_address, prefix):
    prefix = {"address": dead_address, "task": f"{dead_address}/task/"}.get(prefix, prefix)
    adapter = CannedAdapter()
    client.session.mount(prefix, adapter)
    assert client.get_task(TASK_ID).as_dict() == TASK
    assert [request.url for request in adapter.requests] == [f"{dead_address}/task/{TASK_ID}"]


def test_adapter_mounted_is_used_by_copies_of_the_client(client):
    copy = client.with_options(timeout=5)
    adapter = CannedAdapter()
    client.session.mount("http://", adapter)
    for each in (copy, client.with_options(retries=0)):
        assert each.get_task(TASK_ID).id == TASK_ID
    assert len(adapter.requests) == 2


def test_adapter_mounted_on_the_session_of_a_copy_is_used(client):
    client.with_options(timeout=5).session.mount("http://", CannedAdapter())
    assert client.get_task(TASK_ID).id == TASK_ID


def test_adapter_mounted_makes_every_attempt(connect, server):
    server.replies(http_response(status=503), http_response(TASK))
    client = connect(server)
    adapter = CountingAdapter()
    client.session.mount(server.url, adapter)
    assert client.get_task(TASK_ID).id == TASK_ID
    assert adapter.count == len(server.requests) == 2


def test_adapter_mounted_with_retries_of_urllib3_keeps_them(connect, server):
    from urllib3.util import Retry

    server.replies(http_response(status=503), http_response(status=503), http_response(TASK))
    client = connect(server, retries=0)
    retry = Retry(total=2, backoff_factor=0, status_forcelist=[503])
    client.session.mount("http://", HTTPAdapter(max_retries=retry))
    assert client.get_task(TASK_ID).id == TASK_ID
    assert len(server.requests) == 3


def test_adapter_mounted_is_used_by_bulk_runs(client):
    adapter = CannedAdapter()
    client.session.mount("http://", adapter)
    payloads = [{"instruction": "?", "unique_id": f"u{number}"} for number in range(3)]
    run = client.create_tasks(TaskType.ImageAnnotation, payloads, on_duplicate="skip")
    assert [outcome.status for outcome in run] == ["created"] * 3
    assert len(adapter.requests) == 3


# Hooks


def test_response_hook_is_called_after_every_attempt(connect, server):
    server.replies(http_response(status=503), http_response(TASK))
    client = connect(server)
    statuses = []
    client.session.hooks["response"].append(lambda r, **settings: statuses.append(r.status_code))
    client.get_task(TASK_ID)
    client.with_options(timeout=5).get_task(TASK_ID)
    assert statuses == [503, 200, 200]


def test_response_hook_that_returns_a_response_replaces_it(connect, server):
    server.replies(http_response({"error": "no"}, 404))
    client = connect(server)

    def replace(received, **settings):
        made = response()
        made.request, made.url = received.request, received.url
        return made

    client.session.hooks["response"] = [replace]
    assert client.get_task(TASK_ID).as_dict() == TASK


def test_response_hook_reads_the_body(connect, server):
    server.replies(http_response(TASK))
    client = connect(server)
    bodies = []
    client.session.hooks["response"].append(lambda r, **settings: bodies.append(r.json()))
    assert client.get_task(TASK_ID).as_dict() == TASK
    assert bodies == [TASK]


# Factories


def test_factory_makes_the_session_once(dead_address):
    made = []

    def factory():
        session = requests.Session()
        session.mount("http://", CannedAdapter())
        made.append(session)
        return session

    with scaleapi.ScaleClient(KEY, api_instance_url=dead_address, session=factory) as client:
        client.get_task(TASK_ID)
        client.with_options(timeout=5).get_task(TASK_ID)
        assert client.session is made[0]
    assert len(made) == 1


def test_factory_of_plain_sessions_keeps_the_rules_of_the_client(server, monkeypatch):
    server.replies(http_response(status=503), http_response(TASK))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    options = {"proxies": {"http": None}, "retries": QUICK, "session": requests.Session}
    with scaleapi.ScaleClient(KEY, api_instance_url=server.url, **options) as client:
        assert client.get_task(TASK_ID).id == TASK_ID
    assert len(server.requests) == 2


def test_factory_of_plain_sessions_serves_uploads(server):
    server.replies(http_response(FILE))
    options = {"retries": QUICK, "session": requests.Session}
    with scaleapi.ScaleClient(KEY, api_instance_url=server.url, **options) as client:
        assert client.upload_file(b"a picture", project_name="p").id == FILE["id"]
    assert b"a picture" in server.requests[0].body


@pytest.mark.parametrize("session", [requests.Session(), "text", 1], ids=["session", "text", "1"])
def test_session_that_is_no_factory_raises(session):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="session must be"):
        scaleapi.ScaleClient(KEY, session=session)


# Run as a module of its own, so that the factory pickles; nothing else runs in that process, so
# that it may fork.
PROCESSES = """
import json, os, pickle, sys
import requests
import scaleapi
from tests.interop.test_session import CannedAdapter

made = []

def factory():
    session = requests.Session()
    session.mount("http://", CannedAdapter())
    made.append(id(session))
    return session

address, key, task_id = sys.argv[1:]
client = scaleapi.ScaleClient(key, api_instance_url=address, retries=0, session=factory)
client.get_task(task_id)
client.get_task(task_id)
counts = {"first": len(made)}
copy = pickle.loads(pickle.dumps(client))
copy.get_task(task_id)
copy.with_options(timeout=5).get_task(task_id)
counts["after pickling"] = len(made)
counts["shared by the copy"] = copy.session is client.session
if hasattr(os, "fork"):
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        parents = id(client.session) in made[:1]
        client.get_task(task_id)
        client.get_task(task_id)
        os.write(writer, json.dumps([len(made), parents]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    counts["in the child"] = json.loads(os.read(reader, 100))
client.get_task(task_id)
counts["in the end"] = len(made)
print(json.dumps(counts))
"""


def test_factory_is_called_again_after_pickling_and_forking(run_script, dead_address):
    counts = run_script(PROCESSES, dead_address, KEY, TASK_ID)
    expected = {
        "first": 1,
        "after pickling": 2,
        "shared by the copy": False,
        "in the child": [3, False],
        "in the end": 2,
    }
    if not hasattr(os, "fork"):
        del expected["in the child"]
    assert counts == expected
