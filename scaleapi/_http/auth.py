"""The API key: where it comes from, the headers that carry it, and how it is kept out of texts."""

from __future__ import annotations

import base64
import os
import re
from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Set, Tuple, Union
from urllib.parse import quote, unquote

from .._version import __version__
from ..exceptions import ScaleException, ScaleInvalidArgument

AuthHeaders = Callable[[str], Dict[str, str]]
"""Makes the headers that carry a key."""


MASK = "***"
MIN_MASKED_LENGTH = 4  # shorter "secrets" stand in every text by chance


def basic_auth_headers(api_key: str) -> Dict[str, str]:
    """Return the header that v1 reads: the key as the user name, without a password."""
    return {"Authorization": "Basic " + _basic_token(api_key)}


def bearer_auth_headers(api_key: str) -> Dict[str, str]:
    """Return the header that v2 reads."""
    return {"Authorization": f"Bearer {api_key}"}


def no_auth_headers(api_key: str) -> Dict[str, str]:
    """Return no header: the key is not for this address."""
    return {}


def _basic_token(api_key: str) -> str:
    return base64.b64encode(f"{api_key}:".encode()).decode()


class KeySource:
    """Where the API key of a client comes from.

    One that was read from the environment is not pickled: it is read again where the pickle is
    loaded. One that was given in code is, since nothing there could replace it.

    Args:
        given: The key, a function that returns it, or None for the environment's `SCALE_API_KEY`.

    Attributes:
        recent: The keys that were returned last, which no message may show.
    """

    def __init__(self, given: Union[str, Callable[[], str], None]) -> None:
        self._given = given
        self._from_environment: Optional[str] = None
        self.recent: Tuple[str, ...] = ()
        if not callable(given):
            self.get()

    def get(self) -> str:
        """Return the key that holds now.

        Raises:
            ScaleException: If there is none.
            ScaleInvalidArgument: If it cannot be sent in a header.
        """
        key = self._read()
        if key not in self.recent:
            self.recent = (*self.recent[-3:], key)
        return key

    def _read(self) -> str:
        if callable(self._given):
            return validate_api_key(self._given(), "what api_key() returns")
        if self._given is not None:
            return validate_api_key(self._given)
        if self._from_environment is None:
            self._from_environment = validate_api_key(os.environ.get("SCALE_API_KEY", ""))
        return self._from_environment

    @classmethod
    def of(cls, key: KeyLike) -> KeySource:
        """Return the source of a key, or the source that was given."""
        return key if isinstance(key, KeySource) else cls(key)

    def __getstate__(self) -> Dict[str, Any]:
        return {"_given": self._given, "_from_environment": None, "recent": ()}

    def __deepcopy__(self, memo: Dict[int, Any]) -> KeySource:
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
    """Whether an HTTP header can hold this."""
    return text.isprintable() and all(character <= "\xff" for character in text)


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


def secrets_in(api_keys: Iterable[str], urls: Iterable[Any]) -> Set[str]:
    """Return all that must not be shown: the key, and passwords in addresses, as they are written.

    Args:
        api_keys: The keys.
        urls: The instance address, and those of proxies.
    """
    secrets: Set[str] = set()
    for api_key in api_keys:
        token = _basic_token(api_key)
        secrets |= {api_key, token, token.rstrip("="), quote(api_key)}
    for url in urls:
        for password in _passwords(url):
            secrets |= {password, unquote(password)}
    return {secret for secret in secrets if len(secret) >= MIN_MASKED_LENGTH}


def _passwords(url: Any) -> Iterable[str]:
    if not isinstance(url, str):
        return
    for user, password in re.findall(r"([^/\s:@]*):([^/\s]+)@", url):
        yield password
        yield base64.b64encode(unquote(f"{user}:{password}").encode()).decode()


def mask(text: str, secrets: Iterable[str]) -> str:
    """Return a text with all secrets replaced."""
    for secret in sorted(secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, MASK)
    return text


def without_password(url: str) -> str:
    """Return an address, however malformed, with the password in it replaced."""
    return re.sub(r":[^/\s]*@", f":{MASK}@", url)


def shows_secret(error: Optional[BaseException], secrets: Iterable[str]) -> bool:
    """Whether an exception, or one behind it, holds a secret in its text."""
    secrets = list(secrets)
    while error is not None:
        text = f"{error!r}{error}"
        if any(secret in text for secret in secrets):
            return True
        error = error.__cause__ or error.__context__
    return False


def mask_headers(headers: Mapping[str, str], secrets: Iterable[str]) -> Dict[str, str]:
    """Return the headers in which a secret is replaced, those without one left out."""
    masked = {name: mask(str(value), secrets) for name, value in headers.items()}
    return {name: value for name, value in masked.items() if value != headers[name]}
