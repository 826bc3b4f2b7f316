"""Moments as the service writes them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Union


def iso(moment: dt.date) -> str:
    """A moment as the service writes it; one without a zone gets no offset."""
    text = moment.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?)?",
    re.ASCII,
)


def moment(text: str) -> Union[dt.datetime, str]:
    """The moment that an ISO 8601 text names; the text where it names none."""
    try:
        if len(text) in (20, 24, 27) and text[-1] == "Z" and text[10] == "T":
            # What the service writes, in a form that every Python reads by itself, and fast.
            return dt.datetime.fromisoformat(f"{text[:-1]}+00:00")
    except ValueError:
        pass
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text
    *numbers, fraction, utc, sign, hours, minutes = found.groups()
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
