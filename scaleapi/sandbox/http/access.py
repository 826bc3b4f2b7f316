"""Access from this machine only: to what needs no key, and by host names of this machine."""

from __future__ import annotations

import ipaddress
import re

from flask import request

from .errors import ApiError

_HOST = re.compile(r"(localhost|[0-9.]+|\[[0-9a-f:.]+\])(:[0-9]+)?", re.IGNORECASE)


def require_loopback() -> None:
    """Reject requests from other machines, and those for other host names.

    Raises:
        ApiError: With 403, if the peer or the Host header is not a loopback address or localhost.
    """
    if not _is_loopback_peer():
        raise ApiError(403, "This is for callers on this machine only: it reaches all accounts")
    require_loopback_host()


def require_loopback_host() -> None:
    """Reject requests for host names that are not those of this machine.

    DNS rebinding: scripts of a site whose name resolves to this machine could read the response.

    Raises:
        ApiError: With 403, if the Host header is not a loopback address or localhost.
    """
    host = _HOST.fullmatch(request.headers.get("Host", ""))
    if host is None or not is_loopback(host[1].strip("[]")):
        raise ApiError(403, "The Host header must be localhost or a loopback address")


def _is_loopback_peer() -> bool:
    return is_loopback(request.remote_addr)


def is_loopback(text: str | None) -> bool:
    """Return whether this is a loopback address or localhost."""
    if text is not None and text.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return False
    # A socket for both families sees 127.0.0.1 as ::ffff:127.0.0.1.
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
