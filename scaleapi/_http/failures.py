"""What kept an answer from coming, told apart by what it means for trying again."""

from __future__ import annotations

import ssl
from enum import Enum
from socket import timeout  # a kind of its own before Python 3.10
from typing import Any, Iterator, List, NamedTuple

import requests
import urllib3.exceptions


class NotSent(Exception):
    """A file could not be read, or `progress` failed, while the request went out; see the cause.

    That may be an OSError, which urllib3 would take for a fault of the network.
    """


class FaultKind(Enum):
    """What is known about a request that got no answer."""

    UNREACHED = "the service was not reached, so it has not acted"
    TIMED_OUT = "the request went out, and no answer came in time"
    BROKEN = "the request went out, and the connection broke"
    FINAL = "it would fail again in the same way, as with a certificate that is not trusted"


class Fault(NamedTuple):
    """Why no answer came."""

    kind: FaultKind
    words: str
    in_time: bool
    """False where time ran out, whether in connecting or in waiting for the answer."""

    @property
    def may_have_acted(self) -> bool:
        """Whether the service may have done what it was asked."""
        return self.kind in (FaultKind.TIMED_OUT, FaultKind.BROKEN)


_TIMED_OUT = (
    requests.exceptions.ReadTimeout,
    urllib3.exceptions.ReadTimeoutError,
    TimeoutError,
    timeout,
)
_BROKEN = (
    requests.exceptions.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    urllib3.exceptions.ProtocolError,
)
_LATE = (requests.exceptions.Timeout, urllib3.exceptions.ReadTimeoutError, TimeoutError, timeout)


def fault_of(error: BaseException) -> Fault:
    """Classify what requests or urllib3 raised instead of an answer."""
    chain = list(_causes(error))
    return Fault(_kind(chain), _words(chain), not any(isinstance(link, _LATE) for link in chain))


def forget_frames(error: BaseException) -> None:
    """Take the frames off an error and what led to it: http.client's hold the key as a local."""
    for link in (*_causes(error), *_contexts(error)):
        link.__traceback__ = None


def _kind(chain: List[BaseException]) -> FaultKind:
    if any(map(_distrusts, chain)):
        return FaultKind.FINAL
    if any(hasattr(link, "before_sending") for link in chain):
        return FaultKind.UNREACHED
    for kind, classes in ((FaultKind.TIMED_OUT, _TIMED_OUT), (FaultKind.BROKEN, _BROKEN)):
        if any(isinstance(link, classes) for link in chain):
            return kind
    return FaultKind.FINAL


def _distrusts(link: BaseException) -> bool:
    """Whether a certificate is not trusted, or a file of certificates can't be read."""
    # urllib3 1.26 compares names by itself, and its complaint has no library.
    library = getattr(link, "library", None) if isinstance(link, ssl.SSLError) else None
    return library not in (None, "SSL") or isinstance(link, ssl.SSLCertVerificationError)


def _words(chain: List[BaseException]) -> str:
    """The innermost cause, which is where the plain words are."""
    cause = chain[-1]
    return f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was made from, which may be its reason, an argument or its cause."""
    seen = set()
    link: Any = error
    while isinstance(link, BaseException) and id(link) not in seen:
        seen.add(id(link))
        yield link
        inner = [getattr(link, "reason", None), *reversed(link.args), link.__cause__]
        link = next((item for item in inner if isinstance(item, BaseException)), None)


def _contexts(error: BaseException) -> Iterator[BaseException]:
    """What was being handled when an error came up, and what was when that did."""
    link = error.__context__
    while link is not None:
        yield link
        link = link.__context__
