"""One call: one record of its tries, one policy, one deadline."""

import logging
import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, List, Optional

import requests
import urllib3.exceptions

from ._answers import Answer, refusal
from ._faults import Fault, FaultKind, fault_of
from ._lost_answers import Rule, Sent, find_done
from .exceptions import Attempt, ScaleConnectionError, ScaleConnectionTimeout, ScaleException

if TYPE_CHECKING:
    from .api import Api

logger = logging.getLogger("scaleapi")


class Call:
    """A request on its way: its tries, its waits, and what becomes of it."""

    def __init__(
        self,
        api: "Api",
        request: requests.PreparedRequest,
        endpoint: str,
        rule: Optional[Rule],
        sent: Sent,
    ) -> None:
        self.api = api
        self.policy = api.retries
        self.request = request
        self.endpoint = endpoint
        self.rule = rule
        self.sent = sent
        self.unprotected = rule is not None and rule.unprotected(sent.fields)
        deadline = self.policy.deadline
        self.until = float("inf") if deadline is None else time.monotonic() + deadline
        self.attempts: List[Attempt] = []
        self.answer_lost = False

    def answer(self) -> Answer:
        """Try until there is an answer or the policy says to stop."""
        while True:
            started = time.monotonic()
            response: Optional[requests.Response] = None
            fault: Optional[Fault] = None
            cause: Optional[BaseException] = None
            try:
                response = self.api.send_once(self.request, self.until - started)
            except (OSError, urllib3.exceptions.HTTPError) as error:
                fault, cause = fault_of(error), error
            wait = self._wait(response, fault)
            self._record(response, fault, time.monotonic() - started, wait)
            if wait is not None:
                time.sleep(wait)
            elif response is not None:
                return self._conclude(response)
            elif fault is not None:
                raise self._no_answer(fault) from cause

    def _wait(
        self, response: Optional[requests.Response], fault: Optional[Fault]
    ) -> Optional[float]:
        """Seconds to wait before the next try; None where this one was the last."""
        policy = self.policy
        retry = len(self.attempts) + 1
        if retry > policy.total or self.request.method not in policy.methods:
            return None
        if response is not None and response.status_code not in policy.statuses:
            return None
        if fault is not None and not self._may_try_again(fault):
            return None
        retry_after = None if response is None else response.headers.get("Retry-After")
        wait = policy.wait(retry, retry_after, random.random())
        too_late = wait is None or time.monotonic() + wait >= self.until
        return None if too_late else wait

    def _may_try_again(self, fault: Fault) -> bool:
        if fault.kind is FaultKind.FINAL:
            return False
        # Sent again, it might be made twice: after a silence that is likely, since the service may
        # still be at work on it.
        return not (self.unprotected and fault.kind is FaultKind.TIMED_OUT)

    def _record(
        self,
        response: Optional[requests.Response],
        fault: Optional[Fault],
        seconds: float,
        wait: Optional[float],
    ) -> None:
        status = None if response is None else response.status_code
        met = str(status) if fault is None else fault.words
        self.attempts.append(Attempt(status, fault and fault.words, seconds, wait or 0.0))
        where = (self.request.method, self.request.url)
        logger.debug("%s %s: %s in %.3f s", *where, met, seconds)
        if wait is None:
            return
        logger.info("%s %s: %s; trying again in %.1f s", *where, met, wait)
        lost = fault.may_have_acted if fault is not None else (status or 0) >= 500
        self.answer_lost = self.answer_lost or lost
        if lost and self.unprotected and self.rule is not None:
            logger.warning(
                "%s %s: %s; it is sent again, and if the first was carried out, there will be two: "
                "give each %s a %s of its own to rule that out",
                *where, met, self.rule.creates, self.rule.key,
            )  # fmt: skip

    def _conclude(self, response: requests.Response) -> Answer:
        attempts = tuple(self.attempts)
        if 200 <= response.status_code < 300:
            return Answer(response, attempts)
        if self.answer_lost and self.rule and self.rule.refusal == response.status_code:
            found = self._look_up(self.rule)
            if found is not None:
                logger.info("%s: an earlier try had done it", self.request.url)
                return Answer(response, attempts, found)
        raise refusal(response, attempts)

    def _look_up(self, rule: Rule) -> Optional[Any]:
        left = self.until - time.monotonic()
        if left <= 0:
            return None
        deadline = None if self.policy.deadline is None else left
        api = self.api.with_options(retries=replace(self.policy, deadline=deadline))
        return find_done(api, rule, self.endpoint, self.sent)

    def _no_answer(self, fault: Fault) -> ScaleException:
        kind = ScaleConnectionError if fault.in_time else ScaleConnectionTimeout
        tries = len(self.attempts)
        message = f"No answer after {tries} {'try' if tries == 1 else 'tries'}: {fault.words}"
        if fault.may_have_acted and self.rule and self.rule.creates:
            message += f"; the {self.rule.creates} may exist all the same"
        error = kind(message)
        error.method, error.url = self.request.method, self.request.url
        error.attempts = tuple(self.attempts)
        return error
