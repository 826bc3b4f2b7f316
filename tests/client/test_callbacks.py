"""Parsing of callbacks: authentication, headers and body."""

import copy
import email.message
import json
import pickle
import types

import pytest

import scaleapi
from scaleapi import ScaleException, ScaleInvalidArgument, ScaleInvalidRequest, ScaleUnauthorized
from scaleapi.callbacks import parse
from tests.factories import TASK

KEY = "callback-key"
HEADERS = {"scale-callback-auth": KEY}
CALLBACK = {"task_id": TASK["task_id"], "response": TASK["response"], "task": TASK}


def message(**headers):
    made = email.message.Message()
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    return made


def test_callbacks_is_an_attribute_of_the_package():
    assert scaleapi.callbacks.parse is parse
    assert "callbacks" in dir(scaleapi)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(CALLBACK),
        json.dumps(CALLBACK).encode(),
        bytearray(json.dumps(CALLBACK), "utf-8"),
        CALLBACK,
        types.MappingProxyType({**CALLBACK, "task": types.MappingProxyType(TASK)}),
    ],
    ids=lambda body: type(body).__name__,
)
def test_parse_returns_the_task_of_the_body(body):
    task = parse(body, HEADERS, KEY)
    assert type(task) is scaleapi.Task
    assert task.as_dict() == TASK
    assert (task.id, task.status, task.response) == (TASK["task_id"], "completed", TASK["response"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Scale-Callback-Auth": KEY},
        {"SCALE-CALLBACK-AUTH": KEY.encode()},
        {b"scale-callback-auth": KEY.encode(), b"host": b"\xff", 5: None},
        message(Host="here", Scale_Callback_Auth=KEY),
        message(**{"scale-callback-auth": KEY, "Scale-Callback-Auth": KEY}),
    ],
    ids=str,
)
def test_parse_reads_headers_of_any_framework(headers):
    assert parse(CALLBACK, headers, KEY).id == TASK["task_id"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": KEY},
        {"scale-callback-auth": ""},
        {"scale-callback-auth": None},
        {"scale-callback-auth": [KEY]},
        {"scale-callback-auth": KEY + " "},
        {"scale-callback-auth": KEY.upper()},
        {"scale-callback-auth": "ключ"},
        {"scale-callback-auth": "\udcff"},
        {"scale-callback-auth": b"\xff"},
        {"scale-callback-auth": KEY, "Scale-Callback-Auth": "another"},
    ],
    ids=repr,
)
def test_parse_missing_or_wrong_key_raises_before_reading_the_body(headers):
    with pytest.raises(ScaleUnauthorized, match="scale-callback-auth") as raised:
        parse(b"no JSON", headers, KEY)
    assert raised.value.code == 401
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("sent", ["ключ", "ключ".encode()])
def test_parse_key_may_be_any_string(sent):
    assert parse(CALLBACK, {"scale-callback-auth": sent}, "ключ").id == TASK["task_id"]


def test_parse_compares_keys_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr("hmac.compare_digest", lambda *pair: bool(compared.append(pair)))
    with pytest.raises(ScaleUnauthorized):
        parse(CALLBACK, HEADERS, KEY)
    assert compared == [(KEY.encode(), KEY.encode())]


@pytest.mark.parametrize("auth_key", ["", " ", None, KEY.encode()])
def test_parse_without_expected_key_raises(auth_key):
    with pytest.raises(ScaleInvalidArgument, match="auth_key") as raised:
        parse(CALLBACK, {"scale-callback-auth": auth_key}, auth_key)
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        "no JSON",
        b"\xff\xfe\xfd",
        "[" * 200_000,
        None,
        5,
        [CALLBACK],
        "null",
        "[]",
        {},
        TASK,
        {"task": None},
        {"task": []},
        {"task": {}},
        {"task": {"task_id": 5}},
        {"batch": "march-01", "project": "p", "status": "completed"},
    ],
    ids=lambda body: repr(body)[:30],
)
def test_parse_body_without_task_raises(body):
    with pytest.raises(ScaleInvalidRequest, match="The body is no") as raised:
        parse(body, HEADERS, KEY)
    assert raised.value.code == 400


def test_parse_with_client_returns_task_with_methods(client, wire):
    task = parse(CALLBACK, HEADERS, KEY, client)
    wire.returns({**TASK, "status": "canceled"})
    task.refresh()
    assert task.status == "canceled"
    assert wire.last.url.endswith(f"/v1/task/{TASK['task_id']}")


def test_parse_without_client_task_methods_name_the_missing_client():
    task = parse(CALLBACK, HEADERS, KEY)
    for call in (task.refresh, task.cancel, lambda: task.audit(True), lambda: task.add_tags(["a"])):
        with pytest.raises(ScaleException, match="client=client"):
            call()
    for twin in (copy.copy(task), copy.deepcopy(task), pickle.loads(pickle.dumps(task))):
        assert twin == task and twin.as_dict() == TASK
        with pytest.raises(ScaleException, match="client=client"):
            twin.refresh()
    assert copy.deepcopy(vars(task))["_json"] == TASK
