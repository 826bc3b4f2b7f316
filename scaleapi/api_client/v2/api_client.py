"""The client of `V2Api`: a configuration, default headers, and a transport made from them."""

from __future__ import annotations

import copy
from typing import Any, Optional

from ..._http.auth import AuthHeaders, bearer_auth_headers, no_auth_headers
from ...api import Api
from .configuration import Configuration


class ApiClient:
    """Sends v2 calls over a transport that its configuration describes.

    Args:
        configuration: None takes the default one: Scale's own address, and the key from the
            environment's `SCALE_API_KEY`.
        header_name: Name of a header to send with every call.
        header_value: Its value.
        cookie: A Cookie header to send with every call.

    Attributes:
        configuration: Its attributes may be set at any time.
        default_headers: Headers to send with every call; they win over a call's own `_headers`.
    """

    _default: Optional[ApiClient] = None

    def __init__(
        self,
        configuration: Optional[Configuration] = None,
        header_name: Optional[str] = None,
        header_value: Optional[str] = None,
        cookie: Optional[str] = None,
    ) -> None:
        self.configuration = configuration or Configuration.get_default()
        self.cookie = cookie
        self.default_headers: dict[str, str] = {}
        if header_name is not None:
            self.default_headers[header_name] = header_value or ""
        # By whether they need a key, with the settings that they were made from.
        self._transport_cache: dict[bool, tuple[tuple[object, ...], Api]] = {}

    def __enter__(self) -> ApiClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_transport_cache": {}}  # it holds the API key

    def __repr__(self) -> str:
        return f"ApiClient({self.configuration!r})"

    @classmethod
    def get_default(cls) -> ApiClient:
        """Return the client that `V2Api` uses by default."""
        if cls._default is None:
            cls._default = ApiClient()
        return cls._default

    @classmethod
    def set_default(cls, default: Optional[ApiClient]) -> None:
        """Set the client that `V2Api` uses by default."""
        cls._default = default

    @property
    def user_agent(self) -> str:
        """The User-Agent header."""
        return self.default_headers.get("User-Agent") or self.transport.user_agent

    @user_agent.setter
    def user_agent(self, user_agent: str) -> None:
        self.default_headers["User-Agent"] = user_agent

    def set_default_header(self, header_name: str, header_value: str) -> None:
        """Set a header to send with every call."""
        self.default_headers[header_name] = header_value

    def _with_transport(self, api: Api) -> ApiClient:
        """Return a client with the same settings and headers over another transport."""
        twin = copy.copy(self)
        twin.configuration = self.configuration._rebind(api)
        twin.default_headers = dict(self.default_headers)
        twin._transport_cache = {}
        return twin

    @property
    def transport(self) -> Api:
        """The transport that the configuration describes now."""
        return self._transport_for(bearer_auth_headers)

    def _transport_for(self, auth: AuthHeaders) -> Api:
        """Return the same with other authentication; a default header may replace any."""
        if any(name.lower() == "authorization" for name in self.default_headers):
            auth = no_auth_headers
        needs_key = auth is bearer_auth_headers
        settings = self.configuration._settings()
        cached = self._transport_cache.get(needs_key)
        if cached is None or cached[0] != settings:
            api = self.configuration._build_transport(needs_key)
            made = (settings, api._with(auth=auth if needs_key else no_auth_headers))
            if cached is None:  # threads share the one that is stored first
                cached = self._transport_cache.setdefault(needs_key, made)
            else:
                cached = self._transport_cache[needs_key] = made
        api = cached[1]
        return api if auth in (bearer_auth_headers, no_auth_headers) else api._with(auth=auth)

    def close(self) -> None:
        """Close the pooled connections; a later call opens new ones."""
        for _, transport in list(self._transport_cache.values()):
            transport.close()
