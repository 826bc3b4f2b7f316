"""The API key: its source, the headers that carry it, and its masking in messages."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional, Union
from urllib.parse import quote, unquote

from .._version import __version__
from ..exceptions import ScaleException, ScaleInvalidArgument

AuthHeaders = Callable[[str], dict[str, str]]
"""Makes the headers that carry a key."""


MASK = "***"
MIN_MASKED_LENGTH = 4  # shorter "secrets" stand in every text by chance


def basic_auth_headers(api_key: str) -> dict[str, str]:
    """Return the header that v1 reads: the key as the user name, without a password."""
    return {"Authorization": "Basic " + _basic_token(api_key)}


def bearer_auth_headers(api_key: str) -> dict[str, str]:
    """Return the header that v2 reads."""
    return {"Authorization": f"Bearer {api_key}"}


def no_auth_headers(api_key: str) -> dict[str, str]:
    """Return no header: the key is not for this address."""
    return {}


def _basic_token(api_key: str) -> str:
    return base64.b64encode(f"{api_key}:".encode()).decode()


class KeySource:
    """Where the API key of a client comes from.

    A key that was read from the environment is not pickled: it is read again where the pickle is
    loaded. A key that was passed in code is pickled, since nothing there could replace it.

    Args:
        key: The key, a function that returns it, or None for the environment's `SCALE_API_KEY`.
    """

    def __init__(self, key: Union[str, Callable[[], str], None]) -> None:
        is_fixed = key is not None and not callable(key)
        self._key = validate_api_key(key) if is_fixed else key
        self._from_environment: Optional[str] = None
        if key is None:
            self.get()

    def get(self) -> str:
        """Return the key that holds now.

        Raises:
            ScaleException: If there is none.
            ScaleInvalidArgument: If it cannot be sent in a header.
        """
        if callable(self._key):
            return validate_api_key(self._key(), "the result of api_key()")
        if self._key is not None:
            return self._key
        if self._from_environment is None:
            self._from_environment = validate_api_key(os.environ.get("SCALE_API_KEY", ""))
        return self._from_environment

    @classmethod
    def of(cls, key: KeyLike) -> KeySource:
        """Return the source of a key, or the source itself."""
        return key if isinstance(key, KeySource) else cls(key)

    def __getstate__(self) -> dict[str, Any]:
        return {"_key": self._key, "_from_environment": None}

    def __deepcopy__(self, memo: dict[int, Any]) -> KeySource:
        return self  # immutable, but for a cache; a function need not be copyable


KeyLike = Union[str, Callable[[], str], KeySource, None]


def validate_api_key(api_key: Any, name: str = "api_key") -> str:
    """Return a key that can be sent; no message shows it."""
    if not api_key:
        raise ScaleException(
            "Please provide a valid API key: ScaleClient(api_key), "
            "or the environment variable SCALE_API_KEY"
        )
    if not isinstance(api_key, str) or not is_valid_header_value(api_key):
        raise ScaleInvalidArgument(
            f"{name} must be a string of printable Latin-1 characters, got {_shape(api_key)}"
        )
    return api_key


def _shape(value: Any) -> str:
    """Describe a value that may be a secret."""
    return "other characters" if isinstance(value, str) else f"a {type(value).__name__}"


def is_valid_header_value(text: str) -> bool:
    """Return whether an HTTP header can hold a string."""
    return text.isprintable() and (text.isascii() or max(text) <= "\xff")


def build_user_agent(extension: Optional[str]) -> str:
    """Return the User-Agent header: this package, its platform, and the caller's extension."""
    import platform  # here, since it is slow to load

    if extension and not (isinstance(extension, str) and is_valid_header_value(extension)):
        raise ScaleInvalidArgument(f"source must be printable Latin-1 text, got {extension!r}")
    parts = (
        f"scaleapi/{__version__}",
        f"Python/{platform.python_version()}",
        f"OS/{platform.platform()}",
        extension,
    )
    return " ".join(part for part in parts if part)


def secrets_in(urls: Iterable[Any]) -> set[str]:
    """Return the passwords in addresses, as they are written; they must not be shown.

    Args:
        urls: The instance address, and those of proxies.
    """
    passwords = {password for url in urls for password in _passwords(url)}
    passwords |= {unquote(password) for password in passwords}
    return {password for password in passwords if len(password) >= MIN_MASKED_LENGTH}


class SentHeaders:
    """The headers with a key that one call has sent; its repr shows none of them."""

    def __init__(self) -> None:
        self._values: set[str] = set()

    def add(self, value: str) -> None:
        """Remember a header."""
        self._values.add(value)

    def secrets(self) -> set[str]:
        """Return what must not be shown of them."""
        return {secret for value in self._values for secret in secrets_in_header(value)}


def secrets_in_header(value: str) -> set[str]:
    """Return what must not be shown of a header that carries a key: the key, in all its forms."""
    scheme, _, token = value.partition(" ")
    secrets = {value, token or scheme}
    key = token or scheme
    if scheme == "Basic":
        key = base64.b64decode(token).decode().rstrip(":")
    basic = _basic_token(key)
    secrets |= {key, quote(key), basic, basic.rstrip("=")}
    return {secret for secret in secrets if len(secret) >= MIN_MASKED_LENGTH}


def _passwords(url: Any) -> Iterable[str]:
    if not isinstance(url, str):
        return
    for user, password in re.findall(r"([^/\s:@]*):((?!//)\S+)@", url):
        yield password
        yield base64.b64encode(unquote(f"{user}:{password}").encode()).decode()


def mask(text: str, secrets: Iterable[str]) -> str:
    """Return the text with all secrets replaced."""
    for secret in sorted(secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, MASK)
    return text


def without_password(url: str) -> str:
    """Return an address, however malformed, with the password in it replaced."""
    return re.sub(r":(?!//)\S*@", f":{MASK}@", url)


def shows_secret(error: Optional[BaseException], secrets: Iterable[str]) -> bool:
    """Return whether an exception, or one behind it, has a secret in its message."""
    secrets = list(secrets)
    while error is not None:
        text = f"{error!r}{error}"
        if any(secret in text for secret in secrets):
            return True
        error = error.__cause__ or error.__context__
    return False


def mask_headers(headers: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """Return the headers in which a secret is replaced, those without one left out."""
    masked = {name: mask(str(value), secrets) for name, value in headers.items()}
    return {name: value for name, value in masked.items() if value != headers[name]}
