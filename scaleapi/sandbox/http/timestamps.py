"""Timestamps as the API writes them, and as callers write them in filters."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?"
    r" ?(?:(Z)|([+-])(\d\d):?(\d\d))?",
    re.IGNORECASE,
)
_MILLISECOND = timedelta(milliseconds=1)


def utc_now() -> datetime:
    """This moment, in UTC, cut to the milliseconds that the API shows."""
    return _cut(datetime.now(timezone.utc))


def current() -> str:
    """Return the current time as the API writes it."""
    return format_timestamp(utc_now())


def format_timestamp(moment: datetime) -> str:
    """The API's form, e.g. `2025-03-04T10:15:00.000Z`; its alphabetical order is time's order."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def first_at_or_after(text: str) -> str:
    """The first timestamp that is not before the time in `text`."""
    moment = parse_timestamp(text)
    cut = _cut(moment)
    try:
        return format_timestamp(cut if cut == moment else cut + _MILLISECOND)
    except OverflowError:
        raise ValueError(f"{text!r} is out of range") from None


def last_at_or_before(text: str) -> str:
    """The last timestamp that is not after the time in `text`."""
    return format_timestamp(_cut(parse_timestamp(text)))


def parse_timestamp(text: str) -> datetime:
    """Read an ISO 8601 date or date-time; without an offset it is UTC.

    Raises:
        ValueError: this is no such time.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 date or date-time")
    year, month, day, hour, minute, second, fraction = match.groups()[:7]
    moment = datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
        int((fraction or "0").ljust(6, "0")[:6]), timezone.utc,
    )  # fmt: skip
    try:
        return moment - _offset(*match.groups()[8:])
    except OverflowError:
        raise ValueError(f"{text!r} is out of range") from None


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> timedelta:
    size = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return -size if sign == "-" else size


def _cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
