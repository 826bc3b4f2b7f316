"""Timestamps as the API writes them, and as callers write them in filters."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_ISO8601 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?"
    r" ?(?:Z|([+-])(\d\d):?(\d\d))?",
    re.IGNORECASE,
)
_MILLISECOND = timedelta(milliseconds=1)


def utc_now() -> datetime:
    """Return the current time in UTC, truncated to the milliseconds that the API shows."""
    return _truncate(datetime.now(timezone.utc))


def current() -> str:
    """Return the current time as the API writes it."""
    return format_timestamp(utc_now())


def format_timestamp(timestamp: datetime) -> str:
    """Format a UTC time like `2025-03-04T10:15:00.000Z`, which sorts as a string."""
    return f"{timestamp.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def first_at_or_after(text: str) -> str:
    """Return the first formatted timestamp that is not before an ISO 8601 time.

    Raises:
        ValueError: If it is not ISO 8601 or out of range.
    """
    timestamp = parse_timestamp(text)
    truncated = _truncate(timestamp)
    try:
        return format_timestamp(
            truncated + (_MILLISECOND if truncated < timestamp else timedelta())
        )
    except OverflowError:
        raise ValueError(f"{text!r} is out of range") from None


def last_at_or_before(text: str) -> str:
    """Return the last formatted timestamp that is not after an ISO 8601 time.

    Raises:
        ValueError: If it is not ISO 8601 or out of range.
    """
    return format_timestamp(_truncate(parse_timestamp(text)))


def parse_timestamp(text: str) -> datetime:
    """Parse an ISO 8601 date or date and time; one without an offset is UTC.

    Raises:
        ValueError: If it is not ISO 8601 or out of range.
    """
    match = _ISO8601.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 date or date-time")
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    timestamp = datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
        int((fraction or "0").ljust(6, "0")[:6]), timezone.utc,
    )  # fmt: skip
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        return timestamp + (offset if sign == "-" else -offset)
    except OverflowError:
        raise ValueError(f"{text!r} is out of range") from None


def _truncate(timestamp: datetime) -> datetime:
    return timestamp.replace(microsecond=timestamp.microsecond // 1000 * 1000)
