"""A client of the v2 API, in test mode and in live mode."""

import pytest

from tests.fixtures.v2 import V2


@pytest.fixture
def v2(http):
    http.make_project(kind="chat")
    return V2(http)


@pytest.fixture
def live_v2(live_http):
    live_http.make_project(kind="chat")
    return V2(live_http)
