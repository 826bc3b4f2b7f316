"""Give up hosts that can't be reached, for the rest of a run."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Optional
from urllib.parse import urlsplit

from ..exceptions import ScaleConnectionError

logger = logging.getLogger("scaleapi")


class HostFailures:
    """Counts the failures in a row to connect to each host, from any thread.

    Args:
        maximum: After how many a host is given up; None for never.
    """

    def __init__(self, maximum: Optional[int]) -> None:
        self._maximum = maximum
        self._lock = threading.Lock()
        self._in_a_row: Counter[str] = Counter()

    @contextmanager
    def watching(self, url: str) -> Iterator[None]:
        """Count how the block, which downloads from a URL, ends.

        Raises:
            ScaleConnectionError: If the host was given up; the block is not run.
        """
        host = urlsplit(url).netloc.rpartition("@")[2]
        if self._maximum is not None and self._in_a_row[host] >= self._maximum:
            raise ScaleConnectionError(
                f"{host} was given up for this run, after {self._maximum} failures in a row"
            )
        try:
            yield
        except ScaleConnectionError:
            self._count_failure(host)
            raise
        except Exception:
            self._in_a_row.pop(host, None)  # it responded
            raise
        self._in_a_row.pop(host, None)

    def _count_failure(self, host: str) -> None:
        with self._lock:
            self._in_a_row[host] += 1
            if self._in_a_row[host] == self._maximum:
                logger.warning(
                    "%s is given up for this run, after %d failures in a row", host, self._maximum
                )
