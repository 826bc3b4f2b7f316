"""An environment without proxies, certificates and keys, and the shared fixtures."""

import os
import signal

import pytest

pytest_plugins = [
    "tests.fixtures.browser",
    "tests.fixtures.network",
    "tests.fixtures.sandbox",
    "tests.fixtures.wire",
    "tests.fixtures.listing",  # imports the one before it
]

# What a shell runs in its background ignores Ctrl-C, and so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

AMBIENT = (
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "requests_ca_bundle",
    "curl_ca_bundle",
    "scale_api_key",
    "scale_api_instance_url",
)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in list(os.environ):
        if name.lower() in AMBIENT:
            monkeypatch.delenv(name)
