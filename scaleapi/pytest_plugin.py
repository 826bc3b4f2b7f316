"""Fixtures for your own tests: the sandbox in the place of Scale's API.

pytest finds them by itself where the package is installed. `scale_sandbox` is an empty sandbox that
`ScaleClient()` finds through the environment, `scale_client` a client of it. With
`@pytest.mark.scale_live` both behave as with a live key: tasks stay pending, or are completed after
the seconds of `@pytest.mark.scale_live(complete_after=0.5)`.
"""

# pytest imports this at every start, so it must be cheap.
from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Callable, Optional

import pytest

if TYPE_CHECKING:
    from .client import ScaleClient
    from .sandbox import Sandbox

MARKER = "scale_live"
HOST = "127.0.0.1"
KEY = "test_sandbox"  # the one that the methods of Sandbox mean where none is given
MAX_DELAY = "0.01"  # seconds


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(complete_after=None): scale_sandbox behaves as with a live key: tasks stay "
        "pending, or are completed after so many seconds",
    )


@pytest.fixture(scope="session")
def _scale_servers() -> Iterator[Callable[[bool, Optional[float]], Sandbox]]:
    """Return the session's server of a mode, started on first use."""
    running: dict[tuple[bool, Optional[float]], Sandbox] = {}

    def server(live: bool, complete_after: Optional[float]) -> Sandbox:
        try:
            from .sandbox import Sandbox
        except ImportError as error:
            pytest.fail(str(error), pytrace=False)  # it has the pip command
        mode = live, complete_after
        if mode not in running:
            running[mode] = Sandbox(HOST, live=live, complete_after=complete_after)
        return running[mode].start()  # a test may have stopped it

    yield server
    for sandbox in running.values():
        sandbox.stop()


@pytest.fixture
def scale_sandbox(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    _scale_servers: Callable[[bool, Optional[float]], Sandbox],
) -> Sandbox:
    """Provide an empty sandbox, which `ScaleClient()` reaches by itself during the test.

    Sets SCALE_API_INSTANCE_URL and SCALE_API_KEY, and SCALE_API_MAX_DELAY, so that retries and
    polls wait for 10 ms at most; and spares it the environment's proxies.
    """
    sandbox = _scale_servers(*_mode_of(request.node))
    sandbox.reset()
    monkeypatch.setenv("SCALE_API_INSTANCE_URL", sandbox.url)
    monkeypatch.setenv("SCALE_API_KEY", KEY)
    monkeypatch.setenv("SCALE_API_MAX_DELAY", MAX_DELAY)
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    if spared != "*":  # which stands for all hosts only where it stands alone
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, f"{spared},{HOST}" if spared else HOST)
    return sandbox


@pytest.fixture
def scale_client(scale_sandbox: Sandbox) -> Iterator[ScaleClient]:
    """Provide a client of `scale_sandbox` with the key of the environment and short delays."""
    with scale_sandbox.client(KEY) as client:
        yield client


def _mode_of(test: pytest.Item) -> tuple[bool, Optional[float]]:
    """Return whether a test's sandbox is live, and after how many seconds it completes tasks."""
    marker = test.get_closest_marker(MARKER)
    if marker is None:
        return False, None
    if marker.args or marker.kwargs.keys() - {"complete_after"}:
        pytest.fail(f"{MARKER} takes complete_after=SECONDS alone, got {marker}", pytrace=False)
    return True, marker.kwargs.get("complete_after")
