"""One call: one record of its tries, one policy, one deadline."""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING, Any, List, NamedTuple, Optional

import requests
import urllib3.exceptions

from .._recovery import Rule, Sent, find_done
from ..exceptions import Attempt, ScaleException
from ..retries import for_the_rest, seconds_asked
from .failures import Fault, FaultKind, NotSent, fault_of, forget_frames
from .response import Answer, no_answer, refusal, tries

if TYPE_CHECKING:
    from ..api import Api

logger = logging.getLogger("scaleapi")


class Outcome(NamedTuple):
    """What one try met: an answer, or a fault and the exception that told of it."""

    response: Optional[requests.Response]
    fault: Optional[Fault] = None
    cause: Optional[BaseException] = None

    @property
    def status(self) -> Optional[int]:
        """HTTP status of the answer, None where none came."""
        return None if self.response is None else self.response.status_code

    @property
    def retry_after(self) -> Optional[str]:
        """The header of that name, None where there is none."""
        return None if self.response is None else self.response.headers.get("Retry-After")

    @property
    def words(self) -> str:
        """The status, or the fault."""
        return str(self.status) if self.fault is None else self.fault.words

    @property
    def lost(self) -> bool:
        """Whether the service may have acted without the caller learning of it."""
        return self.fault.may_have_acted if self.fault is not None else (self.status or 0) >= 500

    @property
    def certainly_not_done(self) -> bool:
        """Whether the service can't have acted."""
        if self.fault is None:
            return self.status in (408, 429)
        return self.fault.kind is FaultKind.UNREACHED


class Call:
    """A request on its way: its tries, its waits, and what becomes of it."""

    def __init__(
        self,
        api: Api,
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
        self.until = float("inf")
        self.attempts: List[Attempt] = []
        self.answer_lost = False
        self.took = 0.0

    @property
    def shown_url(self) -> str:
        """The address, for logs and errors."""
        url = self.request.url or ""
        path, mark, _ = url.partition("?")
        return url if self.api.tells_query else path + mark + ("..." if mark else "")

    def _cause(self, outcome: Outcome) -> Optional[BaseException]:
        """What led to no answer; it holds the address, which may be a secret."""
        return outcome.cause if self.api.tells_query else None

    def answer(self) -> Answer:
        """The successful answer.

        Raises:
            ScaleException: there is none.
        """
        return self._conclude(self._outcome())

    def response(self) -> requests.Response:
        """The last answer, whatever it says.

        Raises:
            ScaleConnectionError: there is none.
        """
        outcome = self._outcome()
        if outcome.response is None:
            raise self._no_answer(outcome) from self._cause(outcome)
        return outcome.response

    def _outcome(self) -> Outcome:
        """Try until there is an answer or the policy says to stop."""
        pace = self.api.pace
        if pace is not None:
            pace.enter()
        began = started = time.monotonic()
        if self.policy.deadline is not None:
            self.until = began + self.policy.deadline
        while True:
            status, wait, hold = None, None, 0.0
            try:
                outcome = self._try()
                status, wait = outcome.status, self._wait(outcome)
                hold = self._hold(outcome) if wait is None else wait
            finally:  # whatever a try raises, its turn is over
                if pace is not None:
                    pace.leave(status, hold)
            ended = time.monotonic()
            self.took = ended - began
            self._record(outcome, ended - started, wait)
            if wait is None:
                return outcome
            time.sleep(wait)
            if pace is not None and not pace.enter(self.until):
                return outcome
            if outcome.response is not None:
                outcome.response.close()  # its body may be unread
            started = time.monotonic()

    def _try(self) -> Outcome:
        try:
            return Outcome(self.api.send_once(self.request, self.until))
        except NotSent as error:
            forget_frames(error)
            raise error.__cause__ or error from None
        except (OSError, urllib3.exceptions.HTTPError) as error:
            forget_frames(error)
            return Outcome(None, fault_of(error), error)
        except Exception as error:  # no fault of the network: the caller's own, or ours
            forget_frames(error)
            raise

    def _wait(self, outcome: Outcome) -> Optional[float]:
        """Seconds to wait before the next try; None where this one was the last."""
        retry = len(self.attempts) + 1
        if retry > self.policy.total or not self._may_try_again(outcome):
            return None
        wait = self.policy.wait(retry, outcome.retry_after, random.random())
        too_late = wait is None or time.monotonic() + wait >= self.until
        return None if too_late else wait

    def _hold(self, outcome: Outcome) -> float:
        """Seconds for which a busy service wants to be left alone, where this call gives up."""
        asked = seconds_asked(outcome.retry_after)
        wanted = self.policy.pause(2) if asked is None else asked
        return min(wanted, self.policy.retry_after_max)

    @property
    def _once(self) -> bool:
        """Whether it is sent again only where the service can't have acted."""
        once = self.rule is not None and self.rule.once
        return once or (self.unprotected and not self.api.repeats_unprotected)

    def _may_try_again(self, outcome: Outcome) -> bool:
        if self.request.method not in self.policy.methods:
            return False
        if self._once and not outcome.certainly_not_done:
            return False
        if outcome.fault is None:
            return outcome.status in self.policy.statuses
        # What has no key might be made twice: after a silence that is likely, since the service may
        # still be at work on it.
        risky = self.unprotected and outcome.fault.kind is FaultKind.TIMED_OUT
        return outcome.fault.kind is not FaultKind.FINAL and not risky

    def _record(self, outcome: Outcome, seconds: float, wait: Optional[float]) -> None:
        fault = outcome.fault and outcome.fault.words
        self.attempts.append(Attempt(outcome.status, fault, seconds, wait or 0.0))
        self.answer_lost = self.answer_lost or outcome.lost
        where = (self.request.method, self.shown_url)
        logger.debug("%s %s: %s in %.3f s", *where, outcome.words, seconds)
        if wait is None:
            return
        logger.info("%s %s: %s; trying again in %.1f s", *where, outcome.words, wait)
        if self.rule and self.unprotected and outcome.lost:
            logger.warning(
                "%s %s: %s; it is sent again, and if the first was carried out, there will be two: "
                "give each %s its own %s to rule that out",
                *(*where, outcome.words, self.rule.creates, self.rule.key),
            )

    def _conclude(self, outcome: Outcome) -> Answer:
        """What the last try means for the whole call."""
        attempts = tuple(self.attempts)
        response = outcome.response
        if response is None:
            raise self._no_answer(outcome) from self._cause(outcome)
        if 200 <= response.status_code < 300:
            return Answer(response, attempts, self.took)
        if self.answer_lost and self.rule and self.rule.refusal == response.status_code:
            found = self._look_up(self.rule)
            if found is not None:
                logger.info("%s: an earlier try had done it", self.shown_url)
                return Answer(response, attempts, self.took, found)
        raise refusal(response, attempts, self._risk if self._once else "")

    def _look_up(self, rule: Rule) -> Optional[Any]:
        api = self.api.with_options(retries=for_the_rest(self.policy, self.until))
        return find_done(api, rule, self.endpoint, self.sent)

    @property
    def _risk(self) -> str:
        """What the caller of a creation must know where an answer was lost."""
        if not (self.answer_lost and self.rule and self.rule.creates):
            return ""
        return f"; the {self.rule.creates} may exist all the same"

    def _no_answer(self, outcome: Outcome) -> ScaleException:
        in_time = outcome.fault is None or outcome.fault.in_time
        words = f"No answer after {tries(len(self.attempts))}: {outcome.words}{self._risk}"
        where = (self.request.method, self.shown_url)
        return no_answer(words, in_time, *where, tuple(self.attempts))
