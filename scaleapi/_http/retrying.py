"""The one retry loop: attempts, backoff, deadline, throttle, and recovery."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import Any, Callable, NamedTuple, Optional

import requests

from .._timestamps import parse_iso8601
from ..exceptions import Attempt, ScaleDuplicateResource, ScaleException, ScaleResourceNotFound
from ..retries import RetryPolicy, parse_retry_after
from .auth import mask, shows_secret
from .body import close_response
from .failures import (
    NETWORK_ERRORS,
    FailureKind,
    IncompleteBody,
    LocalError,
    TransportFailure,
    classify_error,
    strip_tracebacks,
)
from .idempotency import GetJson, IdempotencyRule, Recovery, RequestData
from .options import RequestOptions
from .response import APIResult, connection_error, error_from_response, pluralize_attempts

logger = logging.getLogger("scaleapi")

MAX_THROTTLED_ATTEMPTS = 100  # of one call, that do not count towards its policy's total
CLOCK_TOLERANCE = dt.timedelta(seconds=5)  # between the service's own clocks


class AttemptResult(NamedTuple):
    """Result of one attempt: a response, or a failure and the exception behind it."""

    response: Optional[requests.Response]
    failure: Optional[TransportFailure] = None
    cause: Optional[BaseException] = None

    @property
    def status(self) -> Optional[int]:
        """HTTP status, None where no complete response was received."""
        complete = self.response is not None and self.failure is None
        return self.response.status_code if complete and self.response is not None else None

    @property
    def retry_after(self) -> Optional[float]:
        """Seconds that the response asks to wait, None where it does not."""
        if self.response is None:
            return None
        headers = self.response.headers
        return parse_retry_after(headers.get("Retry-After"), headers.get("Date"))

    @property
    def is_ambiguous(self) -> bool:
        """Whether the service may have processed the request although it reported no success."""
        return self.failure.is_ambiguous if self.failure else (self.status or 0) >= 500

    @property
    def definitely_not_processed(self) -> bool:
        """Whether the service cannot have processed the request."""
        if self.failure is None:
            return self.status in (408, 429)
        return self.failure.kind is FailureKind.NOT_SENT


class RetryingCall:
    """One call: its attempts, under one policy and one deadline.

    Args:
        attempt: Makes one attempt, until a deadline on the monotonic clock, and returns its
            response.
        request: The request, without the key.
        options: The policy, the throttle, the callback and the clock.
        rule: What is known about a second processing.
        data: The request, for recovery.
        secrets: Returns what must not be shown.
    """

    def __init__(
        self,
        attempt: Callable[[float], requests.Response],
        request: requests.PreparedRequest,
        options: RequestOptions,
        rule: IdempotencyRule,
        data: RequestData,
        secrets: Callable[[], Iterable[str]],
    ) -> None:
        self._attempt = attempt
        self.method = str(request.method)
        self.url = without_query(str(request.url)) if options.redact_query else str(request.url)
        self._policy = options.policy or RetryPolicy()
        self._options = options
        self._clock = options.clock
        self._rule = rule
        self._data = data
        self._request = request
        self.secrets = secrets
        self._lacks_key = rule.lacks_idempotency_key(data.fields)
        self.deadline = float("inf")
        self.attempts: list[Attempt] = []
        self.elapsed = 0.0
        self.had_ambiguous_failure = False
        self._retries = 0  # those that count towards the policy's total
        self._completed = 0  # by others, when the last attempt began
        self._is_alone = True  # no other was to be in flight then
        self._first_date: Optional[str] = None

    def execute(self, get_json: Callable[[RetryPolicy], GetJson]) -> APIResult:
        """Return the result of a success.

        Args:
            get_json: Makes the look-up that recovery needs, under a policy.

        Raises:
            ScaleException: If there is none.
        """
        response = self.execute_raw()
        if 200 <= response.status_code < 300:
            return self._result(response)
        recovery, conflicts = self._rule.recovery, self._rule.conflict_statuses
        is_conflict = self.had_ambiguous_failure and response.status_code in conflicts
        if recovery and is_conflict and self._rule.has_idempotency_key(self._data.fields):
            return self._recover(recovery, response, get_json)
        raise self.make_error(response)

    def execute_raw(self) -> requests.Response:
        """Return the last response, whatever its status.

        Raises:
            ScaleConnectionError: If there is no complete one.
        """
        result = self._run_attempts()
        if result.response is None or result.failure is not None:
            # The cause holds the address, whose query may be a secret.
            error, cause = self._error_without_response(result), result.cause
            if error is cause:
                cause = error.__cause__
            if self._options.redact_query or shows_secret(cause, self.secrets()):
                cause = None
            del result  # no frame of the traceback may hold what was left out
            raise error from cause
        return result.response

    def make_error(self, response: requests.Response) -> ScaleException:
        """Return the exception for a response that is no success."""
        note = self._ambiguity_note() if self._retry_only_if_unprocessed else ""
        return error_from_response(response, tuple(self.attempts), note, self.secrets())

    def _result(self, response: requests.Response, **found: Any) -> APIResult:
        attempts = tuple(self.attempts)
        return APIResult(response, attempts, self.elapsed, secrets=self.secrets, **found)

    def _run_attempts(self) -> AttemptResult:
        """Make attempts until one is final."""
        self._acquire(float("inf"))
        began = started = self._clock.monotonic()
        if self._policy.deadline is not None:
            self.deadline = began + self._policy.deadline
        while True:
            status, pause, delay = None, 0.0, None
            try:
                result = self._run_attempt()
                status, delay = result.status, self._next_delay(result)
                pause = self._throttle_pause(result) if delay is None else delay
            finally:  # whatever an attempt raises, its slot is free again
                self._release(status, pause)
            ended = self._clock.monotonic()
            self.elapsed = ended - began
            if result.response is not None and self._first_date is None:
                self._first_date = result.response.headers.get("Date")
            self._record(result, ended - started, delay)
            if delay is None:
                return result
            self._clock.sleep(delay)
            if not self._acquire(self.deadline):
                return result
            if result.response is not None:
                close_response(result.response)  # its body may be unread
            started = self._clock.monotonic()

    def _acquire(self, deadline: float) -> bool:
        throttle = self._options.throttle
        if throttle is None:
            return True
        acquired = throttle.acquire(deadline)
        self._completed, self._is_alone = throttle.completed, throttle.limit < 2
        return acquired

    def _release(self, status: Optional[int], pause: float) -> None:
        if self._options.throttle is not None:
            self._options.throttle.release(status, pause)

    def _run_attempt(self) -> AttemptResult:
        try:
            return AttemptResult(self._attempt(self.deadline))
        except IncompleteBody as error:
            return AttemptResult(error.response, error.failure)
        except LocalError as error:
            strip_tracebacks(error)
            raise error.__cause__ or error from None
        except ScaleException as error:  # the response is complete, and no result
            failure = TransportFailure(FailureKind.NOT_RETRYABLE, error.message, False)
            return AttemptResult(None, failure, error)
        except NETWORK_ERRORS as error:
            strip_tracebacks(error)
            return AttemptResult(None, classify_error(error), error)

    def _next_delay(self, result: AttemptResult) -> Optional[float]:
        """Return the seconds before the next attempt; None where this one is the last."""
        counts = not self._is_throttled_by_others(result)
        retry = self._retries + 1
        if (counts and retry > self._policy.total) or not self._should_retry(result):
            return None
        delay = self._policy.delay(retry, result.retry_after, self._clock.random())
        if delay is None:
            return None
        delay = min(delay, self._clock.max_delay)
        if self._clock.monotonic() + delay >= self.deadline:
            return None
        self._retries += counts
        return delay

    def _is_throttled_by_others(self, result: AttemptResult) -> bool:
        """Tell whether the call was throttled while other calls were in flight or succeeded."""
        throttle = self._options.throttle
        if throttle is None or result.status != 429 or not self._policy.total:
            return False
        if len(self.attempts) - self._retries >= MAX_THROTTLED_ATTEMPTS:
            return False  # it may have a quota of its own
        return not self._is_alone or throttle.completed > self._completed

    def _throttle_pause(self, result: AttemptResult) -> float:
        """Return the seconds for which others are to pause where this call gives up."""
        if self._options.throttle is None:
            return 0.0
        asked = result.retry_after
        wanted = self._policy.backoff(2) if asked is None else asked
        return min(wanted, self._policy.retry_after_max, self._clock.max_delay)

    @property
    def _retry_only_if_unprocessed(self) -> bool:
        lacks_key = self._lacks_key and not self._options.retry_non_idempotent
        return self._rule.never_retry_if_ambiguous or lacks_key

    def _should_retry(self, result: AttemptResult) -> bool:
        """Return whether this kind of failure permits a retry; `_next_delay` counts and times."""
        if self.method not in self._policy.methods:
            return False
        if self._retry_only_if_unprocessed and not result.definitely_not_processed:
            return False
        if result.failure is None:
            return result.status in self._policy.statuses
        # Without an idempotency key a retry may create a duplicate. After a read timeout that is
        # likely, because the server may still be processing the first request.
        risky = self._lacks_key and result.failure.kind is FailureKind.READ_TIMEOUT
        return result.failure.kind is not FailureKind.NOT_RETRYABLE and not risky

    def _record(self, result: AttemptResult, seconds: float, delay: Optional[float]) -> None:
        error = None if result.failure is None else self._masked(result.failure.message)
        status = None if result.response is None else result.response.status_code
        if isinstance(result.cause, ScaleException):
            status = result.cause.code
        attempt = Attempt(
            self.method, self.url, status, error, seconds, delay or 0.0, len(self.attempts) + 1
        )
        self.attempts.append(attempt)
        self.had_ambiguous_failure = self.had_ambiguous_failure or result.is_ambiguous
        self._notify(attempt, result.response)
        summary = error or str(status)
        logger.debug("%s %s: %s in %.3f s", self.method, self.url, summary, seconds)
        if delay is None:
            return
        logger.info("%s %s: %s; retrying in %.1f s", self.method, self.url, summary, delay)
        if result.is_ambiguous and self._rule.may_duplicate(self._data.fields):
            logger.warning(
                "%s %s: %s; retrying; %s", self.method, self.url, summary, self._rule.warning()
            )

    def _notify(self, attempt: Attempt, response: Optional[requests.Response]) -> None:
        if self._options.recorder is not None:
            self._options.recorder(attempt, response, self._body_size)
        if self._options.on_attempt is not None:
            try:
                self._options.on_attempt(attempt)
            except Exception:  # a metric that fails must not lose a result
                logger.warning("on_attempt raised", exc_info=True)

    @property
    def _body_size(self) -> int:
        """The size of the request's body, in bytes."""
        return int(self._request.headers.get("Content-Length") or 0)

    # What the last attempt means for the whole call.

    def _recover(
        self,
        recovery: Recovery,
        response: requests.Response,
        get_json: Callable[[RetryPolicy], GetJson],
    ) -> APIResult:
        """Return the caller's own object, which an earlier attempt created or changed."""
        found = self._look_up(recovery, get_json)
        for candidate in found:
            is_own = recovery.matches(candidate, self._data)
            if is_own and not (recovery.is_created and self._predates_call(candidate, response)):
                logger.info("%s %s: an earlier attempt was processed", self.method, self.url)
                shown = recovery.as_response(candidate)
                return self._result(response, found=shown)
        error = self.make_error(response)
        if found and recovery.is_created and isinstance(error, ScaleDuplicateResource):
            error.existing = recovery.as_response(found[0])
        raise error

    def _look_up(self, recovery: Recovery, get_json: Callable[[RetryPolicy], GetJson]) -> list[Any]:
        """Return the objects that may be the caller's; a replica may lag behind."""
        retry = 0
        while True:
            retry += 1
            try:
                found = recovery.find(get_json(self._remaining_policy()), self._data)
            except ScaleResourceNotFound:
                found = []
            except ScaleException:
                return []  # the response to the request itself says more
            delay = self._policy.backoff(retry)
            too_late = self._clock.monotonic() + delay >= self.deadline
            # What is to be created may show up late; what is to be changed, its change.
            is_seen = recovery.is_created or any(recovery.matches(f, self._data) for f in found)
            if (found and is_seen) or retry > self._policy.total or too_late:
                return found
            self._clock.sleep(delay)

    def _remaining_policy(self) -> RetryPolicy:
        """Return the policy with its deadline reduced to the time remaining."""
        if self._policy.deadline is None:
            return self._policy
        remaining = max(self.deadline - self._clock.monotonic(), 0.001)  # it must be positive
        return self._policy.replace(deadline=remaining)

    def _predates_call(self, found: Any, response: requests.Response) -> bool:
        """Whether an object is known to be older than the call.

        By the service's own clock, which its responses show to the second.
        """
        try:
            created = parse_iso8601(str(found.get("created_at")))
            now = parsedate_to_datetime(response.headers.get("Date", ""))
            first = parsedate_to_datetime(self._first_date or "")
            began = min(first, now - dt.timedelta(seconds=self.elapsed)) - CLOCK_TOLERANCE
            return isinstance(created, dt.datetime) and created < began
        except (TypeError, ValueError):  # no date, or a timestamp without a time zone
            return False

    def _ambiguity_note(self) -> str:
        """Return what to add to the error of a create request whose outcome is unknown."""
        if not (self.had_ambiguous_failure and self._rule.resource_name):
            return ""
        return f"; the {self._rule.resource_name} may nevertheless have been created"

    def _error_without_response(self, result: AttemptResult) -> ScaleException:
        failure = result.failure
        assert failure is not None
        if isinstance(result.cause, ScaleException):
            error = result.cause
            if shows_secret(error, self.secrets()):
                error = type(error)(self._masked(error.message), error.code)
            error.method, error.url, error.attempts = self.method, self.url, tuple(self.attempts)
            return error
        what = "No response" if result.response is None else "Download incomplete"
        message = (
            f"{what} after {pluralize_attempts(len(self.attempts))}: "
            f"{self._masked(failure.message)}{self._ambiguity_note()}"
        )
        return connection_error(
            message, failure.timed_out, self.method, self.url, tuple(self.attempts)
        )

    def _masked(self, text: str) -> str:
        return mask(text, self.secrets())


def without_query(url: str) -> str:
    """Return an address whose query, which may be a signature, is left out."""
    path, mark, _ = url.partition("?")
    return f"{path}?..." if mark else path
