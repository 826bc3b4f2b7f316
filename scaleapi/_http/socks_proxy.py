"""Connections through a SOCKS proxy that are opened in time; on PySocks, which is optional."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

import socks  # type: ignore[import-untyped]

from .options import SYSTEM_CLOCK


class _NegotiatingSocket(socks.socksocket):  # type: ignore[misc]
    """A socket whose negotiation with the proxy ends at a deadline.

    PySocks gives each read of it the whole timeout, so that a proxy which sends a byte now and then
    could hold a call forever.

    Attributes:
        deadline: When it must have ended, on the monotonic clock; None for no limit.
    """

    deadline: Optional[float] = None

    def recv_into(self, *args: Any) -> int:
        """Receive bytes; all that PySocks reads comes through here."""
        if self.deadline is not None:
            socket.socket.settimeout(self, _remaining(self.deadline))
        received: int = super().recv_into(*args)
        return received


def connect(
    address: tuple[str, int],
    proxy: Mapping[str, Any],
    timeout: Optional[float],
    socket_options: Iterable[Sequence[Any]],
) -> socket.socket:
    """Return a socket that is connected to an address through a proxy.

    Args:
        address: Host and port.
        proxy: What urllib3 knows of the proxy, its `_socks_options`.
        timeout: Seconds that all of it may take, None for no limit.
        socket_options: Arguments of `setsockopt`, one sequence per option.

    Raises:
        OSError: If the proxy cannot be reached, rejects the connection, or does not open it in
            time; PySocks' own errors hold the socket's as `socket_err`.
    """
    deadline = None if timeout is None else SYSTEM_CLOCK.monotonic() + timeout
    host = (proxy["proxy_host"] or "").strip("[]")
    last_error: Optional[OSError] = None
    for family, kind, protocol, _, _ in socket.getaddrinfo(
        host, proxy["proxy_port"], type=socket.SOCK_STREAM
    ):
        sock = _NegotiatingSocket(family, kind, protocol)
        try:
            for option in socket_options:
                sock.setsockopt(*option)
            sock.set_proxy(
                proxy["socks_version"],
                host,
                proxy["proxy_port"],
                proxy["rdns"],
                proxy["username"],
                proxy["password"],
            )
            sock.settimeout(None if deadline is None else _remaining(deadline))
            sock.deadline = deadline
            sock.connect(address)
        except OSError as error:
            sock.close()
            last_error = error
        else:
            sock.deadline = None
            return sock
    raise last_error or OSError(f"the SOCKS proxy {host!r} has no address")


def _remaining(deadline: float) -> float:
    remaining = deadline - SYSTEM_CLOCK.monotonic()
    if remaining <= 0:
        raise socket.timeout("the SOCKS proxy has not connected in time")
    return remaining
