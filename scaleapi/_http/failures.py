"""Classify what was raised in place of a response, by whether the request may be retried."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from enum import Enum
from socket import timeout  # a class of its own before Python 3.10
from typing import Any, NamedTuple, Optional

import requests
import urllib3.exceptions

from ..exceptions import ScaleException


class LocalError(Exception):
    """Reading what is uploaded, writing what is downloaded, or a progress callback raised.

    Wrapped, with the error as its cause, so that an OSError of a file is not mistaken for one of
    the network.
    """


class FailureKind(Enum):
    """What is known about a request that got no complete response."""

    NOT_SENT = "no connection was made, so the service has not processed it"
    READ_TIMEOUT = "it was sent, and no response came in time"
    CONNECTION_LOST = "it was sent, and the connection broke"
    NOT_RETRYABLE = "it would fail again in the same way, as with a certificate that is not trusted"


class TransportFailure(NamedTuple):
    """Why there is no complete response.

    Attributes:
        kind: What it means for a retry.
        message: The error in words.
        timed_out: Whether time ran out, in connecting or in waiting for the response.
    """

    kind: FailureKind
    message: str
    timed_out: bool

    @property
    def is_ambiguous(self) -> bool:
        """Whether the service may have processed the request."""
        return self.kind in (FailureKind.READ_TIMEOUT, FailureKind.CONNECTION_LOST)


class IncompleteBody(Exception):
    """The body of a response ended early, after its head had been read.

    Attributes:
        response: The response.
        failure: How it ended.
    """

    def __init__(self, response: requests.Response, failure: TransportFailure) -> None:
        super().__init__(failure.message)
        self.response = response
        self.failure = failure


_TIMEOUT_ERRORS = (
    requests.exceptions.Timeout,
    urllib3.exceptions.ReadTimeoutError,
    TimeoutError,
    timeout,
)
_READ_TIMEOUT_ERRORS = (
    requests.exceptions.ReadTimeout,
    urllib3.exceptions.ReadTimeoutError,
    TimeoutError,
    timeout,
)
_NOT_SENT_ERRORS = (  # on connections that are not ours; the double of a test has nothing below it
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ClosedPoolError,
)
_CONNECTION_LOST_ERRORS = (
    requests.exceptions.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    urllib3.exceptions.ProtocolError,
    urllib3.exceptions.DecodeError,
)
NETWORK_ERRORS = (OSError, urllib3.exceptions.HTTPError)  # requests' own are OSErrors


class LocalErrors:
    """Wrap what a block raises of its own as a LocalError; quicker than a generator."""

    __slots__ = ()

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, exc_type: object, exc: Optional[BaseException], tb: object) -> None:
        """Wrap its error."""
        if isinstance(exc, Exception) and not isinstance(exc, (ScaleException, IncompleteBody)):
            raise LocalError from exc


def classify_error(error: BaseException) -> TransportFailure:
    """Classify what requests or urllib3 raised in place of a response."""
    chain = list(_causes(error))
    timed_out = any(isinstance(link, _TIMEOUT_ERRORS) for link in chain)
    return TransportFailure(_kind(chain), _root_message(chain), timed_out)


def strip_tracebacks(error: BaseException) -> None:
    """Strip the tracebacks of an exception chain; http.client's frames keep the key in locals."""
    for link in (*_causes(error), *_contexts(error)):
        link.__traceback__ = None


def forget_request(error: BaseException, request: requests.PreparedRequest) -> None:
    """Replace the request that requests' exceptions hold, which has the key, by one without."""
    for link in (*_causes(error), *_contexts(error)):
        if isinstance(link, requests.RequestException):
            link.request = request


def _kind(chain: list[BaseException]) -> FailureKind:
    if any(map(_is_certificate_error, chain)):
        return FailureKind.NOT_RETRYABLE
    if any(
        hasattr(link, "request_not_sent") or isinstance(link, _NOT_SENT_ERRORS) for link in chain
    ):
        return FailureKind.NOT_SENT
    if len(chain) == 1 and isinstance(chain[0], requests.RequestException):
        # With nothing below it, it was not met on a connection: a test double raised it, such as
        # for a request that no mock matches.
        return FailureKind.NOT_RETRYABLE
    for kind, classes in (
        (FailureKind.READ_TIMEOUT, _READ_TIMEOUT_ERRORS),
        (FailureKind.CONNECTION_LOST, _CONNECTION_LOST_ERRORS),
    ):
        if any(isinstance(link, classes) for link in chain):
            return kind
    return FailureKind.NOT_RETRYABLE


def _is_certificate_error(link: BaseException) -> bool:
    """Return whether a certificate is not trusted, or a certificate file cannot be read."""
    # urllib3 1.26 compares names by itself, and its error has no library.
    library = getattr(link, "library", None) if isinstance(link, ssl.SSLError) else None
    return library not in (None, "SSL") or isinstance(link, ssl.SSLCertVerificationError)


def _root_message(chain: list[BaseException]) -> str:
    """Return the innermost error in words, which is the plainest one."""
    root = chain[-1]
    return f"{type(root).__name__}: {root}" if str(root) else type(root).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Iterate over an error and what it was made from: its reason, an argument or its cause."""
    seen = set()
    link: Any = error
    while isinstance(link, BaseException) and id(link) not in seen:
        seen.add(id(link))
        yield link
        inner = [getattr(link, "reason", None), *reversed(link.args), link.__cause__]
        link = next((item for item in inner if isinstance(item, BaseException)), None)


def _contexts(error: BaseException) -> Iterator[BaseException]:
    """Iterate over the errors that were being handled when this one was raised."""
    seen = {id(error)}
    link = error.__context__
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__context__
