"""The client's own settings."""

import copy
import inspect
import math
import pickle
import re

import pytest
import requests

import scaleapi
from scaleapi import RetryPolicy, ScaleClient, ScaleException
from scaleapi.api import Api


def settings(client):
    """What a request would go out with, from what the environment and the client say."""
    return client.api._current_transport()._send_settings


def test_client_published_arguments_keep_their_order():
    parameters = inspect.signature(ScaleClient).parameters
    assert list(parameters)[:6] == [
        "api_key",
        "source",
        "api_instance_url",
        "verify",
        "proxies",
        "cert",
    ]
    assert all(parameter.default is None for parameter in list(parameters.values())[:6])
    assert parameters["timeout"].default == (10, 120)
    assert (
        parameters["timeout"].kind is parameters["retries"].kind is inspect.Parameter.KEYWORD_ONLY
    )


@pytest.mark.parametrize("key", [None, ""])
def test_client_without_key_raises(key):
    with pytest.raises(ScaleException, match="valid API key") as caught:
        ScaleClient(key)
    assert type(caught.value) is ScaleException and caught.value.code is None


def test_client_key_and_address_are_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("SCALE_API_KEY", "test_key_of_env")
    monkeypatch.setenv("SCALE_API_INSTANCE_URL", "http://127.0.0.1:9/v1/")
    client = ScaleClient()
    assert client.api.api_key == "test_key_of_env"
    assert client.api.base_api_url == "http://127.0.0.1:9/v1"
    assert ScaleClient("test_other").api.api_key == "test_other"
    own = ScaleClient(api_instance_url="https://example.org/v1")
    assert own.api.base_api_url == "https://example.org/v1"
    with pytest.raises(ScaleException, match="valid API key"):
        ScaleClient("")


def test_client_default_settings():
    client = ScaleClient("test_key")
    assert (
        client.api.base_api_url == "https://api.scale.com/v1" == scaleapi.api.SCALE_API_BASE_URL_V1
    )
    assert client.api.timeout == (10, 120)
    assert client.api.retries == RetryPolicy()
    assert settings(client)["verify"] is True


def test_client_changed_api_constants_apply_without_retries(monkeypatch):
    assert scaleapi.api.HTTP_TOTAL_RETRIES == 3
    assert scaleapi.api.HTTP_RETRY_BACKOFF_FACTOR == 2
    assert scaleapi.api.HTTP_STATUS_FORCE_LIST == [408, 429, *range(500, 531)]
    assert scaleapi.api.HTTP_RETRY_ALLOWED_METHODS == {"GET", "POST", "DELETE", "PUT"}
    before = ScaleClient("test_key")
    monkeypatch.setattr(scaleapi.api, "HTTP_TOTAL_RETRIES", 7)
    monkeypatch.setattr(scaleapi.api, "HTTP_RETRY_BACKOFF_FACTOR", 1)
    monkeypatch.setattr(scaleapi.api, "HTTP_STATUS_FORCE_LIST", [503])
    monkeypatch.setattr(scaleapi.api, "HTTP_RETRY_ALLOWED_METHODS", ["GET"])
    changed = RetryPolicy(7, 1, statuses=frozenset([503]), methods=frozenset(["GET"]))
    assert before.api.retries == ScaleClient("test_key").api.retries == changed
    assert ScaleClient("test_key", retries=RetryPolicy()).api.retries == RetryPolicy()
    scaleapi.api.HTTP_STATUS_FORCE_LIST.append(504)
    assert before.api.retries.statuses == {503, 504}
    assert ScaleClient("test_key", retries=2).api.retries.total == 2


def test_with_options_changes_only_what_is_given_and_shares_connections():
    client = ScaleClient("test_key", "app", timeout=7, retries=RetryPolicy(5))
    other = client.with_options(timeout=None)
    assert (other.api.timeout, other.api.retries) == (None, RetryPolicy(5))
    assert client.with_options(retries=0).api.retries.total == 0
    assert client.with_options(retries=0).api.timeout == 7
    assert (client.api.timeout, client.api.retries) == (7, RetryPolicy(5))
    assert other.api.session is client.api.session
    assert type(other) is ScaleClient and other.api.api_key == "test_key"


def test_with_options_of_a_subclass_returns_the_subclass():
    class Mine(ScaleClient):
        def __init__(self, team):
            super().__init__("test_key")
            self.team = team

    other = Mine("blue").with_options(timeout=1)
    assert type(other) is Mine and other.team == "blue" and repr(other).startswith("Mine(")


def test_client_timeout_applies_to_every_request(client, wire):
    for timeout in (5, 2.5, (1, 2), (None, 3), None):
        client.with_options(timeout=timeout).api.get_request("x")
        assert wire.options["timeout"] == timeout
    client.api.get_request("x")
    assert wire.options["timeout"] == (10, 120)


