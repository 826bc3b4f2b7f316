"""The exceptions: hierarchy, messages, pickles."""

import copy
import pickle

import pytest

import scaleapi
from scaleapi import exceptions
from scaleapi.exceptions import ExceptionMap, ScaleException, ScaleInvalidRequest

BY_CODE = {
    400: "ScaleInvalidRequest",
    401: "ScaleUnauthorized",
    402: "ScaleNotEnabled",
    404: "ScaleResourceNotFound",
    409: "ScaleDuplicateResource",
    429: "ScaleTooManyRequests",
    500: "ScaleInternalError",
    503: "ScaleServiceUnavailable",
    504: "ScaleTimeoutError",
}


def test_exception_map_maps_status_to_class():
    assert {code: kind.__name__ for code, kind in ExceptionMap.items()} == BY_CODE
    for code, name in BY_CODE.items():
        kind = getattr(exceptions, name)
        assert kind is getattr(scaleapi, name)
        assert kind.code == code and issubclass(kind, ScaleException)


@pytest.mark.parametrize(
    "kind, given, text, code, message",
    [
        (ScaleException, ["x"], "<Response> x", None, "x"),
        (ScaleException, ["x", 418], "<Response [418]> x", 418, "x"),
        (ScaleException, ["", 418], "<Response [418]> ScaleException", 418, "ScaleException"),
        (ScaleInvalidRequest, ["x"], "<Response [400]> x", 400, "x"),
        (ScaleInvalidRequest, [None], "<Response [400]> ScaleInvalidRequest", 400, None),
    ],
)
def test_exception_str_has_code_and_message(kind, given, text, code, message):
    error = kind(*given)
    assert str(error) == text and error.code == code
    assert error.message == (message or kind.__name__)
    assert (error.response, error.body, error.method, error.url) == (None,) * 4
    assert (error.attempts, dict(error.headers)) == ((), {})


def test_exception_without_response_has_no_code():
    error = scaleapi.ScaleConnectionTimeout("silence")
    assert isinstance(error, scaleapi.ScaleConnectionError)
    assert error.code is None and str(error) == "<Response> silence"


@pytest.mark.parametrize(
    "status, body, kind, message",
    [
        (
            400,
            {"status_code": 400, "error": "no such thing"},
            "ScaleInvalidRequest",
            "no such thing",
        ),
        (401, b"<html>go away</html>", "ScaleUnauthorized", "<html>go away</html>"),
        (402, b"", "ScaleNotEnabled", "ScaleNotEnabled"),
        (403, {"error": "no"}, "ScaleException", "no"),
        (404, {"message": "no"}, "ScaleResourceNotFound", '{"message": "no"}'),
        (409, ["taken"], "ScaleDuplicateResource", '["taken"]'),
        (409, None, "ScaleDuplicateResource", "null"),
        (413, {"error": {"why": 1}}, "ScaleException", '{"why": 1}'),
        (429, {"error": ""}, "ScaleTooManyRequests", '{"error": ""}'),
        (500, b"\xff\xfe\x00", "ScaleInternalError", None),
        (503, {"error": None}, "ScaleServiceUnavailable", '{"error": null}'),
        (504, b"[" * 100_000, "ScaleTimeoutError", "[" * 65_536),
        (302, b"moved", "ScaleException", "moved"),
    ],
)
def test_exception_of_any_error_body_has_the_class_of_its_status(
    status, body, kind, message, client, wire
):
    wire.returns((status, body))
    with pytest.raises(ScaleException) as caught:
        client.get_task("t")
    error = caught.value
    assert type(error).__name__ == kind and error.code == status
    assert error.message == message or message is None
    assert (error.method, error.url) == ("GET", "https://api.scale.com/v1/task/t")
    assert error.headers["Content-Type"] == "application/json"
    assert error.response.status_code == status
    if message is not None:  # what is no text is read as the library at hand guesses
        assert error.body == error.response.text[:65_536]
    assert [attempt.status for attempt in error.attempts] == [status]


def test_exception_pickles_and_copies_whole(client, wire):
    wire.returns((409, {"error": "taken"}))
    with pytest.raises(ScaleException) as caught:
        client.create_task("chat", unique_id="u")
    error = caught.value
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error) and str(twin) == str(error) == "<Response [409]> taken"
        assert twin.args == error.args
        for name in ("code", "message", "method", "url", "body", "attempts"):
            assert getattr(twin, name) == getattr(error, name)
        assert twin.response.json() == {"error": "taken"}


def test_exception_subclass_of_the_user_pickles():
    twin = pickle.loads(pickle.dumps(TwoArguments("a", "b")))
    assert (str(twin), twin.second) == ("<Response> a", "b")


class TwoArguments(ScaleException):
    def __init__(self, first, second):
        super().__init__(first)
        self.second = second


def test_exception_holds_the_key_nowhere(client, wire):
    wire.returns((401, {"error": "wrong key"}))
    with pytest.raises(ScaleException) as caught:
        client.get_task("t")
    error = caught.value
    assert "Authorization" in wire.last.headers
    assert "Authorization" not in error.response.request.headers
    for secret in (b"test_key", b"dGVzdF9rZXk6"):
        assert secret not in pickle.dumps(error)
        assert secret.decode() not in repr(error) + str(error) + repr(vars(error))
        assert secret.decode() not in repr(client) + repr(client.api)


@pytest.mark.parametrize("task_id, is_hinted", [("t", False), ("0" * 24, False), ("0" * 128, True)])
def test_get_task_by_a_unique_id_names_the_call_that_finds_it(task_id, is_hinted, sandbox):
    with sandbox.client() as client, pytest.raises(scaleapi.ScaleResourceNotFound) as caught:
        client.get_task(task_id)
    hint = "; if this is a unique id, use get_tasks(unique_id=...)"
    for text in (
        str(caught.value),
        caught.value.message,
        str(pickle.loads(pickle.dumps(caught.value))),
    ):
        assert text.endswith(hint) is is_hinted
