"""What the operations of `V2Api` go through: a transport, a configuration, default headers."""

from __future__ import annotations

import copy
from typing import Any, Optional

from ..._http.auth import AuthHeaders, bearer_auth_headers, no_auth_headers
from ...api import Api
from .configuration import Configuration


class ApiClient:
    """Carries v2 calls over a transport that its configuration describes.

    Args:
        configuration: None takes Scale's own address, and the key from `SCALE_API_KEY`.
        header_name, header_value: a header for all calls.
        cookie: a Cookie header for all calls.

    Attributes:
        configuration: its `host` and `access_token` and the like may be set at any time.
        default_headers: sent with every call; they win over a call's own `_headers`.
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
        self._transport_cache: dict[tuple[object, ...], Api] = {}

    def __enter__(self) -> ApiClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_transport_cache": {}}  # a cache, whose keys hold the API key

    def __repr__(self) -> str:
        return f"ApiClient({self.configuration!r})"

    @classmethod
    def get_default(cls) -> ApiClient:
        """Return the client of a `V2Api` that is given none."""
        if cls._default is None:
            cls._default = ApiClient()
        return cls._default

    @classmethod
    def set_default(cls, default: Optional[ApiClient]) -> None:
        """Make this the client of a `V2Api` that is given none."""
        cls._default = default

    @property
    def user_agent(self) -> str:
        """The User-Agent header."""
        return self.default_headers.get("User-Agent") or self.transport.user_agent

    @user_agent.setter
    def user_agent(self, user_agent: str) -> None:
        self.default_headers["User-Agent"] = user_agent

    def set_default_header(self, header_name: str, header_value: str) -> None:
        """Send a header with every call."""
        self.default_headers[header_name] = header_value

    def _with_transport(self, api: Api) -> ApiClient:
        """One with the same settings and headers over another transport of a client's."""
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
        """Return the same with other headers; a default header may stand in the place of any."""
        if any(name.lower() == "authorization" for name in self.default_headers):
            auth = no_auth_headers
        needs_key = auth is bearer_auth_headers
        settings = (needs_key, *self.configuration._cache_key())
        made = self._transport_cache.get(settings)
        if made is None:
            api = self.configuration._build_transport(needs_key)
            api = api._with(auth=bearer_auth_headers if needs_key else no_auth_headers)
            made = self._transport_cache.setdefault(settings, api)  # of two threads' one
            if len(self._transport_cache) > 2:  # one with the key, one without
                self._transport_cache = {settings: made}
        return made if auth in (bearer_auth_headers, no_auth_headers) else made._with(auth=auth)

    def close(self) -> None:
        """Close the pooled connections; a later call opens new ones."""
        for transport in list(self._transport_cache.values()):
            transport.close()
