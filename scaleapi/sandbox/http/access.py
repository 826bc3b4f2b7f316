"""Who may ask for what shows or changes every account's data, without a key: this machine only."""

from __future__ import annotations

import ipaddress
import re

from flask import request

from .errors import ApiError

_HOST = re.compile(r"(localhost|[0-9.]+|\[[0-9a-f:.]+\])(:[0-9]+)?", re.IGNORECASE)


def require_loopback() -> None:
    """Refuse callers on other machines, and other sites' names for this one, with 403."""
    if not _is_loopback(request.remote_addr):
        raise ApiError(403, "This is for callers on this machine only: it reaches all accounts")
    # Another site's name may be made to lead here, and its scripts could then read the answer.
    host = _HOST.fullmatch(request.headers.get("Host", ""))
    if host is None or not (host[1].lower() == "localhost" or _is_loopback(host[1].strip("[]"))):
        raise ApiError(403, "This is at localhost or a loopback address, by no other name")


def _is_loopback(text: str | None) -> bool:
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return False
    # A socket for both families sees 127.0.0.1 as ::ffff:127.0.0.1.
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
