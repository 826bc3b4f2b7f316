"""What the operations of `V2Api` go through: a transport, a configuration, default headers."""

from __future__ import annotations

from typing import Dict, Optional, Tuple

from ...api import Api, bearer
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
        self.configuration = configuration or Configuration()
        self.cookie = cookie
        self.default_headers: Dict[str, str] = {}
        if header_name is not None:
            self.default_headers[header_name] = header_value or ""
        self._made: Optional[Tuple[Tuple[object, ...], Api]] = None

    def __repr__(self) -> str:
        return f"ApiClient({self.configuration!r})"

    @classmethod
    def get_default(cls) -> ApiClient:
        """The client of a `V2Api` that is given none."""
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

    @property
    def transport(self) -> Api:
        """The transport that the configuration describes now."""
        settings = self.configuration.settings()
        made = self._made
        if made is None or made[0] != settings:
            api = self.configuration.transport()
            api.credentials = bearer
            made = self._made = (settings, api)
        return made[1]

    def close(self) -> None:
        """Close the pooled connections; a later call opens new ones."""
        self.transport.close()