def test_client_timeout_is_capped_by_the_deadline(client, wire):
    short = client.with_options(retries=RetryPolicy(0, deadline=5))
    for given in (None, 100, (3, None), (100, 100)):
        short.with_options(timeout=given).api.get_request("x")
        timeout = wire.options["timeout"]
        assert 0 < timeout.connect_timeout <= 5 and 4 < timeout.read_timeout <= timeout.total <= 5


def test_client_settings_changed_apply_from_the_next_call(client, wire):
    client.api.get_request("x")
    client.api.verify = False
    client.api.proxies = {"https": "http://127.0.0.1:9"}
    client.api.cert = "cert.pem"
    client.api.api_key = "test_second"
    client.api.base_api_url = "https://other.example.org/v9/"
    client.api.get_request("x")
    assert wire.options["verify"] is False and wire.options["cert"] == "cert.pem"
    assert wire.options["proxies"]["https"] == "http://127.0.0.1:9"
    assert wire.last.url == "https://other.example.org/v9/x"
    assert wire.sent[0].headers["Authorization"] != wire.last.headers["Authorization"]
    client.api.proxies["https"] = "http://127.0.0.1:10"
    client.api.get_request("x")
    assert wire.options["proxies"]["https"] == "http://127.0.0.1:10"


@pytest.mark.parametrize(
    "verify, expected",
    [(None, "env.pem"), (True, "env.pem"), (False, False), ("own.pem", "own.pem")],
)
def test_client_explicit_verify_wins_over_the_environment(verify, expected, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "env.pem")
    assert settings(ScaleClient("test_key", verify=verify))["verify"] == expected


def test_client_explicit_proxies_win_over_the_environment_per_scheme(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://env:1")
    monkeypatch.setenv("HTTP_PROXY", "http://env:2")
    proxies = {"https": "http://own:3"}
    client = ScaleClient("test_key", proxies=proxies)
    found = settings(client)["proxies"]
    assert (found["https"], found["http"]) == ("http://own:3", "http://env:2")
    assert proxies == {"https": "http://own:3"}
    monkeypatch.setenv("NO_PROXY", "api.scale.com")
    assert "http" not in settings(ScaleClient("test_key"))["proxies"]


def test_client_environment_is_read_once(client, wire, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://later:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "later.pem")
    client.api.get_request("x")
    assert not wire.options["proxies"] and wire.options["verify"] is True


def test_client_closed_frees_connections_and_reopens_on_the_next_call(wire):
    with ScaleClient("test_key") as client:
        first = client.api.session
        first.mount("https://", wire)
        closed = []
        wire.close = lambda: closed.append(True)
    assert closed == [True]
    assert client.api.session is first and first.get_adapter("https://x") is wire
    client.close()


def test_client_pickle_and_deepcopy_keep_settings_without_connections():
    client = ScaleClient("test_key", "app", "https://example.org/v1", False, retries=1, timeout=3)
    for twin in (pickle.loads(pickle.dumps(client)), copy.deepcopy(client)):
        assert type(twin) is ScaleClient
        assert twin.api.session is not client.api.session
        for name in ("api_key", "base_api_url", "verify", "timeout", "retries", "user_agent"):
            assert getattr(twin.api, name) == getattr(client.api, name)


def test_client_unpickled_reads_the_environment_there(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://there.example.org:1")
    packed = pickle.dumps(scaleapi.ScaleClient("test_key"))
    monkeypatch.setenv("HTTPS_PROXY", "http://here.example.org:1")
    api = pickle.loads(packed).api
    found = api._current_transport()._send_settings["proxies"]
    assert found["https"] == "http://here.example.org:1"


def test_api_can_be_constructed_alone():
    api = Api("test_key", "ext", "https://example.org/v1/", True, None, "cert.pem")
    assert (api.api_key, api.base_api_url) == ("test_key", "https://example.org/v1")
    assert (api.verify, api.proxies, api.cert) == (True, None, "cert.pem")
    assert repr(api) == "Api('https://example.org/v1')"


def test_session_reads_no_environment():
    session = ScaleClient("test_key").api.session
    assert isinstance(session, requests.Session) and session.trust_env is False


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "1 s"])
def test_max_delay_of_the_environment_that_is_no_number_of_seconds_raises(text, monkeypatch):
    monkeypatch.setenv("SCALE_API_MAX_DELAY", text)
    message = f"SCALE_API_MAX_DELAY must be a number of seconds (0 or more), got {text!r}"
    with pytest.raises(scaleapi.ScaleInvalidArgument, match=re.escape(message)):
        scaleapi.ScaleClient("test_key")


@pytest.mark.parametrize("text, expected", [("0", 0.0), ("0.25", 0.25), ("", math.inf)])
def test_max_delay_of_the_environment_is_kept_by_copies_and_pickles(text, expected, monkeypatch):
    monkeypatch.setenv("SCALE_API_MAX_DELAY", text)
    client = scaleapi.ScaleClient("test_key")
    monkeypatch.delenv("SCALE_API_MAX_DELAY")
    for each in (client, client.with_options(timeout=1), pickle.loads(pickle.dumps(client))):
        assert each._clock.max_delay == expected
