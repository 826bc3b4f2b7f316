"""Where v2 calls go, and with which key."""

from __future__ import annotations

import copy
import logging
from typing import Optional

from ..._http.auth import without_password
from ...api import Api, resolve_retry_policy

DEFAULT_HOST = "https://api.scale.com"


class Configuration:
    """The settings of an `ApiClient`; each may be set later, and holds from the next call on.

    Args:
        host: root of the service, without a version.
        access_token: the API key.
        ssl_ca_cert: path of the certificates that are trusted.
        retries: how often a call is sent again; None takes the usual policy.
        debug: True sets the logger "scaleapi" to DEBUG.

    The other arguments are those of the published client; this API has no use for them.

    Attributes:
        verify_ssl: False checks no certificates.
        cert_file, key_file: paths of a client certificate.
        proxy: address of a proxy.
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
        """One that says what a client's transport says, where nothing else is set."""
        made = cls()
        made._api = api
        return made

    @classmethod
    def get_default(cls) -> Configuration:
        """Return the default configuration, else a new one."""
        return cls._default or cls()

    @classmethod
    def set_default(cls, default: Optional[Configuration]) -> None:
        """Make this what `get_default` gives."""
        cls._default = default

    @classmethod
    def get_default_copy(cls) -> Configuration:
        """Return a copy of the default."""
        return copy.copy(cls.get_default())

    def _rebind(self, api: Api) -> Configuration:
        """Return the same for another transport of a client's."""
        twin = copy.copy(self)
        twin._api = api
        return twin

    def __repr__(self) -> str:
        return f"Configuration(host={without_password(self.host)!r})"

    @property
    def host(self) -> str:
        """Root of the service, without a version."""
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
        """Whether the logger "scaleapi" tells of every request."""
        return logging.getLogger("scaleapi").isEnabledFor(logging.DEBUG)

    @debug.setter
    def debug(self, debug: bool) -> None:
        logging.getLogger("scaleapi").setLevel(logging.DEBUG if debug else logging.NOTSET)

    def _cache_key(self) -> tuple[object, ...]:
        """All that `transport` is made from."""
        own = (self._host, self._access_token, self.verify_ssl, self.ssl_ca_cert, self.proxy)
        more = (self.cert_file, self.key_file, self.retries)
        api = self._api
        if api is None:
            return (*own, *more)
        key, user_agent, connection = api._settings()
        options = api._options
        # By identity, since a callback need not be hashable; what is cached keeps them alive.
        objects = (key, options.on_attempt, options.throttle, options.auth, options.clock)
        plain = (options.timeout, options.policy, options.max_response_bytes)
        return (*own, *more, user_agent, str(connection), *map(id, objects), *plain)

    def _build_transport(self, needs_key: bool = True) -> Api:
        """Return a transport with these settings; unset ones are the client's or the default."""
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
