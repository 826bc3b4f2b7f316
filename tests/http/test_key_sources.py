"""Sources of the API key: argument, environment or callable; and what a pickle carries."""

import base64
import pickle
import subprocess
import sys

import pytest

import scaleapi
from scaleapi import ScaleClient, ScaleException, ScaleInvalidArgument
from tests.fixtures.network import QUICK
from tests.fixtures.replies import CONTENT, task
from tests.fixtures.servers import http_response

ONE, TWO = "test_key_number_one", "test_key_number_two"


def basic(key):
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def keys_sent(server):
    return [request.headers["Authorization"] for request in server.requests]


@pytest.fixture
def make(server, authority):
    """Makes clients of the server; without a key if none is given."""
    clients = []

    def make(*key, **options):
        options = {"retries": QUICK, "verify": authority.pem, **options}
        clients.append(ScaleClient(*key, api_instance_url=server.url, **options))
        return clients[-1]

    server.replies(task("t"))
    yield make
    for client in clients:
        client.close()


def again(thing):
    return pickle.loads(pickle.dumps(thing))


def has_key(thing, key=ONE):
    data = pickle.dumps(thing)
    return key.encode() in data or basic(key)[6:].rstrip("=").encode() in data


def test_client_with_key_of_the_environment_pickles_without_it(server, make, monkeypatch):
    monkeypatch.setenv("SCALE_API_KEY", ONE)
    client = make()
    assert client.get_task("t").id == "t"
    client.v2.get_task("t")  # which keeps settings of its own
    for each in (client, client.api, client.with_options(timeout=5), client.get_task("t")):
        assert not has_key(each)
    assert keys_sent(server) == [basic(ONE), f"Bearer {ONE}", basic(ONE)]


def test_client_with_key_of_the_environment_reads_it_where_it_is_unpickled(
    server, make, monkeypatch
):
    monkeypatch.setenv("SCALE_API_KEY", ONE)
    client = make()
    data = pickle.dumps([client, client.get_task("t"), client.with_options(retries=1)])
    monkeypatch.setenv("SCALE_API_KEY", TWO)
    other, found, derived = pickle.loads(data)
    with other, derived:
        other.get_task("t")
        found.refresh()
        derived.get_task("t")
        found._client.close()
    client.get_task("t")
    assert keys_sent(server) == [basic(ONE), *[basic(TWO)] * 3, basic(ONE)]


def test_client_unpickled_without_key_raises_when_used(server, make, monkeypatch):
    monkeypatch.setenv("SCALE_API_KEY", ONE)
    data = pickle.dumps(make())
    monkeypatch.delenv("SCALE_API_KEY")
    other = pickle.loads(data)
    assert repr(other) and repr(other.api)
    for call in (
        lambda: other.get_task("t"),
        lambda: other.create_task("chat"),
        lambda: other.v2.get_task("t"),
        lambda: other.get_task_response_file("t", "u"),
    ):
        with pytest.raises(ScaleException, match="SCALE_API_KEY"):
            call()
    assert server.accepted == 0
    monkeypatch.setenv("SCALE_API_KEY", TWO)
    late = pickle.loads(data)
    with late:
        assert late.get_task("t").id == "t"
    assert keys_sent(server) == [basic(TWO)]


def test_client_unpickled_without_key_takes_one_that_is_set(server, make, monkeypatch):
    monkeypatch.setenv("SCALE_API_KEY", ONE)
    data = pickle.dumps(make())
    monkeypatch.delenv("SCALE_API_KEY")
    other = pickle.loads(data)
    other.api.api_key = TWO
    with other:
        other.get_task("t")
    assert keys_sent(server) == [basic(TWO)]


