"""Proxies and CA bundle: the client's own settings, completed from the environment once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Union
from urllib.parse import urlsplit

import requests

from ..exceptions import ScaleInvalidArgument
from .auth import without_password

EXAMPLE_URL = "https://api.scale.com/v1"


class ConnectionSettings(NamedTuple):
    """What a client's connections depend on, as it was set."""

    base_url: str
    verify: Union[bool, str, None]
    cert: Union[str, tuple[str, str], None]
    proxies: Any

    def snapshot(self) -> ConnectionSettings:
        """Return a copy that does not change with the caller's dictionary."""
        proxies = dict(self.proxies) if isinstance(self.proxies, Mapping) else self.proxies
        return self._replace(proxies=proxies)

    def urls(self) -> tuple[Any, ...]:
        """Return the addresses that may hold a password."""
        proxies = self.proxies if isinstance(self.proxies, Mapping) else {}
        return (self.base_url, *proxies.values())


def send_settings(settings: ConnectionSettings) -> dict[str, Any]:
    """Return the `proxies`, `verify` and `cert` with which a session sends.

    requests would read the environment for every request, and let its CA bundle win over
    `verify`. Here it is read once, and the client's own settings win, proxies scheme by scheme.

    Raises:
        ScaleInvalidArgument: If a setting is invalid.
    """
    _validate(settings)
    own = dict(settings.proxies or {})
    with requests.Session() as session:
        merged = session.merge_environment_settings(
            settings.base_url, dict(own), None, settings.verify, settings.cert
        )
    chosen = requests.utils.select_proxy(settings.base_url, own)
    if chosen:  # else the environment's "https" would win over the client's "all"
        merged["proxies"][urlsplit(settings.base_url).scheme.lower()] = chosen
    return {name: merged[name] for name in ("proxies", "verify", "cert")}


def _validate(settings: ConnectionSettings) -> None:
    if not isinstance(settings.proxies or {}, Mapping):
        raise ScaleInvalidArgument(
            f"proxies must be a dictionary from scheme to address, such as "
            f"{{'https': 'http://127.0.0.1:3128'}}, got a {type(settings.proxies).__name__}"
        )
    problem = _url_problem(settings.base_url)
    if problem:
        raise ScaleInvalidArgument(
            f"api_instance_url must be an address such as {EXAMPLE_URL!r}, "
            f"got {without_password(str(settings.base_url))!r}"
            f"{'' if '@' in str(settings.base_url) else f': {problem}'}"
        )


def _url_problem(url: Any) -> str:
    """Return why an address is none; not raised from its cause, which holds the password."""
    try:
        probe = requests.PreparedRequest()
        probe.prepare_url(url, None)
        is_http = urlsplit(url).scheme.lower() in ("http", "https")
        return "" if is_http else "neither http nor https"
    except (ValueError, AttributeError) as error:  # requests' own are ValueErrors too
        return str(error)
