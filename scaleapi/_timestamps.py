"""Timestamps as the service writes them: ISO 8601."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Optional, Union


def format_iso8601(timestamp: dt.date) -> str:
    """Return a timestamp as the service writes it; one without a time zone gets no offset."""
    text = timestamp.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


_ISO8601 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?)?",
    re.ASCII,
)


def parse_iso8601(text: str) -> Union[dt.datetime, str]:
    """Return an ISO 8601 string as a datetime; any other string unchanged."""
    try:
        if len(text) in (20, 24, 27) and text[-1] == "Z" and text[10] == "T":
            # The form of the service, changed to one that every Python version parses, and fast.
            return dt.datetime.fromisoformat(f"{text[:-1]}+00:00")
    except ValueError:
        pass
    match = _ISO8601.fullmatch(text)
    if match is None:
        return text
    *numbers, fraction, utc, sign, hours, minutes = match.groups()
    zone = dt.timezone.utc if utc else None
    try:
        if sign:
            offset = dt.timedelta(hours=int(hours), minutes=int(minutes or 0))
            zone = dt.timezone(-offset if sign == "-" else offset)
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        micros = int(f"{fraction or 0:0<6}"[:6])
        return dt.datetime(year, month, day, hour, minute, second, micros, zone)
    except ValueError:  # the 30th of February and the like
        return text


def parse_utc(value: Any) -> Optional[dt.datetime]:
    """Return an ISO 8601 string as a datetime, by default in UTC; None for anything else."""
    time = parse_iso8601(value.strip()) if isinstance(value, str) else None
    if not isinstance(time, dt.datetime):
        return None
    return time if time.tzinfo else time.replace(tzinfo=dt.timezone.utc)
