"""Pages of listings, and the page loop that all listings share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Callable, Optional, TypeVar

from .exceptions import ScaleException

T = TypeVar("T")


class Paginator(list[T]):
    """One page of a listing: a list of its items with its position in the listing.

    Attributes:
        docs: The items.
        total: Number of matching items on all pages.
        limit: The page size in effect.
        offset: Position of the first item, counted from 0.
        has_more: Whether another page follows.
        next_token: The token that requests the next page, where the listing uses tokens.
    """

    def __init__(
        self,
        docs: list[T],
        total: int,
        limit: int,
        offset: int,
        has_more: bool,
        next_token: Optional[str] = None,
    ) -> None:
        super().__init__(docs)
        self.docs = docs
        self.total = total
        self.limit = limit
        self.offset = offset
        self.has_more = has_more
        self.next_token = next_token

    def _repr_html_(self) -> str:
        from ._html import list_table

        items = [item.as_dict() for item in self if hasattr(item, "as_dict")]
        return list_table(f"{type(self).__name__}: {len(self)} of {self.total}", items)

    def __reduce__(self) -> tuple[Any, ...]:
        # The default for lists would call the class with no arguments.
        position = (self.total, self.limit, self.offset, self.has_more, self.next_token)
        return type(self), (list(self), *position), {"docs": self.docs}


PageParams = dict[str, Any]


def next_by_token(page: Paginator[Any]) -> Optional[PageParams]:
    """Return the query parameters of the next page, for listings that use tokens.

    Args:
        page: The current page.

    Returns:
        The parameters to add to the query, None if this is the last page.
    """
    return {"next_token": page.next_token} if page.has_more and page.next_token else None


def next_by_offset(page: Paginator[Any]) -> Optional[PageParams]:
    """Return the query parameters of the next page, for listings that use offsets.

    Args:
        page: The current page.

    Returns:
        The parameters to add to the query, None if this is the last page.

    Raises:
        ScaleException: If the page does not say where the next one starts.
    """
    if not page.has_more:
        return None
    numbers = isinstance(page.offset, int) and isinstance(page.limit, int)
    if not page or not numbers or page.limit < 1:  # any of these could loop forever
        raise ScaleException(
            f"The next page can't be found: this one has {len(page)} items, "
            f"offset {page.offset!r}, limit {page.limit!r}"
        )
    return {"offset": page.offset + page.limit}


def iter_items(
    fetch: Callable[[PageParams], Paginator[T]],
    advance: Callable[[Paginator[T]], Optional[PageParams]],
    start: PageParams,
) -> Iterator[T]:
    """Yield every item, fetching pages lazily and keeping at most one in memory.

    Args:
        fetch: Returns the page that the given parameters request.
        advance: Returns the parameters of the page after the given one, None at the end.
        start: The parameters of the first page.

    Yields:
        The items of all pages, in their order.

    Raises:
        ScaleException: If the server refers to a page that was already returned.
    """
    step: Optional[PageParams] = start
    seen: set[str] = set()
    while step is not None:
        if repr(step) in seen:
            raise ScaleException(f"Pagination loop: page {step} was already returned")
        seen.add(repr(step))
        page = fetch(step)
        step = advance(page)
        items = iter(page)
        del page  # pages can be large: never keep two
        yield from items
