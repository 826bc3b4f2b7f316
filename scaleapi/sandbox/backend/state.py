"""The state of a sandbox."""

from __future__ import annotations

from dataclasses import dataclass

from ..callbacks import Callbacks
from ..faults import FaultRegistry
from ..requests_log import RequestLog
from .store import Store


@dataclass
class SandboxState:
    """All that the routes work on.

    Attributes:
        store: The data of all accounts.
        callbacks: Sends and keeps callbacks.
        live: Whether the sandbox behaves as with a live key.
        requests: Log of received requests.
        faults: The fault rules in force.
        url: Instance URL; empty until the socket is open.
    """

    store: Store
    callbacks: Callbacks
    live: bool
    requests: RequestLog
    faults: FaultRegistry
    url: str = ""

    def reset(self) -> None:
        """Forget all data, requests, callbacks and faults."""
        self.faults.clear()
        self.callbacks.clear()
        self.store.reset()
        self.requests.clear()
