"""A sandbox, and a plain HTTP session on it."""

import threading
import time

import pytest
import requests

from scaleapi.sandbox import Sandbox


class Http(requests.Session):
    """Requests with paths relative to the instance address, and shorthands for making things."""

    def __init__(self, box, key="test_key"):
        super().__init__()
        self.box = box
        self.trust_env = False
        self.auth = (key, "")

    def request(self, method, url, **options):
        options.setdefault("timeout", 10)
        return super().request(method, self.box.url + url, **options)

    def make_project(self, name="p", kind="categorization", **more):
        return self._made("/projects", {"name": name, "type": kind, **more})

    def make_batch(self, name="b", project="p", **more):
        return self._made("/batches", {"name": name, "project": project, **more})

    def make_task(self, **more):
        body = {"instruction": "What is it?", "attachment_type": "text", "attachment": "a cat"}
        return self._made("/task/categorization", {**body, "categories": ["cat", "dog"], **more})

    def draw_task(self, attachment, labels):
        """A task whose response has a box for each label."""
        geometries = {"box": {"objects_to_annotate": labels}}
        body = {"attachment": attachment, "geometries": geometries}
        return self._made("/task/imageannotation", body)

    def ids(self, **query):
        """The ids of the first page of tasks that pass these filters."""
        answer = self.get("/tasks", params=query)
        assert answer.status_code == 200, answer.text
        return [task["task_id"] for task in answer.json()["docs"]]

    def _made(self, path, body):
        answer = self.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def _wait_until(condition, seconds=5):
    """What `condition` returns once it is true; it fails when that takes too long."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, "this never came true"
        time.sleep(0.005)
    return result


@pytest.fixture
def wait_until():
    return _wait_until


@pytest.fixture(scope="session")
def server():
    with Sandbox() as box:
        yield box


@pytest.fixture(scope="session")
def live_server():
    with Sandbox(live=True) as box:
        yield box


@pytest.fixture
def box(server):
    server.reset()
    return server


@pytest.fixture
def live_box(live_server):
    live_server.reset()
    return live_server


@pytest.fixture
def faults():
    """Each way in which a call can fail, before and after it is carried out."""
    return [
        {"status": 500}, {"status": 503, "after_processing": True}, {"drop": True},
        {"drop": True, "after_processing": True}, {"status": 429, "headers": {"Retry-After": "0"}},
    ]  # fmt: skip


@pytest.fixture
def all_faults(box, faults):
    """Makes the next calls fail in each way in turn."""

    def fail(path, number, where=box):
        for each in range(number):
            where.fail_next("*", path, **faults[each % len(faults)])

    return fail


@pytest.fixture
def bulk_threads_end():
    """Waits for the threads of runs that were interrupted; so does the end of the test."""

    def wait():
        for thread in threading.enumerate():
            if thread.name.startswith("scaleapi-"):
                thread.join(20)
                assert not thread.is_alive()

    yield wait
    wait()


@pytest.fixture
def http_for():
    """Makes sessions: on any sandbox, with any key."""
    sessions = []

    def make(box, key="test_key"):
        sessions.append(Http(box, key))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def http(box, http_for):
    return http_for(box)


@pytest.fixture
def live_http(live_box, http_for):
    return http_for(live_box)
