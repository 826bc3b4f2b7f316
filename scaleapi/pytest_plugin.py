"""Fixtures for your own tests: the sandbox in the place of Scale's API.

pytest finds them by itself where the package is installed. `scale_sandbox` is an empty sandbox that
`ScaleClient()` finds through the environment, `scale_client` a client of it. With
`@pytest.mark.scale_live` both behave as with a live key: tasks stay pending.
"""

# pytest imports this at every start, so it must be cheap.
from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Callable

import pytest

if TYPE_CHECKING:
    from .client import ScaleClient
    from .sandbox import Sandbox

MARKER = "scale_live"
HOST = "127.0.0.1"
KEY = "test_sandbox"  # the one that the methods of Sandbox mean where none is given


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers", f"{MARKER}: scale_sandbox behaves as with a live key: tasks stay pending"
    )


@pytest.fixture(scope="session")
def _scale_servers() -> Iterator[Callable[[bool], Sandbox]]:
    """Return the session's server of either mode, started on first use."""
    running: dict[bool, Sandbox] = {}

    def server(live: bool) -> Sandbox:
        try:
            from .sandbox import Sandbox
        except ImportError as error:
            pytest.fail(str(error), pytrace=False)  # it has the pip command
        if live not in running:
            running[live] = Sandbox(HOST, live=live)
        return running[live].start()  # a test may have stopped it

    yield server
    for sandbox in running.values():
        sandbox.stop()


@pytest.fixture
def scale_sandbox(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    _scale_servers: Callable[[bool], Sandbox],
) -> Sandbox:
    """Provide an empty sandbox, which `ScaleClient()` reaches by itself during the test.

    Sets SCALE_API_INSTANCE_URL and SCALE_API_KEY, and spares it the environment's proxies.
    """
    sandbox = _scale_servers(request.node.get_closest_marker(MARKER) is not None)
    sandbox.reset()
    monkeypatch.setenv("SCALE_API_INSTANCE_URL", sandbox.url)
    monkeypatch.setenv("SCALE_API_KEY", KEY)
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    if spared != "*":  # which stands for all hosts only where it stands alone
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, f"{spared},{HOST}" if spared else HOST)
    return sandbox


@pytest.fixture
def scale_client(scale_sandbox: Sandbox) -> Iterator[ScaleClient]:
    """Provide a client of `scale_sandbox` with the key of the environment and short delays."""
    from .retries import RetryPolicy

    with scale_sandbox.client(KEY, retries=RetryPolicy(backoff_factor=0.01)) as client:
        yield client
