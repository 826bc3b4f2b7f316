"""Checks of payloads before they are sent, as a client is set to make them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Optional

from ._validation import choice
from .exceptions import ScaleInvalidArgument

if TYPE_CHECKING:
    from .task_types import Finding

logger = logging.getLogger("scaleapi")

PayloadCheckMode = Literal["warn", "error", "off"]
MODES = ("warn", "error", "off")
MAX_REPORTED = 1000  # findings that are kept so that each is logged once

_INDEX = re.compile(r"\[\d+\]")


class PayloadChecks:
    """How a client checks the payloads of new tasks.

    Args:
        mode: "warn" logs each distinct finding once; "error" raises as well for what the service is
            known to reject; "off" checks nothing.
        reported: The findings that were logged already.

    Raises:
        ScaleInvalidArgument: If the mode is none of these.
    """

    def __init__(
        self, mode: PayloadCheckMode = "warn", reported: Optional[set[tuple[str, ...]]] = None
    ) -> None:
        self._mode = choice("check_payloads", mode, MODES)
        self._reported: set[tuple[str, ...]] = set() if reported is None else reported

    def with_mode(self, mode: PayloadCheckMode) -> PayloadChecks:
        """Return the checks of a client that shares what was logged."""
        return PayloadChecks(mode, self._reported)

    def check(self, task_type: str, payload: Mapping[str, Any]) -> None:
        """Check a payload.

        Raises:
            ScaleInvalidArgument: If the service is known to reject it, and the mode is "error".
        """
        if self._mode == "off":
            return
        from .task_types.checks import find_problems  # here, since most programs create no task

        findings = find_problems(task_type, payload)
        if not findings:
            return
        errors = [str(finding) for finding in findings if finding.severity == "error"]
        if errors and self._mode == "error":
            raise ScaleInvalidArgument("; ".join(errors))
        for finding in findings:
            self._report(task_type, finding)

    def _report(self, task_type: str, finding: Finding) -> None:
        # Without positions and values, which differ from payload to payload.
        key = (task_type, _INDEX.sub("[]", finding.path), finding.expected)
        if key not in self._reported and len(self._reported) < MAX_REPORTED:
            self._reported.add(key)
            logger.warning("payload of a %s task: %s", task_type, finding)
