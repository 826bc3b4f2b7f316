"""The settings of v2 calls: address, API key, TLS, proxy and retries."""

from __future__ import annotations

import copy
import logging
from typing import Optional

from ..._http.auth import without_password
from ...api import Api, resolve_retry_policy

DEFAULT_HOST = "https://api.scale.com"


class Configuration:
    """The settings of an `ApiClient`; each attribute may be set later, from the next call on.

    Args:
        host: Address of the service, without a version.
        access_token: The API key.
        ssl_ca_cert: Path of a CA bundle.
        retries: Number of retries; None takes the default policy.
        debug: True sets the logger "scaleapi" to DEBUG, False resets its level.
        api_key, api_key_prefix, username, password: As published; not used by this API.
        server_index, server_variables: As published; not used by this API.
        server_operation_index, server_operation_variables: As published; not used by this API.
        ignore_operation_servers: As published; not used by this API.

    Attributes:
        verify_ssl: Whether to verify certificates.
        cert_file, key_file: Paths of a client certificate and its key.
        proxy: Address of a proxy.
    """

    _default: Optional[Configuration] = None

    def __init__(
        self,
        host: Optional[str] = None,
        api_key: Optional[dict[str, str]] = None,
        api_key_prefix: Optional[dict[str, str]] = None,
        username: Optional[str] = None,
        password: Optional[str] = None,
        access_token: Optional[str] = None,
        server_index: Optional[int] = None,
        server_variables: Optional[dict[str, str]] = None,
        server_operation_index: Optional[dict[int, int]] = None,
        server_operation_variables: Optional[dict[int, dict[str, str]]] = None,
        ignore_operation_servers: bool = False,
        ssl_ca_cert: Optional[str] = None,
        retries: Optional[int] = None,
        *,
        debug: Optional[bool] = None,
    ) -> None:
        self._api: Optional[Api] = None
        self.api_key, self.api_key_prefix = dict(api_key or {}), dict(api_key_prefix or {})
        self.username, self.password = username, password
        self._host = host
        self._access_token = access_token
        self.verify_ssl = True
        self.ssl_ca_cert = ssl_ca_cert
        self.cert_file: Optional[str] = None
        self.key_file: Optional[str] = None
        self.proxy: Optional[str] = None
        self.retries = retries
        self.connection_pool_maxsize = 64
        if debug is not None:
            self.debug = debug

    @classmethod
    def _from_transport(cls, api: Api) -> Configuration:
        """Return a configuration whose unset attributes are those of a client's transport."""
        return cls()._rebind(api)

    @classmethod
    def get_default(cls) -> Configuration:
        """Return the default configuration, or a new one if none is set."""
        return cls._default or cls()

    @classmethod
    def set_default(cls, default: Optional[Configuration]) -> None:
        """Set the default configuration."""
        cls._default = default

    @classmethod
    def get_default_copy(cls) -> Configuration:
        """Return a copy of the default configuration."""
        return copy.copy(cls.get_default())

    def _rebind(self, api: Api) -> Configuration:
        """Return a copy for a client's transport."""
        twin = copy.copy(self)
        twin._api = api
        return twin

    def __repr__(self) -> str:
        return f"Configuration(host={without_password(self.host)!r})"

    @property
    def host(self) -> str:
        """Address of the service, without a version."""
        return self._host or (self._api.root_url if self._api else DEFAULT_HOST)

    @host.setter
    def host(self, host: Optional[str]) -> None:
        self._host = host.rstrip("/") if host else None

    @property
    def access_token(self) -> Optional[str]:
        """The API key."""
        return self._access_token or (self._api.api_key if self._api else None)

    @access_token.setter
    def access_token(self, access_token: Optional[str]) -> None:
        self._access_token = access_token

    @property
    def debug(self) -> bool:
        """Whether the logger "scaleapi" logs every request."""
        return logging.getLogger("scaleapi").isEnabledFor(logging.DEBUG)

    @debug.setter
    def debug(self, debug: bool) -> None:
        logging.getLogger("scaleapi").setLevel(logging.DEBUG if debug else logging.NOTSET)

    def _settings(self) -> tuple[object, ...]:
        """Return what `_build_transport` depends on; it is to be compared, not hashed."""
        own = (
            self._host, self._access_token, self.verify_ssl, self.ssl_ca_cert, self.proxy,
            self.cert_file, self.key_file, self.retries,
        )  # fmt: skip
        return own if self._api is None else (*own, *self._api._settings(), self._api._options)

    def _build_transport(self, needs_key: bool = True) -> Api:
        """Return a transport with these settings, and those of the client where they are unset."""
        if self._api is not None:
            api = self._api.with_options()
            api.base_api_url = self._host or api.base_api_url
            if self._access_token:
                api.api_key = self._access_token
        else:
            api = Api(self.access_token if needs_key else "none needed", None, self.host)
        if not self.verify_ssl or self.ssl_ca_cert:
            api.verify = self.ssl_ca_cert if self.verify_ssl else False
        if self.proxy:
            api.proxies = {"all": self.proxy}
        if self.cert_file:
            api.cert = (self.cert_file, self.key_file) if self.key_file else self.cert_file
        if self.retries is not None:
            api.retries = resolve_retry_policy(self.retries)
        return api