def test_client_with_key_of_the_environment_of_another_process_reads_that(
    server, make, monkeypatch, tmp_path
):
    monkeypatch.setenv("SCALE_API_KEY", ONE)
    (tmp_path / "client").write_bytes(pickle.dumps(make()))
    monkeypatch.setenv("SCALE_API_KEY", TWO)
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).get_task('t').id)"
    command = [sys.executable, "-c", code, str(tmp_path / "client")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert printed.stdout.strip() == "t"
    assert keys_sent(server) == [basic(TWO)]


@pytest.mark.parametrize("environment", [None, ONE, TWO])
def test_client_with_key_given_in_code_carries_it(environment, server, make, monkeypatch):
    if environment:
        monkeypatch.setenv("SCALE_API_KEY", environment)
    client = make(ONE)
    monkeypatch.delenv("SCALE_API_KEY", raising=False)
    for each in (again(client), again(client.with_options(timeout=5))):
        with each:
            each.get_task("t")
    found = again(client.get_task("t"))
    found.refresh()
    found._client.close()
    assert keys_sent(server) == [basic(ONE)] * 4


def test_client_with_key_set_later_carries_it(server, make, monkeypatch):
    monkeypatch.setenv("SCALE_API_KEY", ONE)
    client = make()
    client.api.api_key = TWO
    monkeypatch.delenv("SCALE_API_KEY")
    with again(client) as other:
        other.get_task("t")
    assert keys_sent(server) == [basic(TWO)]


def test_client_without_any_key_raises(make):
    with pytest.raises(ScaleException, match="SCALE_API_KEY"):
        make()


# A callable.


class Keys:
    """Keys in turn, as a store of secrets gives them."""

    def __init__(self, *keys):
        self.left = list(keys)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


def current_key():
    """A function that pickles by its name."""
    return TWO


def test_callable_key_is_called_when_the_header_is_made(server, make):
    keys = Keys(ONE, TWO, ONE)
    client = make(keys)
    assert (repr(client), repr(client.api)) and keys.calls == 0
    for _ in range(3):
        client.get_task("t")
    assert keys_sent(server) == [basic(ONE), basic(TWO), basic(ONE)] and keys.calls == 3


def test_callable_key_is_called_for_each_attempt(server, make):
    server.replies(http_response({}, 503), http_response({}, 429), task("t"))
    make(Keys(ONE, TWO, ONE)).get_task("t")
    assert keys_sent(server) == [basic(ONE), basic(TWO), basic(ONE)]


def test_callable_key_given_by_name_or_set_later_is_called(server, make):
    client = make(api_key=lambda: ONE)
    client.get_task("t")
    client.api.api_key = Keys(TWO)
    client.get_task("t")
    client.with_options(retries=0).get_task("t")
    assert keys_sent(server) == [basic(ONE), basic(TWO), basic(TWO)]


def test_callable_key_is_used_by_v2_and_downloads(server, make, tmp_path):
    client = make(Keys(ONE, TWO, ONE))
    client.v2.get_task("t")
    server.replies(http_response(CONTENT))
    client.download_response_url(f"{server.url}/a", tmp_path / "a")
    client.get_task_response_file("t", "u")
    assert keys_sent(server) == [f"Bearer {ONE}", basic(TWO), basic(ONE)]


def test_callable_key_is_used_by_bulk_calls(server, make):
    keys = Keys(ONE)
    payloads = [{"unique_id": f"u{row}"} for row in range(10)]
    run = make(keys).create_tasks("chat", payloads, on_duplicate="skip")
    assert run.run() == {"created": 10}
    assert keys_sent(server) == [basic(ONE)] * 10 and keys.calls == 10


@pytest.mark.parametrize("environment", [None, ONE])
def test_callable_key_that_is_a_function_pickles_by_its_name(
    environment, server, make, monkeypatch
):
    client = make(current_key)
    if environment:
        monkeypatch.setenv("SCALE_API_KEY", environment)
    client.get_task("t")
    assert not has_key(client, TWO)
    with again(client) as other:
        other.get_task("t")
    assert keys_sent(server) == [basic(TWO)] * 2


@pytest.mark.parametrize(
    "returned",
    [None, "", b"test_key_of_bytes", 5, ["test_key_of_list"], "test_key\r\nX-A: b", "test_key_é€"],
)
def test_callable_key_with_an_invalid_result_raises(returned, server, make, caplog):
    caplog.set_level("DEBUG")
    client = make(lambda: returned)
    for call in (lambda: client.get_task("t"), lambda: client.v2.get_task("t")):
        with pytest.raises(ScaleException, match="api_key|API key") as caught:
            call()
        if returned:
            assert isinstance(caught.value, ScaleInvalidArgument)
            assert "test_key" not in str(caught.value)
    assert server.requests == [] and "test_key" not in caplog.text


class StoreError(Exception):
    """A callable's own failure."""


@pytest.mark.parametrize("error", [StoreError, KeyError, ValueError])
def test_callable_key_that_raises_ends_the_call_with_its_error(error, server, make):
    keys = []

    def fail():
        keys.append(1)
        raise error("the store is down")

    client = make(fail)
    with pytest.raises(error, match="the store is down"):
        client.get_task("t")
    assert server.requests == [] and len(keys) == 1


@pytest.mark.parametrize("key", [5, b"test_key", ["test_key"], "test_key\n"])
def test_key_of_another_type_raises_in_the_constructor(key, make):
    with pytest.raises(scaleapi.ScaleInvalidArgument, match="api_key"):
        make(key)
